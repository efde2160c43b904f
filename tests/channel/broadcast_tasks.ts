/** What other threads do with broadcasts. */
import {
  type Broadcast,
  type EventFlag,
  type Latch,
  type Task,
  task,
} from "../../mod.ts";

/** Subscribes, says so, and receives to the end. */
export const hearAll: Task<
  [from: Broadcast<number>, ready: Latch],
  Promise<number[]>
> = task(
  import.meta,
  "hearAll",
  async (from: Broadcast<number>, ready: Latch) => {
    using subscription = from.subscribe();
    ready.countDown();
    return await Array.fromAsync(subscription);
  },
);

/** As `hearAll`, with the thread. */
export const hearAllSync: Task<
  [from: Broadcast<number>, ready: Latch],
  number[]
> = task(
  import.meta,
  "hearAllSync",
  (from: Broadcast<number>, ready: Latch) => {
    using subscription = from.subscribe();
    ready.countDown();
    const all = [];
    while (!subscription.closed) {
      try {
        all.push(subscription.receiveSync());
      } catch (error) {
        if ((error as Error).name !== "QueueClosedError") throw error;
      }
    }
    return all;
  },
);

/** Publishes `count` numbers from `first` on. */
export const sayMany: Task<
  [to: Broadcast<number>, first: number, count: number],
  Promise<void>
> = task(
  import.meta,
  "sayMany",
  async (to: Broadcast<number>, first: number, count: number) => {
    for (let i = 0; i < count; i++) await to.publish(first + i);
  },
);

/** Subscribes, says so and never receives. */
export const sleep: Task<
  [from: Broadcast<number>, ready: EventFlag],
  Promise<void>
> = task(
  import.meta,
  "sleep",
  async (from: Broadcast<number>, ready: EventFlag) => {
    const subscription = from.subscribe();
    ready.set();
    await new Promise(() => {});
    subscription.close();
  },
);
