/**
 * Quiet between two starts.
 *
 * @module
 */
import { delay } from "@std/async/delay";

/** Time for threads that ended to be gone, in milliseconds. */
const ENDING_MS = 100;
/** How long a worker that another worker made takes to listen in Deno 2.9, in milliseconds: a second, which it waits for a debugger. */
const BOOT_MS = 1_050;
/** Workers are made one after the other, this many milliseconds each. */
const MAKE_MS = 40;

/**
 * Waits until threads that ended are gone and `spares` workers are warm again. Nothing can be asked for that, as a spare
 * shows itself only by being fast: so this waits on the clock.
 *
 * @param spares 0 if none need be warm.
 */
export function settle(spares: number): Promise<void> {
  return delay(ENDING_MS + (spares > 0 ? BOOT_MS + MAKE_MS * spares : 0));
}
