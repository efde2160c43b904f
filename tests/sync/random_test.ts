import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  DeadlockError,
  type Held,
  Mutex,
  NotHeldError,
  OverReleasedError,
  ReentrantMutex,
  RwLock,
  Semaphore,
  System,
} from "../../mod.ts";
import { PATIENT } from "../fixtures/shared_tasks.ts";
import { threadsGone } from "../fixtures/threads_gone.ts";
import { randomFrom, wander } from "./other_tasks.ts";

/** A semaphore as one would write it for one thread. */
class PlainSemaphore {
  constructor(public free: number, readonly max: number) {}
  held = 0;
  tryAcquire(): boolean {
    if (this.free === 0) return false;
    this.free--;
    this.held++;
    return true;
  }
  release(): boolean {
    if (this.held > 0) this.held--;
    else if (this.free >= this.max) return false;
    this.free++;
    return true;
  }
  tryTake(): boolean {
    if (this.free === 0) return false;
    this.free--;
    return true;
  }
}

function isRefused(body: () => void): boolean {
  try {
    body();
    return false;
  } catch (error) {
    assert(error instanceof OverReleasedError);
    return true;
  }
}

/** The lock, if this thread may have it without waiting for itself. */
function lockOnMain(mutex: Mutex): Held | undefined {
  try {
    return mutex.lockSync({ onMain: true, timeout: 0 });
  } catch (error) {
    assert(error instanceof DeadlockError);
    return undefined;
  }
}

for (const seed of [1, 2, 3, 4, 5]) {
  Deno.test(`Semaphore counts as a plain one does, seed ${seed}`, () => {
    const random = randomFrom(seed);
    const max = seed % 2 === 0 ? 3 : Infinity;
    const real = new Semaphore(2, max === Infinity ? {} : { max });
    const plain = new PlainSemaphore(2, max);
    for (let step = 0; step < 2_000; step++) {
      const what = Math.trunc(random() * 3);
      if (what === 0) {
        assertEquals(real.tryAcquire() !== undefined, plain.tryAcquire());
      } else if (what === 1) {
        assertEquals(isRefused(() => real.release()), !plain.release());
      } else assertEquals(real.tryTake(), plain.tryTake());
      assertEquals(real.value, plain.free, `step ${step}`);
    }
  });

  Deno.test(`Mutex and ReentrantMutex are held as plain ones are, seed ${seed}`, () => {
    const random = randomFrom(seed);
    for (const real of [new Mutex(), new ReentrantMutex()]) {
      const levels: Held[] = [];
      const isFree = () => levels.length === 0;
      for (let step = 0; step < 2_000; step++) {
        const what = Math.trunc(random() * 4);
        if (what < 2) {
          const held = what === 0 ? real.tryLock() : lockOnMain(real);
          const mayHave = isFree() || real instanceof ReentrantMutex;
          assertEquals(held !== undefined, mayHave, `step ${step}`);
          if (held) levels.push(held);
        } else if (what === 2) {
          // Any of them, not only the last: a scope may end when it likes.
          const [held] = levels.splice(random() * levels.length, 1);
          held?.[Symbol.dispose]();
        } else if (isFree()) assertThrows(() => real.unlock(), NotHeldError);
        else {
          real.unlock();
          levels.pop();
        }
        assertEquals(real.locked, !isFree(), `step ${step}`);
        if (real instanceof ReentrantMutex) {
          assertEquals(real.depth, levels.length, `step ${step}`);
        }
      }
    }
  });

  Deno.test(`RwLock is held as a plain one is, seed ${seed}`, () => {
    const random = randomFrom(seed);
    const real = new RwLock();
    const readers: Held[] = [];
    const writers: Held[] = [];
    for (let step = 0; step < 2_000; step++) {
      const what = Math.trunc(random() * 4);
      if (what === 0) {
        const held = real.tryRead();
        assertEquals(held !== undefined, writers.length === 0);
        if (held) readers.push(held);
      } else if (what === 1) {
        const held = real.tryWrite();
        assertEquals(
          held !== undefined,
          writers.length + readers.length === 0,
        );
        if (held) writers.push(held);
      } else if (what === 2) readers.pop()?.[Symbol.dispose]();
      else writers.pop()?.[Symbol.dispose]();
      assertEquals(
        [real.readers, real.writing],
        [readers.length, writers.length === 1],
        `step ${step}`,
      );
    }
  });
}

for (const [threads, seed] of [[2, 11], [4, 12], [8, 13]] as const) {
  Deno.test(`${threads} threads that use locks at random keep every rule, seed ${seed}`, async () => {
    {
      await using system = new System();
      const ground = {
        mutex: new Mutex(),
        slots: new Semaphore(2, { max: 2 }),
        rw: new RwLock(),
        cells: new Int32Array(new SharedArrayBuffer(32)),
      };
      const { mutex, slots, rw, cells } = ground;
      const had = await Promise.all(
        Array.from(
          { length: threads },
          (_, i) => system.run(wander, [ground, seed * 100 + i, 400], PATIENT),
        ),
      );
      const sum = had.reduce((all, one) => all + one, 0);
      assertEquals([cells[4], cells[5]], [0, sum], `seed ${seed}`);
      assertEquals(
        [mutex.locked, slots.value, rw.readers, rw.writing],
        [false, 2, 0, false],
      );
    }
    await threadsGone();
  });
}
