/**
 * A rest for the event loop, now and then.
 *
 * What is there already is taken without a wait, and its promise settles before any timer: a loop over a source that
 * always has something would hold up the timers, signals and messages of its thread for as long as that lasts.
 *
 * @module
 */

/** How long may be taken without a rest, in milliseconds. */
const AT_MOST_MS = 10;
/** The clock is read once in so many calls: a power of two. */
const LOOK_EACH = 64;

let calls = 0;
let rested = performance.now();

/** Whether the event loop of this thread is to have its turn before more is taken. Costs next to nothing. */
export function restIsDue(): boolean {
  calls = (calls + 1) & (LOOK_EACH - 1);
  if (calls !== 0) return false;
  return performance.now() - rested > AT_MOST_MS;
}

/** A turn of the event loop: what is due by now is done. */
export async function rest(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
  rested = performance.now();
}
