/** Messages of a channel that are written and read where they lie. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  channel,
  ChannelClosedError,
  ChannelFullError,
  ClaimOverError,
  EndInUseError,
  InvalidOptionError,
  LeaseOverError,
  NotBytesError,
  pipe,
  type Sender,
  struct,
  System,
  WaitTimeoutError,
} from "../../mod.ts";
import { encode } from "../../src/memory/codec.ts";
import { claimAndSend } from "./channel_tasks.ts";

/** The smallest: half of it is what a record of the lane may have. */
const SMALL = { capacityBytes: 4_096 };

for (const size of [0, 1, 127, 128, 1_000, 16_384, 300_000]) {
  Deno.test(`Sender.claim() and Receiver.lease() carry ${size} bytes without a copy`, async () => {
    const { tx, rx } = channel<Uint8Array>(SMALL);
    const bytes = Uint8Array.from({ length: size }, (_, i) => i);
    for (let round = 0; round < 3; round++) {
      const room = await tx.claim(size);
      assertEquals([room.bytes.length, rx.pending, rx.size], [size, false, 0]);
      room.bytes.set(bytes);
      const written = room.bytes;
      room.commit();
      assertThrows(() => room.bytes, ClaimOverError);
      using frame = await rx.lease();
      assertEquals(new Uint8Array(frame.bytes), bytes);
      assert(frame.bytes.buffer instanceof SharedArrayBuffer);
      // It is the same memory.
      written.fill(9);
      assert(frame.bytes.every((byte) => byte === 9));
      assertEquals([rx.size, rx.pending], [0, false]);
    }
    // Either may be used alone.
    using room = tx.tryClaim(size)!;
    room.bytes.set(bytes);
    room.commit();
    assertEquals(await rx.receive(), bytes);
    await tx.send(bytes);
    using frame = rx.tryLease()!;
    assertEquals(new Uint8Array(frame.bytes), bytes);
  });
}

Deno.test("Sender.claim() goes round the end of the ring", async () => {
  const { tx, rx } = channel<Uint8Array>(SMALL);
  for (let i = 0; i < 200; i++) {
    const size = 100 + 7 * i;
    using room = await tx.claim(size);
    room.bytes.fill(i);
    room.commit();
    using frame = await rx.lease();
    assertEquals([frame.bytes.length, frame.bytes[0], frame.bytes.at(-1)], [
      size,
      i & 255,
      i & 255,
    ]);
  }
});

Deno.test("Sender.claim() keeps back what is sent meanwhile, in order", async () => {
  const { tx, rx } = channel<Uint8Array>();
  const one = await tx.claim(1);
  const two = tx.send(Uint8Array.of(2));
  const three = tx.claim(1);
  const four = tx.send(Uint8Array.of(4));
  assertEquals([tx.tryClaim(1), tx.trySend(Uint8Array.of(9))], [
    undefined,
    false,
  ]);
  assertThrows(() => encode(tx), EndInUseError);
  assertEquals(rx.size, 0);
  one.bytes[0] = 1;
  one.commit();
  await two;
  using third = await three;
  third.bytes[0] = 3;
  third.commit();
  await four;
  const all = await rx.receiveMany(9);
  assertEquals(all.map(([first]) => first), [1, 2, 3, 4]);
});

Deno.test("Sender.claim() that is disposed sends nothing", async () => {
  const { tx, rx } = channel<Uint8Array>();
  const room = await tx.claim(10);
  const next = tx.send(Uint8Array.of(2));
  room[Symbol.dispose]();
  room[Symbol.dispose]();
  await next;
  assertThrows(() => room.commit(), ClaimOverError);
  assertEquals([...await rx.receive()], [2]);
});

Deno.test("Sender.claim() waits for room, and gives up as it is told", async () => {
  const { tx, rx } = channel<Uint8Array>({ capacity: 1 });
  await tx.send(Uint8Array.of(1));
  assertEquals(tx.tryClaim(1), undefined);
  await assertRejects(() => tx.claim(1, { timeout: 1 }), ChannelFullError);
  const stop = new AbortController();
  const stopped = tx.claim(1, { signal: stop.signal });
  const refused = assertRejects(() => stopped, DOMException);
  stop.abort();
  await refused;
  const waits = tx.claim(1);
  await rx.receive();
  using room = await waits;
  room.bytes[0] = 2;
  room.commit();
  assertEquals([...await rx.receive()], [2]);
  await assertRejects(() => tx.claim(-1), InvalidOptionError, "bytes");
});

Deno.test("Sender.claim() of an end that is closed meanwhile is sent, of one that nobody receives is not", async () => {
  const { tx, rx } = channel<Uint8Array>();
  const room = await tx.claim(1);
  tx.close();
  room.bytes[0] = 5;
  room.commit();
  assertEquals([...await rx.receive()], [5]);
  await assertRejects(() => rx.receive(), ChannelClosedError);
  await assertRejects(() => tx.claim(1), ChannelClosedError);

  const other = channel<Uint8Array>(SMALL);
  for (const size of [1, 10_000]) {
    const lost = channel<Uint8Array>(SMALL);
    const gone = await lost.tx.claim(size);
    lost.rx.close();
    assertThrows(() => gone.commit(), ChannelClosedError);
  }
  const unused = await other.tx.claim(1);
  other.tx.close();
  unused[Symbol.dispose]();
  await assertRejects(() => other.rx.receive(), ChannelClosedError);
});

