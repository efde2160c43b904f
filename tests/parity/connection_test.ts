/**
 * Connections, as Python's `multiprocessing` promises them, between threads of one program.
 *
 * Not here: CN12 to CN19 (listeners and keys), CN27 (sockets), CN32 and CN39, which are of connections between programs: see
 * tests/connection.
 */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  channel,
  ChannelClosedError,
  DataCloneError,
  EndMovedError,
  pipe,
  type PipeEnd,
  type Receiver,
  select,
  System,
} from "../../mod.ts";
import { ParcelLostError } from "../../src/channel/parcel_lost_error.ts";
import { selectable } from "../../src/channel/selectable.ts";
import { decode } from "../../src/memory/decode.ts";
import { encode } from "../../src/memory/encode.ts";
import { echoAll, force, sendPort, sendTen, talk } from "./connection_tasks.ts";

Deno.test("an echo gives values, bytes and typed arrays back as they were", async () => { // CN01
  await using system = new System({ spares: 1 });
  const [here, there] = pipe<unknown>();
  const job = system.run(echoAll, [there]);
  const values = [
    [1, 1.25, null],
    "text",
    new Uint8Array([1, 2, 3]),
    new Int32Array([-1, 2 ** 30]),
    new Float64Array([0.5]),
    new Uint8Array([9]).buffer,
    { map: new Map([["a", 1n]]) },
  ];
  for (const value of values) {
    await here.send(value);
    const back = await here.receive();
    assertEquals(back, value);
    assertEquals(
      Object.prototype.toString.call(back),
      Object.prototype.toString.call(value),
    );
  }
  here.close();
  await job;
});

Deno.test("bytes are received into a part of a buffer, and a short buffer loses none", async () => { // CN02
  const [a, b] = pipe<Uint8Array>();
  const buffer = new Uint8Array(8).fill(9);
  await a.send(new Uint8Array([1, 2, 3]));
  const message = await b.receive();
  buffer.set(message, 2);
  assertEquals([...buffer], [9, 9, 1, 2, 3, 9, 9, 9]);
  await a.send(new Uint8Array(10));
  const long = await b.receive();
  assertThrows(() => buffer.set(long, 0), RangeError);
  assertEquals(long.length, 10);
  assertEquals([...buffer], [9, 9, 1, 2, 3, 9, 9, 9]);
});

Deno.test("a poll says false at once, at once, and in time; and true at once with a message", async () => { // CN03, CN30
  const [a, b] = pipe<string>();
  assertEquals(b.pending, false);
  assertEquals(await b.ready({ timeout: -1 }), false);
  assertEquals(await b.ready({ timeout: 0 }), false);
  const start = performance.now();
  assertEquals(await b.ready({ timeout: 20 }), false);
  assert(performance.now() - start >= 19);
  await a.send("x");
  assertEquals(await b.ready({ timeout: -1 }), true);
  assertEquals(await b.ready(), true);
});

Deno.test("a message of 16 MiB arrives whole", async () => { // CN04
  await using system = new System({ spares: 1 });
  const [here, there] = pipe<Uint8Array>();
  const job = system.run(echoAll, [there as PipeEnd<never, never>]);
  const message = new Uint8Array(16 * 2 ** 20);
  for (let i = 0; i < message.length; i += 997) message[i] = i;
  await here.send(message);
  const back = await here.receive();
  assertEquals(back.length, message.length);
  for (let i = 0; i < message.length; i += 997) {
    if (back[i] !== message[i]) assertEquals(back[i], message[i]);
  }
  here.close();
  await job;
});

Deno.test("a closed pipe with nothing left is at its end, also for bytes", async () => { // CN05
  for (const left of ["text", new Uint8Array([1])]) {
    const [a, b] = pipe<unknown>();
    await a.send(left);
    a.close();
    assertEquals(await Array.fromAsync(b), [left]);
    await assertRejects(() => b.receive(), ChannelClosedError);
  }
});

