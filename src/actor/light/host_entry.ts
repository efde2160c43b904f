/**
 * What a host worker is: an actor without a message of its own, on whose thread
 * light actors live; see far_lights.ts.
 *
 * @module
 */
import { actor, type ActorClass } from "../define.ts";

/** The actor that a host worker becomes. */
export const Host: ActorClass<[], object> = actor(
  import.meta,
  "Host",
  class {},
);
