import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { InvalidOptionError } from "../../src/errors.ts";
import { LayoutMismatchError } from "../../src/memory/layout_mismatch_error.ts";
import { libc } from "../../src/memory/libc.ts";
import {
  RegionClosedError,
  RegionNoRoomError,
} from "../../src/memory/region_errors.ts";
import { SharedMemory } from "../../src/shared/shared_memory.ts";
import { Barrier } from "../../src/sync/barrier.ts";
import { BrokenBarrierError } from "../../src/sync/broken_barrier_error.ts";
import { Condition } from "../../src/sync/condition.ts";
import { DeadlockError } from "../../src/sync/deadlock_error.ts";
import { EventFlag } from "../../src/sync/event_flag.ts";
import { Latch } from "../../src/sync/latch.ts";
import { Mutex } from "../../src/sync/mutex.ts";
import { ReentrantMutex } from "../../src/sync/reentrant_mutex.ts";
import { RwLock } from "../../src/sync/rw_lock.ts";
import { Semaphore } from "../../src/sync/semaphore.ts";
import { WaitTimeoutError } from "../../src/sync/wait_timeout_error.ts";
import { System } from "../../mod.ts";
import { PACKAGE, runDeno } from "../fixtures/child_program.ts";
import { addLocked } from "../fixtures/region_tasks.ts";

const PROGRAM = "tests/fixtures/region_lock_program.ts";
const ROOM = 2 ** 17;
/** Longer than anything here takes: only a hang does. */
const LIMIT = { timeout: 20_000 };

// Stays open as long as the thread runs: no test opened it.
libc();

function regionOf(): Promise<SharedMemory> {
  return SharedMemory.create({ size: 64, room: ROOM });
}

/** Runs a part of the program to its end, with no permission but the one it needs. */
async function play(
  part: string,
  region: SharedMemory,
  n = 0,
): Promise<void> {
  const args = [PROGRAM, part, region.name, String(n)];
  const { code, stderr } = await runDeno(
    ["run", "--no-check", "--allow-ffi", ...args],
    { cwd: PACKAGE },
  );
  assertEquals([code, stderr], [0, ""]);
}

/** Starts a part of the program, and resolves once it has said a word, if it is to. */
async function start(
  part: string,
  region: SharedMemory,
  word?: string,
): Promise<Deno.ChildProcess> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--allow-ffi", PROGRAM, part, region.name],
    cwd: PACKAGE,
    stdin: "null",
    stdout: word === undefined ? "null" : "piped",
    stderr: "inherit",
  }).spawn();
  if (word === undefined) return child;
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  assertEquals(new TextDecoder().decode(value), `${word}\n`);
  await reader.cancel();
  return child;
}

async function kill(child: Deno.ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  assertEquals((await child.status).signal, "SIGKILL");
}

// -- Between processes ----------------------------------------------------------

// LK01
for (const part of ["add", "addSync"]) {
  Deno.test(`Mutex.in() excludes four processes that ${part} 5,000 times each`, async () => {
    await using region = await regionOf();
    await Promise.all([1, 2, 3, 4].map(() => play(part, region, 5_000)));
    assertEquals(region.view(Int32Array)[0], 20_000);
    assertEquals(Mutex.in(region, "count").locked, false);
  });
}

// LK04
Deno.test("Semaphore.in() lets two of four processes in at a time", async () => {
  await using region = await regionOf();
  await Promise.all([1, 2, 3, 4].map(() => play("share", region, 500)));
  const [inside, most, times] = region.view(Int32Array);
  assertEquals([inside, times], [0, 2_000]);
  assert(most === 1 || most === 2, `${most}`);
  assertEquals(Semaphore.in(region, "permits", 2, { max: 2 }).value, 2);
});

// EV01
Deno.test("EventFlag.in() and Latch.in() wake other processes", async () => {
  await using region = await regionOf();
  const done = Latch.in(region, "done", 2);
  const both = Promise.all([play("react", region), play("react", region)]);
  assertEquals(done.count, 2);
  EventFlag.in(region, "go").set();
  assertEquals(await done.wait(LIMIT), true);
  await both;
});

