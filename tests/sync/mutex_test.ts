import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  DeadlockError,
  type Held,
  InvalidOptionError,
  MainThreadWaitError,
  Mutex,
  NotHeldError,
  System,
  WaitTimeoutError,
} from "../../mod.ts";
import { decode } from "../../src/memory/decode.ts";
import { encode } from "../../src/memory/encode.ts";
import { threadsGone } from "../fixtures/threads_gone.ts";
import {
  addLocked,
  blockFor,
  compare,
  endHolding,
  unlockForeign,
} from "./lock_actors.ts";

const LONG_MS = 20_000;

function sharedWord(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4));
}

/** Resolves when the word is 1. */
async function set(word: Int32Array): Promise<void> {
  const waiting = Atomics.waitAsync(word, 0, 0);
  if (waiting.async) await waiting.value;
}

Deno.test("Mutex.lock() has the lock until the scope ends, also when it throws", async () => { // LK03
  const mutex = new Mutex();
  {
    using held = await mutex.lock();
    assertEquals([mutex.locked, held.ownerDied], [true, false]);
  }
  assertEquals(mutex.locked, false);
  await assertRejects(async () => {
    using _held = await mutex.lock();
    throw new Error("In the scope");
  }, "In the scope");
  assertEquals(mutex.locked, false);
});

Deno.test("Mutex.tryLock() says no while it is held, and unlock() too often throws", () => { // LK01
  const mutex = new Mutex();
  const held = mutex.tryLock();
  assert(held !== undefined);
  assertEquals(mutex.tryLock(), undefined);
  mutex.unlock();
  assertThrows(() => mutex.unlock(), NotHeldError, "does not hold");
  assertEquals(mutex.locked, false);
  // A hold that was given back says nothing about the one after it.
  using _next = mutex.tryLock()!;
  held[Symbol.dispose]();
  assertEquals(mutex.locked, true);
});

Deno.test("Mutex.lock() is granted in the order of arrival", async () => {
  const mutex = new Mutex();
  const order: number[] = [];
  const first = await mutex.lock();
  const others = [1, 2, 3, 4].map(async (n) => {
    using _held = await mutex.lock();
    order.push(n);
  });
  first[Symbol.dispose]();
  await Promise.all(others);
  assertEquals(order, [1, 2, 3, 4]);
});

Deno.test("Mutex.lock() that is over in time or aborted leaves no trace in the queue", async () => {
  const mutex = new Mutex();
  const first = await mutex.lock();
  const abort = new AbortController();
  const aborted = assertRejects(
    () => mutex.lock({ signal: abort.signal }),
    Error,
    "enough",
  );
  const late = assertRejects(
    () => mutex.lock({ timeout: 1 }),
    WaitTimeoutError,
  );
  const granted = mutex.lock();
  abort.abort(new Error("enough"));
  await Promise.all([aborted, late]);
  first[Symbol.dispose]();
  (await granted)[Symbol.dispose]();
  assertEquals(mutex.locked, false);
  await assertRejects(
    () => mutex.lock({ signal: AbortSignal.abort(new Error("before")) }),
    Error,
    "before",
  );
  assertEquals(mutex.locked, false);
});

Deno.test("Mutex.lock() with a timeout of 0 does not wait", async () => {
  const mutex = new Mutex();
  {
    using _held = await mutex.lock({ timeout: 0 });
    await assertRejects(() => mutex.lock({ timeout: 0 }), WaitTimeoutError);
  }
});

Deno.test("Mutex serves more waiters than its memory has places", async () => {
  const mutex = new Mutex();
  const first = await mutex.lock();
  let served = 0;
  const all = Array.from({ length: 600 }, async () => {
    using _held = await mutex.lock();
    served++;
  });
  first[Symbol.dispose]();
  await Promise.all(all);
  assertEquals([served, mutex.locked], [600, false]);
});

Deno.test("Mutex refuses bad options and changes nothing", async () => {
  const mutex = new Mutex();
  for (const timeout of [-1, NaN, "1" as unknown as number]) {
    await assertRejects(() => mutex.lock({ timeout }), InvalidOptionError);
    assertThrows(
      () => mutex.lockSync({ timeout, onMain: true }),
      InvalidOptionError,
    );
  }
  await assertRejects(
    () => mutex.lock({ signal: {} as AbortSignal }),
    InvalidOptionError,
  );
  assertEquals(mutex.locked, false);
});

