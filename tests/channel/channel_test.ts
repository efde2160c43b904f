import {
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertThrows,
} from "@std/assert";
import {
  channel,
  ChannelClosedError,
  ChannelFullError,
  DataCloneError,
  EndInUseError,
  InvalidOptionError,
  MainThreadWaitError,
  type Receiver,
  System,
  WaitTimeoutError,
} from "../../mod.ts";
import { forward } from "./channel_tasks.ts";

/** Lets everything happen that can happen without anybody's doing. */
function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

// -- Order and values --

Deno.test("Receiver.receive() gives messages in the order sent", async () => {
  const { tx, rx } = channel<number>();
  for (let i = 0; i < 5; i++) await tx.send(i);
  const got = [];
  for (let i = 0; i < 5; i++) got.push(await rx.receive());
  assertEquals(got, [0, 1, 2, 3, 4]);
});

Deno.test("Receiver.receive() gives each waiting call its message in the order called", async () => {
  const { tx, rx } = channel<number>();
  const calls = [rx.receive(), rx.receive(), rx.receive()];
  await tx.sendMany([1, 2, 3]);
  assertEquals(await Promise.all(calls), [1, 2, 3]);
});

Deno.test("Sender.send() keeps values of every kind as they are", async () => {
  const { tx, rx } = channel<unknown>();
  const values = [
    undefined,
    null,
    0,
    -0,
    1n,
    "",
    "ü",
    [1, , 3],
    { a: { b: [] } },
    new Map([[1, new Set([2])]]),
    new Uint8Array([1, 2]),
    new Date(5),
    /x/g,
  ];
  for (const value of values) await tx.send(value);
  for (const value of values) assertEquals(await rx.receive(), value);
});

Deno.test("Sender.send() copies: what changes later is not in the message", async () => {
  const { tx, rx } = channel<{ n: number }>();
  const value = { n: 1 };
  await tx.send(value);
  value.n = 2;
  assertEquals(await rx.receive(), { n: 1 });
});

Deno.test("Sender.send() copies also what waits for room", async () => {
  const { tx, rx } = channel<{ n: number }>({ capacity: 1 });
  await tx.send({ n: 0 });
  const value = { n: 1 };
  const sending = tx.send(value);
  value.n = 2;
  assertEquals(await rx.receive(), { n: 0 });
  assertEquals(await rx.receive(), { n: 1 });
  await sending;
});

Deno.test("Receiver.receive() gives errors with their class", async () => {
  const { tx, rx } = channel<Error>();
  await tx.send(new RangeError("far"));
  const error = await rx.receive();
  assertInstanceOf(error, RangeError);
  assertEquals(error.message, "far");
});

Deno.test("Receiver.tryReceive() tells a message that is undefined from none", async () => {
  const { tx, rx } = channel<undefined>();
  assertEquals(rx.tryReceive(), undefined);
  await tx.send(undefined);
  assertEquals(rx.tryReceive(), { value: undefined });
});

Deno.test("channel() wraps around its memory many times", async () => {
  const { tx, rx } = channel<Uint8Array>({ capacityBytes: 1024 });
  for (let i = 0; i < 500; i++) {
    const bytes = new Uint8Array(i % 300).fill(i);
    await tx.send(bytes);
    assertEquals(await rx.receive(), bytes);
  }
});

// -- Shared memory, handles, large messages --

Deno.test("Sender.send() shares shared memory", async () => {
  const { tx, rx } = channel<SharedArrayBuffer>();
  const memory = new SharedArrayBuffer(4);
  await tx.send(memory);
  new Int32Array(memory)[0] = 9;
  assertEquals(new Int32Array(await rx.receive())[0], 9);
});

Deno.test("Sender.send() moves what it is told to", async () => {
  const { tx, rx } = channel<ArrayBuffer>();
  const bytes = new Uint8Array([1, 2, 3]);
  await tx.send(bytes.buffer, { transfer: [bytes.buffer] });
  assertEquals(bytes.byteLength, 0);
  assertEquals(new Uint8Array(await rx.receive()), new Uint8Array([1, 2, 3]));
});

