/** What the depot keeps for the messages of a queue is discarded with them. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  Queue,
  QueueClosedError,
  QueueFullError,
  type QueueOptions,
} from "../../mod.ts";
import { collectSync, deposit, discard } from "../../src/channel/depot.ts";
import { ParcelLostError } from "../../src/channel/parcel_lost_error.ts";
import { ownLife } from "../../src/sync/lives.ts";

/** A message that needs the depot. */
function handle(): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(4));
}

/** The number of the last parcel; parcels are numbered in turn. */
function lastParcel(): number {
  const id = deposit([0]);
  discard(id, ownLife().who);
  return id;
}

function isKept(id: number): boolean {
  try {
    collectSync(id, ownLife().who, true);
    return true;
  } catch (error) {
    if (error instanceof ParcelLostError) return false;
    throw error;
  }
}

/** Runs `body`; the numbers of the parcels that it left. */
async function parcelsOf(body: () => unknown): Promise<number[]> {
  const before = lastParcel();
  await body();
  const count = lastParcel() - before - 1;
  return Array.from({ length: count }, (_, i) => before + 1 + i);
}

/** Runs `body`; which of the parcels that it left are kept. */
async function kept(body: () => unknown): Promise<boolean[]> {
  return (await parcelsOf(body)).map(isKept);
}

async function filled(options: QueueOptions): Promise<Queue<unknown>> {
  const queue = new Queue<unknown>({ capacity: 1, ...options });
  await queue.put("first");
  return queue;
}

Deno.test("Queue discards what the depot keeps for the oldest that it drops, by every way to put", async () => {
  const queue = new Queue<unknown>({ capacity: 1, overflow: "dropOldest" });
  assertEquals(await kept(() => queue.put(handle())), [true]);
  const left = await kept(async () => {
    await queue.put(handle());
    queue.putSync(handle(), { onMain: true });
    assert(queue.tryPut(handle()));
    await queue.putMany([handle(), handle(), handle()]);
  });
  assertEquals(left.slice(-1), [true]);
  assertEquals(left.slice(0, -1).includes(true), false);
  assertEquals(queue.dropped, 6);
  assertEquals((await queue.take() as Int32Array).length, 1);
});

Deno.test("Queue discards what the depot keeps for those that one large message drops", async () => {
  const queue = new Queue<unknown>({
    capacityBytes: 1 << 18,
    overflow: "dropOldest",
  });
  const ids = await parcelsOf(async () => {
    for (let i = 0; i < 3; i++) await queue.put(handle());
  });
  assertEquals(ids.map(isKept), [true, true, true]);
  // Each is copied in sections of its own, and the second finds no room.
  await queue.put(new Uint8Array(200_000));
  await queue.put(new Uint8Array(200_000));
  assertEquals(queue.size, 1);
  assertEquals(ids.map(isKept), [false, false, false]);
});

Deno.test("Queue leaves nothing in the depot for the newest that it drops or refuses", async () => {
  const dropping = await filled({ overflow: "dropNewest" });
  assertEquals(
    await kept(async () => {
      await dropping.put(handle());
      assertEquals(dropping.tryPut(handle()), false);
    }),
    [],
  );
  assertEquals(dropping.dropped, 2);

  const failing = await filled({ overflow: "fail" });
  assertEquals(
    await kept(async () => {
      await assertRejects(() => failing.put(handle()), QueueFullError);
      assertEquals(failing.tryPut(handle()), false);
    }),
    [],
  );
});

Deno.test("Queue leaves nothing in the depot for a message that waits for room and gives up, or is refused", async () => {
  const queue = await filled({});
  assertEquals(
    await kept(async () => {
      const stop = new AbortController();
      const given = queue.put(handle(), { signal: stop.signal });
      const closed = queue.put(handle());
      const first = assertRejects(() => given, DOMException);
      const second = assertRejects(() => closed, QueueClosedError);
      stop.abort();
      await first;
      queue.close();
      await second;
      assertThrows(() => queue.tryPut(handle()), QueueClosedError);
    }),
    [],
  );
});

Deno.test("Queue of 0 discards what the depot keeps for a message that nobody took", async () => {
  const queue = new Queue<unknown>({ capacity: 0 });
  assertEquals(
    await kept(async () => {
      const stop = new AbortController();
      const offer = queue.put(handle(), { signal: stop.signal });
      const given = assertRejects(() => offer, DOMException);
      stop.abort();
      await given;
    }),
    [false],
  );
});

Deno.test("Queue with ack keeps what the depot has for a message until it is acknowledged", async () => {
  const queue = new Queue<unknown>({ ack: true });
  const ids = await parcelsOf(async () => {
    await queue.put(handle());
    await queue.take();
  });
  assertEquals(ids.map(isKept), [true]);
  queue.done();
  assertEquals(ids.map(isKept), [false]);
});
