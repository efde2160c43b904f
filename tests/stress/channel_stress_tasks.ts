/** Threads around channels that are killed at any time. */
import {
  type Receiver,
  type Sender,
  type Task,
  task,
  type TypedReceiver,
  type TypedSender,
} from "../../mod.ts";
import { add, store } from "../../src/memory/cells.ts";

/** What is sent: a number, as a small or a large message. */
export interface Numbered {
  readonly n: number;
  readonly ballast: Uint8Array;
}

/** Sends numbers in messages of changing size, and notes how many were sent. */
export const sendNumbered: Task<
  [tx: Sender<Numbered>, count: number, words: Int32Array],
  Promise<void>
> = task(
  import.meta,
  "sendNumbered",
  async (tx: Sender<Numbered>, count: number, words: Int32Array) => {
    const ballast = [0, 10, 100, 400].map((bytes) => new Uint8Array(bytes));
    for (let n = 0; n < count; n++) {
      await tx.send({ n, ballast: ballast[n % 4]! });
      store(words, 0, n + 1);
    }
    tx.close();
  },
);

/** Receives numbers, and notes how many there were. Returns whether all came in order. */
export const receiveNumbered: Task<
  [rx: Receiver<Numbered>, words: Int32Array],
  Promise<boolean>
> = task(
  import.meta,
  "receiveNumbered",
  async (rx: Receiver<Numbered>, words: Int32Array) => {
    let next = 0;
    for await (const { n, ballast } of rx) {
      if (n !== next || ballast.length !== [0, 10, 100, 400][n % 4]) {
        return false;
      }
      store(words, 1, ++next);
    }
    return true;
  },
);

/** Sends the numbers from 0 as records. */
export const sendRecords: Task<
  [tx: TypedSender<{ n: "u32" }>, count: number],
  void
> = task(
  import.meta,
  "sendRecords",
  (tx: TypedSender<{ n: "u32" }>, count: number) => {
    for (let n = 0; n < count; n++) tx.sendSync({ n });
    tx.close();
  },
);

/** Receives records. Returns how many came before one that was out of order. */
export const receiveRecords: Task<
  [rx: TypedReceiver<{ n: "u32" }>],
  Promise<number>
> = task(
  import.meta,
  "receiveRecords",
  async (rx: TypedReceiver<{ n: "u32" }>) => {
    let next = 0;
    while (await rx.ready()) {
      rx.drain(({ n }) => {
        if (n === next) next++;
      });
    }
    return next;
  },
);

/** Receives some numbers, notes how many came in order, and gives its end back. */
export const passOn: Task<
  [rx: Receiver<number>, some: number, words: Int32Array],
  Promise<Receiver<number>>
> = task(
  import.meta,
  "passOn",
  async (rx: Receiver<number>, some: number, words: Int32Array) => {
    for (let i = 0; i < some && await rx.ready(); i++) {
      const n = await rx.receive();
      if (n === words[0]) add(words, 0, 1);
      else store(words, 1, 1);
    }
    return rx;
  },
);

/** Sends the numbers from 0 and closes. */
export const sendOn: Task<[tx: Sender<number>, count: number], Promise<void>> =
  task(
    import.meta,
    "sendOn",
    async (tx: Sender<number>, count: number) => {
      for (let n = 0; n < count; n++) await tx.send(n);
      tx.close();
    },
  );
