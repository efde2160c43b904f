/** What other threads do with the ends of channels. */
import {
  type PipeEnd,
  type Queue,
  type Rec,
  type Receiver,
  type Sender,
  type Task,
  task,
  type TypedReceiver,
  type TypedSender,
} from "../../mod.ts";
import { notify, store } from "../../src/memory/cells.ts";

/** Says in the first word that it has come so far. */
function say(words: Int32Array, value = 1): void {
  store(words, 0, value);
  notify(words, 0);
}

/** Never ends by itself. */
function forever(): Promise<never> {
  return new Promise(() => setInterval(() => {}, 60_000));
}

/** Sends back what it receives, until nothing comes. */
export const echo: Task<[end: PipeEnd<unknown, unknown>], Promise<number>> =
  task(import.meta, "echo", async (end: PipeEnd<unknown, unknown>) => {
    let count = 0;
    for await (const message of end) {
      await end.send(message);
      count++;
    }
    return count;
  });

/** As {@link echo}, blocking its thread. */
export const echoSync: Task<
  [end: PipeEnd<unknown, unknown>, count: number],
  void
> = task(
  import.meta,
  "echoSync",
  (end: PipeEnd<unknown, unknown>, count: number) => {
    for (let i = 0; i < count; i++) end.sendSync(end.receiveSync());
  },
);

/** Sends the numbers from 0, then closes or just ends. */
export const count: Task<
  [tx: Sender<number>, count: number, closes: boolean],
  Promise<void>
> = task(
  import.meta,
  "count",
  async (tx: Sender<number>, count: number, closes: boolean) => {
    for (let i = 0; i < count; i++) await tx.send(i);
    if (closes) tx.close();
  },
);

/** Sends the numbers from 0, says so, and never ends. */
export const countAndStay: Task<
  [tx: Sender<number>, count: number, words: Int32Array],
  Promise<void>
> = task(
  import.meta,
  "countAndStay",
  async (tx: Sender<number>, count: number, words: Int32Array) => {
    for (let i = 0; i < count; i++) await tx.send(i);
    say(words);
    await forever();
  },
);

/** Sends numbers until it is killed. */
export const countOn: Task<[tx: Sender<number>], Promise<void>> = task(
  import.meta,
  "countOn",
  async (tx: Sender<number>) => {
    for (let i = 0;; i++) await tx.send(i);
  },
);

/** Adds up what it receives, until nothing comes. */
export const sum: Task<[rx: Receiver<number>], Promise<number>> = task(
  import.meta,
  "sum",
  async (rx: Receiver<number>) => {
    let total = 0;
    for await (const number of rx) total += number;
    return total;
  },
);

/** Receives so many, says so, and never ends. */
export const takeAndStay: Task<
  [rx: Receiver<number>, count: number, words: Int32Array],
  Promise<void>
> = task(
  import.meta,
  "takeAndStay",
  async (rx: Receiver<number>, count: number, words: Int32Array) => {
    for (let i = 0; i < count; i++) await rx.receive();
    say(words);
    await forever();
  },
);

/** Receives so many and ends. */
export const takeSome: Task<
  [rx: Receiver<number>, count: number],
  Promise<number>
> = task(
  import.meta,
  "takeSome",
  async (rx: Receiver<number>, count: number) => {
    let last = -1;
    for (let i = 0; i < count; i++) last = await rx.receive();
    return last;
  },
);

/** Throws what the loop over its end throws. */
export const untilEnd: Task<[rx: Receiver<unknown>], Promise<string>> = task(
  import.meta,
  "untilEnd",
  async (rx: Receiver<unknown>) => {
    try {
      for await (const _ of rx);
      return "ended";
    } catch (error) {
      return (error as Error).name;
    }
  },
);

/** Hands an end on to whoever receives from the other one. */
export const forward: Task<
  [way: Sender<unknown>, end: unknown],
  Promise<void>
> = task(
  import.meta,
  "forward",
  async (way: Sender<unknown>, end: unknown) => {
    await way.send(end);
  },
);

/** As {@link forward}, says so, and never ends. */
export const forwardAndStay: Task<
  [way: Sender<unknown>, end: unknown, words: Int32Array],
  Promise<void>
> = task(
  import.meta,
  "forwardAndStay",
  async (way: Sender<unknown>, end: unknown, words: Int32Array) => {
    await way.send(end);
    say(words);
    await forever();
  },
);

/** Gives its end back. */
export const giveBack: Task<[end: Receiver<number>], Receiver<number>> = task(
  import.meta,
  "giveBack",
  (end: Receiver<number>) => end,
);

