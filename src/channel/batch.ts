import { checkOptionNames, type OptionNames } from "../option_names.ts";
import { checkWait } from "../sync/wait.ts";
import { leavable } from "./leavable.ts";
import { type Mergeable, springsOf } from "./merge.ts";
import { checkCount, refuseOption } from "./refuse_option.ts";
import { Selector } from "./selector.ts";

/** How messages are gathered. */
export interface BatchOptions {
  /** The most messages of a batch, a whole number from 1. */
  readonly size: number;
  /**
   * How long the first message of a batch may wait for others, in milliseconds; 0: only for those that are there.
   *
   * @default {Infinity}
   */
  readonly ms?: number;
  /** Ends it: what has been gathered is the last batch, after which the iteration rejects with the reason. */
  readonly signal?: AbortSignal;
}

const WHAT = "make batches";
const NAMES: OptionNames<BatchOptions> = { size: true, ms: true, signal: true };

/** What has been gathered. */
interface Gathered<T> {
  readonly items: T[];
  readonly settles: ((whole: boolean) => void)[];
  /** Why there is no more after it. */
  readonly over?: { readonly error?: unknown };
}

/**
 * The messages of a source in batches: when there are `size` of them, or the first has waited for `ms`.
 *
 * - **Never empty,** and in order; the last one may be short.
 * - **Nothing is lost:** when the source fails, what was gathered comes first. Messages of a queue with `ack` are acknowledged
 *   when the next batch is asked for, and have their turn again if the iteration is left.
 * - **Not ahead:** while a batch is dealt with nothing is taken.
 * - **Clean:** it may be left while it waits; a `next()` that is under way has what was gathered by then.
 *
 * @param source A queue, a receiving end, a stream or what else is iterated; that is left when this is.
 * @throws {InvalidOptionError} If an option is out of bounds, or the source is none.
 *
 * @example At most two at a time
 * ```ts
 * import { batch, Queue } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * const queue = new Queue<number>();
 * for (const n of [1, 2, 3]) await queue.put(n);
 * queue.close();
 * const all = await Array.fromAsync(batch(queue, { size: 2, ms: 50 }));
 * assertEquals(all, [[1, 2], [3]]);
 * ```
 */
export function batch<T>(
  source: Mergeable<T>,
  options: BatchOptions,
): AsyncGenerator<T[], void, void> {
  checkOptionNames(`Cannot ${WHAT}`, options, NAMES);
  const { size, ms = Infinity, signal } = options;
  checkCount(WHAT, "size", size, 1, Infinity);
  if (!(typeof ms === "number" && ms >= 0)) {
    refuseOption(WHAT, "ms", ms, "a number of milliseconds from 0");
  }
  checkWait(WHAT, signal === undefined ? {} : { signal });
  const { entries, leave } = springsOf(WHAT, [source]);
  const selector = new Selector(entries, "each");
  const all = batches<T>(selector, leave, {
    size,
    ms,
    ...(signal && { signal }),
  });
  return leavable(all, () => selector.close());
}

async function* batches<T>(
  selector: Selector,
  leave: () => Promise<unknown>,
  options: BatchOptions,
): AsyncGenerator<T[], void, void> {
  let held: Gathered<T>["settles"] = [];
  try {
    for (;;) {
      const { items, settles, over } = await gather<T>(selector, options);
      held = settles;
      if (items.length > 0) yield items;
      held = [];
      for (const settle of settles) settle(true);
      if (over === undefined) continue;
      if ("error" in over) throw over.error;
      return;
    }
  } finally {
    selector.close();
    for (const settle of held) settle(false);
    await leave();
  }
}

async function gather<T>(
  selector: Selector,
  { size, ms = Infinity, signal }: BatchOptions,
): Promise<Gathered<T>> {
  const items: T[] = [];
  const settles: Gathered<T>["settles"] = [];
  let end = Infinity;
  try {
    while (items.length < size) {
      const timeout = Math.max(0, end - performance.now());
      const hit = await selector.next({ timeout, ...(signal && { signal }) });
      if (hit?.selected === undefined) {
        // Late, or the end.
        const over = hit !== undefined || selector.size === 0;
        return { items, settles, ...(over && { over: {} }) };
      }
      if (items.length === 0) end = performance.now() + ms;
      const { value, settle } = hit.selected;
      items.push(value as T);
      if (settle !== undefined) settles.push(settle);
    }
    return { items, settles };
  } catch (error) {
    return { items, settles, over: { error } };
  }
}
