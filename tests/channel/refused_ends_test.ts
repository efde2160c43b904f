/** What is refused leaves its sender everything it had: ends of channels, buffers, and the message itself. */
import {
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertThrows,
} from "@std/assert";
import {
  broadcast,
  channel,
  ChannelClosedError,
  ChannelFullError,
  DataCloneError,
  EndMovedError,
  InvalidOptionError,
  MessageOverCapacityError,
  pipe,
  Queue,
  QueueClosedError,
  QueueFullError,
  type Sender,
  struct,
  UnsendableError,
  UnsentError,
  ViewRangeError,
  WaitTimeoutError,
} from "../../mod.ts";
import { decode, encode } from "../../src/memory/codec.ts";
import { PRIMITIVE } from "../../src/sync/layout.ts";

type Message = { reply: Sender<number> } | number;

/** Checks that both ends of a channel can be used here. */
async function assertUsable(
  { tx, rx }: { tx: Sender<number>; rx: { receive(): Promise<number> } },
): Promise<void> {
  await tx.send(7);
  assertEquals(await rx.receive(), 7);
}

/** Lets everything happen that can happen without anybody's doing. */
function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

// -- Ends in a message that is refused --

Deno.test("Sender in a message that cannot be sent stays where it is", async () => {
  const queue = new Queue<unknown>();
  const reply = channel<number>();
  const message = { reply: reply.tx, on: () => 1 };
  const error = await assertRejects(() => queue.put(message), UnsendableError);
  assertInstanceOf(error, DataCloneError);
  assertEquals(error.path, "value.on");
  assertEquals(error.unsent, message);
  assertEquals([error.code, error.name], [
    "TROUPE_UNSENDABLE",
    "UnsendableError",
  ]);
  await assertUsable(reply);
});

for (const overflow of ["wait", "fail", "dropNewest"] as const) {
  Deno.test(`Queue that is full or closed gives ends back when its overflow is "${overflow}"`, async () => {
    const queue = new Queue<Message>({ capacity: 1, overflow });
    await queue.put(1);
    const reply = channel<number>();
    assertEquals(queue.tryPut({ reply: reply.tx }), false);
    await assertUsable(reply);
    const put = queue.put({ reply: reply.tx }, { timeout: 1 });
    // Its sender is not told that it is dropped: see lost_ends_test.ts.
    if (overflow === "dropNewest") return await put;
    const { unsent } = await assertRejects(() => put, QueueFullError);
    assertEquals(unsent, { reply: reply.tx });
    await assertUsable(reply);
    queue.close();
    await assertRejects(
      () => queue.put({ reply: reply.tx }),
      QueueClosedError,
    );
    await assertUsable(reply);
    assertThrows(() => queue.tryPut({ reply: reply.tx }), QueueClosedError);
    await assertUsable(reply);
  });
}

Deno.test("Queue gives ends back when the wait for room is aborted or ended by a close", async () => {
  for (const capacity of [0, 1]) {
    const queue = new Queue<Message>({ capacity });
    if (capacity > 0) await queue.put(1);
    const reply = channel<number>();
    const aborter = new AbortController();
    const put = queue.put({ reply: reply.tx }, { signal: aborter.signal });
    await settle();
    await assertRejects(() => reply.tx.send(1), EndMovedError);
    aborter.abort(new Error("enough"));
    await assertRejects(() => put, Error, "enough");
    await assertUsable(reply);
    const next = queue.put({ reply: reply.tx });
    const refused = assertRejects(() => next, QueueClosedError);
    await settle();
    queue.close();
    await refused;
    await assertUsable(reply);
  }
});