Deno.test("Sender.send() takes messages larger than the channel", async () => {
  const { tx, rx } = channel<Uint8Array>({ capacityBytes: 1024 });
  const large = new Uint8Array(5_000).map((_, i) => i);
  await tx.send(large);
  await tx.send(new Uint8Array([1]));
  assertEquals(rx.size, 2);
  assertEquals(await rx.receive(), large);
  assertEquals(await rx.receive(), new Uint8Array([1]));
});

Deno.test("Receiver.tryReceive() takes a large message as well", async () => {
  const { tx, rx } = channel<string>({ capacityBytes: 1024 });
  await tx.send("x".repeat(3_000));
  assertEquals(rx.tryReceive(), { value: "x".repeat(3_000) });
});

Deno.test("Receiver.receive() keeps the order around a message that comes in parts", async () => {
  await using system = new System({ spares: 1 });
  const ways = channel<Receiver<number>>();
  const { tx, rx } = channel<unknown>({ capacityBytes: 1024 });
  await system.run(forward, [tx as never, "x".repeat(2_000)]);
  const first = rx.receive();
  const second = assertRejects(() => rx.receive(), ChannelClosedError);
  assertEquals(rx.tryReceive(), undefined);
  assertEquals(await first, "x".repeat(2_000));
  await second;
  ways.tx.close();
});

// -- Capacity --

Deno.test("Sender.send() waits when the channel is full, until there is room", async () => {
  const { tx, rx } = channel<number>({ capacity: 2 });
  await tx.send(1);
  await tx.send(2);
  let isSent = false;
  const sending = tx.send(3).then(() => isSent = true);
  await settle();
  assertEquals([isSent, tx.size], [false, 2]);
  assertEquals(await rx.receive(), 1);
  await sending;
  assertEquals([await rx.receive(), await rx.receive()], [2, 3]);
});

Deno.test("Sender.trySend() says whether there was room", async () => {
  const { tx, rx } = channel<number>({ capacity: 1 });
  assertEquals([tx.trySend(1), tx.trySend(2)], [true, false]);
  assertEquals(await rx.receive(), 1);
  assertEquals([tx.trySend(3), rx.size], [true, 1]);
});

Deno.test("Sender.trySend() does not overtake a message that waits", async () => {
  const { tx, rx } = channel<number>({ capacity: 1 });
  tx.trySend(1);
  const sending = tx.send(2);
  const first = rx.tryReceive();
  assertEquals([first, tx.trySend(3)], [{ value: 1 }, false]);
  await sending;
  assertEquals(await rx.receive(), 2);
});

Deno.test("Sender.send() keeps the order of those that wait", async () => {
  const { tx, rx } = channel<number>({ capacity: 1 });
  const all = Promise.all([1, 2, 3, 4, 5].map((n) => tx.send(n)));
  const got = [];
  for (let i = 0; i < 5; i++) got.push(await rx.receive());
  await all;
  assertEquals(got, [1, 2, 3, 4, 5]);
});

Deno.test("Sender.send() wakes for one freed place in a large channel", async () => {
  const { tx, rx } = channel<number>({ capacity: 1000 });
  await tx.sendMany(Array.from({ length: 1000 }, (_, i) => i));
  const sending = tx.send(1000);
  await settle();
  await rx.receive();
  await sending;
  assertEquals(tx.size, 1000);
});

Deno.test("Sender.send() is over in time, with its message and without a trace", async () => {
  const { tx, rx } = channel<string>({ capacity: 1 });
  await tx.send("a");
  const error = await assertRejects(
    () => tx.send("b", { timeout: 5 }),
    ChannelFullError,
  );
  assertEquals([error.unsent, error.timeoutMs, error.code], [
    "b",
    5,
    "TROUPE_CHANNEL_FULL",
  ]);
  assertInstanceOf(error, WaitTimeoutError);
  assertEquals([await rx.receive(), rx.pending], ["a", false]);
});

Deno.test("Sender.send() with timeout 0 does not wait", async () => {
  const { tx } = channel<string>({ capacity: 1 });
  await tx.send("a", { timeout: 0 });
  await assertRejects(() => tx.send("b", { timeout: 0 }), ChannelFullError);
});

