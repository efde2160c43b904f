/**
 * Waiting on memory that is not a `SharedArrayBuffer`, where the engine's own waits do nothing: `futex.ts` stands in here as
 * soon as a thread has mapped such memory. A door of its own, so that `cells.ts` need not know of the system's library.
 *
 * @module
 */
import type { Cells, Words } from "./cells.ts";

/**
 * Who waits and wakes where `Atomics` cannot. Each method means what the function of that name in `cells.ts` means, but
 * `waitAsync` waits for a moment at most: it may end with `"timed-out"` before its time.
 */
export type Elsewhere = Pick<Cells, "wait" | "waitAsync" | "notify">;

let elsewhere: Elsewhere | undefined;

/** Has `waits` stand in for memory of other kinds, on this thread. */
export function useElsewhere(waits: Elsewhere): void {
  elsewhere = waits;
}

/** Who stands in for the waits on these words; `undefined` where `Atomics` do it. */
export function elsewhereOf(words: Words): Elsewhere | undefined {
  if (elsewhere === undefined) return undefined;
  return words.buffer instanceof SharedArrayBuffer ? undefined : elsewhere;
}