Deno.test("Queue gives an end back that is larger than it may be, and takes it in a batch", async () => {
  const queue = new Queue<unknown>({ capacityBytes: 1024 });
  const reply = channel<number>();
  await assertRejects(
    () => queue.put([reply.tx, "x".repeat(2000)]),
    MessageOverCapacityError,
    "the limit is",
  );
  await assertUsable(reply);
  await queue.putMany([1, { reply: reply.tx }, 3]);
  await assertRejects(() => reply.tx.send(1), EndMovedError);
  assertEquals(await queue.take(), 1);
  const { reply: there } = await queue.take() as { reply: Sender<number> };
  await assertUsable({ tx: there, rx: reply.rx });
});

Deno.test("Sender.send() gives ends back when the message is refused", async () => {
  const { tx, rx } = channel<Message>({ capacity: 1 });
  const reply = channel<number>();
  await tx.send(1);
  assertEquals(tx.trySend({ reply: reply.tx }), false);
  await assertUsable(reply);
  const late = await assertRejects(
    () => tx.send({ reply: reply.tx }, { timeout: 1 }),
    ChannelFullError,
  );
  assertEquals(late.unsent, { reply: reply.tx });
  await assertRejects(
    () => tx.send({ reply: reply.tx }, { timeout: 0 }),
    ChannelFullError,
  );
  assertThrows(
    () => tx.sendSync({ reply: reply.tx }, { timeout: 0, onMain: true }),
    ChannelFullError,
  );
  await assertUsable(reply);
  const aborter = new AbortController();
  const aborted = tx.send({ reply: reply.tx }, { signal: aborter.signal });
  await assertRejects(() => reply.tx.send(1), EndMovedError);
  aborter.abort(new Error("enough"));
  await assertRejects(() => aborted, Error, "enough");
  await assertUsable(reply);
  const waits = tx.send({ reply: reply.tx });
  const closed = assertRejects(() => waits, ChannelClosedError);
  rx.close();
  await closed;
  await assertUsable(reply);
});

Deno.test("Sender that is on its way is not taken back by a second message that is refused", async () => {
  const { tx, rx } = channel<number>();
  const { bytes, length, attachments } = encode(tx);
  const first = bytes.slice(0, length);
  const full = new Queue<unknown>({ capacity: 1 });
  await full.put(1);
  assertEquals(full.tryPut(tx), false);
  await assertRejects(() => tx.send(1), EndMovedError);
  const there = decode(first, 0, length, attachments) as Sender<number>;
  await assertUsable({ tx: there, rx });
});

Deno.test("PipeEnd in a message that is refused stays where it is", async () => {
  const queue = new Queue<unknown>({ capacity: 1, overflow: "fail" });
  await queue.put(1);
  const [a, b] = pipe<number, number>();
  await assertRejects(() => queue.put([b]), QueueFullError);
  await a.send(1);
  assertEquals(await b.receive(), 1);
  await b.send(2);
  assertEquals(await a.receive(), 2);
});

Deno.test("Broadcast gives ends back when it is closed or full", async () => {
  const to = broadcast<Message>({ capacity: 1 });
  const one = to.subscribe();
  await to.publish(1);
  const reply = channel<number>();
  assertEquals(to.tryPublish({ reply: reply.tx }), false);
  await assertUsable(reply);
  await assertRejects(
    () => to.publish({ reply: reply.tx }, { timeout: 1 }),
    QueueFullError,
  );
  await assertUsable(reply);
  to.close();
  await assertRejects(() => to.publish({ reply: reply.tx }), QueueClosedError);
  await assertUsable(reply);
  one.close();
});

// -- Buffers of a message that is refused --

Deno.test("Queue moves a buffer when there is room for it, not before", async () => {
  const queue = new Queue<number | ArrayBuffer>({ capacity: 1 });
  await queue.put(1);
  const buffer = new ArrayBuffer(8);
  const transfer = [buffer];
  await assertRejects(
    () => queue.put(buffer, { transfer, timeout: 1 }),
    QueueFullError,
  );
  const aborter = new AbortController();
  const put = queue.put(buffer, { transfer, signal: aborter.signal });
  await settle();
  aborter.abort(new Error("enough"));
  await assertRejects(() => put, Error, "enough");
  assertEquals(buffer.byteLength, 8);
  const waits = queue.put(buffer, { transfer });
  await settle();
  assertEquals([buffer.byteLength, await queue.take()], [8, 1]);
  await waits;
  assertEquals(buffer.byteLength, 0);
  assertEquals((await queue.take() as ArrayBuffer).byteLength, 8);
});

