import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  channel,
  ChannelClosedError,
  DataCloneError,
  EndInUseError,
  EndMovedError,
  PeerDiedError,
  type Receiver,
  type Sender,
  System,
} from "../../mod.ts";
import { selectable } from "../../src/channel/selectable.ts";
import { load } from "../../src/memory/cells.ts";
import { decode } from "../../src/memory/decode.ts";
import { encode } from "../../src/memory/encode.ts";
import {
  count,
  countAndStay,
  countOn,
  forward,
  forwardAndStay,
  giveBack,
  makeOne,
  sum,
  takeAndStay,
  takeSome,
  untilEnd,
} from "./channel_tasks.ts";

/** Waits until the first word is not 0. */
async function said(words: Int32Array): Promise<void> {
  while (load(words, 0) === 0) {
    const { async, value } = Atomics.waitAsync(words, 0, 0);
    if (async) await value;
  }
}

function word(): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(4));
}

/** As if it had gone to another thread and come back. */
function sent<E>(end: E): E {
  const { bytes, length, attachments } = encode(end);
  return decode(bytes.slice(0, length), 0, length, attachments) as E;
}

/** Lets everything happen that can happen without anybody's doing. */
function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

// -- Ends that are given away --

Deno.test("Sender that was sent cannot be used where it was sent", async () => {
  const { tx, rx } = channel<number>();
  const there = sent(tx);
  const error = await assertRejects(() => tx.send(1), EndMovedError);
  assertEquals([error.code, tx.closed], ["TROUPE_END_MOVED", true]);
  assertThrows(() => tx.trySend(1), EndMovedError);
  tx.close();
  await there.send(2);
  assertEquals(await rx.receive(), 2);
  there.close();
});

Deno.test("Receiver that was sent cannot be used where it was sent", async () => {
  const { tx, rx } = channel<number>();
  await tx.send(1);
  const there = sent(rx);
  await assertRejects(() => rx.receive(), EndMovedError);
  assertThrows(() => rx.tryReceive(), EndMovedError);
  await assertRejects(() => rx.ready(), EndMovedError);
  assertThrows(() => encode(rx), EndMovedError);
  rx.close();
  assertEquals(await there.receive(), 1);
  tx.close();
});

Deno.test("Receiver that arrives goes on where the one before was", async () => {
  const { tx, rx } = channel<number>();
  await tx.sendMany([1, 2, 3]);
  assertEquals(await rx.receive(), 1);
  const second = sent(rx);
  assertEquals(await second.receive(), 2);
  const third = sent(second);
  assertEquals([await third.receive(), third.pending], [3, false]);
  await tx.send(4);
  assertEquals(await third.receive(), 4);
});

Deno.test("Sender that arrives goes on where the one before was", async () => {
  const { tx, rx } = channel<number>({ capacity: 2 });
  await tx.send(1);
  const second = sent(tx);
  await second.send(2);
  assertEquals(second.trySend(3), false);
  assertEquals([await rx.receive(), await rx.receive()], [1, 2]);
});

Deno.test("Sender is not given away by a message that cannot be sent", async () => {
  const { tx, rx } = channel<number>();
  const other = channel<unknown>();
  await assertRejects(
    () => other.tx.send({ tx, bad: () => {} }),
    DataCloneError,
  );
  await tx.send(1);
  assertEquals(await rx.receive(), 1);
});

Deno.test("Sender that nobody received can be sent once more", async () => {
  const { tx, rx } = channel<number>();
  encode(tx);
  const there = sent(tx);
  await there.send(1);
  assertEquals(await rx.receive(), 1);
});

Deno.test("Sender of a message that is read twice is had by the first reader", async () => {
  const { tx, rx } = channel<number>();
  const { bytes, length, attachments } = encode(tx);
  const copy = bytes.slice(0, length);
  const read = () => decode(copy, 0, length, attachments) as Sender<number>;
  const [first, second] = [read(), read()];
  await first.send(1);
  await assertRejects(() => second.send(2), EndMovedError);
  assertEquals([second.closed, second.size], [true, 0]);
  second.close();
  assertEquals(await rx.receive(), 1);
  await first.send(3);
});

Deno.test("Sender and Receiver in use cannot be given away", async () => {
  const { tx, rx } = channel<number>({ capacity: 1 });
  const receiving = rx.receive();
  assertThrows(() => encode(rx), EndInUseError);
  await tx.send(1);
  await receiving;
  await tx.send(2);
  const sending = tx.send(3);
  assertThrows(() => encode(tx), EndInUseError);
  await rx.receive();
  await sending;
  assertEquals(await sent(rx).receive(), 3);
});

