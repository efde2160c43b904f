/** What other threads do in the statements about queues. */
import { type EventFlag, type Queue, type Task, task } from "../../mod.ts";

/** Puts some values, in order. */
export const putAll: Task<[queue: Queue<unknown>, values: unknown[]], void> =
  task(
    import.meta,
    "putAll",
    async (queue: Queue<unknown>, values: unknown[]) => {
      for (const value of values) await queue.put(value);
    },
  );

/** Takes `count` messages. */
export const takeSome: Task<
  [queue: Queue<unknown>, count: number],
  Promise<unknown[]>
> = task(
  import.meta,
  "takeSome",
  async (queue: Queue<unknown>, count: number) => {
    const values: unknown[] = [];
    while (values.length < count) values.push(await queue.take());
    return values;
  },
);

/** Takes until the end. */
export const takeAll: Task<[queue: Queue<unknown>], Promise<unknown[]>> = task(
  import.meta,
  "takeAll",
  async (queue: Queue<unknown>) => {
    const values: unknown[] = [];
    for await (const value of queue) values.push(value);
    return values;
  },
);

/** Takes until the end, and says of each message that it is done. */
export const doAll: Task<[queue: Queue<unknown>], Promise<number>> = task(
  import.meta,
  "doAll",
  async (queue: Queue<unknown>) => {
    let count = 0;
    for await (const _ of queue) {
      await Promise.resolve();
      queue.done();
      count++;
    }
    return count;
  },
);

/** Puts `[self, 0]` to `[self, count - 1]`, every other one blocking. */
export const putNumbered: Task<
  [queue: Queue<[number, number]>, self: number, count: number],
  Promise<void>
> = task(
  import.meta,
  "putNumbered",
  async (queue: Queue<[number, number]>, self: number, count: number) => {
    for (let i = 0; i < count; i++) {
      if (i % 2 === 0) await queue.put([self, i]);
      else queue.putSync([self, i]);
    }
  },
);

/** What a thread reads of an empty queue before and after its own put. */
export const lookAround: Task<
  [queue: Queue<boolean>, answers: Queue<boolean>],
  Promise<void>
> = task(
  import.meta,
  "lookAround",
  async (queue: Queue<boolean>, answers: Queue<boolean>) => {
    const before = queue.empty;
    await queue.put(before);
    await answers.put(before);
    await answers.put(queue.empty);
  },
);

/** Puts messages, says so, and ends its thread without a word. */
export const putAndExit: Task<
  [queue: Queue<number>, count: number],
  Promise<void>
> = task(
  import.meta,
  "putAndExit",
  async (queue: Queue<number>, count: number) => {
    for (let i = 0; i < count; i++) await queue.put(i);
    Deno.exit(7);
  },
);

/** Waits for a message for ever, after it has said that it begins to. */
export const waitForEver: Task<
  [queue: Queue<unknown>, ready: EventFlag, blocking: boolean],
  Promise<unknown>
> = task(
  import.meta,
  "waitForEver",
  (queue: Queue<unknown>, ready: EventFlag, blocking: boolean) => {
    const taking = blocking ? undefined : queue.take();
    ready.set();
    return taking ?? Promise.resolve(queue.takeSync());
  },
);

/** Takes a message, says so, and stays without acknowledging it. */
export const takeAndStay: Task<
  [queue: Queue<unknown>, ready: EventFlag],
  Promise<void>
> = task(
  import.meta,
  "takeAndStay",
  async (queue: Queue<unknown>, ready: EventFlag) => {
    await queue.take();
    ready.set();
    await new Promise(() => {});
  },
);
