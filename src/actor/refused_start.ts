/**
 * Why nothing is started any more.
 *
 * @module
 */
import { ActorStoppedError, SystemClosedError } from "../errors.ts";

/** The refusal to start anything for an incarnation of the actor `name` that ends or has ended. */
export function ownerEnded(name: string): ActorStoppedError {
  return new ActorStoppedError(
    `Cannot start anything for "${name}" as that incarnation of it has ended: the one that runs may, by its own Context`,
    { actor: name, safeToRetry: true },
  );
}

/** The refusal of an actor or task called `definition`, where nothing is started any more because of `cause`. */
export function refusedStart(definition: string, cause: Error): Error {
  if (cause instanceof ActorStoppedError) return cause;
  return new SystemClosedError(
    `Cannot start "${definition}" here: ${cause.message}`,
    { cause },
  );
}
