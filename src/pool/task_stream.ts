/**
 * What a task gives one by one, as its reader holds it.
 *
 * @module
 */

/**
 * The elements of a task that yields them: what {@linkcode Pool.generate} returns.
 *
 * - **On demand:** the task is not queued before the first `next()`. Then it is ahead of its reader by at most
 *   `readAhead` elements: it waits at its `yield`, and its worker with it, for as long as nobody reads on.
 * - **In order, without loss:** what was yielded arrives, also when the task threw after it or its worker died.
 * - **Left early:** `break`, `return()`, a `throw` in the loop and the end of a scope with `await using` end the task at
 *   its `yield`, and wait for its `finally`. One that waits or computes is told by `current.signal`; its worker is
 *   replaced when that changes nothing for `killAfterMs`.
 *
 * | `next()` rejects with    | when                                                                     |
 * |--------------------------|--------------------------------------------------------------------------|
 * | the task's error         | it threw                                                                 |
 * | `WorkerDiedError`        | its worker ended meanwhile                                               |
 * | `DataCloneError`         | an argument or an element cannot travel; the worker goes on              |
 * | `TypeError`              | the task returned nothing that can be iterated                           |
 * | the signal's reason      | `signal` aborted; elements that nobody has read are dropped              |
 * | `TimeoutError`           | it has not ended within `timeout`                                        |
 * | `PoolClosedError`        | the pool was terminated, or closed before the first `next()`             |
 * | `PoolBrokenError`        | the workers of the pool do not start                                     |
 *
 * After that it is over.
 *
 * @typeParam T The elements; each is a copy.
 *
 * @example Read what a task yields, as far as it is wanted
 * ```ts
 * import { Pool, task } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * export const primes = task(import.meta, "primes", function* (from: number) {
 *   for (let n = from;; n++) {
 *     let factor = 2;
 *     while (n % factor !== 0) factor++;
 *     if (factor === n) yield n;
 *   }
 * });
 *
 * // Threads import this module too: only the main one makes the pool.
 * if (import.meta.main) {
 *   await using pool = new Pool({ size: 1 });
 *   const found: number[] = [];
 *   for await (const prime of pool.generate(primes, [100])) {
 *     if (found.push(prime) === 3) break;
 *   }
 *   assertEquals(found, [101, 103, 107]);
 * }
 * ```
 */
export interface TaskStream<T>
  extends AsyncIterableIterator<T, undefined>, AsyncDisposable {
  /** The next element, as soon as there is one. It may be called again before the one before has come. */
  next(): Promise<IteratorResult<T, undefined>>;
  /**
   * Ends the task.
   *
   * @returns A promise that resolves when nothing of it runs any more; it rejects with what its `finally` threw.
   */
  return(): Promise<IteratorResult<T, undefined>>;
  /**
   * Ends the task as {@linkcode TaskStream.return} does. It is not told of the error.
   *
   * @param error What it rejects with then.
   */
  throw(error?: unknown): Promise<IteratorResult<T, undefined>>;
  /** The stream itself. */
  [Symbol.asyncIterator](): TaskStream<T>;
}
