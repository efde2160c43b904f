/**
 * One actor that asks another.
 *
 * @module
 */
import { delay } from "@std/async/delay";
import {
  actor,
  type ActorClass,
  type ActorRef,
  type Placement,
  System,
} from "../../mod.ts";
import { type Answerer, AnswererActor } from "./answerer_actor.ts";
import { answersOf, type AskPlan, type AskResult } from "./raw_order.ts";
import { median } from "./statistics.ts";
import { expectResult, type Trial } from "./subject.ts";

/** Longest time for one round, in milliseconds. */
const ROUND_MS = 60_000;

class Asker {
  async hot(other: ActorRef<Answerer>, count: number): Promise<AskResult> {
    let sum = 0;
    const start = performance.now();
    for (let i = 0; i < count; i++) sum += await other.ask.answer(i);
    const ms = performance.now() - start;
    return { sum, roundTripUs: ms * 1_000 / count };
  }

  async paused(
    other: ActorRef<Answerer>,
    { count, pauseMs }: AskPlan,
  ): Promise<AskResult> {
    const figures: number[] = [];
    let sum = 0;
    for (let i = 0; i < count; i++) {
      await delay(pauseMs);
      const start = performance.now();
      sum += await other.ask.answer(i);
      figures.push((performance.now() - start) * 1_000);
    }
    return { sum, roundTripUs: median(figures) };
  }
}

/** Asks and takes the time. */
export const AskerActor: ActorClass<[], Asker> = actor(
  import.meta,
  "AskerActor",
  Asker,
);

/** Two actors, of which one asks the other as planned. A round is the microseconds of a round trip. */
export async function openAsking(
  plan: AskPlan,
  placement: Placement = "thread",
): Promise<Trial> {
  // Two that share a thread share the same one.
  const system = new System({ hosts: 1 });
  const answerer = await system.spawn(AnswererActor, [], { placement });
  const asker = (await system.spawn(AskerActor, [], { placement })).with({
    timeout: ROUND_MS,
  });
  return {
    async round() {
      const { sum, roundTripUs } = plan.pauseMs === 0
        ? await asker.ask.hot(answerer, plan.count)
        : await asker.ask.paused(answerer, plan);
      expectResult("the sum of our answers", sum, answersOf(plan.count));
      return roundTripUs;
    },
    close: () => system.close(),
  };
}