Deno.test("Queue refuses a buffer that was moved while it waited, and its room is the next one's", async () => {
  const queue = new Queue<unknown>({ capacity: 1 });
  await queue.put(1);
  const buffer = new ArrayBuffer(8);
  const waits = queue.put({ buffer }, { transfer: [buffer] });
  const refused = assertRejects(() => waits, UnsendableError, "moved before");
  const next = queue.put(2);
  structuredClone(buffer, { transfer: [buffer] });
  assertEquals(await queue.take(), 1);
  const error = await refused;
  assertEquals([error.path, error.unsent], ["transfer", { buffer }]);
  await next;
  assertEquals([await queue.take(), queue.size], [2, 0]);
  assertThrows(
    () => queue.tryPut(buffer, { transfer: [buffer] }),
    UnsendableError,
  );
  await queue.put(3);
  assertEquals(await queue.take(), 3);
});

Deno.test("Sender moves a buffer when there is room for it, not before", async () => {
  const { tx, rx } = channel<number | ArrayBuffer>({ capacity: 1 });
  await tx.send(1);
  const buffer = new ArrayBuffer(8);
  const transfer = [buffer];
  await assertRejects(
    () => tx.send(buffer, { transfer, timeout: 1 }),
    ChannelFullError,
  );
  assertEquals(buffer.byteLength, 8);
  const waits = tx.send(buffer, { transfer });
  const refused = assertRejects(() => waits, UnsendableError);
  structuredClone(buffer, { transfer });
  assertEquals(await rx.receive(), 1);
  assertEquals((await refused).unsent, buffer);
  rx.close();
});

Deno.test("Broadcast that is closed or full moves no buffer", async () => {
  const to = broadcast<number | ArrayBuffer>({ capacity: 1 });
  using one = to.subscribe();
  await to.publish(1);
  const buffer = new ArrayBuffer(8);
  const transfer = [buffer];
  assertEquals(to.tryPublish(buffer, { transfer }), false);
  await assertRejects(
    () => to.publish(buffer, { transfer, timeout: 1 }),
    QueueFullError,
  );
  assertEquals(buffer.byteLength, 8);
  const waits = to.publish(buffer, { transfer });
  const refused = assertRejects(() => waits, UnsendableError);
  structuredClone(buffer, { transfer });
  assertEquals(await one.receive(), 1);
  await refused;
  const other = new ArrayBuffer(8);
  to.close();
  await assertRejects(
    () => to.publish(other, { transfer: [other] }),
    QueueClosedError,
  );
  assertThrows(
    () => to.tryPublish(other, { transfer: [other] }),
    QueueClosedError,
  );
  assertEquals(other.byteLength, 8);
});

/** Whether a thread is in a section of a queue or a broadcast, or has left one by an error. */
function isGuarded(handle: unknown): boolean {
  const [memory] = encode(handle).attachments as [SharedArrayBuffer];
  return new Int32Array(memory)[PRIMITIVE.GUARD] !== 0;
}

/** A message whose port is there, and whose transfer holds what is not. */
function halfGone(): { value: MessagePort; transfer: Transferable[] } {
  const { port1, port2 } = new MessageChannel();
  port2.close();
  const gone = new ArrayBuffer(4);
  structuredClone(gone, { transfer: [gone] });
  return { value: port1, transfer: [port1, gone] };
}