Deno.test("Mutex.lockSync() does not block the main thread unless asked to, nor wait for itself", () => { // LK12
  const mutex = new Mutex();
  assertThrows(() => mutex.lockSync(), MainThreadWaitError, "onMain");
  using _held: Held = mutex.lockSync({ onMain: true });
  assertThrows(() => mutex.lockSync({ onMain: true }), DeadlockError);
});

Deno.test("Mutex excludes awaiting and blocking threads alike", async () => { // LK09, LK11
  {
    await using system = new System();
    const mutex = new Mutex();
    const cells = new Float64Array(new SharedArrayBuffer(8));
    await Promise.all([
      system.run(addLocked, [mutex, cells, 300, "await"]),
      system.run(addLocked, [mutex, cells, 300, "block"]),
      addLocked(mutex, cells, 300, "await"),
    ]);
    assertEquals([cells[0], mutex.locked], [900, false]);
  }
  await threadsGone();
});

for (const how of ["throw", "close", "exit"] as const) {
  Deno.test(`Mutex goes to who waits when its owner ends by ${how}, and says so once`, async () => { // W05
    {
      await using system = new System();
      const mutex = new Mutex();
      const word = sharedWord();
      const job = system.run(endHolding, [mutex, word, how]);
      const ended = job.catch(() => {});
      await set(word);
      {
        using held = await mutex.lock({ timeout: LONG_MS });
        assertEquals(held.ownerDied, true);
      }
      using again = await mutex.lock({ timeout: LONG_MS });
      assertEquals(again.ownerDied, false);
      await ended;
    }
    await threadsGone();
  });
}

Deno.test("Mutex goes to who comes later when its owner was killed before", async () => { // W05
  {
    await using system = new System();
    const mutex = new Mutex();
    const word = sharedWord();
    const job = system.run(endHolding, [mutex, word, "stay"]);
    const ended = job.catch(() => {});
    await set(word);
    assertEquals([mutex.locked, mutex.tryLock()], [true, undefined]);
    await job.kill();
    await ended;
    assertEquals(mutex.locked, false);
    using held = mutex.tryLock()!;
    assertEquals(held.ownerDied, true);
  }
  await threadsGone();
});

Deno.test("Mutex is no longer held by a thread whose system is closed", async () => {
  const mutex = new Mutex();
  {
    const system = new System();
    const word = sharedWord();
    system.run(endHolding, [mutex, word, "stay"]).catch(() => {});
    await set(word);
    await system.close({ timeoutMs: 50 });
  }
  using held = await mutex.lock({ timeout: LONG_MS });
  assertEquals(held.ownerDied, true);
  await threadsGone();
});

Deno.test("a thread that is killed while it blocks leaves the queue", async () => {
  {
    await using system = new System();
    const mutex = new Mutex();
    const word = sharedWord();
    const held = await mutex.lock();
    const job = system.run(blockFor, [mutex, word, Infinity]);
    const ended = job.catch(() => {});
    await set(word);
    await job.kill();
    await ended;
    held[Symbol.dispose]();
    using next = await mutex.lock({ timeout: LONG_MS });
    assertEquals(next.ownerDied, false);
  }
  // It did not stay blocked.
  await threadsGone();
});

Deno.test("Mutex.lockSync() in a thread gives up after its timeout", async () => {
  {
    await using system = new System();
    const mutex = new Mutex();
    using _held = await mutex.lock();
    const job = system.run(blockFor, [mutex, sharedWord(), 20]);
    assertEquals(await job, "WaitTimeoutError");
  }
  await threadsGone();
});

Deno.test("Mutex.unlock() by a thread that does not hold it changes nothing", async () => { // LK08
  {
    await using system = new System();
    const mutex = new Mutex();
    using _held = await mutex.lock();
    assertEquals(await system.run(unlockForeign, [mutex]), "NotHeldError");
    assertEquals(mutex.locked, true);
  }
  await threadsGone();
});

Deno.test("Mutex is one object on one thread however often it arrives", async () => {
  const mutex = new Mutex();
  const { bytes, length, attachments } = encode([mutex, { again: mutex }]);
  const [one, { again }] = decode(bytes, 0, length, attachments) as [
    Mutex,
    { again: Mutex },
  ];
  assertStrictEquals(one, mutex);
  assertStrictEquals(again, mutex);
  {
    await using system = new System();
    const nested = new Map([["same", [mutex]]]);
    assertEquals(await system.run(compare, [mutex, mutex, nested]), true);
  }
  await threadsGone();
});
