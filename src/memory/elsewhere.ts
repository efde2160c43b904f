/**
 * Waiting on memory that is not a `SharedArrayBuffer`, where the engine's own waits do nothing: `futex.ts` stands in here as
 * soon as a thread has mapped such memory. A door of its own, so that `cells.ts` need not know of the system's library.
 *
 * @module
 */
import type { WaitAsyncResult, Words } from "./cells.ts";

/** Who waits and wakes where `Atomics` cannot. Each method means what the function of that name in `cells.ts` means. */
export interface Elsewhere {
  /** Stands in for `wait`. */
  wait(
    words: Words,
    index: number,
    value: number,
    timeoutMs?: number,
  ): "ok" | "not-equal" | "timed-out";
  /** Stands in for `waitAsync`, but for a moment at most: a wait may end with `"timed-out"` before its time. */
  waitAsync(
    words: Words,
    index: number,
    value: number,
    timeoutMs?: number,
  ): WaitAsyncResult;
  /** Stands in for `notify`. */
  notify(words: Words, index: number, count?: number): number;
}

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