// CO01
Deno.test("Condition.in() hands a number from process to process", async () => {
  await using region = await regionOf();
  const changed = Condition.in(region, "c", Mutex.in(region, "m"));
  const words = region.view(Int32Array);
  const others = Promise.all([2, 0, 1].map((n) => play("turn", region, n)));
  {
    using _held = await changed.lock(LIMIT);
    assertEquals(await changed.until(() => words[0] === 3, LIMIT), true);
  }
  await others;
});

// -- Deaths -----------------------------------------------------------------------

// LK09
Deno.test("Mutex.in() goes on with ownerDied when the process that holds it is killed", async () => {
  await using region = await regionOf();
  const mutex = Mutex.in(region, "held");
  for (const how of ["awaited", "blocking", "at once"] as const) {
    const child = await start("hold", region, "held");
    assertEquals([mutex.locked, mutex.tryLock()], [true, undefined]);
    await assertRejects(() => mutex.lock({ timeout: 1 }), WaitTimeoutError);
    const waiting = how === "awaited" ? mutex.lock(LIMIT) : undefined;
    await kill(child);
    const begun = performance.now();
    const held = waiting !== undefined
      ? await waiting
      : how === "blocking"
      ? mutex.lockSync({ ...LIMIT, onMain: true })
      : await untilHeld(mutex);
    const took = performance.now() - begun;
    assert(took < 2_000, `${how} took ${took} ms`);
    assertEquals(held.ownerDied, true);
    held[Symbol.dispose]();
    using next = mutex.tryLock();
    assertEquals(next?.ownerDied, false);
  }
});