Deno.test("the ends of a one-way pipe have one direction each", async () => { // CN06
  const { tx, rx } = channel<number>();
  await assertRejects(
    // @ts-expect-error A receiver does not send.
    async () => await rx.send(1),
    TypeError,
  );
  await assertRejects(
    // @ts-expect-error A sender does not receive.
    async () => await tx.receive(),
    TypeError,
  );
});

Deno.test("a worker's end works when its starter is done with it at once", async () => { // CN07
  await using system = new System({ spares: 1 });
  const [here, there] = pipe<unknown>();
  const job = system.run(echoAll, [there]);
  // It is the worker's from the call on: nothing that is done with it here has any effect.
  there.close();
  await assertRejects(() => there.send(1), EndMovedError);
  await here.send("still there");
  assertEquals(await here.receive(), "still there");
  here.close();
  await job;
});

Deno.test("a window of a buffer is sent, and nothing else of it", async () => { // CN08
  const [a, b] = pipe<Uint8Array>();
  const buffer = new Uint8Array([0, 1, 2, 3, 4, 5]).buffer;
  for (const [offset, length] of [[0, 6], [2, 3], [6, 0], [5, 1]] as const) {
    await a.send(new Uint8Array(buffer, offset, length));
    const got = await b.receive();
    assertEquals([...got], [0, 1, 2, 3, 4, 5].slice(offset, offset + length));
    assertEquals(got.buffer.byteLength, length);
  }
  for (const [offset, length] of [[7, 0], [-1, 1], [4, 3]] as const) {
    assertThrows(() => new Uint8Array(buffer, offset, length), RangeError);
  }
  assertEquals(b.pending, false);
});

Deno.test("ends that are bound to a scope are closed after it", async () => { // CN09
  const [one, other] = pipe<number>();
  {
    using a = one;
    using b = other;
    await a.send(1);
    assertEquals(await b.receive(), 1);
  }
  for (const end of [one, other]) {
    await assertRejects(() => end.receive(), ChannelClosedError, "closed");
    await assertRejects(() => end.send(1), ChannelClosedError, "closed");
  }
});

Deno.test("a port that is sent is the receiver's", async () => { // CN10
  await using system = new System({ spares: 1 });
  const { tx, rx } = channel<MessagePort>();
  const job = system.run(sendPort, [tx]);
  const port = await rx.receive();
  const answer = Promise.withResolvers<number>();
  port.onmessage = ({ data }) => answer.resolve(data);
  port.postMessage(21);
  assertEquals(await answer.promise, 42);
  port.close();
  assertEquals(await job, true);
});

Deno.test("a message without what it announces is an error, and no hang", async () => { // CN11
  const { tx, rx } = channel<unknown>();
  const { bytes, length } = encode(new SharedArrayBuffer(4));
  assertThrows(() => decode(bytes.slice(0, length), 0, length), Error);
  const moved = new Uint8Array(4).buffer;
  structuredClone(moved, { transfer: [moved] });
  await assertRejects(() => tx.send(moved, { transfer: [moved] }), Error);
  assertEquals(rx.pending, false);
  assertEquals(new ParcelLostError("x").code, "TROUPE_PARCEL_LOST");
});

Deno.test("an empty message is there until it is received", async () => { // CN20
  const [a, b] = pipe<string>();
  await a.send("");
  for (let i = 0; i < 3; i++) assertEquals(await b.ready({ timeout: 0 }), true);
  assertEquals(await b.receive(), "");
  assertEquals(await b.ready({ timeout: 0 }), false);
});

Deno.test("messages come one by one, empty ones among them", async () => { // CN21
  const [a, b] = pipe<string>();
  const texts = ["hello", "", "a", "b", "", "bye", "", "lop"];
  await a.sendMany(texts);
  for (const text of texts) assertEquals(await b.receive(), text);
  assertEquals(b.pending, false);
});

Deno.test("looking whether there is a message takes no part of it", async () => { // CN22
  const [a, b] = pipe<Uint8Array>();
  const message = new Uint8Array(3_000).map((_, i) => i);
  await a.send(message);
  for (let i = 0; i < 5; i++) {
    assertEquals([await b.ready(), b.size], [true, 1]);
  }
  assertEquals(await b.receive(), message);
});