Deno.test("Sender and Receiver that are closed cannot be given away", () => {
  const { tx, rx } = channel<number>();
  tx.close();
  rx.close();
  assertThrows(() => encode(tx), ChannelClosedError);
  assertThrows(() => encode(rx), ChannelClosedError);
});

Deno.test("Receiver inside a channel works where it is received", async () => {
  const ways = channel<Receiver<string>>();
  const { tx, rx } = channel<string>();
  await tx.send("a");
  await ways.tx.send(rx);
  const there = await ways.rx.receive();
  assertEquals(await there.receive(), "a");
});

Deno.test("a channel revived from what is none is refused", () => {
  const { tx } = channel<number>();
  const { bytes, length, attachments } = encode(tx);
  const copy = bytes.slice(0, length);
  for (
    const bad of [new SharedArrayBuffer(8), new SharedArrayBuffer(4096), 1]
  ) {
    assertThrows(
      () => decode(copy, 0, length, [bad, attachments![1]]),
      Error,
    );
  }
});

// -- Streams --

Deno.test("Receiver.readable is a stream of the messages", async () => {
  const { tx, rx } = channel<number>();
  await tx.sendMany([1, 2]);
  tx.close();
  assertEquals(await Array.fromAsync(rx.readable), [1, 2]);
  assertStrictEquals(rx.readable, rx.readable);
});

Deno.test("Receiver.readable that is cancelled closes the end", async () => {
  const { tx, rx } = channel<number>();
  await rx.readable.cancel();
  await assertRejects(() => tx.send(1), ChannelClosedError);
});

Deno.test("Sender.writable sends each chunk with backpressure, and closes the end", async () => {
  const { tx, rx } = channel<string>({ capacity: 1 });
  const piping = ReadableStream.from(["a", "b", "c"]).pipeTo(tx.writable);
  assertEquals(await Array.fromAsync(rx), ["a", "b", "c"]);
  await piping;
  assertEquals(tx.closed, true);
});

Deno.test("Sender.writable fails when the receiver is closed", async () => {
  const { tx, rx } = channel<number>();
  rx.close();
  const writer = tx.writable.getWriter();
  writer.closed.catch(() => {});
  await assertRejects(() => writer.write(1), ChannelClosedError);
});

// -- As one of several --

Deno.test("Receiver watched is told of a message and of the end, and holds none back", async () => {
  const { tx, rx } = channel<number>();
  const selection = rx[selectable];
  assertEquals([selection.tryTake(), selection.ended], [undefined, false]);
  const come = Promise.withResolvers<void>();
  selection.watch(come.resolve);
  await tx.send(1);
  await come.promise;
  assertEquals(selection.tryTake(), { value: 1 });
  const end = Promise.withResolvers<void>();
  selection.watch(end.resolve);
  tx.close();
  await end.promise;
  assertEquals([selection.tryTake(), selection.ended], [undefined, true]);
});

Deno.test("Receiver watched when there is a message tells soon, not at once", async () => {
  const { tx, rx } = channel<number>();
  await tx.send(1);
  const told = Promise.withResolvers<void>();
  let returned = false;
  rx[selectable].watch(() => {
    assert(returned);
    told.resolve();
  });
  returned = true;
  await told.promise;
  assertEquals(rx.pending, true);
});

Deno.test("Receiver no longer watched is not told, and has no trace of it", async () => {
  const { tx, rx } = channel<number>();
  let calls = 0;
  const unwatch = rx[selectable].watch(() => calls++);
  await settle();
  unwatch();
  await tx.send(1);
  await settle();
  assertEquals(calls, 0);
  // Nobody waits: the end can be given away.
  assertEquals(await sent(rx).receive(), 1);
});

// -- Between threads --

Deno.test("channel() leads from one thread to another", async () => {
  await using system = new System({ spares: 2 });
  const { tx, rx } = channel<number>({ capacity: 8 });
  const total = system.run(sum, [rx]);
  await system.run(count, [tx, 1_000, true]);
  assertEquals(await total, 499_500);
});

Deno.test("Receiver ends when the thread of the sender has ended, after all that it sent", async () => {
  await using system = new System({ spares: 1 });
  const { tx, rx } = channel<number>();
  await system.run(count, [tx, 3, false]);
  assertEquals(await Array.fromAsync(rx), [0, 1, 2]);
  await assertRejects(() => rx.receive(), ChannelClosedError);
});

