import type { WireState } from "../mail/protocol.ts";
import { Checkpoints } from "../thread/checkpoints.ts";
import type { LightLife } from "./light_life.ts";

/** Takes a checkpoint of an incarnation that gives them, if one is due; no message is begun until it is kept. */
export function keepIfDue(life: LightLife): void {
  const { actor, checkpoints, order: { concurrency }, stop } = life;
  if (life.state !== "up" || life.running >= concurrency) return;
  // One that stops takes its last one anyway.
  if (stop?.drain === false) return;
  if (!checkpoints!.due) return checkpoints!.await();
  life.running += concurrency;
  const taking = life.within(() => checkpoints!.take());
  taking.catch((error) => actor.fail(life, error)).then(() => {
    life.running -= concurrency;
    actor.goOn(life);
  });
}

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
