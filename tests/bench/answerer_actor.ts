/**
 * An actor that answers, in a module of its own: what else a measurement imports would count as its start.
 *
 * @module
 */
import { actor, type ActorClass } from "../../mod.ts";

/** Answers numbers. */
export class Answerer {
  /** The next one. */
  answer(value: number): number {
    return value + 1;
  }
}

/** Answers numbers with the next one. */
export const AnswererActor: ActorClass<[], Answerer> = actor(
  import.meta,
  "AnswererActor",
  Answerer,
);
