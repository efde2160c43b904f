/** Conditions, as Python's `multiprocessing` promises them. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Condition, Mutex, NotHeldError, System } from "../../mod.ts";
import { threadsGone } from "../fixtures/threads_gone.ts";
import { countToFour } from "./sync_tasks.ts";

/** So many wait, each with the lock; resolves when all do. */
async function waiters(
  changed: Condition,
  count: number,
  timeout = Infinity,
): Promise<{ woken: () => number; all: Promise<boolean[]> }> {
  let woken = 0;
  const all = Array.from({ length: count }, async () => {
    using _held = await changed.lock();
    const told = await changed.wait({ timeout });
    if (told) woken++;
    return told;
  });
  while (changed.waiting < count && woken === 0) await breath();
  return { woken: () => woken, all: Promise.all(all) };
}

function breath(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

async function notify(changed: Condition, n: number): Promise<void> {
  using _held = await changed.lock();
  changed.notify(n);
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await breath();
}

Deno.test("notify() wakes one of two, and a second one the other", async () => { // CO01
  const changed = new Condition();
  const { woken, all } = await waiters(changed, 2);
  await notify(changed, 1);
  await until(() => woken() > 0);
  assertEquals([woken(), changed.waiting], [1, 1]);
  await notify(changed, 1);
  assertEquals(await all, [true, true]);
});

Deno.test("six who wait in vain leave nothing behind", async () => { // CO02
  const changed = new Condition();
  const { all } = await waiters(changed, 6, 30);
  assertEquals(await all, Array(6).fill(false));
  assertEquals([changed.waiting, changed.mutex.locked], [0, false]);
  const later = await waiters(changed, 1);
  await notify(changed, 1);
  assertEquals(await later.all, [true]);
});

Deno.test("notifyAll() wakes all six", async () => { // CO03
  const changed = new Condition();
  const { all } = await waiters(changed, 6);
  {
    using _held = await changed.lock();
    changed.notifyAll();
  }
  assertEquals(await all, Array(6).fill(true));
});

Deno.test("notify(n) wakes n, and is not remembered where nobody waits", async () => { // CO04
  const changed = new Condition();
  const { woken, all } = await waiters(changed, 6);
  await notify(changed, 2);
  await until(() => woken() >= 2);
  assertEquals([woken(), changed.waiting], [2, 4]);
  await notify(changed, 4);
  assertEquals(await all, Array(6).fill(true));
  await notify(changed, 3);
  const later = await waiters(changed, 1, 20);
  assertEquals(await later.all, [false]);
});

Deno.test("wait() that nobody ends says false after its timeout, with the lock", async () => { // CO05
  const changed = new Condition();
  using _held = await changed.lock();
  const start = performance.now();
  assertEquals(await changed.wait({ timeout: 40 }), false);
  assert(performance.now() - start >= 39);
  assertEquals(changed.mutex.locked, true);
  changed.notify();
});

Deno.test("until() ends when it holds, through notifications that mean nothing", async () => { // CO06
  {
    await using system = new System();
    const changed = new Condition();
    const cells = new Int32Array(new SharedArrayBuffer(4));
    const counting = system.run(countToFour, [changed, cells]);
    {
      using _held = await changed.lock();
      const holds = () => cells[0] === 4;
      assertEquals(await changed.until(holds, { timeout: 20_000 }), true);
    }
    await counting;
  }
  await threadsGone();
});

Deno.test("until() counts its timeout over all notifications", async () => { // CO07
  const changed = new Condition();
  let over = false;
  const notifying = (async () => {
    while (!over) {
      await notify(changed, 1);
      await breath();
    }
  })();
  {
    using _held = await changed.lock();
    const start = performance.now();
    assertEquals(await changed.until(() => false, { timeout: 40 }), false);
    assert(performance.now() - start >= 39);
    over = true;
  }
  await notifying;
});

Deno.test("wait() says how it ended, and rejects with the reason of an abort, with the lock", async () => { // CO08
  const changed = new Condition();
  {
    using _held = await changed.lock();
    assertEquals(await changed.wait({ timeout: 0 }), false);
    assertEquals(await changed.wait({ timeout: 5 }), false);
    const abort = new AbortController();
    const reason = new Error("No more");
    const waiting = assertRejects(
      () => changed.wait({ signal: abort.signal }),
      Error,
      "No more",
    );
    abort.abort(reason);
    await waiting;
    assertEquals([changed.mutex.locked, changed.waiting], [true, 0]);
  }
  const { all } = await waiters(changed, 1, 60_000);
  await notify(changed, 1);
  assertEquals(await all, [true]);
});

Deno.test("wait() and notify() without the lock are refused", async () => { // CO10
  const mutex = new Mutex();
  const changed = new Condition(mutex);
  await assertRejects(() => changed.wait(), NotHeldError, "lock first");
  await assertRejects(() => changed.until(() => true), NotHeldError);
  assertThrows(() => changed.notify(), NotHeldError);
  assertThrows(() => changed.notifyAll(), NotHeldError);
  assertThrows(() => changed.waitSync({ onMain: true }), NotHeldError);
  assertEquals([changed.waiting, mutex.locked], [0, false]);
});
