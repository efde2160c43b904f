import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  ChannelClosedError,
  EndInUseError,
  EndMovedError,
  pipe,
  type PipeEnd,
  System,
} from "../../mod.ts";
import { selectable } from "../../src/channel/selectable.ts";
import { decode } from "../../src/memory/decode.ts";
import { encode } from "../../src/memory/encode.ts";
import { echo, echoSync } from "./channel_tasks.ts";

Deno.test("pipe() has each end receive what the other sends, and nothing of its own", async () => {
  const [a, b] = pipe<string, number>();
  await a.send("to b");
  await b.send(1);
  assertEquals([await b.receive(), await a.receive()], ["to b", 1]);
  assertEquals([a.pending, b.pending], [false, false]);
});

Deno.test("pipe() has a capacity in each direction", async () => {
  const [a, b] = pipe<number>({ capacity: 1 });
  assertEquals([a.trySend(1), a.trySend(2), b.trySend(3)], [true, false, true]);
  assertEquals([a.size, b.size, a.capacity], [1, 1, 1]);
  assertEquals([b.tryReceive(), a.tryReceive()], [{ value: 1 }, { value: 3 }]);
  await a.sendMany([4]);
  assertEquals(await b.receiveMany(5), [4]);
});

Deno.test("PipeEnd.ready() and pending() do not take", async () => {
  const [a, b] = pipe<string>();
  assertEquals(await b.ready({ timeout: 0 }), false);
  await a.send("A");
  assertEquals([a.pending, b.pending, await b.ready()], [false, true, true]);
  assertEquals(await b.receive(), "A");
});

Deno.test("PipeEnd.close() ends both directions, after what was sent", async () => {
  const [a, b] = pipe<number>();
  await a.send(1);
  a.close();
  a.close();
  assertEquals(await Array.fromAsync(b), [1]);
  await assertRejects(() => b.send(2), ChannelClosedError);
  await assertRejects(() => a.receive(), ChannelClosedError);
  assertEquals([a.closed, b.closed], [true, true]);
});

Deno.test("PipeEnd.closeSending() ends one direction", async () => {
  const [a, b] = pipe<number>();
  await a.send(1);
  a.closeSending();
  assertEquals(await Array.fromAsync(b), [1]);
  await b.send(2);
  assertEquals(await a.receive(), 2);
});

Deno.test("PipeEnd closes at the end of its scope", async () => {
  const [a, b] = pipe<number>();
  {
    using _a = a;
  }
  await assertRejects(() => b.receive(), ChannelClosedError);
});

Deno.test("PipeEnd travels as a whole, and back", async () => {
  const [a, b] = pipe<number>();
  const { bytes, length, attachments } = encode([b]);
  const [there] = decode(bytes.slice(0, length), 0, length, attachments) as [
    PipeEnd<number, number>,
  ];
  await assertRejects(() => b.send(1), EndMovedError);
  await assertRejects(() => b.receive(), EndMovedError);
  await there.send(1);
  await a.send(2);
  assertEquals([await a.receive(), await there.receive()], [1, 2]);
});

Deno.test("PipeEnd in use, or closed in one direction, is not given away in part", async () => {
  const [a, b] = pipe<number>();
  const waiting = b.receive();
  assertThrows(() => encode(b), EndInUseError);
  await a.send(1);
  await waiting;
  b.closeSending();
  assertThrows(() => encode(b), ChannelClosedError);
  await a.send(2);
  assertEquals(await b.receive(), 2);
});

Deno.test("PipeEnd has streams both ways", async () => {
  const [a, b] = pipe<string>();
  const piping = ReadableStream.from(["x", "y"]).pipeTo(a.writable);
  assertEquals(await Array.fromAsync(b.readable), ["x", "y"]);
  await piping;
});

Deno.test("PipeEnd can be one of several", async () => {
  const [a, b] = pipe<string>();
  const come = Promise.withResolvers<void>();
  b[selectable].watch(come.resolve);
  await a.send("x");
  await come.promise;
  assertEquals(b[selectable].tryTake(), { value: "x" });
});

Deno.test("pipe() leads to another thread and back, awaited or blocking it", async () => {
  await using system = new System({ spares: 2 });
  const [here, there] = pipe<unknown>();
  const job = system.run(echo, [there]);
  for (const value of [1, "two", { three: 3 }, new Uint8Array([4])]) {
    await here.send(value);
    assertEquals(await here.receive(), value);
  }
  here.close();
  assertEquals(await job, 4);

  const [main, worker] = pipe<unknown>();
  const blocked = system.run(echoSync, [worker, 100]);
  for (let i = 0; i < 100; i++) {
    await main.send(i);
    assertEquals(await main.receive(), i);
  }
  await blocked;
});

Deno.test("PipeEnd shows what is in it", async () => {
  const [a] = pipe<number>({ capacity: 2 });
  await a.send(1);
  assertEquals(Deno.inspect(a), "PipeEnd(Sender(1 of 2), Receiver(0 of 2))");
  a.close();
  assertEquals(Deno.inspect(a), "PipeEnd(Sender(closed), Receiver(closed))");
});
