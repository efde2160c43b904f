/** What other threads do in the statements about locks. */
import {
  type Barrier,
  type Condition,
  type EventFlag,
  type Semaphore,
  type Task,
  task,
} from "../../mod.ts";

/** Adds one to a plain number, many times, each time with a permit. */
export const addWithPermit: Task<
  [slots: Semaphore, cells: Int32Array, times: number],
  void
> = task(
  import.meta,
  "addWithPermit",
  (slots: Semaphore, cells: Int32Array, times: number) => {
    for (let i = 0; i < times; i++) {
      using _permit = slots.acquireSync();
      cells[0]! += 1;
    }
  },
);

/** Counts to 4, and notifies each time. */
export const countToFour: Task<[changed: Condition, cells: Int32Array], void> =
  task(
    import.meta,
    "countToFour",
    async (changed: Condition, cells: Int32Array) => {
      for (let i = 0; i < 4; i++) {
        using _held = await changed.lock();
        cells[0]! += 1;
        changed.notify();
      }
    },
  );

/** Waits for a flag, blocking. */
export const waitForFlag: Task<[flag: EventFlag, ready: EventFlag], boolean> =
  task(
    import.meta,
    "waitForFlag",
    (flag: EventFlag, ready: EventFlag) => {
      ready.set();
      return flag.waitSync({ timeout: 20_000 });
    },
  );

/**
 * Meets others round after round; notes that it is in a round, and looks whether one is in another.
 *
 * @returns Its number in each round, or -1 in place of the first round in which another was elsewhere.
 */
export const meetOften: Task<
  [barrier: Barrier, rounds: Int32Array, self: number, blocking: boolean],
  Promise<number[]>
> = task(
  import.meta,
  "meetOften",
  async (
    barrier: Barrier,
    rounds: Int32Array,
    self: number,
    blocking: boolean,
  ) => {
    const indices: number[] = [];
    for (let round = 1; round <= 10; round++) {
      Atomics.store(rounds, self, round);
      const index = blocking ? barrier.waitSync() : await barrier.wait();
      // All have begun this round, and none is two ahead.
      const apart = rounds.some((other) => other < round || other > round + 1);
      indices.push(apart ? -1 : index);
    }
    return indices;
  },
);

/** Is given a barrier, and fails before it has come to it. */
export const failBeforeMeeting: Task<[barrier: Barrier], void> = task(
  import.meta,
  "failBeforeMeeting",
  (_barrier: Barrier) => {
    throw new Error("It does not come");
  },
);

/** Holds a permit, says so, and stays. */
export const holdPermit: Task<[slots: Semaphore, ready: EventFlag], void> =
  task(
    import.meta,
    "holdPermit",
    async (slots: Semaphore, ready: EventFlag) => {
      await slots.acquire();
      ready.set();
      await new Promise(() => {});
    },
  );
