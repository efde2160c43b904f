import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { InvalidOptionError } from "../../src/errors.ts";
import { Barrier } from "../../src/sync/barrier.ts";
import { BrokenBarrierError } from "../../src/sync/broken_barrier_error.ts";
import { Condition } from "../../src/sync/condition.ts";
import { DeadlockError } from "../../src/sync/deadlock_error.ts";
import { EventFlag } from "../../src/sync/event_flag.ts";
import { Latch } from "../../src/sync/latch.ts";
import { Mutex } from "../../src/sync/mutex.ts";
import { Once } from "../../src/sync/once.ts";
import { ReentrantMutex } from "../../src/sync/reentrant_mutex.ts";
import { RwLock } from "../../src/sync/rw_lock.ts";
import { Semaphore } from "../../src/sync/semaphore.ts";

/** What a program gives that the compiler has not read. */
// deno-lint-ignore no-explicit-any -- it may be anything
type Given = any;

const WAITS: Readonly<Record<string, (options: Given) => Promise<unknown>>> = {
  "Mutex.lock()": (options) => new Mutex().lock(options),
  "Semaphore.acquire()": (options) => new Semaphore(1).acquire(options),
  "Semaphore.take()": (options) => new Semaphore(1).take(options),
  "RwLock.read()": (options) => new RwLock().read(options),
  "RwLock.write()": (options) => new RwLock().write(options),
  "Barrier.wait()": (options) => new Barrier(1).wait(options),
  "EventFlag.wait()": (options) => new EventFlag().wait(options),
  "Latch.wait()": (options) => new Latch(1).wait(options),
  "Once.run()": (options) => new Once().run(() => {}, options),
  "Condition.wait()": async (options) => {
    const condition = new Condition();
    using _held = await condition.lock();
    await condition.wait(options);
  },
};

for (const [name, wait] of Object.entries(WAITS)) {
  Deno.test(`${name} refuses options that there are not`, async () => {
    await assertRejects(
      () => wait({ timeOut: 5 }),
      InvalidOptionError,
      "there is no option 'timeOut': current value is 5, did you mean 'timeout'?",
    );
    await assertRejects(
      () => wait(50),
      InvalidOptionError,
      "the options must be an object: current value is 50",
    );
    await assertRejects(
      () => wait(null),
      InvalidOptionError,
      "the options must be an object: current value is null",
    );
    await assertRejects(
      () => wait({ timeout: "5" }),
      InvalidOptionError,
      'must be a number of milliseconds from 0: current value is "5"',
    );
  });
}

Deno.test("a wait that blocks refuses a signal, which could not end it", () => {
  const { signal } = new AbortController();
  const given: Given = { onMain: true, timeout: 0, signal };
  for (
    const wait of [
      () => new Mutex().lockSync(given),
      () => new Semaphore(1).acquireSync(given),
      () => new RwLock().readSync(given),
      () => new Barrier(1).waitSync(given),
      () => new EventFlag().waitSync(given),
      () => new Latch(1).waitSync(given),
    ]
  ) {
    const error = assertThrows(wait, InvalidOptionError);
    assertEquals(error.option, "signal");
  }
});

Deno.test("a lock is free when the options of its wait were refused", async () => {
  const mutex = new Mutex();
  await assertRejects(() => mutex.lock({ timeOut: 5 } as Given));
  assertEquals(mutex.locked, false);
});

Deno.test("what is made of no number is refused by its name", () => {
  for (const given of ["2", undefined, {}] as Given[]) {
    assertThrows(() => new Barrier(given), InvalidOptionError, "'parties'");
    assertThrows(() => new Latch(given), InvalidOptionError, "'count'");
    assertThrows(() => new Semaphore(given), InvalidOptionError, "'permits'");
  }
});

Deno.test("Semaphore and Barrier refuse options that there are not", () => {
  const three: Given = 3;
  const limit: Given = { maximum: 3 };
  const time: Given = { timeOut: 3 };
  assertThrows(() => new Semaphore(3, three), InvalidOptionError, "an object");
  assertThrows(() => new Semaphore(3, limit), InvalidOptionError, "'max'?");
  assertThrows(() => new Barrier(3, time), InvalidOptionError, "'timeout'?");
});

Deno.test("Once.runSync() is not done by a function that has only begun", async () => {
  const once = new Once();
  const { promise, resolve } = Promise.withResolvers<void>();
  assertThrows(
    () => once.runSync(() => promise, { onMain: true }),
    InvalidOptionError,
    "'fn' must be over when it returns: current value is a promise; use run()",
  );
  assertEquals(once.done, false);
  resolve();
  assert(await once.run(() => promise));
});

Deno.test("Barrier.waitSync() breaks when its action has only begun", () => {
  const barrier = new Barrier(1);
  assertThrows(
    () => barrier.waitSync({ onMain: true, action: () => Promise.resolve() }),
    InvalidOptionError,
    "'action' must be over when it returns",
  );
  assert(barrier.broken);
  assertThrows(() => barrier.waitSync({ onMain: true }), BrokenBarrierError);
});

Deno.test("Barrier.wait() refuses an action that is no function, and is whole", async () => {
  const barrier = new Barrier(1);
  const action: Given = 5;
  await assertRejects(
    () => barrier.wait({ action }),
    InvalidOptionError,
    "'action' must be a function: current value is 5",
  );
  assertEquals([barrier.broken, await barrier.wait()], [false, 0]);
});

Deno.test("Condition.until() refuses a promise for an answer", async () => {
  const condition = new Condition();
  using _held = await condition.lock();
  const holds: Given = () => Promise.resolve(false);
  await assertRejects(
    () => condition.until(holds, { timeout: 0 }),
    InvalidOptionError,
    "'holds' must be over when it returns",
  );
  assertThrows(
    () => condition.untilSync(holds, { timeout: 0, onMain: true }),
    InvalidOptionError,
  );
  assert(condition.mutex.locked);
});

Deno.test("a primitive shows how it stands", async () => {
  const mutex = new Mutex();
  const free = `${mutex}`;
  const lock = new RwLock();
  using _held = await mutex.lock();
  using _reading = await lock.read();
  assertEquals(
    [free, ...[mutex, lock, new ReentrantMutex()].map(String)],
    [
      "Mutex (free)",
      "Mutex (locked)",
      "RwLock (1 read)",
      "ReentrantMutex (free)",
    ],
  );
  assertEquals(
    [
      new Semaphore(2),
      new Barrier(3),
      new Latch(4),
      new Once(),
      new Condition(),
    ].map((one) => Deno.inspect(one)),
    [
      "Semaphore (2 free)",
      "Barrier (0 of 3 wait)",
      "Latch (4 left)",
      "Once (not done)",
      "Condition (0 wait)",
    ],
  );
});

Deno.test("Once.runSync() says of itself that it would wait for itself", () => {
  const once = new Once();
  const again = () => void once.runSync(() => {}, { onMain: true });
  assertThrows(
    () => once.runSync(again, { onMain: true }),
    DeadlockError,
    "Cannot run as this thread has begun it",
  );
  assertEquals(once.done, false);
});
