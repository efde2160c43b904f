/**
 * An actor that counts on a thread of its own.
 *
 * @module
 */
import { actor, type ActorClass, type SharedValue } from "../../mod.ts";
import { clock, type Stretch } from "./count_clock.ts";

class Counter {
  /** Adds one to `hits` so many times, as soon as two are at the gate. */
  count(gate: SharedValue, hits: SharedValue, times: number): Stretch {
    gate.add(1);
    while (gate.value < 2);
    const from = clock();
    for (let i = 0; i < times; i++) hits.add(1);
    return { from, to: clock() };
  }
}

/** Counts on a thread of its own. */
export const CountActor: ActorClass<[], Counter> = actor(
  import.meta,
  "CountActor",
  Counter,
);
