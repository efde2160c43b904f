/**
 * {@linkcode Started} as an actor, in a module that imports the part of the package that it uses.
 *
 * @module
 */
import { actor, type ActorClass } from "../../src/actor/mod.ts";
import { Started } from "./started.ts";

/** {@linkcode Started} on a thread. */
export const StartedPartActor: ActorClass<[], Started> = actor(
  import.meta,
  "StartedPartActor",
  Started,
);
