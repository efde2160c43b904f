import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  Barrier,
  Condition,
  DeadlockError,
  EventFlag,
  type Held,
  InvalidOptionError,
  Latch,
  MainThreadWaitError,
  Mutex,
  Once,
  OverReleasedError,
  ReentrantMutex,
  RwLock,
  Semaphore,
  System,
  WaitTimeoutError,
} from "../../mod.ts";
import { DecodeError } from "../../src/errors.ts";
import { decode } from "../../src/memory/decode.ts";
import { encode } from "../../src/memory/encode.ts";
import { threadsGone } from "../fixtures/threads_gone.ts";
import { compare } from "./lock_actors.ts";
import { arrive, doOnce } from "./other_tasks.ts";

Deno.test("RwLock lets many read, and a writer who waits goes before readers who come later", async () => {
  const lock = new RwLock();
  const order: string[] = [];
  const first = await lock.read();
  const second = lock.tryRead()!;
  assertEquals([lock.readers, lock.writing, lock.tryWrite()], [
    2,
    false,
    undefined,
  ]);
  const writing = lock.write().then((held) => {
    order.push("write");
    return held;
  });
  const reading = lock.read().then((held) => {
    order.push("read");
    return held;
  });
  assertEquals(lock.tryRead(), undefined);
  first[Symbol.dispose]();
  second[Symbol.dispose]();
  (await writing)[Symbol.dispose]();
  (await reading)[Symbol.dispose]();
  assertEquals([order, lock.readers, lock.writing], [
    ["write", "read"],
    0,
    false,
  ]);
});

Deno.test("RwLock lets readers go on when the writer they waited behind gives up", async () => {
  const lock = new RwLock();
  using _reading = await lock.read();
  const late = assertRejects(
    () => lock.write({ timeout: 5 }),
    WaitTimeoutError,
  );
  // It waits behind the writer, and nothing but its giving up lets it go on.
  const behind = lock.read();
  await late;
  using _other = await behind;
  assertEquals(lock.readers, 2);
});

Deno.test("RwLock refuses to wait for itself, and on the main thread", () => {
  const lock = new RwLock();
  assertThrows(() => lock.readSync(), MainThreadWaitError);
  using _reading = lock.readSync({ onMain: true });
  assertThrows(() => lock.writeSync({ onMain: true }), DeadlockError);
  assertEquals([lock.readers, lock.writing], [1, false]);
});

Deno.test("Once is done once by threads that race, and again when it failed", async () => {
  {
    await using system = new System();
    const once = new Once();
    const word = new Int32Array(new SharedArrayBuffer(4));
    await assertRejects(
      () =>
        once.run(() => {
          throw new TypeError("Not yet");
        }),
      TypeError,
    );
    assertEquals(once.done, false);
    const ran = await Promise.all([
      system.run(doOnce, [once, word]),
      system.run(doOnce, [once, word]),
      once.run(() => void Atomics.add(word, 0, 1)),
    ]);
    assertEquals([ran.filter((did) => did).length, word[0], once.done], [
      1,
      1,
      true,
    ]);
    assertEquals(once.runSync(() => {}, { onMain: true }), false);
  }
  await threadsGone();
});

Deno.test("Latch lets go when threads have counted down, and refuses more", async () => {
  {
    await using system = new System();
    const latch = new Latch(2);
    const waiting = latch.wait();
    assertEquals(await latch.wait({ timeout: 0 }), false);
    await Promise.all([
      system.run(arrive, [latch]),
      system.run(arrive, [latch]),
    ]);
    assertEquals([await waiting, latch.count], [true, 0]);
    assertThrows(() => latch.countDown(), OverReleasedError, "is 0");
  }
  await threadsGone();
});

Deno.test("what is made of numbers out of bounds is refused", () => {
  const makes: (() => unknown)[] = [
    () => new Semaphore(-1),
    () => new Semaphore(1.5),
    () => new Semaphore(3, { max: 2 }),
    () => new Semaphore(0, { max: 0 }),
    () => new Barrier(0),
    () => new Barrier(256),
    () => new Barrier(2, { timeout: -1 }),
    () => new Latch(0),
    () => new Latch(2).countDown(0),
    () => new Condition({} as Mutex),
  ];
  for (const make of makes) assertThrows(make, InvalidOptionError);
});

/** One of each kind. */
function oneOfEach(): object[] {
  return [
    new Mutex(),
    new ReentrantMutex(),
    new Semaphore(1),
    new Condition(new ReentrantMutex()),
    new EventFlag(),
    new Barrier(2),
    new Once(),
    new RwLock(),
    new Latch(1),
  ];
}

Deno.test("each kind is one object on one thread however often it arrives", async () => {
  {
    await using system = new System();
    for (const one of oneOfEach()) {
      const { bytes, length, attachments } = encode(new Set([one]));
      const [back] = decode(bytes, 0, length, attachments) as Set<object>;
      assertStrictEquals(back, one);
      const nested = new Map([["same", [one]]]);
      assert(await system.run(compare, [one, one, nested]));
    }
  }
  await threadsGone();
});

Deno.test("a memory of another kind is refused", () => {
  const { bytes, length, attachments } = encode(new Mutex());
  const copy = bytes.slice(0, length);
  const other = encode(new Latch(1)).attachments!;
  const small = [new SharedArrayBuffer(8)];
  for (const memory of [other, small, [new ArrayBuffer(1024)]]) {
    assertThrows(() => decode(copy, 0, length, memory), DecodeError);
  }
  assertEquals(attachments?.length, 1);
});

Deno.test("a guard that is disposed twice gives back once", async () => {
  const slots = new Semaphore(2);
  const held: Held = await slots.acquire();
  await slots.acquire();
  held[Symbol.dispose]();
  held[Symbol.dispose]();
  assertEquals(slots.value, 1);
  const lock = new RwLock();
  const reading = await lock.read();
  using _other = await lock.read();
  reading[Symbol.dispose]();
  reading[Symbol.dispose]();
  assertEquals(lock.readers, 1);
});
