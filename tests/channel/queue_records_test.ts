/** Queues of records, and of the latest message. */
import {
  assert,
  assertEquals,
  assertNotStrictEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  InvalidOptionError,
  MessageOverCapacityError,
  Queue,
  struct,
  System,
  ViewRangeError,
} from "../../mod.ts";
import { LayoutMismatchError } from "../../src/memory/layout_mismatch_error.ts";
import { threadsGone } from "../fixtures/threads_gone.ts";
import { doubleReadings } from "./queue_tasks.ts";

const Reading = struct({ id: "u32", value: "f64" });

function record(id: number): { id: number; value: number } {
  return { id, value: id / 2 };
}

Deno.test("Queue.of() keeps records and their order, by every way in and out", async () => {
  const queue = Queue.of(Reading, { capacity: 8 });
  await queue.put(record(1));
  await queue.putMany([record(2), record(3), record(4)]);
  queue.putSync(record(5), { onMain: true });
  assert(queue.tryPut(record(6)));
  assertEquals([queue.size, queue.peek()], [6, { value: record(1) }]);
  assertEquals(await queue.take(), record(1));
  assertEquals(queue.takeSync({ onMain: true }), record(2));
  assertEquals(queue.tryTake(), { value: record(3) });
  assertEquals(await queue.takeMany(2), [record(4), record(5)]);
  queue.close();
  assertEquals(await Array.fromAsync(queue), [record(6)]);
});

Deno.test("Queue.of() hands a record to who waits for it", async () => {
  const queue = Queue.of(Reading, { capacity: 0 });
  const taking = queue.take();
  await queue.put(record(9));
  assertEquals(await taking, record(9));
});

Deno.test("Queue.of() copies a record when it is put, also one that waits for room", async () => {
  const queue = Queue.of(Reading, { capacity: 1 });
  const value = record(1);
  await queue.put(value);
  const waiting = queue.put(value);
  value.id = 99;
  assertEquals(await queue.take(), record(1));
  await waiting;
  assertEquals(await queue.take(), record(1));
});

Deno.test("Queue.of() has room for as many records as its capacity says, wherever the ring stands", async () => {
  const queue = Queue.of(struct({ bytes: ["u8", 700] }), { capacity: 100 });
  for (let round = 0; round < 7; round++) {
    for (let i = 0; i < 100; i++) {
      assert(queue.tryPut({ bytes: [i] }), `${i}-th of round ${round}`);
    }
    assert(!queue.tryPut({ bytes: [] }));
    for (let i = 0; i < 100; i++) {
      assertEquals((await queue.take()).bytes[0], i);
    }
    // The next round begins elsewhere.
    for (let i = 0; i < 13; i++) {
      await queue.put({ bytes: [] });
      await queue.take();
    }
  }
});

Deno.test("Queue.of() knows the types of its fields, and leaves nothing of the record before", async () => {
  const queue = Queue.of(struct({ name: ["text", 8], list: ["u8", 3] }));
  await queue.put({ name: "långt", list: [1, 2, 3] });
  await queue.put({ name: "ü", list: Uint16Array.of(7) });
  await queue.take();
  const { name, list } = await queue.take();
  const typed: [string, Uint8Array] = [name, list];
  assertEquals(typed, ["ü", Uint8Array.of(7, 0, 0)]);
});

Deno.test("Queue.of() gives copies: what is put later changes nothing", async () => {
  const queue = Queue.of(struct({ list: ["f64", 4_000] }), { capacity: 1 });
  await queue.put({ list: [1] });
  const peeked = queue.peek()!.value;
  const first = await queue.take();
  await queue.put({ list: [2] });
  const second = await queue.take();
  assertEquals([peeked.list[0], first.list[0], second.list[0]], [1, 1, 2]);
  assertNotStrictEquals(first.list.buffer, second.list.buffer);
});

