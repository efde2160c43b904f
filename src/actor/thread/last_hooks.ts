/**
 * The last that an actor is called for.
 *
 * @module
 */
import { errorToWire } from "../../error_wire.ts";
import type { WireReport } from "../mail/protocol.ts";
import { atMost } from "./at_most.ts";
import type { Checkpoints } from "./checkpoints.ts";

/** How long they may take after a failure, in milliseconds. */
const CLEAN_UP_MS = 5_000;

/** What an actor may have. */
interface Hooks {
  onStop?(reason: unknown): unknown;
}

/** Calls the hooks of an actor that is stopped for `reason`, and says how it ended. */
export async function stopHooks(
  instance: Hooks,
  reason: unknown,
  checkpoints: Checkpoints | undefined,
  name: string,
): Promise<WireReport> {
  try {
    await checkpoints?.last();
    await instance.onStop?.(reason);
    return { kind: "stopped", code: 0 };
  } catch (thrown) {
    const error = errorToWire(thrown, `${name}.onStop`);
    return { kind: "failed", code: 1, error };
  }
}

/**
 * Calls the hooks of an actor that has failed by `error`; without `checkpoints` its last state is not kept.
 *
 * @param before What must have ended first.
 */
export function failHooks(
  instance: Hooks,
  error: unknown,
  checkpoints: Checkpoints | undefined,
  before: Promise<void> | undefined,
): Promise<void> {
  // Its owner waits to restart it: a hook that never ends must not hold that up.
  return atMost(CLEAN_UP_MS, cleanUp(instance, error, checkpoints, before));
}

async function cleanUp(
  instance: Hooks,
  error: unknown,
  checkpoints: Checkpoints | undefined,
  before: Promise<void> | undefined,
): Promise<void> {
  await before;
  // What cannot be kept now leaves what was kept before; so does a message that may come again.
  await checkpoints?.last().catch(() => {});
  await instance.onStop?.(error);
}
