/**
 * What a method of an actor gives one after the other, as its reader holds it.
 *
 * @module
 */

/**
 * The elements of a stream that an actor produces: what a method of {@linkcode Streams} returns.
 *
 * - **On demand:** nothing is sent before the first `next()`. From then on the actor is ahead of its reader by at most
 *   `credit` elements, 64 by default; a reader that waits makes the actor's method wait at its `yield`.
 * - **In order, without loss:** what was yielded arrives, also when the method threw after it.
 * - **Left early:** `break`, `return()`, a `throw` in the loop and the end of a scope with `await using` end the method
 *   at its `yield`, and wait for its `finally`. A method that is waiting for something else ends when that is over, and
 *   is not waited for. At most for `timeout`, 5,000 ms by default.
 * - **Ends with either side:** when the actor fails, stops or is restarted, `next()` rejects at once; when the reader's
 *   actor does, the method is ended at its `yield`.
 * - **Read by who made it:** it cannot travel. One that is kept without being read on keeps the method waiting.
 *
 * | `next()` rejects with    | when                                                                     |
 * |--------------------------|--------------------------------------------------------------------------|
 * | `ActorCrashedError`      | the method threw (`cause`), or the actor ended, or was restarted         |
 * | `ActorStoppedError`      | the actor stopped, before or while it was read                           |
 * | `AskTimeoutError`        | one element took longer than `timeout`; by default it may take for ever  |
 * | the signal's reason      | `signal` aborted                                                         |
 * | `Refusal`                | the method threw one; the actor goes on                                  |
 * | `DataCloneError`         | an argument or an element cannot travel; the actor goes on               |
 * | `StreamMethodError`      | the method returned nothing that can be iterated; the actor goes on      |
 * | `UnknownMethodError`     | the actor has no such method; it goes on                                 |
 * | `AskCycleError`          | the actor waits for the handler that reads                               |
 * | `SystemClosedError`      | the system was closed                                                    |
 *
 * After that the stream is over.
 *
 * @typeParam T The elements; each is a copy.
 *
 * @example Read what an actor yields, as far as it is wanted
 * ```ts
 * import { actor, spawn } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * export const Numbers = actor(
 *   import.meta,
 *   "Numbers",
 *   class {
 *     #open = 0;
 *     async *from(start: number): AsyncGenerator<number> {
 *       this.#open++;
 *       try {
 *         for (let n = start;; n++) yield n;
 *       } finally {
 *         this.#open--;
 *       }
 *     }
 *     open(): number {
 *       return this.#open;
 *     }
 *   },
 * );
 *
 * // Threads import this module too: only the main one starts the actor.
 * if (import.meta.main) {
 *   await using numbers = await spawn(Numbers, []);
 *   const found: number[] = [];
 *   for await (const n of numbers.stream.from(40)) {
 *     // The actor answers others meanwhile.
 *     assertEquals(await numbers.ask.open(), 1);
 *     found.push(n);
 *     if (n === 42) break;
 *   }
 *   assertEquals(found, [40, 41, 42]);
 *   assertEquals(await numbers.ask.open(), 0);
 * }
 * ```
 */
export interface ActorStream<T>
  extends AsyncIterableIterator<T, undefined>, AsyncDisposable {
  /** The next element, as soon as there is one. It may be called again before the one before has come. */
  next(): Promise<IteratorResult<T, undefined>>;
  /**
   * Ends the stream.
   *
   * @returns A promise that resolves when the method has ended; it rejects with what its `finally` threw.
   */
  return(): Promise<IteratorResult<T, undefined>>;
  /**
   * Ends the stream as {@linkcode ActorStream.return} does. The method is not told of the error.
   *
   * @param error What it rejects with then.
   */
  throw(error?: unknown): Promise<IteratorResult<T, undefined>>;
  /** The stream itself. */
  [Symbol.asyncIterator](): ActorStream<T>;
}
