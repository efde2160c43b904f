import { ActorStoppedError } from "../errors.ts";
import { ReceiveError } from "./receive_error.ts";

/**
 * What is answered to a call whose handler waited for a message when `actor` was asked to stop, and ended with that: it is
 * no failure. `undefined` for any other error.
 */
export function interrupted(
  error: unknown,
  actor: string,
): ActorStoppedError | undefined {
  if (!(error instanceof ReceiveError) || error.actor !== actor) return;
  if (error.why !== "stopped") return;
  return new ActorStoppedError(
    `Cannot ask "${actor}" as it was asked to stop while the call waited for a message: it may have run in part`,
    { actor, safeToRetry: false, cause: error },
  );
}
