/**
 * Quiet between two starts.
 *
 * @module
 */
import { delay } from "@std/async/delay";
import type { System } from "../../mod.ts";

/** Time for threads that ended to be gone, in milliseconds. */
const ENDING_MS = 100;

/** Waits until threads that ended are gone, and the spares of `system` are warm. */
export async function settle(system?: System): Promise<void> {
  await system?.warm();
  await delay(ENDING_MS);
}