Deno.test("Queue.of() refuses a record that does not fit its layout, and puts nothing of it", async () => {
  const queue = Queue.of(struct({ name: ["text", 3], id: "u8" }));
  // @ts-expect-error A field that is missing.
  await assertRejects(() => queue.put({ name: "a" }), InvalidOptionError);
  // @ts-expect-error A field of another type.
  assertThrows(() => queue.tryPut({ name: 1, id: 1 }), InvalidOptionError);
  assertThrows(() => queue.tryPut({ name: "four", id: 1 }), ViewRangeError);
  assertThrows(
    () =>
      queue.tryPut({ name: "a", id: 1 }, { transfer: [new ArrayBuffer(1)] }),
    InvalidOptionError,
    "'transfer' must be empty",
  );
  assertEquals(queue.size, 0);
});

Deno.test("Queue.of() takes a record whose getter puts another", async () => {
  const queue = Queue.of(Reading);
  const value = {
    id: 1,
    get value(): number {
      queue.tryPut(record(8));
      return 0.5;
    },
  };
  await queue.put(value);
  assertEquals(await queue.takeMany(2), [record(8), record(1)]);
});

Deno.test("Queue.of() refuses what is no layout, and records that never fit", async () => {
  const none = { id: "u8" } as never;
  assertThrows(() => Queue.of(none), InvalidOptionError, "struct()");
  const Large = struct({ bytes: ["u8", 2_000] });
  const queue = Queue.of(Large, { capacityBytes: 1_024 });
  await assertRejects(
    () => queue.put({ bytes: [] }),
    MessageOverCapacityError,
    "2000 bytes",
  );
});

Deno.test("Queue.of() with overflow, priority and ack keeps what those say", async () => {
  const latest = Queue.of(Reading, { capacity: 1, overflow: "dropOldest" });
  await latest.putMany([record(1), record(2)]);
  assertEquals([await latest.take(), latest.dropped], [record(2), 1]);

  const ranked = Queue.of(Reading, { priority: true });
  await ranked.put(record(1));
  await ranked.put(record(2), { priority: 1 });
  assertEquals(await ranked.takeMany(2), [record(2), record(1)]);

  const acked = Queue.of(Reading, { ack: true });
  await acked.put(record(1));
  for await (const one of acked) {
    assertEquals(one, record(1));
    break;
  }
  assertEquals(acked.size, 1);
});

Deno.test("Queue.of() travels with its layout, there and back", async () => {
  {
    await using system = new System();
    const questions = Queue.of(Reading);
    const answers = Queue.of(Reading);
    const job = system.run(doubleReadings, [questions, answers]);
    for (const id of [1, 2, 3]) await questions.put(record(id));
    for (const id of [1, 2, 3]) {
      assertEquals(await answers.take(), { id, value: id });
    }
    questions.close();
    await job;
  }
  await threadsGone();
});

Deno.test("Queue.as() answers the queue where the layout is the same, and throws where it is not", () => {
  const queue = Queue.of(Reading);
  assertStrictEquals<unknown>(
    queue.as(struct({ id: "u32", value: "f64" })),
    queue,
  );
  const error = assertThrows(
    () => queue.as(struct({ id: "u32" })),
    LayoutMismatchError,
    'current layout is "id:u32,value:f64"',
  );
  assertEquals(
    [error.expected, error.actual],
    ["id:u32", "id:u32,value:f64"],
  );
  assertThrows(
    () => new Queue().as(Reading),
    LayoutMismatchError,
    "messages are of any kind",
  );
});

Deno.test("Queue.latest() has the message that was put last", async () => {
  const queue = Queue.latest<string>({ capacityBytes: 4_096 });
  assertEquals([queue.capacity, queue.overflow], [1, "dropOldest"]);
  for (const word of ["one", "two", "three"]) await queue.put(word);
  assertEquals([queue.size, queue.dropped, queue.undone], [1, 2, 1]);
  assertEquals(await queue.take(), "three");
  assertEquals(queue.tryTake(), undefined);
});