/** Makes a channel, and gives its receiving end away with a message in it. */
export const makeOne: Task<[], Promise<Receiver<string>>> = task(
  import.meta,
  "makeOne",
  async () => {
    const { channel } = await import("../../mod.ts");
    const { tx, rx } = channel<string>();
    await tx.send("from one that has ended");
    tx.close();
    return rx;
  },
);

/** What {@link fill} sends. */
export interface Reading {
  readonly id: number;
  readonly value: number;
}

/** Sends records, one by one or many at once or in place. */
export const fill: Task<
  [tx: TypedSender<{ id: "u32"; value: "f64" }>, count: number, how: string],
  Promise<void>
> = task(
  import.meta,
  "fill",
  async (
    tx: TypedSender<{ id: "u32"; value: "f64" }>,
    count: number,
    how: string,
  ) => {
    const recordOf = (id: number): Reading => ({ id, value: id / 2 });
    if (how === "many") {
      await tx.sendMany(Array.from({ length: count }, (_, i) => recordOf(i)));
    } else if (how === "sync") {
      for (let i = 0; i < count; i++) tx.sendSync(recordOf(i));
    } else if (how === "fill") {
      for (let i = 0; i < count;) {
        const first = i;
        i += tx.fill(count - i, (record, k) => {
          record.id = first + k;
          record.value = (first + k) / 2;
        });
        if (i < count) await tx.send(recordOf(i++));
      }
    } else for (let i = 0; i < count; i++) await tx.send(recordOf(i));
    tx.close();
  },
);

/** Receives records in some way; how many, and whether all came in order and whole. */
export const drain: Task<
  [rx: TypedReceiver<{ id: "u32"; value: "f64" }>, how: string],
  Promise<readonly [count: number, right: boolean]>
> = task(
  import.meta,
  "drain",
  async (
    rx: TypedReceiver<{ id: "u32"; value: "f64" }>,
    how: string,
  ) => {
    let count = 0;
    let right = true;
    const look = ({ id, value }: Rec<{ id: "u32"; value: "f64" }>): void => {
      if (id !== count || value !== count / 2) right = false;
      count++;
    };
    if (how === "drain") { while (await rx.ready()) rx.drain(look); }
    else if (how === "sync") {
      try {
        for (;;) look(rx.receiveSync());
      } catch {
        return [count, right] as const;
      }
    } else if (how === "many") {
      while (await rx.ready()) (await rx.receiveMany(100)).forEach(look);
    } else for await (const record of rx) look(record);
    return [count, right] as const;
  },
);

/** What an end of a kind may do. */
export const doors: Task<[end: object], string[]> = task(
  import.meta,
  "doors",
  (end: object) => ["send", "receive"].filter((name) => name in end),
);

/** Aborts the stream into a channel. */
export const abortFrom: Task<[Sender<number>, string], Promise<void>> = task(
  import.meta,
  "abortFrom",
  async (tx: Sender<number>, reason: string): Promise<void> => {
    await tx.writable.abort(reason);
  },
);

/** Sends, and tells why that failed. */
export const sendAndTell: Task<[Sender<number>], Promise<string>> = task(
  import.meta,
  "sendAndTell",
  async (tx: Sender<number>): Promise<string> => {
    try {
      await tx.send(1);
      return "sent";
    } catch (error) {
      const { name, cause } = error as Error;
      return `${name}: ${cause}`;
    }
  },
);

/** Writes messages of growing length in place, each full of its number, and closes. */
export const claimAndSend: Task<
  [Sender<Uint8Array>, number, number],
  Promise<void>
> = task(
  import.meta,
  "claimAndSend",
  async (tx: Sender<Uint8Array>, count: number, least: number) => {
    for (let i = 0; i < count; i++) {
      using room = await tx.claim(least + i * 1_000);
      room.bytes.fill(i);
      room.commit();
    }
    tx.close();
  },
);

/** Sends the first end on in a message that it drops, the second in one that nobody receives, and a number by the third. */
export const dropsEnds: Task<
  [queue: Queue<unknown>, outer: Sender<unknown>, ends: Sender<number>[]],
  Promise<void>
> = task(
  import.meta,
  "dropsEnds",
  async (
    queue: Queue<unknown>,
    outer: Sender<unknown>,
    ends: Sender<number>[],
  ) => {
    const [first, second, third] = ends;
    await queue.put({ reply: first });
    await queue.put("latest");
    await outer.send({ reply: second });
    // Until the other side is closed.
    while (!outer.closed) await new Promise((go) => setTimeout(go, 1));
    await third!.send(3);
  },
);