Deno.test("Sender.send() that is aborted sends nothing", async () => {
  const { tx, rx } = channel<string>({ capacity: 1 });
  await tx.send("a");
  const abort = new AbortController();
  const sending = assertRejects(
    () => tx.send("b", { signal: abort.signal }),
    Error,
    "enough",
  );
  abort.abort(new Error("enough"));
  await sending;
  await assertRejects(
    () => tx.send("c", { signal: AbortSignal.abort() }),
    DOMException,
  );
  assertEquals([await rx.receive(), rx.pending], ["a", false]);
});

Deno.test("Sender.send() that gives up lets the next one go on", async () => {
  const { tx, rx } = channel<string>({ capacity: 1 });
  await tx.send("a");
  const late = assertRejects(
    () => tx.send("b", { timeout: 1 }),
    ChannelFullError,
  );
  const next = tx.send("c");
  await late;
  assertEquals(await rx.receive(), "a");
  await next;
  assertEquals(await rx.receive(), "c");
});

Deno.test("Sender.sendMany() sends all, whatever the room", async () => {
  const { tx, rx } = channel<number>({ capacity: 3 });
  const sending = tx.sendMany([0, 1, 2, 3, 4, 5, 6, 7]);
  const got = [];
  for (let i = 0; i < 8; i++) got.push(await rx.receive());
  await sending;
  assertEquals(got, [0, 1, 2, 3, 4, 5, 6, 7]);
});

Deno.test("Sender.sendMany() has in its error what was not sent", async () => {
  const { tx, rx } = channel<number>({ capacity: 2 });
  const error = await assertRejects(
    () => tx.sendMany([1, 2, 3, 4], { timeout: 5 }),
    ChannelFullError,
  );
  assertEquals(error.unsent, [3, 4]);
  assertEquals([await rx.receive(), await rx.receive()], [1, 2]);
});

Deno.test("Sender.sendMany() of nothing is sent", async () => {
  const { tx, rx } = channel<number>();
  await tx.sendMany([]);
  assertEquals(rx.pending, false);
});

Deno.test("Receiver.receiveMany() takes what is there, at most so many", async () => {
  const { tx, rx } = channel<number>();
  await tx.sendMany([1, 2, 3, 4, 5]);
  assertEquals(await rx.receiveMany(3), [1, 2, 3]);
  assertEquals(await rx.receiveMany(3), [4, 5]);
  const waiting = rx.receiveMany(3);
  await tx.send(6);
  assertEquals(await waiting, [6]);
});

Deno.test("Sender.size and Receiver.size count what is sent and not received", async () => {
  const { tx, rx } = channel<number>({ capacity: 4 });
  const sizes = () => [tx.size, rx.size, tx.capacity, rx.capacity];
  assertEquals(sizes(), [0, 0, 4, 4]);
  await tx.sendMany([1, 2]);
  assertEquals(sizes(), [2, 2, 4, 4]);
  await rx.receive();
  assertEquals(sizes(), [1, 1, 4, 4]);
});

// -- Waiting --

Deno.test("Receiver.receive() is over in time, and takes nothing", async () => {
  const { tx, rx } = channel<string>();
  const error = await assertRejects(
    () => rx.receive({ timeout: 5 }),
    WaitTimeoutError,
  );
  assertEquals(error.timeoutMs, 5);
  await tx.send("a");
  assertEquals(await rx.receive({ timeout: 0 }), "a");
  await assertRejects(() => rx.receive({ timeout: 0 }), WaitTimeoutError);
});

Deno.test("Receiver.receive() that is aborted takes nothing", async () => {
  const { tx, rx } = channel<string>();
  const abort = new AbortController();
  const aborted = assertRejects(
    () => rx.receive({ signal: abort.signal }),
    Error,
    "enough",
  );
  const next = rx.receive();
  abort.abort(new Error("enough"));
  await aborted;
  await tx.send("a");
  assertEquals(await next, "a");
});

Deno.test("Receiver.ready() takes nothing", async () => {
  const { tx, rx } = channel<string>();
  const waiting = rx.ready();
  await tx.send("a");
  assertEquals([await waiting, await rx.ready(), rx.pending], [
    true,
    true,
    true,
  ]);
  assertEquals(await rx.receive(), "a");
  assertEquals([rx.pending, await rx.ready({ timeout: 1 })], [false, false]);
});

Deno.test("Receiver.ready() is false when nothing will come", async () => {
  const { tx, rx } = channel<string>();
  const waiting = rx.ready();
  tx.close();
  assertEquals([await waiting, await rx.ready()], [false, false]);
});

