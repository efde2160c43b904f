/**
 * Where the time of a small message goes, on one thread; `deno run -A tests/bench/where_time_goes.ts` prints a table.
 *
 * @module
 */
import { channel, Queue } from "../../mod.ts";
import { QueueCore } from "../../src/channel/queue_core.ts";
import { createQueue } from "../../src/channel/queue_memory.ts";
import { decode, encode } from "../../src/memory/codec.ts";
import { type Item, itemOf } from "./raw_order.ts";

const ROUNDS = 300;
const COUNT = 1_000;

/** Nanoseconds that one call takes in the best round, in which no other program wanted the core; `after` is called behind each round, and not counted. */
function nanoseconds(body: () => unknown, after = (): void => {}): number {
  const figures: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    for (let i = 0; i < COUNT; i++) body();
    figures.push((performance.now() - start) / COUNT * 1e6);
    after();
  }
  return Math.min(...figures);
}

const item = itemOf(12_345);
const { bytes, length } = encode(item);
const encoded = bytes.slice(0, length);
const bounds = { capacity: COUNT, capacityBytes: 2 ** 22 };

const queue = new Queue<Item>(bounds);
const core = new QueueCore(createQueue(bounds));
const { tx, rx } = channel<Item>(bounds);
const drain = (): void => {
  while (queue.tryTake() !== undefined);
};
const fill = (): void => {
  while (queue.size < COUNT) queue.tryPut(item);
};
const drainChannel = (): void => {
  while (rx.tryReceive() !== undefined);
};
const fillChannel = (): void => {
  while (tx.trySend(item));
};

const encoding = nanoseconds(() => encode(item));
const decoding = nanoseconds(() => decode(encoded, 0, length));
const section = nanoseconds(() => core.run(() => core.enter()));
const put = nanoseconds(() => queue.tryPut(item), drain);
fill();
const take = nanoseconds(() => queue.tryTake(), fill);
const send = nanoseconds(() => tx.trySend(item), drainChannel);
fillChannel();
const receive = nanoseconds(() => rx.tryReceive(), fillChannel);

const row = (codec: number, held: number, whole: number) => ({
  codec: Math.round(codec),
  section: Math.round(held),
  "record and the rest": Math.round(whole - codec - held),
  together: Math.round(whole),
});

console.log(
  `nanoseconds for an object of ${length} bytes, the best of ${ROUNDS} rounds`,
);
console.table({
  "Queue.tryPut": row(encoding, section, put),
  "Queue.tryTake": row(decoding, section, take),
  "Sender.trySend": row(encoding, 0, send),
  "Receiver.tryReceive": row(decoding, 0, receive),
});
