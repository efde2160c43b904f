import type { RefCore } from "../mail/ref_core.ts";
import type { LightRunning } from "../current.ts";
import type { LightLife } from "./light_life.ts";

/** More actors that wait for one another are not followed. */
const LONGEST = 256;

/**
 * The lives from that of `to` to `asker`, each of which waits for the next, if an ask of `to` would wait for itself.
 *
 * One waits while it handles the very message in whose handler it asked, and its ask is open.
 */
export function lightCycle(
  asker: LightLife,
  to: RefCore,
): readonly LightRunning[] | undefined {
  const waiting: LightRunning[] = [asker];
  let { handling } = asker;
  while (handling !== undefined && waiting.length <= LONGEST) {
    if (isOf(waiting[0]!, to)) return waiting;
    const { ask, caller, cause } = handling;
    if (ask === undefined || !ask.open || caller === undefined) break;
    if (cause === undefined || caller.handling !== cause) break;
    waiting.unshift(caller);
    handling = cause;
  }
  return undefined;
}

function isOf(life: LightRunning, to: RefCore): boolean {
  return life.current.self.id === to.id;
}
