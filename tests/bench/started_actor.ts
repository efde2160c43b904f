/**
 * {@linkcode Started} as an actor, in a module of its own that nothing has imported before it starts.
 *
 * @module
 */
import { actor, type ActorClass } from "../../mod.ts";
import { Started } from "./started.ts";

/** {@linkcode Started} on a thread. */
export const StartedActor: ActorClass<[], Started> = actor(
  import.meta,
  "StartedActor",
  Started,
);