Deno.test("Receiver.ready() can be aborted", async () => {
  const { rx } = channel<string>();
  const abort = new AbortController();
  const waiting = assertRejects(
    () => rx.ready({ signal: abort.signal }),
    Error,
    "enough",
  );
  abort.abort(new Error("enough"));
  await waiting;
});

Deno.test("Receiver.receiveSync() blocks the main thread only when told to", async () => {
  const { tx, rx } = channel<number>({ capacity: 1 });
  assertThrows(() => rx.receiveSync(), MainThreadWaitError);
  assertThrows(() => tx.sendSync(1), MainThreadWaitError);
  tx.sendSync(1, { onMain: true });
  assertThrows(
    () => tx.sendSync(2, { onMain: true, timeout: 5 }),
    ChannelFullError,
  );
  assertEquals(rx.receiveSync({ onMain: true }), 1);
  assertThrows(
    () => rx.receiveSync({ onMain: true, timeout: 5 }),
    WaitTimeoutError,
  );
  const waiting = rx.receive();
  assertThrows(() => rx.receiveSync({ onMain: true }), EndInUseError);
  await tx.send(3);
  assertEquals(await waiting, 3);
});

Deno.test("Sender.sendSync() does not go before a message that waits", async () => {
  const { tx, rx } = channel<number>({ capacity: 1 });
  await tx.send(1);
  const waiting = tx.send(2);
  assertThrows(() => tx.sendSync(3, { onMain: true }), EndInUseError);
  await rx.receive();
  await waiting;
});

// -- Close --

Deno.test("Sender.close() ends the channel after what was sent", async () => {
  const { tx, rx } = channel<number>();
  await tx.sendMany([1, 2]);
  tx.close();
  assertEquals([tx.closed, rx.closed], [true, false]);
  assertEquals(await Array.fromAsync(rx), [1, 2]);
  const error = await assertRejects(() => rx.receive(), ChannelClosedError);
  assertEquals([error.code, rx.closed, rx.tryReceive()], [
    "TROUPE_CHANNEL_CLOSED",
    true,
    undefined,
  ]);
});

Deno.test("Sender.close() ends who waits for a message", async () => {
  const { tx, rx } = channel<number>();
  const waiting = assertRejects(() => rx.receive(), ChannelClosedError);
  await settle();
  tx.close();
  await waiting;
});

Deno.test("Sender.close() sends before what waits for room", async () => {
  const { tx, rx } = channel<number>({ capacity: 1 });
  const all = [tx.send(1), tx.send(2), tx.send(3)];
  tx.close();
  await assertRejects(() => tx.send(4), ChannelClosedError);
  assertEquals(await Array.fromAsync(rx), [1, 2, 3]);
  await Promise.all(all);
});

Deno.test("Sender.send() after a close is refused with its message", async () => {
  const { tx } = channel<number>();
  tx.close();
  tx.close();
  const error = await assertRejects(() => tx.send(7), ChannelClosedError);
  assertEquals(error.unsent, 7);
  assertThrows(() => tx.trySend(7), ChannelClosedError);
  assertThrows(() => tx.sendSync(7, { onMain: true }), ChannelClosedError);
  const many = await assertRejects(
    () => tx.sendMany([7, 8]),
    ChannelClosedError,
  );
  assertEquals(many.unsent, [7, 8]);
});

Deno.test("Receiver.close() has the sender told, with its message", async () => {
  const { tx, rx } = channel<number>({ capacity: 1 });
  await tx.send(1);
  const waiting = assertRejects(() => tx.send(2), ChannelClosedError);
  await settle();
  rx.close();
  rx.close();
  assertEquals((await waiting).unsent, 2);
  const error = await assertRejects(() => tx.send(3), ChannelClosedError);
  assertEquals(error.unsent, 3);
});

Deno.test("Receiver.close() ends its own waits", async () => {
  const { rx } = channel<number>();
  const waiting = assertRejects(() => rx.receive(), ChannelClosedError);
  const looking = rx.ready();
  rx.close();
  await waiting;
  assertEquals(await looking, false);
  await assertRejects(() => rx.receive(), ChannelClosedError);
  assertThrows(() => rx.tryReceive(), ChannelClosedError);
  await assertRejects(() => rx.ready(), ChannelClosedError);
});

