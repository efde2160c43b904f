/** Queues, as Python's `multiprocessing` promises them, and where it does not. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  DataCloneError,
  EventFlag,
  OverDoneError,
  Queue,
  QueueClosedError,
  QueueFullError,
  System,
  WaitTimeoutError,
} from "../../mod.ts";
import { threadsGone } from "../fixtures/threads_gone.ts";
import {
  doAll,
  lookAround,
  putAll,
  putAndExit,
  putNumbered,
  takeAll,
  takeAndStay,
  takeSome,
  waitForEver,
} from "./queue_tasks.ts";

async function withThreads(body: (system: System) => Promise<void>) {
  {
    await using system = new System();
    await body(system);
  }
  await threadsGone();
}

Deno.test("Queue of six has six without a wait, and is full then", async () => { // QU01
  const queue = new Queue<number>({ capacity: 6 });
  for (let i = 0; i < 5; i++) await queue.put(i, { timeout: 0 });
  assertEquals([queue.empty, queue.full], [false, false]);
  assertEquals(queue.tryPut(5), true);
  assertEquals([queue.empty, queue.full, queue.size], [false, true, 6]);
});

Deno.test("Queue.tryPut() answers at once when it is full, and changes nothing", async () => { // QU02
  const queue = new Queue<number>({ capacity: 1 });
  await queue.put(1);
  assertEquals([queue.tryPut(2), queue.size, queue.undone], [false, 1, 1]);
  assertEquals([await queue.take(), queue.tryTake()], [1, undefined]);
});

Deno.test("Queue.put() that finds no room in time leaves nothing behind", async () => { // QU03
  const queue = new Queue<string>({ capacity: 1 });
  await queue.put("first");
  const start = performance.now();
  const late = await assertRejects(
    () => queue.put("late", { timeout: 20 }),
    QueueFullError,
  );
  assert(performance.now() - start >= 19);
  assertEquals([late.unsent, late.capacity], ["late", 1]);
  const given = new AbortController();
  const aborted = assertRejects(
    () => queue.put("aborted", { signal: given.signal }),
    RangeError,
  );
  given.abort(new RangeError("No longer"));
  await aborted;
  assertEquals([await queue.take(), queue.tryTake(), queue.size], [
    "first",
    undefined,
    0,
  ]);
});

Deno.test("Queue is empty for who put, when another thread has taken all", async () => { // QU04
  await withThreads(async (system) => {
    const queue = new Queue<unknown>({ capacity: 6 });
    for (let i = 0; i < 6; i++) await queue.put(i);
    await system.run(takeSome, [queue, 6]);
    assertEquals([queue.empty, queue.full], [true, false]);
  });
});

Deno.test("Queue gives what another thread put, in order, in every way of taking", async () => { // QU05
  await withThreads(async (system) => {
    const queue = new Queue<unknown>();
    await system.run(putAll, [queue, [2, 3, 4, 5]]);
    assertEquals([
      await queue.take(),
      await queue.take({ timeout: 1_000 }),
      queue.tryTake()?.value,
      queue.takeSync({ onMain: true }),
    ], [2, 3, 4, 5]);
    assertEquals(queue.empty, true);
  });
});

Deno.test("Queue.tryTake() of an empty queue answers at once, take() after its time", async () => { // QU06, QU11
  const queue = new Queue<number>();
  assertEquals(queue.tryTake(), undefined);
  await assertRejects(() => queue.take({ timeout: 0 }), WaitTimeoutError);
  const start = performance.now();
  await assertRejects(() => queue.take({ timeout: 200 }), WaitTimeoutError);
  assert(performance.now() - start >= 199);
  const again = performance.now();
  assertThrows(
    () => queue.takeSync({ timeout: 20, onMain: true }),
    WaitTimeoutError,
  );
  assert(performance.now() - again >= 19);
});

Deno.test("Queue gives what two threads put one after the other, in that order", async () => { // QU08
  await withThreads(async (system) => {
    const queue = new Queue<unknown>();
    const numbers = Array.from({ length: 20 }, (_, i) => i);
    for (const i of numbers.slice(0, 10)) await queue.put(i);
    await system.run(putAll, [queue, numbers.slice(10)]);
    assertEquals(await system.run(takeSome, [queue, 20]), numbers);
    assertEquals(queue.tryTake(), undefined);
  });
});

Deno.test("Queue.size is exact after each call", async () => { // QU09, W13
  const queue = new Queue<number>();
  const sizes: number[] = [];
  for (const step of ["put", "put", "take", "take"] as const) {
    await (step === "put" ? queue.put(1) : queue.take());
    sizes.push(queue.size);
  }
  assertEquals(sizes, [1, 2, 1, 0]);
  for (let i = 0; i < 200; i++) {
    await queue.put(i);
    assertEquals(queue.empty, false);
    await queue.take();
    assertEquals(queue.empty, true);
  }
});

Deno.test("Queue may be made and used by a module as it is loaded", async () => { // QU10
  const { found } = await import("./queue_at_load.ts");
  assertEquals(found, "loaded");
});

Deno.test("Queue.put() of what cannot be sent fails itself, with the path, and the next one arrives", async () => { // QU12, QU14
  const queue = new Queue<unknown>({ capacity: 1 });
  const error = await assertRejects(
    () => queue.put({ on: { click: () => 1 } }),
    DataCloneError,
  );
  assertEquals(error.path, "value.on.click");
  assertThrows(() => queue.tryPut(() => 1), DataCloneError);
  assertEquals([queue.size, queue.undone], [0, 0]);
  await queue.put("next", { timeout: 0 });
  assertEquals(await queue.take(), "next");
});

Deno.test("Queue that is closed gives what is left, and then refuses", async () => { // QU15
  const queue = new Queue<number>();
  await queue.put(1);
  queue.close();
  const error = await assertRejects(() => queue.put(2), QueueClosedError);
  assertEquals(error.unsent, 2);
  assertThrows(() => queue.tryPut(2), QueueClosedError);
  assertEquals(await queue.take(), 1);
  await assertRejects(() => queue.take(), QueueClosedError);
  assertThrows(() => queue.tryTake(), QueueClosedError);
});

Deno.test("Queue that is closed tells its size, and is closed twice", () => { // QU16, JQ06, JQ07
  const queue = new Queue<number>();
  queue.close();
  queue.close();
  assertEquals([queue.size, queue.empty, queue.full, queue.closed], [
    0,
    true,
    false,
    true,
  ]);
  // Python's simple queue throws where `empty` is asked for; here who takes is told that it is closed.
  assertThrows(() => queue.tryTake(), QueueClosedError);
});

Deno.test("Queue between 4 and 4 threads gives each message once, those of one producer in order", async () => { // QU21
  await withThreads(async (system) => {
    const queue = new Queue<[number, number]>({ capacity: 64 });
    const each = 2_500;
    const taking = [0, 1, 2, 3].map(() => system.run(takeAll, [queue]));
    await Promise.all(
      [0, 1, 2, 3].map((self) => system.run(putNumbered, [queue, self, each])),
    );
    queue.close();
    const taken = await Promise.all(taking) as [number, number][][];
    const seen = new Set<string>();
    for (const mine of taken) {
      const last = [-1, -1, -1, -1];
      for (const [self, i] of mine) {
        assert(i > last[self]!, "those of one producer are in order");
        last[self] = i;
        seen.add(`${self}.${i}`);
      }
    }
    assertEquals([seen.size, taken.flat().length], [4 * each, 4 * each]);
  });
});

Deno.test("Queue ends every loop over it when it is closed, without a sentinel", async () => { // QU22, JQ02
  await withThreads(async (system) => {
    const queue = new Queue<unknown>();
    const loops = [1, 2, 3].map(() => system.run(takeAll, [queue]));
    for (let i = 0; i < 30; i++) await queue.put(i);
    queue.close();
    const taken = (await Promise.all(loops)).flat() as number[];
    assertEquals(taken.sort((a, b) => a - b), [...Array(30).keys()]);
  });
});

Deno.test("Queue serves those who wait to take in the order in which they came", async () => { // QU23
  const queue = new Queue<number>();
  const order: string[] = [];
  const waiting = ["a", "b", "c"].map((name) =>
    queue.take().then((value) => void order.push(`${name}${value}`))
  );
  for (let i = 1; i <= 3; i++) await queue.put(i);
  await Promise.all(waiting);
  assertEquals(order, ["a1", "b2", "c3"]);
});

Deno.test("Queue.take() that is aborted rejects with the reason, and what comes later goes to others", async () => { // QU24
  const queue = new Queue<number>();
  const given = new AbortController();
  const aborted = assertRejects(
    () => queue.take({ signal: given.signal }),
    RangeError,
    "enough",
  );
  const other = queue.take();
  given.abort(new RangeError("enough"));
  await aborted;
  await queue.put(1);
  assertEquals(await other, 1);
  await assertRejects(() => queue.take({ signal: given.signal }), RangeError);
});

Deno.test("Queue.idle() resolves when all messages are done, and not before", async () => { // JQ01, JQ02
  await withThreads(async (system) => {
    const queue = new Queue<unknown>();
    await queue.idle();
    for (let i = 0; i < 10; i++) await queue.put(i);
    await assertRejects(() => queue.idle({ timeout: 0 }), WaitTimeoutError);
    const workers = [1, 2, 3, 4].map(() => system.run(doAll, [queue]));
    await queue.idle();
    assertEquals([queue.undone, queue.size], [0, 0]);
    queue.close();
    const done = await Promise.all(workers);
    assertEquals(done.reduce((sum, one) => sum + one), 10);
  });
});

Deno.test("Queue.done() more often than messages were taken throws, and changes nothing", async () => { // JQ03
  const queue = new Queue<number>();
  assertThrows(() => queue.done(), OverDoneError);
  await queue.put(1);
  await queue.put(2);
  assertThrows(() => queue.done(), OverDoneError, "is 0");
  await queue.take();
  assertThrows(() => queue.done(2), OverDoneError, "is 1");
  queue.done();
  assertEquals(queue.undone, 1);
});

Deno.test("Queue is empty for a thread before its own put and not after", async () => { // JQ05
  await withThreads(async (system) => {
    const queue = new Queue<boolean>();
    const answers = new Queue<boolean>();
    await system.run(lookAround, [queue, answers]);
    assertEquals([await answers.take(), await answers.take()], [true, false]);
  });
});

Deno.test("Queue has all that was put, also when the thread that put it ends without a word", async () => { // W02
  await withThreads(async (system) => {
    const queue = new Queue<number>({ capacity: 20_000 });
    const job = system.run(putAndExit, [queue, 20_000]);
    await assertRejects(() => Promise.resolve(job));
    assertEquals(queue.size, 20_000);
    for (let i = 0; i < 20_000; i++) assertEquals(queue.tryTake()?.value, i);
  });
});

Deno.test("Queue lets a thread that has put end before anybody takes", async () => { // W03
  await withThreads(async (system) => {
    const queue = new Queue<unknown>({ capacityBytes: 2 ** 21 });
    const image = new Uint8Array(2 ** 20).fill(9);
    await system.run(putAll, [queue, [image]]);
    assertEquals(await queue.take(), image);
  });
});

for (const blocking of [false, true]) {
  const how = blocking ? "takeSync()" : "take()";
  Deno.test(`Queue goes on for others when a thread is killed in ${how}`, async () => { // W04
    await withThreads(async (system) => {
      const queue = new Queue<unknown>();
      const ready = new EventFlag();
      const job = system.run(waitForEver, [queue, ready, blocking]);
      const ended = assertRejects(() => Promise.resolve(job));
      await ready.wait();
      job.kill();
      await ended;
      await queue.put(1);
      assertEquals([queue.size, await queue.take()], [1, 1]);
    });
  });
}

Deno.test("Queue with ack gives a message to another when its taker is killed", async () => { // W04
  await withThreads(async (system) => {
    const queue = new Queue<unknown>({ ack: true });
    const ready = new EventFlag();
    for (const value of ["first", "second"]) await queue.put(value);
    const job = system.run(takeAndStay, [queue, ready]);
    const ended = assertRejects(() => Promise.resolve(job));
    await ready.wait();
    assertEquals(queue.peek(), { value: "second" });
    job.kill();
    await ended;
    assertEquals([await queue.take(), await queue.take()], ["first", "second"]);
    queue.done(2);
    await queue.idle();
  });
});
