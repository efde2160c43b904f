import type { WireState } from "../mail/protocol.ts";
import { Checkpoints } from "../thread/checkpoints.ts";
import type { LightLife } from "./light_life.ts";

/** What keeps the states of an incarnation, if it gives any and somebody wants them; `wake` lets it go on. */
export function checkpointsOf(
  life: LightLife,
  wake: () => void,
): Checkpoints | undefined {
  const { instance, order: { checkpointMs }, owner } = life;
  if (checkpointMs === undefined || !Checkpoints.has(instance!)) return;
  const keep = (state: WireState): boolean => {
    if (life.state !== "over") owner.checkpoint(state);
    return true;
  };
  return new Checkpoints({ keep, wake }, instance!, checkpointMs);
}
