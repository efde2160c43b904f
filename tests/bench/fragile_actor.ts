/**
 * An actor that fails, in a module of its own: what else a measurement imports would count as its start.
 *
 * @module
 */
import { actor, type ActorClass, type Context } from "../../mod.ts";

class Fragile {
  #incarnation = 0;

  onStart({ incarnation }: Context): void {
    this.#incarnation = incarnation;
  }

  fall(): never {
    throw new Error("Fell on purpose");
  }

  incarnation(): number {
    return this.#incarnation;
  }
}

/** Falls when told, and knows how often it was started. */
export const FragileActor: ActorClass<[], Fragile> = actor(
  import.meta,
  "FragileActor",
  Fragile,
);