Deno.test("Sender and Receiver close at the end of their scope", async () => {
  let outer: Receiver<number>;
  {
    const { tx, rx } = channel<number>();
    using _tx = tx;
    await tx.send(1);
    outer = rx;
  }
  assertEquals(await Array.fromAsync(outer), [1]);
  {
    using _rx = outer;
  }
  await assertRejects(() => outer.receive(), ChannelClosedError);
});

Deno.test("Receiver iterated leaves the end open when left early", async () => {
  const { tx, rx } = channel<number>();
  await tx.sendMany([1, 2, 3]);
  for await (const number of rx) if (number === 2) break;
  assertEquals(await rx.receive(), 3);
  tx.close();
  const iterator = rx[Symbol.asyncIterator]();
  assertEquals(await iterator.next(), { value: undefined, done: true });
  assertEquals(await iterator.next(), { value: undefined, done: true });
});

// -- Bad input --

Deno.test("channel() refuses capacities out of their bounds", () => {
  for (const capacity of [0, -1, 1.5, NaN, 2 ** 20 + 1, "3" as never]) {
    assertThrows(() => channel({ capacity }), InvalidOptionError, "capacity");
  }
  for (const capacityBytes of [1023, 1025, 2 ** 23]) {
    assertThrows(() => channel({ capacityBytes }), InvalidOptionError);
  }
  assertThrows(() => channel({ size: 3 } as never), InvalidOptionError, "size");
});

Deno.test("Sender.send() refuses what cannot travel, names its path and sends nothing", async () => {
  const { tx, rx } = channel<unknown>({ capacity: 1 });
  const bad = { on: { click: () => {} } };
  const error = await assertRejects(() => tx.send(bad), DataCloneError);
  assertEquals(error.path, "value.on.click");
  assertThrows(() => tx.trySend(bad), DataCloneError);
  await tx.send(1);
  await assertRejects(() => tx.send(bad), DataCloneError);
  assertEquals([await rx.receive(), rx.pending], [1, false]);
});

Deno.test("Sender.send() and Receiver.receive() refuse options out of their bounds", async () => {
  const { tx, rx } = channel<number>();
  for (const timeout of [-1, NaN, "1" as never]) {
    await assertRejects(() => tx.send(1, { timeout }), InvalidOptionError);
    await assertRejects(() => rx.receive({ timeout }), InvalidOptionError);
  }
  await assertRejects(
    () => rx.receive({ signal: {} as never }),
    InvalidOptionError,
  );
  assertEquals(rx.pending, false);
});

Deno.test("Sender.sendMany() wakes the receiver for the messages before one that cannot travel", async () => {
  const { tx, rx } = channel<unknown>();
  const received = rx.receive();
  await settle();
  const error = await assertRejects(
    () => tx.sendMany([1, 2, { on: () => 3 }, 4]),
    DataCloneError,
  );
  assertEquals(error.path, "values[2].on");
  assertEquals([await received, await rx.receive()], [1, 2]);
  assertEquals(rx.size, 0);
});

Deno.test("Sender and Receiver refuse options that there are not, and receiveMany() a number that is none", async () => {
  const { tx, rx } = channel<number>();
  const wrong = { timeoutMs: 5 } as Record<string, number>;
  for (
    const given of [
      () => tx.send(1, wrong),
      () => tx.sendMany([1], wrong),
      () => rx.receive(wrong),
      () => rx.receiveMany(1, wrong),
      () => rx.ready(wrong),
    ]
  ) {
    const error = await assertRejects(given, InvalidOptionError);
    assertEquals(error.option, "timeoutMs");
  }
  assertThrows(() => tx.trySend(1, wrong), InvalidOptionError);
  assertThrows(() => tx.sendSync(1, wrong), InvalidOptionError);
  assertThrows(() => rx.receiveSync(wrong), InvalidOptionError);
  const transfer = { transfer: 5 as unknown as Transferable[] };
  await assertRejects(() => tx.send(1, transfer), InvalidOptionError);
  await tx.send(1);
  for (const max of [-1, 0, 1.5, NaN]) {
    await assertRejects(() => rx.receiveMany(max), InvalidOptionError, "max");
  }
  assertEquals(rx.size, 1);
});