Deno.test("Queue and Broadcast go on when what is to be moved was moved before", async () => {
  const queue = new Queue<unknown>({ capacity: 1 });
  const { value, transfer } = halfGone();
  assertThrows(() => queue.tryPut(value, { transfer }), UnsendableError);
  assertEquals(isGuarded(queue), false);
  await assertRejects(() => queue.put(value, { transfer }), UnsendableError);
  assertThrows(
    () => queue.putSync(value, { transfer, onMain: true }),
    UnsendableError,
  );
  assertEquals(isGuarded(queue), false);
  await queue.put(1);
  assertEquals([queue.size, await queue.take()], [1, 1]);
  value.close();

  for (const subscribed of [true, false]) {
    const to = broadcast<unknown>({ capacity: 1 });
    const one = subscribed ? to.subscribe() : undefined;
    const { value, transfer } = halfGone();
    assertThrows(() => to.tryPublish(value, { transfer }), UnsendableError);
    assertEquals(isGuarded(to), false);
    await assertRejects(
      () => to.publish(value, { transfer }),
      UnsendableError,
    );
    assertThrows(
      () => to.publishSync(value, { transfer, onMain: true }),
      UnsendableError,
    );
    await to.publish(1);
    assertEquals(await one?.receive(), subscribed ? 1 : undefined);
    one?.close();
    value.close();
  }

  const { tx, rx } = channel<unknown>({ capacity: 1 });
  const other = halfGone();
  assertThrows(
    () => tx.trySend(other.value, { transfer: other.transfer }),
    UnsendableError,
  );
  await tx.send(2);
  assertEquals(await rx.receive(), 2);
  other.value.close();
});

// -- The message that is refused --

Deno.test("Sender.sendMany() says which message was refused, and what is left", async () => {
  const { tx, rx } = channel<unknown>();
  const bad = { on: () => 1 };
  const error = await assertRejects(
    () => tx.sendMany([1, bad, 3]),
    UnsendableError,
  );
  assertEquals([error.path, error.index], ["values[1].on", 1]);
  assertEquals(error.unsent, [bad, 3]);
  assertEquals(await rx.receive(), 1);
  tx.close();
  const closed = await assertRejects(() => tx.sendMany([5]), UnsentError);
  assertEquals(closed.unsent, [5]);
});

Deno.test("TypedSender.sendMany() says which record was refused, and sends those before it", async () => {
  const { tx, rx } = channel(struct({ id: "u32", name: ["text", 4] }), {
    capacity: 4,
  });
  const good = { id: 1, name: "a" };
  const long = { id: 2, name: "abcdefgh" };
  const error = await assertRejects(
    () => tx.sendMany([good, good, long, good]),
    ViewRangeError,
  );
  const { index, unsent } = error as unknown as {
    index: number;
    unsent: unknown;
  };
  assertEquals([index, unsent], [2, [long, good]]);
  assertEquals(rx.size, 2);
  const wrong = await assertRejects(
    () => tx.send({ id: "x" } as never),
    InvalidOptionError,
  );
  assertEquals((wrong as unknown as { unsent: unknown }).unsent, { id: "x" });
  // One that waits for room.
  const waits = tx.sendMany([good, good, good, long]);
  const refused = assertRejects(() => waits, ViewRangeError);
  await rx.receiveMany(4);
  assertEquals((await refused as unknown as { index: number }).index, 3);
  assertEquals(rx.size, 1);
});

Deno.test("EndMovedError has the message that was not sent", async () => {
  const { tx } = channel<number>();
  encode(tx);
  const error = await assertRejects(() => tx.send(5), EndMovedError);
  assertEquals(error.unsent, 5);
});

Deno.test("ChannelClosedError of who receives has no message", async () => {
  const { tx, rx } = channel<number>();
  tx.close();
  const error = await assertRejects(() => rx.receive(), ChannelClosedError);
  assertEquals("unsent" in error, false);
  await assertRejects(
    () => channel().rx.receive({ timeout: 1 }),
    WaitTimeoutError,
  );
});
