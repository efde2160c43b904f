/** What other threads do with locks, once and in a random order. */
import {
  type Latch,
  type Mutex,
  type Once,
  type RwLock,
  type Semaphore,
  type Task,
  task,
} from "../../mod.ts";

/** Does it if nobody has; counts in the word how often it was done. */
export const doOnce: Task<[once: Once, word: Int32Array], Promise<boolean>> =
  task(
    import.meta,
    "doOnce",
    (once: Once, word: Int32Array) =>
      once.run(async () => {
        await Promise.resolve();
        Atomics.add(word, 0, 1);
      }),
  );

/** Counts down. */
export const arrive: Task<[latch: Latch], void> = task(
  import.meta,
  "arrive",
  (latch: Latch) => latch.countDown(),
);

/** All that {@link wander} uses. */
export interface Playground {
  readonly mutex: Mutex;
  readonly slots: Semaphore;
  readonly rw: RwLock;
  /** Plain counts: with the mutex, with a permit, of readers, of writers; of rules that were broken. */
  readonly cells: Int32Array;
}

/** A generator of numbers below 1, from a seed. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/**
 * Uses the locks in a random order, awaiting or blocking, giving up now and then.
 *
 * @returns How often it had the mutex.
 */
export const wander: Task<
  [ground: Playground, seed: number, steps: number],
  Promise<number>
> = task(
  import.meta,
  "wander",
  async (
    { mutex, slots, rw, cells }: Playground,
    seed: number,
    steps: number,
  ) => {
    const random = randomFrom(seed);
    let had = 0;
    const inside = (at: number, most: number): void => {
      if (Atomics.add(cells, at, 1) >= most) Atomics.add(cells, 4, 1);
    };
    for (let step = 0; step < steps; step++) {
      const blocks = random() < 0.5;
      const options = random() < 0.2 ? { timeout: random() < 0.5 ? 0 : 1 } : {};
      const kind = Math.trunc(random() * 4);
      try {
        if (kind === 0) {
          using _held = blocks
            ? mutex.lockSync(options)
            : await mutex.lock(options);
          inside(0, 1);
          cells[5]! += 1;
          had++;
          Atomics.sub(cells, 0, 1);
        } else if (kind === 1) {
          using _held = blocks
            ? slots.acquireSync(options)
            : await slots.acquire(options);
          inside(1, 2);
          Atomics.sub(cells, 1, 1);
        } else if (kind === 2) {
          using _held = blocks ? rw.readSync(options) : await rw.read(options);
          if (Atomics.load(cells, 3) > 0) Atomics.add(cells, 4, 1);
          Atomics.add(cells, 2, 1);
          Atomics.sub(cells, 2, 1);
        } else {
          using _held = blocks
            ? rw.writeSync(options)
            : await rw.write(options);
          inside(3, 1);
          if (Atomics.load(cells, 2) > 0) Atomics.add(cells, 4, 1);
          Atomics.sub(cells, 3, 1);
        }
      } catch (error) {
        if ((error as Error).name !== "WaitTimeoutError") throw error;
      }
    }
    return had;
  },
);
