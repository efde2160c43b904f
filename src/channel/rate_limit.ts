import { checkOptionNames, type OptionNames } from "../option_names.ts";
import { checkWait } from "../sync/wait.ts";
import { after } from "./clock.ts";
import { leavable } from "./leavable.ts";
import { type Mergeable, mergeUntil } from "./merge.ts";
import { checkCount, refuseOption } from "./refuse_option.ts";
import { select } from "./select.ts";
import type { Selecting } from "./selecting.ts";

/** How fast messages may come. */
export interface RateLimitOptions {
  /** The most that may come at once, after a pause; a whole number from 1. */
  readonly count: number;
  /** In how many milliseconds that many may come again; more than 0. */
  readonly perMs: number;
  /** Ends the iteration with its reason. */
  readonly signal?: AbortSignal;
}

const WHAT = "limit a rate";
const NAMES: OptionNames<RateLimitOptions> = {
  count: true,
  perMs: true,
  signal: true,
};

/** Less than a part of a message: what rounding leaves. */
const NEARLY = 1 - 1e-9;

/**
 * The messages of a source, at a limited rate: a bucket of `count` tokens, each message takes one, and `count` come back in
 * `perMs`, one after the other.
 *
 * - **Not ahead:** a message is taken when it may come; until then it is in the source. Nothing is dropped.
 * - **Clean:** it may be left while it waits, and has taken nothing then.
 * - **Queues with `ack`:** a message is acknowledged when the next one is asked for, and has its turn again if the iteration
 *   is left.
 *
 * @param source A queue, a receiving end, a stream or what else is iterated; that is left when this is.
 * @throws {InvalidOptionError} If an option is out of bounds, or the source is none.
 *
 * @example Two at once, then one every five milliseconds
 * ```ts
 * import { Queue, rateLimit } from "@troupe/actors";
 * import { assert } from "@std/assert";
 *
 * const queue = new Queue<number>();
 * for (let i = 0; i < 4; i++) await queue.put(i);
 * queue.close();
 * const start = performance.now();
 * for await (const _ of rateLimit(queue, { count: 2, perMs: 10 }));
 * assert(performance.now() - start >= 9);
 * ```
 */
export function rateLimit<T>(
  source: Mergeable<T>,
  options: RateLimitOptions,
): AsyncGenerator<T, void, void> {
  checkOptionNames(`Cannot ${WHAT}`, options, NAMES);
  const { count, perMs, signal } = options;
  checkCount(WHAT, "count", count, 1, Infinity);
  if (!(typeof perMs === "number" && perMs > 0 && perMs < Infinity)) {
    refuseOption(WHAT, "perMs", perMs, "a number of milliseconds above 0");
  }
  checkWait(WHAT, signal === undefined ? {} : { signal });
  const messages = mergeUntil(WHAT, [source], signal);
  const { promise: left, resolve: leave } = Promise.withResolvers<void>();
  return leavable(limited(messages, left, options), () => {
    leave();
    void messages.return();
  });
}

async function* limited<T>(
  messages: Selecting<T>,
  left: Promise<void>,
  { count, perMs, signal }: RateLimitOptions,
): AsyncGenerator<T, void, void> {
  await using source = messages;
  let tokens = count;
  let filled = performance.now();
  for (;;) {
    const now = performance.now();
    tokens = Math.min(count, tokens + (now - filled) * count / perMs);
    filled = now;
    if (tokens < NEARLY) {
      const wait = after((1 - tokens) * perMs / count);
      const { key } = await select({ wait, left }, signal ? { signal } : {});
      if (key === "left") return;
      continue;
    }
    const { value, done } = await source.next();
    if (done) return;
    tokens = Math.max(0, tokens - 1);
    yield value as T;
  }
}
