/**
 * Two threads that wait for each other.
 *
 * @module
 */
import {
  type Barrier,
  type EventFlag,
  type Mutex,
  type Semaphore,
  type Task,
  task,
} from "../../mod.ts";

/** Rounds that are not measured. */
const WARM = 200;

/** Calls `step` some times, then `count` times; returns the microseconds of one. */
function timed(count: number, step: () => void): number {
  for (let i = 0; i < WARM; i++) step();
  const start = performance.now();
  for (let i = 0; i < count; i++) step();
  return (performance.now() - start) * 1_000 / count;
}

/** Gives and takes permits: the microseconds of a round trip. */
export const swapPermits: Task<
  [give: Semaphore, take: Semaphore, first: boolean, count: number],
  number
> = task(
  import.meta,
  "swapPermits",
  (give: Semaphore, take: Semaphore, first: boolean, count: number) =>
    timed(count, () => {
      if (first) give.release();
      take.takeSync();
      if (!first) give.release();
    }),
);

/** Sets a flag and waits for another: the microseconds of a round trip. */
export const swapFlags: Task<
  [set: EventFlag, wait: EventFlag, first: boolean, count: number],
  number
> = task(
  import.meta,
  "swapFlags",
  (set: EventFlag, wait: EventFlag, first: boolean, count: number) =>
    timed(count, () => {
      if (first) set.set();
      wait.waitSync();
      wait.clear();
      if (!first) set.set();
    }),
);

/** Meets another: the microseconds of a meeting. */
export const meet: Task<[barrier: Barrier, count: number], number> = task(
  import.meta,
  "meet",
  (barrier: Barrier, count: number) =>
    timed(count, () => void barrier.waitSync()),
);

/** Locks and unlocks what nobody else wants: the nanoseconds of both. */
export const lockAlone: Task<[mutex: Mutex, count: number], number> = task(
  import.meta,
  "lockAlone",
  (mutex: Mutex, count: number) =>
    // Not by `using`, which in V8 costs more than both.
    1_000 * timed(count, () => {
      mutex.lockSync();
      mutex.unlock();
    }),
);
