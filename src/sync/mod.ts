/**
 * Locks and meeting points for all threads of a program, which survive the deaths of those who hold them.
 *
 * | what                | who goes on                        | when a thread ends                                  |
 * |---------------------|------------------------------------|-----------------------------------------------------|
 * | {@linkcode Mutex}   | one at a time, in order of arrival | the next one has it, and is told: `ownerDied`       |
 *
 * - **Waiting:** what returns a promise leaves the thread free; what ends in `Sync` blocks it, on the main thread only when
 *   asked to. Every wait has a `timeout`, and the promised ones a `signal`.
 * - **Sections:** the guard of a handle is `Disposable`: `using` gives it back at the end of the scope, also on a throw.
 * - **Travelling:** every handle may be in any message. On one thread the same thing is the same object.
 * - **Reach:** the threads of one program.
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
export { InvalidOptionError, UnknownHandleError } from "../errors.ts";
export { DeadlockError } from "./deadlock_error.ts";
export { FencedError } from "./fenced_error.ts";
export type { Held } from "./held.ts";
export { MainThreadWaitError } from "./main_thread_wait_error.ts";
export { Mutex } from "./mutex.ts";
export { NotHeldError } from "./not_held_error.ts";
export type { SyncWait, Wait } from "./wait.ts";
export { WaitTimeoutError } from "./wait_timeout_error.ts";
