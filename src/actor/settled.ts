/**
 * Several asks or jobs at once: taken in the order in which they settle.
 *
 * @module
 */
import { InvalidOptionError } from "../errors.ts";
import { checkOptionNames, type OptionNames } from "../option_names.ts";

/**
 * How one of several promises settled.
 *
 * @typeParam R What it resolves to.
 */
export type Settled<R> =
  | {
    /** Its place among those given, from 0. */
    readonly index: number;
    /** It resolved. */
    readonly status: "fulfilled";
    /** Its result. */
    readonly value: R;
  }
  | {
    /** Its place among those given, from 0. */
    readonly index: number;
    /** It rejected. */
    readonly status: "rejected";
    /** Its error. */
    readonly reason: unknown;
  };

/** How long several asks or jobs are waited for. */
export interface SettleOptions {
  /**
   * Longest time for all of them together, from when they are waited for, in milliseconds; 0 or more.
   *
   * @default {Infinity}
   */
  readonly timeout?: number;
}

/** The longest that a timer can wait, in milliseconds. */
const MAX_TIMER_MS = 2 ** 31 - 1;

const NAMES: OptionNames<SettleOptions> = { timeout: true };

function checkTimeout(what: string, options: SettleOptions): number {
  checkOptionNames(`Cannot ${what}`, options, NAMES);
  const ms = options.timeout ?? Infinity;
  if (typeof ms === "number" && ms >= 0) return ms;
  throw new InvalidOptionError(
    `Cannot ${what} as 'timeout' must be 0 or more milliseconds: current value is ${
      Deno.inspect(ms)
    }`,
    { option: "timeout", value: ms },
  );
}

/** Calls `late` in `ms` milliseconds; returns what takes that back. */
function after(ms: number, late: () => void): () => void {
  if (ms === Infinity) return () => {};
  const timer = setTimeout(late, Math.min(ms, MAX_TIMER_MS));
  return () => clearTimeout(timer);
}

/**
 * Yields how asks or jobs settle, in the order in which they do.
 *
 * - **Never throws for one of them:** a rejection is a record too. `Promise.all()` gives the results in the order given,
 *   and fails at the first rejection.
 * - **Once each:** one that is given twice counts once.
 * - **Settled is settled:** a `break` or the timeout stops no ask; give them a `signal` with `ref.with({ signal })`.
 *
 * @typeParam R What they resolve to.
 * @param promises What `ref.ask` or `run()` returned, or any promises.
 * @param options `timeout` for all of them together.
 * @returns An iterator that yields each once and then ends.
 * @throws {InvalidOptionError} If `timeout` is negative or `NaN`; at once.
 * @throws {DOMException} `TimeoutError` from the iterator, if some have not settled within `timeout`.
 *
 * @example Whoever answers first is served first
 * ```ts
 * import { asCompleted } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * const slow = Promise.withResolvers<string>();
 * const answers = [slow.promise, Promise.resolve("fast")];
 * const order: string[] = [];
 * for await (const settled of asCompleted(answers)) {
 *   if (settled.status === "fulfilled") order.push(settled.value);
 *   slow.resolve("slow");
 * }
 * assertEquals(order, ["fast", "slow"]);
 * ```
 */
export function asCompleted<R>(
  promises: Iterable<PromiseLike<R>>,
  options: SettleOptions = {},
): AsyncIterableIterator<Settled<R>> {
  const ms = checkTimeout("wait for what settles", options);
  const done: Settled<R>[] = [];
  let open = 0;
  let ring = Promise.withResolvers<void>();
  const enter = (settled: Settled<R>): void => {
    done.push(settled);
    open--;
    ring.resolve();
  };
  let total = 0;
  for (const promise of new Set(promises)) {
    const index = total++;
    open++;
    promise.then(
      (value) => enter({ index, status: "fulfilled", value }),
      (reason) => enter({ index, status: "rejected", reason }),
    );
  }
  return (async function* () {
    let late = false;
    const clear = after(ms, () => {
      late = true;
      ring.resolve();
    });
    try {
      for (let next = 0; next < done.length || open > 0;) {
        if (next < done.length) yield done[next++]!;
        else if (late) throw timedOut(open, total, ms);
        else {
          await ring.promise;
          ring = Promise.withResolvers();
        }
      }
    } finally {
      clear();
    }
  })();
}

/**
 * Waits until the first of several asks or jobs settled, or the first rejected, or all did.
 *
 * - **Never rejects for one of them:** look at those that are done.
 * - **Once each:** one that is given twice counts once.
 * - **Not unwrapped:** the promises themselves are returned, so that a job keeps its name and its `stop()`.
 *
 * @typeParam P The promises.
 * @param promises What `ref.ask` or `run()` returned, or any promises.
 * @param until `"completed"`: the first that settles; `"error"`: the first that rejects, or all; `"all"`: all of them.
 * @param options `timeout`: how long, in milliseconds; by default as long as it takes.
 * @returns Those that have settled by then and those that have not, each in the order given. Reaching the timeout is no
 * error.
 * @throws {InvalidOptionError} If `timeout` or `until` is out of bounds: the promise rejects.
 *
 * @example The first answer of two
 * ```ts
 * import { settleFirst } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * const never = new Promise<string>(() => {});
 * const now = Promise.resolve("now");
 * const { done, pending } = await settleFirst([never, now], "completed");
 * assertEquals([done, pending], [[now], [never]]);
 * ```
 */
export async function settleFirst<P extends PromiseLike<unknown>>(
  promises: Iterable<P>,
  until: "completed" | "error" | "all",
  options: SettleOptions = {},
): Promise<{ done: P[]; pending: P[] }> {
  const ms = checkTimeout("wait for what settles", options);
  if (!["completed", "error", "all"].includes(until)) {
    throw new InvalidOptionError(
      `Cannot wait for what settles as 'until' must be "completed", "error" or "all": current value is ${
        Deno.inspect(until)
      }`,
      { option: "until", value: until },
    );
  }
  const all = [...new Set(promises)];
  const settled = new Set<number>();
  const enough = Promise.withResolvers<void>();
  all.forEach((promise, index) => {
    const enter = (stops: boolean): void => {
      settled.add(index);
      if (stops || settled.size === all.length) enough.resolve();
    };
    promise.then(
      () => enter(until === "completed"),
      () => enter(until !== "all"),
    );
  });
  if (all.length === 0) enough.resolve();
  const clear = after(ms, enough.resolve);
  await enough.promise;
  clear();
  const is = (wanted: boolean) =>
    all.filter((_, index) => settled.has(index) === wanted);
  return { done: is(true), pending: is(false) };
}

function timedOut(open: number, total: number, ms: number): DOMException {
  return new DOMException(
    `Cannot wait any longer for what settles: ${open} (of ${total}) have not settled within ${ms} ms`,
    "TimeoutError",
  );
}
