/** Locks and semaphores, as Python's `multiprocessing` promises them. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  EventFlag,
  Mutex,
  NotHeldError,
  OverReleasedError,
  ReentrantMutex,
  Semaphore,
  System,
  WaitTimeoutError,
} from "../../mod.ts";
import { PATIENT } from "../fixtures/shared_tasks.ts";
import { threadsGone } from "../fixtures/threads_gone.ts";
import { addLocked, unlockForeign } from "../sync/lock_actors.ts";
import { addWithPermit, holdPermit } from "./sync_tasks.ts";

Deno.test("a lock is had once, given back once, and a release too many throws", async () => { // LK01
  const mutex = new Mutex();
  await mutex.lock();
  assertEquals(mutex.tryLock(), undefined);
  mutex.unlock();
  using _held = await mutex.lock();
  mutex.unlock();
  assertThrows(() => mutex.unlock(), NotHeldError);
});

Deno.test("a re-entrant lock is given back as often as it was taken", async () => { // LK02
  const mutex = new ReentrantMutex();
  await mutex.lock();
  mutex.lockSync({ onMain: true });
  mutex.tryLock();
  assertEquals(mutex.depth, 3);
  for (let left = 3; left > 0; left--) {
    assertEquals(mutex.locked, true);
    mutex.unlock();
  }
  assertEquals([mutex.depth, mutex.locked], [0, false]);
  assertThrows(() => mutex.unlock(), NotHeldError);
});

Deno.test("a lock of a scope is free after it, also when the scope throws", async () => { // LK03
  for (const mutex of [new Mutex(), new ReentrantMutex()]) {
    await assertRejects(async () => {
      using _held = await mutex.lock();
      throw new Error("In the scope");
    });
    assertEquals(mutex.locked, false);
  }
});

Deno.test("a semaphore of 2 goes to 0 and has no third permit, and releases raise it without end", () => { // LK04
  const slots = new Semaphore(2);
  const values = [slots.value];
  for (let i = 0; i < 2; i++) {
    assert(slots.tryAcquire());
    values.push(slots.value);
  }
  assertEquals(slots.tryAcquire(), undefined);
  for (let i = 0; i < 4; i++) {
    slots.release();
    values.push(slots.value);
  }
  assertEquals(values, [2, 1, 0, 1, 2, 3, 4]);
});

Deno.test("a bounded semaphore of 2 refuses the release beyond 2 and stays as it is", () => { // LK05
  const slots = new Semaphore(2, { max: 2 });
  assertThrows(() => slots.release(), OverReleasedError, "all 2");
  slots.tryAcquire();
  slots.release();
  assertThrows(() => slots.release(), OverReleasedError);
  assertEquals([slots.value, slots.max], [2, 2]);
});

Deno.test("a semaphore of 0 is waited for as long as the timeout says", async () => { // LK06
  const slots = new Semaphore(0);
  assertEquals([slots.tryAcquire(), slots.tryTake()], [undefined, false]);
  await assertRejects(() => slots.acquire({ timeout: 0 }), WaitTimeoutError);
  const start = performance.now();
  await assertRejects(() => slots.acquire({ timeout: 20 }), WaitTimeoutError);
  assertThrows(
    () => slots.acquireSync({ timeout: 20, onMain: true }),
    WaitTimeoutError,
  );
  assert(performance.now() - start >= 38);
  // Nothing is left of who gave up.
  slots.release();
  assertEquals(slots.value, 1);
});

Deno.test("a re-entrant lock is not given back by another thread", async () => { // LK08
  {
    await using system = new System();
    const mutex = new ReentrantMutex();
    using _held = await mutex.lock();
    assertEquals(
      await system.run(unlockForeign, [mutex], PATIENT),
      "NotHeldError",
    );
    assertEquals(mutex.depth, 1);
  }
  await threadsGone();
});

Deno.test("a plain number that 8 threads count up under a semaphore loses no count", async () => { // LK09
  {
    await using system = new System();
    const slots = new Semaphore(1);
    const cells = new Int32Array(new SharedArrayBuffer(4));
    await Promise.all(
      Array.from(
        { length: 8 },
        () => system.run(addWithPermit, [slots, cells, 500], PATIENT),
      ),
    );
    assertEquals([cells[0], slots.value], [4_000, 1]);
  }
  await threadsGone();
});

Deno.test("the awaited lock and the blocking lock exclude each other", async () => { // LK11
  {
    await using system = new System();
    const mutex = new ReentrantMutex();
    const cells = new Float64Array(new SharedArrayBuffer(8));
    await Promise.all([
      system.run(addLocked, [mutex, cells, 300, "await"], PATIENT),
      system.run(addLocked, [mutex, cells, 300, "block"], PATIENT),
    ]);
    assertEquals(cells[0], 600);
  }
  await threadsGone();
});

Deno.test("timers of the main thread go off while it waits for a lock", async () => { // LK12
  const mutex = new Mutex();
  const held = await mutex.lock();
  const waiting = mutex.lock();
  await new Promise((resolve) => setTimeout(resolve, 5));
  held[Symbol.dispose]();
  (await waiting)[Symbol.dispose]();
});

Deno.test("a permit of a thread that was killed goes to the next, marked", async () => { // W05
  {
    await using system = new System();
    const slots = new Semaphore(1, { max: 1 });
    const ready = new EventFlag();
    const job = system.run(holdPermit, [slots, ready], PATIENT);
    const ended = job.catch(() => {});
    await ready.wait();
    assertEquals(slots.value, 0);
    const waiting = slots.acquire({ timeout: 20_000 });
    await job.kill();
    using permit = await waiting;
    assertEquals(permit.ownerDied, true);
    await ended;
  }
  await threadsGone();
});
