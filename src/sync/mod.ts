/**
 * Locks and meeting points for all threads of a program, which survive the deaths of those who hold them.
 *
 * | what                | who goes on                        | when a thread ends                                  |
 * |---------------------|------------------------------------|-----------------------------------------------------|
 * | {@linkcode Mutex}, {@linkcode ReentrantMutex} | one at a time, in order of arrival | the next one has it, and is told: `ownerDied` |
 * | {@linkcode RwLock}  | many who read, or one who writes   | its shares are free; after a writer, `ownerDied`    |
 * | {@linkcode Semaphore} | so many at a time                | its permits are free, with `ownerDied`              |
 * | {@linkcode Condition} | who is notified, with the lock   | its notification goes to the next                   |
 * | {@linkcode Barrier} | all parties at once                | it breaks, and all are told                         |
 * | {@linkcode Once}    | all, when one has done it          | the next one does it                                |
 * | {@linkcode EventFlag}, {@linkcode Latch} | all, when it is set or 0 | nothing: nobody holds it                  |
 *
 * - **Waiting:** what returns a promise leaves the thread free; what ends in `Sync` blocks it, on the main thread only when
 *   asked to. Every wait has a `timeout`, and the promised ones a `signal`.
 * - **Sections:** the guard of a handle is `Disposable`: `using` gives it back at the end of the scope, also on a throw.
 * - **Travelling:** every handle may be in any message. On one thread the same thing is the same object.
 * - **Reach:** the threads of one program. `Mutex.in(region, "name")`, and its like, is one in named memory: all programs that
 *   have the region open meet there by that name, and who is killed with a lock is followed by the next one, who is told.
 * - **Fair:** who waits gets its turn in the order of arrival. While more than 256 wait for one lock that holds among those of
 *   each thread.
 * - **Owners die:** what a thread holds when it ends by any means goes to the next one, with `ownerDied: true`; a barrier
 *   breaks. One that was replaced and runs on can neither hold nor release anything.
 * - **Held by threads:** an actor that shares its thread must give back what it holds by itself.
 *
 * @example One at a time
 * ```ts
 * import { Mutex } from "@troupe/actors/sync";
 * import { assertEquals } from "@std/assert";
 *
 * const mutex = new Mutex();
 * {
 *   using held = await mutex.lock({ timeout: 1_000 });
 *   assertEquals([mutex.locked, held.ownerDied], [true, false]);
 * }
 * assertEquals(mutex.locked, false);
 * ```
 *
 * @module
 */
export {
  InvalidOptionError,
  ThreadLimitError,
  UnknownHandleError,
} from "../errors.ts";
export { LayoutMismatchError } from "../memory/layout_mismatch_error.ts";
export {
  RegionClosedError,
  RegionError,
  RegionNoRoomError,
} from "../memory/region_errors.ts";
export type { Region } from "../memory/region_room.ts";
export { Barrier } from "./barrier.ts";
export type {
  BarrierOptions,
  BarrierSyncWait,
  BarrierWait,
} from "./barrier_options.ts";
export { BrokenBarrierError } from "./broken_barrier_error.ts";
export { Condition } from "./condition.ts";
export { DeadlockError } from "./deadlock_error.ts";
export { EventFlag } from "./event_flag.ts";
export { FencedError } from "./fenced_error.ts";
export type { Held } from "./held.ts";
export { Latch } from "./latch.ts";
export { MainThreadWaitError } from "./main_thread_wait_error.ts";
export { Mutex } from "./mutex.ts";
export { NotHeldError } from "./not_held_error.ts";
export { Once } from "./once.ts";
export { OverReleasedError } from "./over_released_error.ts";
export { ReentrantMutex } from "./reentrant_mutex.ts";
export { RwLock } from "./rw_lock.ts";
export { Semaphore } from "./semaphore.ts";
export type { SemaphoreOptions } from "./semaphore_options.ts";
export type { SyncWait, Wait } from "./wait.ts";
export { WaitTimeoutError } from "./wait_timeout_error.ts";