for (const size of [10, 10_000]) {
  Deno.test(`Receiver.lease() of ${size} bytes keeps its room, and what is behind it back`, async () => {
    const { tx, rx } = channel<Uint8Array>({ ...SMALL, capacity: 2 });
    await tx.send(new Uint8Array(size).fill(1));
    await tx.send(new Uint8Array(size).fill(2));
    const frame = await rx.lease();
    const next = rx.receive();
    const third = rx.lease();
    assertEquals([rx.tryReceive(), rx.tryLease()], [undefined, undefined]);
    assertEquals(tx.trySend(Uint8Array.of(3)), false);
    const sent = tx.send(Uint8Array.of(3));
    assertEquals(frame.bytes[size - 1], 1);
    frame[Symbol.dispose]();
    frame[Symbol.dispose]();
    assertThrows(() => frame.bytes, LeaseOverError);
    assertEquals((await next)[size - 1], 2);
    await sent;
    using last = await third;
    assertEquals([...last.bytes], [3]);
  });
}

Deno.test("Receiver.lease() waits for a message, and gives up as it is told", async () => {
  const { tx, rx } = channel<Uint8Array>(SMALL);
  assertEquals(rx.tryLease(), undefined);
  await assertRejects(() => rx.lease({ timeout: 0 }), WaitTimeoutError);
  await assertRejects(() => rx.lease({ timeout: 1 }), WaitTimeoutError);
  for (const size of [1, 10_000]) {
    const waits = rx.lease();
    await tx.send(new Uint8Array(size).fill(4));
    using frame = await waits;
    assertEquals(frame.bytes[size - 1], 4);
  }
  const waits = rx.lease();
  const ended = assertRejects(() => waits, ChannelClosedError);
  tx.close();
  await ended;
  await assertRejects(() => rx.lease(), ChannelClosedError);
});

Deno.test("Receiver.lease() leaves what is no bytes where it is", async () => {
  const bytes = new ArrayBuffer(8);
  const shared = new Uint8Array(new SharedArrayBuffer(4));
  for (
    const [value, transfer] of [
      [{ a: 1 }, []],
      ["x".repeat(10_000), []],
      [shared, []],
      [new Uint8Array(bytes), [bytes]],
      [new Float64Array(3), []],
    ] as [unknown, ArrayBuffer[]][]
  ) {
    const { tx, rx } = channel<unknown>(SMALL);
    const frames = rx as unknown as { lease(): Promise<unknown> };
    const tries = rx as unknown as { tryLease(): unknown };
    await tx.send(value, { transfer });
    await tx.send(2);
    await assertRejects(() => frames.lease(), NotBytesError);
    assertThrows(() => tries.tryLease(), NotBytesError);
    assertEquals([rx.size, rx.pending, await rx.ready()], [2, true, true]);
    const received = await rx.receive();
    assertEquals(typeof received, typeof value);
    if (transfer.length > 0) {
      assertEquals((received as Uint8Array).length, 8);
    } else assertEquals(received, value);
    assertEquals(await rx.receive(), 2);
  }
});

Deno.test("Receiver that is closed or sent while it leases", async () => {
  const { tx, rx } = channel<Uint8Array>(SMALL);
  await tx.sendMany([Uint8Array.of(1), Uint8Array.of(2)]);
  const frame = await rx.lease();
  assertThrows(() => encode(rx), EndInUseError);
  rx.close();
  frame[Symbol.dispose]();
  await assertRejects(() => tx.send(Uint8Array.of(3)), ChannelClosedError);
});

Deno.test("PipeEnd and channels of records in place", async () => {
  const [a, b] = pipe<Uint8Array, Uint8Array>();
  using room = await a.claim(3);
  room.bytes.fill(6);
  room.commit();
  using frame = await b.lease();
  assertEquals([...frame.bytes], [6, 6, 6]);
  assertEquals(a.tryLease(), undefined);
  b.tryClaim(1)![Symbol.dispose]();
  const { tx, rx } = channel(struct({ id: "u32" }));
  const bytes = tx as unknown as Sender<Uint8Array>;
  assertThrows(() => bytes.tryClaim(1), NotBytesError);
  assertThrows(() => (rx as unknown as typeof b).tryLease(), NotBytesError);
});

Deno.test("Receiver.lease() reads what another thread wrote in place", async () => {
  await using system = new System();
  const { tx, rx } = channel<Uint8Array>({ capacityBytes: 1 << 16 });
  const job = system.run(claimAndSend, [tx, 50, 20_000]);
  for (let i = 0; i < 50; i++) {
    using frame = await rx.lease();
    assertEquals([frame.bytes.length, frame.bytes[0], frame.bytes.at(-1)], [
      20_000 + i * 1_000,
      i,
      i,
    ]);
  }
  await job;
  await assertRejects(() => rx.lease(), ChannelClosedError);
});
