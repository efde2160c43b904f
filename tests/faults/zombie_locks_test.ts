import { assertEquals } from "@std/assert";
import {
  EventFlag,
  Latch,
  Mutex,
  ReentrantMutex,
  RwLock,
  Semaphore,
  supervise,
  System,
} from "../../mod.ts";
import { threadsGone } from "../fixtures/threads_gone.ts";
import { LIMIT_MS, until } from "../fixtures/until.ts";
import { Locker, LOCKER_WORD, type Locks } from "../fixtures/zombie_locker.ts";

/** So often the stuck thread tries everything. */
const TRIES = 50;
/** Lets the stuck thread try everything some more. */
async function tries({ words }: Locks): Promise<void> {
  const from = Atomics.load(words, LOCKER_WORD.TRIED);
  const enough = () => Atomics.load(words, LOCKER_WORD.TRIED) >= from + TRIES;
  await until("it goes on trying", enough);
}

Deno.test("a hung thread that is replaced can neither hold nor release a lock", async () => { // W05, S60
  const locks: Locks = {
    words: new Int32Array(new SharedArrayBuffer(16)),
    mutex: new Mutex(),
    reentrant: new ReentrantMutex(),
    slots: new Semaphore(1, { max: 1 }),
    rw: new RwLock(),
    flag: new EventFlag(),
    latch: new Latch(1),
  };
  const { words, mutex, reentrant, slots, rw, flag, latch } = locks;
  {
    await using system = new System();
    await using tree = await supervise({
      backoff: false,
      children: [{ id: "locker", actor: Locker, options: { hangMs: 1_500 } }],
    }, system);
    const locker = tree.ref("locker", Locker);
    const stuck = locker.with({ timeout: LIMIT_MS }).ask.grab(locks)
      .catch((error) => (error as Error).name);
    await until(
      "it holds all",
      () => Atomics.load(words, LOCKER_WORD.HOLDS) === 1,
    );

    // All go to others, who are told; it goes on and does not know yet.
    const options = { timeout: LIMIT_MS };
    const held = await Promise.all([
      mutex.lock(options),
      reentrant.lock(options),
      slots.acquire(options),
      rw.write(options),
    ]);
    assertEquals(held.map(({ ownerDied }) => ownerDied), [
      true,
      true,
      true,
      true,
    ]);
    assertEquals(await stuck, "ActorCrashedError");
    assertEquals(await locker.ask.ping(), "pong");

    // It cannot take them away from who has them.
    await tries(locks);
    assertEquals(
      [mutex.locked, reentrant.locked, slots.value, rw.writing],
      [true, true, 0, true],
    );
    assertEquals(
      [reentrant.depth, flag.isSet, latch.count],
      [1, false, 1],
    );

    // Nor take them when they are free.
    for (const one of held) one[Symbol.dispose]();
    await tries(locks);
    assertEquals(
      [mutex.locked, reentrant.locked, slots.value, rw.writing, rw.readers],
      [false, false, 1, false, 0],
    );
    assertEquals(Atomics.load(words, LOCKER_WORD.WORKED), 0);
    Atomics.store(words, LOCKER_WORD.RETURN, 1);
  }
  await threadsGone();
});
