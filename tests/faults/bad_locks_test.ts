/** What locks and shared data are asked that cannot be done: each is refused by a typed error, and nothing has changed. */
import {
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  Barrier,
  Condition,
  EventFlag,
  InvalidOptionError,
  Latch,
  LayoutMismatchError,
  MainThreadWaitError,
  Mutex,
  NotHeldError,
  Once,
  OverReleasedError,
  ReentrantMutex,
  RwLock,
  Semaphore,
  sharedArray,
  SharedText,
  SharedValue,
  struct,
  StructRing,
  System,
  viewOn,
  ViewRangeError,
  WaitTimeoutError,
} from "../../mod.ts";
import { PATIENT } from "../fixtures/shared_tasks.ts";
import { threadsGone } from "../fixtures/threads_gone.ts";
import { comeAndDie } from "../fixtures/latch_tasks.ts";
import { arrive } from "../sync/other_tasks.ts";

Deno.test("a view that does not fit is refused, with the bytes needed and available", () => {
  const memory = new SharedArrayBuffer(1_024);
  const bytes = new Uint8Array(memory).fill(7);
  const error = assertThrows(
    () => viewOn(BigInt64Array, memory, { length: 256 }),
    ViewRangeError,
  );
  assertInstanceOf(error, RangeError);
  assertEquals([error.needed, error.available], [2_048, 1_024]);
  const Row = struct({ n: "f64" });
  const rows = assertThrows(() => Row.on(memory, 8, 128), ViewRangeError);
  assertEquals([rows.needed, rows.available], [1_024, 1_016]);
  const text = new SharedText(4, "abcd");
  const long = assertThrows(() => text.value = "abcde", ViewRangeError);
  assertEquals([long.needed, long.available, text.value], [5, 4, "abcd"]);
  assertEquals(bytes.every((byte) => byte === 7), true);
});

Deno.test("a wrong kind is refused, and the number is as it was", () => {
  const make = () => new SharedValue("i31" as never, 0 as never);
  const error = assertThrows(make, InvalidOptionError);
  assertStringIncludes(error.message, "i31");
  const count = new SharedValue("i64", 5n);
  assertThrows(() => count.value = 1 as never, InvalidOptionError);
  assertThrows(() => count.add(1 as never), InvalidOptionError);
  assertEquals(count.value, 5n);
  assertThrows(() => struct({ n: "f16" as never }), InvalidOptionError);
  assertThrows(() => sharedArray(Array as never, 3), InvalidOptionError);
});

Deno.test("what is not held is not released, and its holder keeps it", async () => {
  for (const mutex of [new Mutex(), new ReentrantMutex()]) {
    assertThrows(() => mutex.unlock(), NotHeldError);
    const held = await mutex.lock();
    held[Symbol.dispose]();
    held[Symbol.dispose]();
    assertThrows(() => mutex.unlock(), NotHeldError);
    assertEquals(mutex.locked, false);
    using _other = await mutex.lock();
    // Of a hold that is over nothing is given back twice.
    held[Symbol.dispose]();
    assertEquals(mutex.locked, true);
  }
  const condition = new Condition();
  assertThrows(() => condition.notify(), NotHeldError);
  await assertRejects(() => condition.wait(), NotHeldError);
});

Deno.test("a bounded semaphore is not released too often, nor a latch counted below 0", () => {
  const slots = new Semaphore(2, { max: 2 });
  assertThrows(() => slots.release(), OverReleasedError, "all 2");
  assertEquals(slots.value, 2);
  slots.tryTake();
  slots.release();
  assertThrows(() => slots.release(), OverReleasedError);
  assertEquals(slots.value, 2);
  const latch = new Latch(2);
  assertThrows(() => latch.countDown(3), OverReleasedError);
  assertEquals(latch.count, 2);
});

