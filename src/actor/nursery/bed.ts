/**
 * Where a thread sleeps after its last word.
 *
 *   0  asleep, or not there yet
 *   1  its maker has let it go
 *
 * A thread that sleeps runs nothing, not even a timer, and the platform cannot
 * end it. So its maker first says that it is to end, then wakes it: what wakes
 * is ended before it runs a line.
 *
 * @module
 */
import { notify, store, wait } from "../../memory/cells.ts";

/** One word, shared by a thread and its maker. */
export type Bed = Int32Array<SharedArrayBuffer>;

/** A thread whose maker is gone ends with it, after so many milliseconds at most. */
const LIMIT_MS = 10_000;

/** A bed for one thread. */
export function makeBed(): Bed {
  return new Int32Array(new SharedArrayBuffer(4));
}

/** Sleeps until {@link wake}. */
export function sleepIn(bed: Bed): void {
  wait(bed, 0, 0, LIMIT_MS);
}

/** Wakes the thread that sleeps there, or will. */
export function wake(bed: Bed): void {
  store(bed, 0, 1);
  notify(bed, 0);
}
