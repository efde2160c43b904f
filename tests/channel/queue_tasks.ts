/** What other threads do in tests of queues. */
import {
  type EventFlag,
  type Queue,
  struct,
  type Task,
  task,
} from "../../mod.ts";

/** Doubles numbers, and answers by the queue that comes with each. */
export const answerBySelf: Task<
  [questions: Queue<[number, Queue<number>]>],
  Promise<void>
> = task(
  import.meta,
  "answerBySelf",
  async (questions: Queue<[number, Queue<number>]>) => {
    for await (const [number, answers] of questions) {
      await answers.put(2 * number);
    }
  },
);

/** Puts `count` messages of `size` bytes: 0s, then 1s and so on. */
export const putBlocking: Task<
  [queue: Queue<Uint8Array>, size: number, count: number],
  void
> = task(
  import.meta,
  "putBlocking",
  (queue: Queue<Uint8Array>, size: number, count: number) => {
    for (let i = 0; i < count; i++) {
      queue.putSync(new Uint8Array(size).fill(i));
    }
  },
);

/** Takes `count` messages; returns the sum of all bytes. */
export const takeBlocking: Task<
  [queue: Queue<Uint8Array>, count: number],
  number
> = task(
  import.meta,
  "takeBlocking",
  (queue: Queue<Uint8Array>, count: number) => {
    let sum = 0;
    for (let i = 0; i < count; i++) {
      for (const byte of queue.takeSync()) sum += byte;
    }
    return sum;
  },
);

/** Waits for room until it is killed. */
export const loseRoom: Task<
  [queue: Queue<string>, ready: EventFlag],
  Promise<void>
> = task(
  import.meta,
  "loseRoom",
  async (queue: Queue<string>, ready: EventFlag) => {
    const putting = queue.put("lost");
    ready.set();
    await putting;
  },
);

/** Offers a message until it is killed. */
export const offerAndStay: Task<
  [queue: Queue<string>, ready: EventFlag],
  Promise<void>
> = task(
  import.meta,
  "offerAndStay",
  async (queue: Queue<string>, ready: EventFlag) => {
    const putting = queue.put("offered");
    ready.set();
    await putting;
    await new Promise(() => {});
  },
);

/** Puts a message if there is room at once. */
export const putAtOnce: Task<[queue: Queue<string>, value: string], boolean> =
  task(
    import.meta,
    "putAtOnce",
    (queue: Queue<string>, value: string) => queue.tryPut(value),
  );

/** Puts a message, after it has said that it begins to. */
export const putBehind: Task<
  [queue: Queue<string>, value: string, ready: EventFlag],
  Promise<void>
> = task(
  import.meta,
  "putBehind",
  async (queue: Queue<string>, value: string, ready: EventFlag) => {
    const putting = queue.put(value);
    ready.set();
    await putting;
  },
);

interface Reading {
  id: number;
  value: number;
}

/** Answers readings with twice the value; throws if they are no records. */
export const doubleReadings: Task<
  [questions: Queue<Reading>, answers: Queue<Reading>],
  Promise<void>
> = task(
  import.meta,
  "doubleReadings",
  async (questions: Queue<Reading>, answers: Queue<Reading>) => {
    const Reading = struct({ id: "u32", value: "f64" });
    const out = answers.as(Reading);
    for await (const { id, value } of questions.as(Reading)) {
      await out.put({ id, value: 2 * value });
    }
  },
);

/** Claims room for so many bytes, and stays until it is killed. */
export const claimAndStay: Task<
  [queue: Queue<Uint8Array>, bytes: number, ready: EventFlag],
  Promise<void>
> = task(
  import.meta,
  "claimAndStay",
  async (queue: Queue<Uint8Array>, bytes: number, ready: EventFlag) => {
    using room = await queue.claim(bytes);
    room.bytes.fill(1);
    ready.set();
    await new Promise(() => {});
  },
);

/** Leases a message, and stays until it is killed. */
export const leaseAndStay: Task<
  [queue: Queue<Uint8Array>, ready: EventFlag],
  Promise<void>
> = task(
  import.meta,
  "leaseAndStay",
  async (queue: Queue<Uint8Array>, ready: EventFlag) => {
    using frame = await queue.lease();
    if (frame.bytes.length > 0) ready.set();
    await new Promise(() => {});
  },
);