Deno.test("the main thread does not wait without leave, and nothing waits in its place", () => {
  const mutex = new Mutex();
  const reentrant = new ReentrantMutex();
  const slots = new Semaphore(0);
  const rw = new RwLock();
  const flag = new EventFlag();
  const barrier = new Barrier(2);
  const once = new Once();
  const latch = new Latch(1);
  const ring = new StructRing(struct({ n: "u8" }), { capacity: 2 });
  const condition = new Condition();
  const waits: Readonly<Record<string, () => unknown>> = {
    lockSync: () => mutex.lockSync(),
    reentrant: () => reentrant.lockSync(),
    acquireSync: () => slots.acquireSync(),
    takeSync: () => slots.takeSync(),
    readSync: () => rw.readSync(),
    writeSync: () => rw.writeSync(),
    flag: () => flag.waitSync(),
    barrier: () => barrier.waitSync(),
    once: () => once.runSync(() => {}),
    latch: () => latch.waitSync(),
    ringTake: () => ring.takeSync(),
    ringPut: () => ring.putSync({ n: 1 }),
    condition: () => condition.lockSync(),
  };
  for (const [name, wait] of Object.entries(waits)) {
    const error = assertThrows(wait, MainThreadWaitError, "'onMain'", name);
    assertEquals(error.code, "TROUPE_MAIN_THREAD_WAIT", name);
  }
  assertEquals(
    [mutex.locked, reentrant.locked, slots.value, rw.readers, rw.writing],
    [false, false, 0, 0, false],
  );
  assertEquals(
    [flag.isSet, barrier.waiting, barrier.broken, latch.count, ring.size],
    [false, 0, false, 1, 0],
  );
  assertEquals(once.done, false);
});

Deno.test("the memory of another struct is refused, and what is in it stays", () => {
  const Point = struct({ x: "f64", y: "f64" });
  const Other = struct({ x: "f64", y: "f32" });
  const points = Point.array([{ x: 1, y: 2 }]);
  const memory = points.rows.memory as SharedArrayBuffer;
  const error = assertThrows(() => Other.open(memory), LayoutMismatchError);
  assertEquals([error.actual, error.expected], ["x:f64,y:f64", "x:f64,y:f32"]);
  assertEquals(points.toObjects(), [{ x: 1, y: 2 }]);
  assertEquals(Point.open(memory) === points, true);
});

Deno.test("a latch does not notice a death, so that a wait for it is bounded and another may count", async () => {
  {
    await using system = new System();
    const latch = new Latch(2);
    await system.run(arrive, [latch], PATIENT);
    const dying = system.run(comeAndDie, [latch], PATIENT);
    await assertRejects(() => dying);
    // It belongs to nobody: who died has left nothing, and owes a count that nobody knows of.
    assertEquals([latch.count, await latch.wait({ timeout: 5 })], [1, false]);
    const aborting = new AbortController();
    const { signal } = aborting;
    const aborted = assertRejects(() => latch.wait({ signal }), RangeError);
    aborting.abort(new RangeError("enough"));
    await aborted;
    assertEquals(latch.waitSync({ timeout: 1, onMain: true }), false);
    const waiting = latch.wait();
    await system.run(arrive, [latch], PATIENT);
    assertEquals([await waiting, latch.count], [true, 0]);
  }
  await threadsGone();
});

Deno.test("a timeout or signal that is none is refused before anything waits", async () => {
  const mutex = new Mutex();
  using _held = await mutex.lock();
  for (const timeout of [-1, NaN, "1" as never]) {
    await assertRejects(() => mutex.lock({ timeout }), InvalidOptionError);
    await assertRejects(
      () => new EventFlag().wait({ timeout }),
      InvalidOptionError,
    );
  }
  const signal = {} as AbortSignal;
  await assertRejects(() => mutex.lock({ signal }), InvalidOptionError);
  await assertRejects(() => mutex.lock({ timeout: 1 }), WaitTimeoutError);
  assertEquals(mutex.locked, true);
});
