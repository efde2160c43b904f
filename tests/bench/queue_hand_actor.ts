/**
 * Two threads at queues.
 *
 * @module
 */
import { actor, type ActorClass, type Queue } from "../../mod.ts";
import { type FloodResult, type Item, itemOf, weightOf } from "./raw_order.ts";

/** How messages are put and taken. */
export type QueueManner = "one by one" | "many" | "blocking";

/** Messages that are put, or taken, at once. */
const MANY = 64;

/** One of two threads at queues. */
export class QueueHandActor {
  /** Puts items as fast as it can. */
  async fill(
    queue: Queue<Item>,
    count: number,
    manner: QueueManner,
  ): Promise<void> {
    for (let i = 0; i < count;) {
      if (manner === "one by one") await queue.put(itemOf(i++));
      else if (manner === "blocking") queue.putSync(itemOf(i++));
      else {
        const items: Item[] = [];
        while (items.length < MANY && i < count) items.push(itemOf(i++));
        await queue.putMany(items);
      }
    }
  }

  /** Adds up so many items, and times them from the first on. */
  async drain(
    queue: Queue<Item>,
    count: number,
    manner: QueueManner,
  ): Promise<FloodResult> {
    let taken = 0;
    let sum = 0;
    const add = (item: Item): void => {
      taken++;
      sum += weightOf(item);
    };
    add(await queue.take());
    const start = performance.now();
    while (taken < count) {
      if (manner === "one by one") add(await queue.take());
      else if (manner === "blocking") add(queue.takeSync());
      else for (const item of await queue.takeMany(MANY)) add(item);
    }
    return { count: taken, sum, ms: performance.now() - start };
  }

  /** Takes from one queue and puts into another. */
  async echo(
    from: Queue<number>,
    to: Queue<number>,
    count: number,
    blocking: boolean,
  ): Promise<void> {
    for (let i = 0; i < count; i++) {
      if (blocking) to.putSync(from.takeSync());
      else await to.put(await from.take());
    }
  }

  /** Puts and takes again: the microseconds of a round trip. */
  async ping(
    to: Queue<number>,
    from: Queue<number>,
    count: number,
    blocking: boolean,
  ): Promise<number> {
    const warm = Math.min(200, count >> 1);
    let start = 0;
    for (let i = 0; i < count; i++) {
      if (i === warm) start = performance.now();
      if (blocking) {
        to.putSync(i);
        from.takeSync();
      } else {
        await to.put(i);
        await from.take();
      }
    }
    return (performance.now() - start) * 1_000 / (count - warm);
  }
}

/** One of two threads at queues. */
export const QueueHand: ActorClass<[], QueueHandActor> = actor(
  import.meta,
  "QueueHand",
  QueueHandActor,
);
