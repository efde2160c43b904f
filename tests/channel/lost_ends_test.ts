/** An end of a channel in a message that is thrown away, so that nobody ever has it: the other end is told. */
import { assertEquals, assertRejects } from "@std/assert";
import {
  broadcast,
  channel,
  EndMovedError,
  PeerDiedError,
  pipe,
  Queue,
  type Sender,
  struct,
  System,
} from "../../mod.ts";
import { dropsEnds } from "./channel_tasks.ts";

type Message = { reply: Sender<number> } | number;

/** Checks that who waits for messages of an end that nobody has is told. */
async function assertLost(waits: Promise<unknown>): Promise<void> {
  await assertRejects(() => waits, PeerDiedError, "was thrown away");
}

/** A promise that will reject, handled. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

Deno.test("Receiver that waits is told when its Sender was in the oldest message of a queue, which is dropped", async () => {
  const queue = new Queue<Message>({ capacity: 1, overflow: "dropOldest" });
  const { tx, rx } = channel<number>();
  const waits = handled(rx.receive());
  await queue.put({ reply: tx });
  await queue.put(1);
  await assertLost(waits);
  assertEquals([rx.closed, tx.closed, await queue.take()], [true, true, 1]);
  await assertRejects(() => tx.send(1), EndMovedError);
});

Deno.test("Sender that waits for room, and one that looks, are told when the Receiver was in a message that is dropped", async () => {
  const queue = Queue.latest<unknown>();
  const { tx, rx } = channel<number>({ capacity: 1 });
  await tx.send(1);
  const waits = handled(tx.send(2));
  await queue.put(rx);
  await queue.put(1);
  await assertLost(waits);
  const other = channel<number>();
  await queue.put(other.rx);
  queue.tryPut(2);
  await assertLost(other.tx.send(1));
  assertEquals(other.tx.closed, true);
});

Deno.test("Queue that drops the newest message gives nobody the ends in it, unless its sender is told", async () => {
  const queue = new Queue<Message>({ capacity: 1, overflow: "dropNewest" });
  await queue.put(1);
  const { tx, rx } = channel<number>();
  assertEquals(queue.tryPut({ reply: tx }), false);
  await tx.send(1);
  assertEquals(await rx.receive(), 1);
  const waits = handled(rx.receive());
  await queue.put({ reply: tx });
  await assertLost(waits);
  const sync = channel<number>();
  queue.putSync({ reply: sync.tx }, { onMain: true });
  await assertLost(sync.rx.receive());
});

Deno.test("Receiver that is closed takes what was sent and not received with it", async () => {
  const { tx, rx } = channel<Message>();
  const { tx: first, rx: one } = channel<number>();
  const { tx: second, rx: two } = channel(struct({ id: "u32" }));
  await tx.send({ reply: first });
  await (tx as Sender<unknown>).send([second]);
  const waits = [handled(one.receive()), handled(two.receive())];
  rx.close();
  for (const wait of waits) await assertLost(wait);
});

Deno.test("PipeEnd in a message that is dropped is lost with both its ways", async () => {
  const queue = Queue.latest<unknown>();
  const [here, there] = pipe<number, number>();
  const waits = handled(here.receive());
  await queue.put([there]);
  await queue.put(1);
  await assertLost(waits);
  await assertRejects(() => here.send(1), PeerDiedError);
});

Deno.test("Broadcast tells of ends in messages that nobody has received, not of those that somebody has", async () => {
  const to = broadcast<Message>({ capacity: 1, overflow: "dropOldest" });
  const nobody = channel<number>();
  await to.publish({ reply: nobody.tx });
  await assertLost(nobody.rx.receive());
  using one = to.subscribe();
  const { tx, rx } = channel<number>();
  const dropped = channel<number>();
  await to.publish({ reply: dropped.tx });
  await to.publish({ reply: tx });
  await assertLost(dropped.rx.receive());
  const { reply } = await one.receive() as { reply: Sender<number> };
  await to.publish(1);
  await to.publish(2);
  await reply.send(5);
  assertEquals(await rx.receive(), 5);
});

Deno.test("Broadcast that drops the newest message gives nobody the ends in it, unless its publisher is told", async () => {
  const to = broadcast<Message>({ capacity: 1, overflow: "dropNewest" });
  using _one = to.subscribe();
  await to.publish(1);
  const { tx, rx } = channel<number>();
  assertEquals(to.tryPublish({ reply: tx }), false);
  await tx.send(1);
  assertEquals(await rx.receive(), 1);
  await to.publish({ reply: tx });
  await assertLost(rx.receive());
});

Deno.test("Queue with ack that is acknowledged leaves the ends in it where they are", async () => {
  const queue = new Queue<Message>({ ack: true });
  const { tx, rx } = channel<number>();
  await queue.put({ reply: tx });
  const { reply } = await queue.take() as { reply: Sender<number> };
  queue.done();
  await reply.send(5);
  assertEquals(await rx.receive(), 5);
});

Deno.test("Queue of capacity 0 gives ends back when its putter gives up, however often", async () => {
  const queue = new Queue<Message>({ capacity: 0 });
  const { tx, rx } = channel<number>();
  for (let i = 0; i < 3; i++) {
    const back = new AbortController();
    const put = handled(queue.put({ reply: tx }, { signal: back.signal }));
    // It is there to be taken.
    await new Promise((resolve) => setTimeout(resolve, 0));
    back.abort(new Error("enough"));
    await assertRejects(() => put, Error, "enough");
  }
  await tx.send(5);
  assertEquals(await rx.receive(), 5);
});

Deno.test("Receiver is told when another thread had sent its Sender on, in a message that is dropped", async () => {
  await using system = new System({ spares: 1 });
  const queue = Queue.latest<unknown>();
  const outer = channel<unknown>();
  const all = [channel<number>(), channel<number>(), channel<number>()];
  const waits = all.map(({ rx }) => handled(rx.receive()));
  const job = system.run(dropsEnds, [queue, outer.tx, all.map(({ tx }) => tx)]);
  await assertLost(waits[0]!);
  assertEquals(await queue.take(), "latest");
  // What is in the other channel is thrown away by this thread.
  assertEquals(await outer.rx.ready(), true);
  outer.rx.close();
  await assertLost(waits[1]!);
  // And the third is its own still.
  assertEquals(await waits[2], 3);
  await job;
});
