/**
 * One actor that tells another.
 *
 * @module
 */
import {
  actor,
  type ActorClass,
  type ActorRef,
  type Placement,
  System,
} from "../../mod.ts";
import {
  type FloodResult,
  type Item,
  itemOf,
  type Total,
  totalOf,
  weightOf,
} from "./raw_order.ts";
import { expectResult, type Trial } from "./subject.ts";

/** Longest time for one round, in milliseconds. */
const ROUND_MS = 60_000;

class Collector {
  #count = 0;
  #sum = 0;

  add(item: Item): void {
    this.#count++;
    this.#sum += weightOf(item);
  }

  /** Comes after every `add` of the same sender. */
  total(): Total {
    const total = { count: this.#count, sum: this.#sum };
    this.#count = this.#sum = 0;
    return total;
  }
}

class Teller {
  async flood(
    collector: ActorRef<Collector>,
    count: number,
  ): Promise<FloodResult> {
    const patient = collector.with({ timeout: ROUND_MS });
    const start = performance.now();
    for (let i = 0; i < count; i++) patient.tell.add(itemOf(i));
    const total = await patient.ask.total();
    return { ...total, ms: performance.now() - start };
  }
}

/** Counts and adds up what it is told. */
export const CollectorActor: ActorClass<[], Collector> = actor(
  import.meta,
  "CollectorActor",
  Collector,
);
/** Tells as fast as it can. */
export const TellerActor: ActorClass<[], Teller> = actor(
  import.meta,
  "TellerActor",
  Teller,
);

/** Two actors, of which one tells the other `count` items. A round is tells in a second. */
export async function openTelling(
  count: number,
  placement: Placement = "thread",
): Promise<Trial> {
  // Two that share a thread share the same one.
  const system = new System({ hosts: 1 });
  const collector = await system.spawn(CollectorActor, [], { placement });
  const teller = (await system.spawn(TellerActor, [], { placement })).with({
    timeout: ROUND_MS,
  });
  return {
    async round() {
      const result = await teller.ask.flood(collector, count);
      expectResult("the count of our tells", result.count, count);
      expectResult("the sum of our tells", result.sum, totalOf(count));
      return count / result.ms * 1_000;
    },
    close: () => system.close(),
  };
}