Deno.test("Receiver fails when the thread of the sender was killed, after all that it sent", async () => {
  await using system = new System({ spares: 1 });
  const { tx, rx } = channel<number>();
  const words = word();
  const job = system.run(countAndStay, [tx, 3, words]);
  job.catch(() => {});
  await said(words);
  assertEquals(await rx.receive(), 0);
  job.kill();
  assertEquals([await rx.receive(), await rx.receive()], [1, 2]);
  const error = await assertRejects(() => rx.receive(), PeerDiedError);
  assertInstanceOf(error, ChannelClosedError);
  assertEquals(error.code, "TROUPE_PEER_DIED");
  await assertRejects(() => Array.fromAsync(rx), PeerDiedError);
});

Deno.test("Receiver that waits is told at once when the sender's thread is killed", async () => {
  await using system = new System({ spares: 2 });
  const { tx, rx } = channel<number>();
  const words = word();
  const job = system.run(countAndStay, [tx, 0, words]);
  job.catch(() => {});
  const there = channel<number>();
  const elsewhere = system.run(untilEnd, [there.rx]);
  const held = word();
  const other = system.run(countAndStay, [there.tx, 1, held]);
  other.catch(() => {});
  await said(words);
  await said(held);
  const waiting = assertRejects(() => rx.receive(), PeerDiedError);
  const looking = rx.ready();
  job.kill();
  other.kill();
  await waiting;
  assertEquals(await looking, false);
  assertEquals(await elsewhere, "PeerDiedError");
});

Deno.test("Sender is told when the receiver's thread has ended or was killed", async () => {
  await using system = new System({ spares: 2 });
  const one = channel<number>({ capacity: 1 });
  await one.tx.send(0);
  await system.run(takeSome, [one.rx, 1]);
  const ended = await assertRejects(() => one.tx.send(1), ChannelClosedError);
  assertEquals([ended.unsent, ended instanceof PeerDiedError], [1, false]);

  const two = channel<number>({ capacity: 1 });
  const words = word();
  const job = system.run(takeAndStay, [two.rx, 1, words]);
  job.catch(() => {});
  await two.tx.send(0);
  await said(words);
  await two.tx.send(1);
  const waiting = assertRejects(() => two.tx.send(2), PeerDiedError);
  await settle();
  job.kill();
  assertEquals((await waiting).unsent, 2);
  assertThrows(() => two.tx.trySend(3), PeerDiedError);
});

Deno.test("Receiver sent on works for whoever has it last", async () => {
  await using system = new System({ spares: 2 });
  const { tx, rx } = channel<number>();
  const back = await system.run(giveBack, [rx]);
  await tx.send(5);
  assertEquals(await back.receive(), 5);
  const way = channel<Receiver<number>>();
  await system.run(forward, [way.tx as never, back]);
  const again = await way.rx.receive();
  await tx.send(6);
  tx.close();
  assertEquals(await Array.fromAsync(again), [6]);
});

Deno.test("Receiver made by a thread that has ended has what was sent to it", async () => {
  await using system = new System({ spares: 1 });
  const rx = await system.run(makeOne, []);
  assertEquals(await Array.fromAsync(rx), ["from one that has ended"]);
});

Deno.test("Sender in a message of a thread that has ended is nobody's, and as good as held", async () => {
  await using system = new System({ spares: 1 });
  const way = channel<Sender<number>>();
  const { tx, rx } = channel<number>();
  const job = system.run(forward, [way.tx as never, tx]);
  await job;
  await job.exited;
  assertEquals([rx.closed, await rx.ready({ timeout: 1 })], [false, false]);
  const there = await way.rx.receive();
  await there.send(1);
  assertEquals(await rx.receive(), 1);
});

Deno.test("Sender in a message of a thread that was killed has died with it", async () => {
  await using system = new System({ spares: 1 });
  const way = channel<Sender<number>>();
  const { tx, rx } = channel<number>();
  const words = word();
  const job = system.run(forwardAndStay, [way.tx as never, tx, words]);
  job.catch(() => {});
  await said(words);
  job.kill();
  await assertRejects(() => rx.receive(), PeerDiedError);
  const there = await way.rx.receive();
  await assertRejects(() => there.send(1), EndMovedError, "had died");
});

Deno.test("Receiver loses, doubles and mixes up nothing when its sender is killed at any time", async () => {
  await using system = new System({ spares: 2 });
  for (let round = 0; round < 10; round++) {
    const { tx, rx } = channel<number>({ capacity: 4 });
    const job = system.run(countOn, [tx]);
    job.catch(() => {});
    let next = 0;
    const end = await assertRejects(async () => {
      for await (const number of rx) {
        assertEquals(number, next++);
        if (next === 50 + round * 20) job.kill();
      }
    }, Error);
    assertInstanceOf(end, PeerDiedError);
    assert(next >= 50);
  }
});