/** Tries again and again, as one who does not wait. */
async function untilHeld(
  mutex: Mutex,
): Promise<Disposable & { ownerDied: boolean }> {
  for (;;) {
    const held = mutex.tryLock();
    if (held !== undefined) return held;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

// LK09
Deno.test("what a process holds of a region when it ends is the next one's, with ownerDied", async () => {
  await using region = await regionOf();
  await play("leave", region);
  using lock = await Mutex.in(region, "left").lock(LIMIT);
  using permit = await Semaphore.in(region, "permits", 1).acquire(LIMIT);
  assertEquals([lock.ownerDied, permit.ownerDied], [true, true]);
});

// BA05
Deno.test("Barrier.in() breaks when a process that is a party is killed", async () => {
  await using region = await regionOf();
  const child = await start("stay", region, "there");
  const waiting = Barrier.in(region, "meet", 2).wait(LIMIT);
  const broken = assertRejects(() => waiting, BrokenBarrierError);
  await kill(child);
  await broken;
});

for (let seed = 1; seed <= 20; seed++) {
  Deno.test(`Mutex.in() is whole after kill -9 at any moment, seed ${seed}`, async () => {
    await using region = await regionOf();
    const mutex = Mutex.in(region, "churn");
    const words = region.view(Int32Array);
    const children = [
      await start("churn", region),
      await start("churn", region),
    ];
    // Drawn, but the same for each run of a seed: how far they are when one is killed.
    const until = Math.imul(seed, 0x9e37_79b1) >>> 18;
    while (Atomics.load(words, 0) < until) {
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    await kill(children[0]!);
    const before = Atomics.load(words, 0);
    // The other one goes on, and nothing is half done.
    while (Atomics.load(words, 0) < before + 1_000) {
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    {
      using held = await mutex.lock(LIMIT);
      assertEquals([held.ownerDied, words[0]], [false, words[1]]);
    }
    await kill(children[1]!);
    using held = await mutex.lock(LIMIT);
    // Who died inside was between the two words, or before or behind them.
    const lag = words[0]! - words[1]!;
    assert(
      lag === 0 || (lag === 1 && held.ownerDied),
      `${lag} with seed ${seed}`,
    );
  });
}

// -- Threads -----------------------------------------------------------------------------

Deno.test("Mutex.in() travels to threads, each of which is a holder of its own", async () => {
  await using region = await regionOf();
  await using system = new System();
  const mutex = Mutex.in(region, "travels");
  const same = await Promise.all(
    [1, 2].map(() => system.run(addLocked, [mutex, region, 500])),
  );
  assertEquals(same, [true, true]);
  assertEquals(region.view(Int32Array)[0], 1_000);
});

// -- By name -------------------------------------------------------------------------

Deno.test("in() finds what has the name, and refuses what was made otherwise", async () => {
  await using region = await regionOf();
  const mutex = Mutex.in(region, "a");
  assert(Mutex.in(region, "a") === mutex);
  assert(Mutex.in(region, "b") !== mutex);
  Semaphore.in(region, "s", 3);
  const error = assertThrows(
    () => Semaphore.in(region, "s", 4),
    LayoutMismatchError,
  );
  assertEquals(error.expected, "semaphore of 4, max none");
  assertEquals(error.actual, "semaphore of 3, max none");
  assertThrows(() => Latch.in(region, "a", 1), LayoutMismatchError);
  assertThrows(() => ReentrantMutex.in(region, "a"), LayoutMismatchError);
  assertThrows(() => Mutex.in(region, ""), InvalidOptionError);
  assertThrows(() => Mutex.in(region, "ä".repeat(33)), InvalidOptionError);
  assertThrows(() => Mutex.in({ name: "x" }, "a"), InvalidOptionError);
  assertThrows(
    () => Condition.in(region, "c", new Mutex()),
    InvalidOptionError,
  );
  // Another handle is another holder.
  const other = await SharedMemory.open(region.name);
  const same = Mutex.in(other, "a");
  using _held = mutex.lockSync({ onMain: true });
  assertEquals(same.tryLock(), undefined);
  assertThrows(() => mutex.lockSync({ onMain: true }), DeadlockError);
  other.close();
});

Deno.test("in() says how much room there must be, and leaves what is there", async () => {
  await using bare = await SharedMemory.create({ size: 8 });
  const none = assertThrows(() => Mutex.in(bare, "a"), RegionNoRoomError);
  assertStringIncludes(none.message, '"room"');
  await using region = await SharedMemory.create({ size: 8, room: 20_000 });
  Mutex.in(region, "a");
  const full = assertThrows(() => Mutex.in(region, "b"), RegionNoRoomError);
  assertEquals(full.region, region.name);
  using _held = await Mutex.in(region, "a").lock();
  EventFlag.in(region, "small").set();
  assertEquals(region.bytes, new Uint8Array(8));
});

Deno.test("SharedMemory.close() gives back what is held, and ends what waits", async () => {
  await using region = await regionOf();
  const guest = await SharedMemory.open(region.name);
  const mine = Mutex.in(region, "a");
  const theirs = Mutex.in(guest, "a");
  await theirs.lock();
  const waiting = mine.lock(LIMIT);
  guest.close();
  const held = await waiting;
  assertEquals(held.ownerDied, true);
  assertThrows(() => theirs.tryLock(), RegionClosedError);
  await assertRejects(() => theirs.lock(), RegionClosedError);
  const another = await SharedMemory.open(region.name);
  const ended = assertRejects(
    () => Mutex.in(another, "a").lock(),
    RegionClosedError,
  );
  another.close();
  await ended;
  held[Symbol.dispose]();
});

Deno.test("ReentrantMutex.in() and RwLock.in() are as those of a program", async () => {
  await using region = await regionOf();
  const again = ReentrantMutex.in(region, "again");
  {
    using _one = await again.lock();
    using _two = await again.lock();
    assertEquals(again.depth, 2);
  }
  const lock = RwLock.in(region, "rw");
  using _first = await lock.read();
  using _second = await lock.read();
  assertEquals([lock.readers, lock.tryWrite()], [2, undefined]);
});