Deno.test("messages that are sent quickly do not merge", async () => { // CN23
  const [a, b] = pipe<string>();
  for (const text of ["a", "b", "cd"]) assert(a.trySend(text));
  for (const text of ["a", "b", "cd"]) {
    assertEquals(await b.ready(), true);
    assertEquals(await b.receive(), text);
  }
  assertEquals(await b.ready({ timeout: 0 }), false);
});

Deno.test("an end sent through another reaches the peer it had", async () => { // CN24
  await using system = new System({ spares: 1 });
  const { tx, rx } = channel<PipeEnd<string, string>>();
  const [here, there] = pipe<string>();
  await here.send("first, of before it was sent");
  await tx.send(there);
  const job = system.run(talk, [rx]);
  assertEquals(await here.receive(), "got first, of before it was sent");
  await job;
});

Deno.test("one-way ends work in their direction only where they are received", async () => { // CN25
  await using system = new System({ spares: 1 });
  const out = channel<number>();
  assertEquals(await system.run(force, [out.tx]), ["send", "TypeError"]);
  assertEquals(await out.rx.receive(), 7);
  const into = channel<number>();
  await into.tx.send(8);
  assertEquals(await system.run(force, [into.rx]), ["TypeError", "receive"]);
});

/** Resolves when one of the ends has a message or has ended. */
async function any(ends: readonly Receiver<number>[]): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const taken = ends.map((end) => end[selectable].watch(resolve));
  await promise;
  for (const back of taken) back();
}

Deno.test("waiting for any of four ends gives all messages, and each end once", async () => { // CN26
  await using system = new System({ spares: 4 });
  let open = [1, 2, 3, 4].map((who) => {
    const { tx, rx } = channel<number>();
    system.run(sendTen, [tx, who]).catch(() => {});
    return rx;
  });
  const messages: number[] = [];
  let ends = 0;
  while (open.length > 0) {
    await any(open);
    open = open.filter((end) => {
      for (;;) {
        const taken = end[selectable].tryTake();
        if (taken === undefined) break;
        messages.push(taken.value);
      }
      if (end.closed) ends++;
      return !end.closed;
    });
  }
  const expected = [1, 2, 3, 4].flatMap((who) =>
    [...Array(10).keys()].map((i) => who * 100 + i)
  );
  assertEquals(messages.toSorted((a, b) => a - b), expected);
  assertEquals(ends, 4);
});

Deno.test("waiting for silent ends is over in time, and for one with a message at once", async () => { // CN28
  const [one, other] = [channel<number>(), channel<number>()];
  const ready = (timeout: number) =>
    Promise.all([one, other].map(({ rx }) => rx.ready({ timeout })));
  const start = performance.now();
  assertEquals(await ready(20), [false, false]);
  assert(performance.now() - start >= 19);
  await other.tx.send(1);
  assertEquals(await ready(0), [false, true]);
});

Deno.test("waiting for ends and the end of a worker tells which is ready, and that stays ready", async () => { // CN29
  await using system = new System({ spares: 1 });
  const [silent, { tx, rx }] = [channel<number>(), channel<number>()];
  const [here, there] = pipe<unknown>();
  const job = system.run(echoAll, [there]);
  const wait = (timeout?: number) =>
    select({ silent: silent.rx, rx, gone: job.exited }, {
      ...(timeout !== undefined && { timeout }),
    });
  assertEquals(await wait(1), undefined);
  await tx.send(1);
  assertEquals(await wait(), { key: "rx", ended: false, value: 1 });
  here.close();
  for (let i = 0; i < 3; i++) assertEquals((await wait())?.key, "gone");
});

Deno.test("what is no end is refused when it arrives", async () => { // CN31
  const { tx } = channel<number>();
  const { bytes, length, attachments } = encode(tx);
  const copy = bytes.slice(0, length);
  for (const bad of [undefined, 1, {}, new ArrayBuffer(999)]) {
    assertThrows(() => decode(copy, 0, length, [bad, attachments![1]]), Error);
  }
  const other = channel<unknown>();
  await assertRejects(() => other.tx.send(() => {}), DataCloneError);
});
