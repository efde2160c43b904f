/**
 * A thread that publishes to others, or subscribes to what one publishes.
 *
 * @module
 */
import { actor, type ActorClass, type Broadcast } from "../../mod.ts";
import { clock, type Heard } from "./raw_broadcast.ts";
import { type Item, itemOf, weightOf } from "./raw_order.ts";

/** One who publishes, or listens. */
export class BroadcastUser {
  /** Publishes items once so many subscribe. Returns when it began. */
  async say(
    to: Broadcast<Item>,
    count: number,
    subscribers: number,
  ): Promise<number> {
    while (to.subscribers < subscribers) await new Promise(setImmediate);
    const start = clock();
    for (let id = 0; id < count; id++) await to.publish(itemOf(id));
    return start;
  }

  /** Adds up items. */
  async hear(from: Broadcast<Item>, count: number): Promise<Heard> {
    using subscription = from.subscribe();
    let sum = 0;
    for (let seen = 0; seen < count; seen++) {
      sum += weightOf(await subscription.receive());
    }
    return { count, sum, end: clock() };
  }
}

/** Publishes, or listens to another of its kind. */
export const BroadcastUserActor: ActorClass<[], BroadcastUser> = actor(
  import.meta,
  "BroadcastUserActor",
  BroadcastUser,
);
