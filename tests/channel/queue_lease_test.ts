/** Messages of a queue that are read where they lie. */
import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  EventFlag,
  LeaseOverError,
  NotBytesError,
  Queue,
  QueueClosedError,
  struct,
  System,
  WaitTimeoutError,
} from "../../mod.ts";
import { threadsGone } from "../fixtures/threads_gone.ts";
import { leaseAndStay } from "./queue_tasks.ts";

for (const size of [0, 1, 127, 128, 16_384, 300_000]) {
  Deno.test(`Queue.lease() shows ${size} bytes where they lie`, async () => {
    const queue = new Queue<Uint8Array>();
    const bytes = Uint8Array.from({ length: size }, (_, i) => i);
    await queue.putMany([bytes, bytes.subarray(size >> 1)]);
    using whole = await queue.lease();
    using part = queue.tryLease()!;
    assertEquals(new Uint8Array(whole.bytes), bytes);
    assertEquals(new Uint8Array(part.bytes), bytes.subarray(size >> 1));
    assert(whole.bytes.buffer instanceof SharedArrayBuffer);
    // Both are in the memory of the queue.
    assertStrictEquals(part.bytes.buffer, whole.bytes.buffer);
    assertEquals(queue.size, 0);
  });
}

Deno.test("Queue.lease() keeps the room of its message until it is disposed, twice is once", async () => {
  const queue = new Queue<Uint8Array>({ capacityBytes: 1_024 });
  await queue.put(new Uint8Array(600).fill(1));
  const frame = await queue.lease();
  assertEquals(queue.tryPut(new Uint8Array(600)), false);
  const waiting = queue.put(new Uint8Array(600).fill(2));
  assertEquals(frame.bytes[599], 1);
  frame[Symbol.dispose]();
  frame[Symbol.dispose]();
  await waiting;
  assertEquals((await queue.take())[599], 2);
  assertThrows(() => frame.bytes, LeaseOverError);
});

Deno.test("Queue.lease() waits for a message, in turn, and gives up as it is told", async () => {
  const queue = new Queue<Uint8Array>();
  assertEquals(queue.tryLease(), undefined);
  await assertRejects(() => queue.lease({ timeout: 0 }), WaitTimeoutError);
  const stop = new AbortController();
  const stopped = assertRejects(
    () => queue.lease({ signal: stop.signal }),
    DOMException,
  );
  const first = queue.lease();
  const second = queue.take();
  stop.abort();
  await stopped;
  await queue.putMany([Uint8Array.of(1), Uint8Array.of(2)]);
  using frame = await first;
  assertEquals([frame.bytes[0], (await second)[0]], [1, 2]);
});

Deno.test("Queue.lease() leaves what is no array of bytes to others", async () => {
  const queue = new Queue<unknown>();
  const bytes = queue as Queue<Uint8Array>;
  const others = [
    "text",
    Int8Array.of(1),
    new ArrayBuffer(1),
    [Uint8Array.of(1)],
    new Uint8Array(new SharedArrayBuffer(1)),
  ];
  for (const other of others) {
    await queue.put(other);
    await assertRejects(() => bytes.lease(), NotBytesError);
    assertThrows(() => bytes.tryLease(), NotBytesError);
    assertEquals([queue.size, await queue.take()], [1, other]);
  }
  const records = Queue.of(struct({ id: "u8" }));
  await records.put({ id: 0xd9 });
  // @ts-expect-error Its messages are no arrays of bytes.
  assertThrows(() => records.tryLease(), NotBytesError);
  assertEquals(records.size, 1);
});

Deno.test("Queue.lease() acknowledges where the queue was made with ack, when it is disposed", async () => {
  const queue = new Queue<Uint8Array>({ ack: true });
  await queue.putMany([Uint8Array.of(1), Uint8Array.of(2)]);
  {
    using frame = await queue.lease();
    assertEquals([frame.bytes[0], queue.undone], [1, 2]);
  }
  assertEquals(queue.undone, 1);
  await queue.take();
  queue.done();
  await queue.idle();
});

for (const ack of [false, true]) {
  Deno.test(`Queue that is closed ends for who has its last message on lease, ack: ${ack}`, async () => {
    const queue = new Queue<Uint8Array>({ ack });
    await queue.put(Uint8Array.of(1));
    using frame = await queue.lease();
    queue.close();
    assertThrows(() => queue.tryLease(), QueueClosedError);
    await assertRejects(() => queue.take(), QueueClosedError);
    assertEquals(frame.bytes[0], 1);
  });

  Deno.test(`Queue has the message of a thread again that is killed while it has it on lease, ack: ${ack}`, async () => {
    {
      await using system = new System();
      const queue = new Queue<Uint8Array>({ ack });
      const ready = new EventFlag();
      await queue.put(new Uint8Array(50_000).fill(7));
      const job = system.run(leaseAndStay, [queue, ready]);
      const ended = assertRejects(() => Promise.resolve(job));
      await ready.wait();
      assertEquals(queue.size, 0);
      job.kill();
      await ended;
      using frame = await queue.lease();
      assertEquals(frame.bytes[49_999], 7);
    }
    await threadsGone();
  });
}
