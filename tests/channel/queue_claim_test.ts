/** Messages of a queue that are written where they will be read. */
import {
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  ClaimOverError,
  EventFlag,
  InvalidOptionError,
  MessageOverCapacityError,
  NotBytesError,
  Queue,
  QueueClosedError,
  QueueFullError,
  struct,
  System,
} from "../../mod.ts";
import { threadsGone } from "../fixtures/threads_gone.ts";
import { claimAndStay } from "./queue_tasks.ts";

for (const size of [0, 1, 127, 128, 16_384, 300_000]) {
  Deno.test(`Queue.claim() gives room for ${size} bytes, which are taken as they were written`, async () => {
    const queue = new Queue<Uint8Array>();
    const bytes = Uint8Array.from({ length: size }, (_, i) => i);
    {
      using room = await queue.claim(size);
      assertEquals([room.bytes.length, queue.size], [size, 0]);
      room.bytes.set(bytes);
      room.commit();
      assertEquals(queue.size, 1);
    }
    assertEquals(await queue.take(), bytes);
    using room = queue.tryClaim(size)!;
    room.bytes.set(bytes);
    room.commit();
    using frame = await queue.lease();
    assertEquals(new Uint8Array(frame.bytes), bytes);
    using blocking = queue.claimSync(size, { onMain: true });
    assertStrictEquals(blocking.bytes.buffer, frame.bytes.buffer);
  });
}

Deno.test("Queue.claim() that is disposed puts nothing, and gives its room back", async () => {
  const queue = new Queue<Uint8Array>({ capacity: 1 });
  const room = await queue.claim(10);
  assertEquals(queue.tryClaim(1), undefined);
  assertEquals(queue.tryPut(new Uint8Array(1)), false);
  const waiting = queue.put(Uint8Array.of(2));
  const next = queue.claim(1);
  room[Symbol.dispose]();
  room[Symbol.dispose]();
  await waiting;
  assertThrows(() => room.bytes, ClaimOverError);
  assertThrows(() => room.commit(), ClaimOverError);
  assertEquals((await queue.take())[0], 2);
  using other = await next;
  other.bytes[0] = 3;
  other.commit();
  assertThrows(() => other.commit(), ClaimOverError);
  assertEquals((await queue.take())[0], 3);
});

Deno.test("Queue.claim() has the turn of when it was made, unless what came later was taken", async () => {
  const queue = new Queue<Uint8Array>();
  using one = await queue.claim(1);
  await queue.put(Uint8Array.of(2));
  using three = await queue.claim(1);
  three.bytes[0] = 3;
  three.commit();
  one.bytes[0] = 1;
  one.commit();
  const taken = [await queue.take(), await queue.take(), await queue.take()];
  assertEquals(taken.map(([first]) => first), [1, 2, 3]);
});

Deno.test("Queue.claim() wakes who waits for a message when it is committed", async () => {
  const queue = new Queue<Uint8Array>();
  const taken = queue.take();
  using room = await queue.claim(1);
  room.bytes[0] = 5;
  room.commit();
  assertEquals((await taken)[0], 5);
});

Deno.test("Queue.claim() counts as a message: the queue that is closed does not end before it", async () => {
  const queue = new Queue<Uint8Array>();
  using room = await queue.claim(1);
  queue.close();
  const taken = queue.take();
  room.commit();
  assertEquals((await taken).length, 1);
  await assertRejects(() => queue.claim(1), QueueClosedError);
  assertThrows(() => queue.tryClaim(1), QueueClosedError);
  await assertRejects(() => queue.take(), QueueClosedError);
});

Deno.test("Queue.claim() gives up as it is told, and as the overflow says", async () => {
  const queue = new Queue<Uint8Array>({ capacity: 1 });
  await queue.put(new Uint8Array(1));
  await assertRejects(() => queue.claim(1, { timeout: 1 }), QueueFullError);
  assertThrows(
    () => queue.claimSync(1, { timeout: 0, onMain: true }),
    QueueFullError,
  );
  const stop = new AbortController();
  const waits = queue.claim(1, { signal: stop.signal });
  const stopped = assertRejects(() => waits, DOMException);
  stop.abort();
  await stopped;
  for (const overflow of ["fail", "dropNewest"] as const) {
    const other = new Queue<Uint8Array>({ capacity: 1, overflow });
    await other.put(new Uint8Array(1));
    await assertRejects(() => other.claim(1), QueueFullError);
    assertThrows(() => other.claimSync(1, { onMain: true }), QueueFullError);
    assertEquals(other.dropped, 0);
  }
  const newest = new Queue<Uint8Array>({ capacity: 1, overflow: "dropOldest" });
  await newest.put(new Uint8Array(1));
  using room = await newest.claim(2);
  room.commit();
  assertEquals([newest.dropped, (await newest.take()).length], [1, 2]);
});

Deno.test("Queue.claim() refuses what it cannot give", async () => {
  const queue = new Queue<Uint8Array>({ capacityBytes: 1024 });
  await assertRejects(() => queue.claim(-1), InvalidOptionError, "bytes");
  await assertRejects(() => queue.claim(1.5), InvalidOptionError, "bytes");
  const { limit } = await assertRejects(
    () => queue.claim(5000),
    MessageOverCapacityError,
    "Cannot claim 5000 bytes",
  );
  const { bytes } = await assertRejects(
    () => queue.claim(limit + 1),
    MessageOverCapacityError,
  );
  assertEquals(bytes, limit + 1);
  using room = await queue.claim(limit);
  room.commit();
  await assertRejects(
    () => queue.claim(1, { timout: 1 } as object),
    InvalidOptionError,
  );
  const handed = new Queue<Uint8Array>({ capacity: 0 });
  await assertRejects(() => handed.claim(1), NotBytesError);
  const records = Queue.of(struct({ id: "u32" })) as unknown as Queue<
    Uint8Array
  >;
  await assertRejects(() => records.claim(1), NotBytesError);
});

Deno.test("Queue.claim() with a priority has its turn by it", async () => {
  const queue = new Queue<Uint8Array>({ priority: true });
  await queue.put(Uint8Array.of(1));
  using room = await queue.claim(1, { priority: 5 });
  room.bytes[0] = 5;
  room.commit();
  assertEquals((await queue.take())[0], 5);
});

Deno.test("Queue.claim() of a thread that is killed is room for others", async () => { // W04
  {
    await using system = new System();
    const queue = new Queue<Uint8Array>({ capacity: 1 });
    const ready = new EventFlag();
    const job = system.run(claimAndStay, [queue, 50_000, ready]);
    const ended = assertRejects(() => Promise.resolve(job));
    await ready.wait();
    assertEquals(queue.tryClaim(1), undefined);
    const waits = queue.put(Uint8Array.of(9));
    job.kill();
    await ended;
    await waits;
    assertEquals([(await queue.take())[0], queue.size], [9, 0]);
  }
  await threadsGone();
});

Deno.test("Queue.leaseSync() waits for a message of bytes", async () => {
  const queue = new Queue<Uint8Array>();
  assertThrows(() => queue.leaseSync({ timeout: 0, onMain: true }));
  await queue.put(Uint8Array.of(1, 2));
  {
    using frame = queue.leaseSync({ onMain: true });
    assertEquals([...frame.bytes], [1, 2]);
  }
  queue.close();
  assertThrows(() => queue.leaseSync({ onMain: true }), QueueClosedError);
});
