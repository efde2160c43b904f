/**
 * The messages of an actor, by what they answer: which are asked, and which are read.
 *
 * @module
 */
import type { Method } from "../messages.ts";
import type { ActorStream } from "./actor_stream.ts";

/**
 * What can be read of `T`: the elements of something that can be iterated; `never` of anything else.
 *
 * @typeParam T What a method returns, awaited.
 */
export type ElementOf<T> = T extends string ? never
  : T extends AsyncIterable<infer Y> | Iterable<infer Y> ? Awaited<Y>
  : never;

/**
 * Whether `T` makes its elements as they are asked for, so that it can be read and not asked for. What can be iterated and has
 * methods of its own may be a handle that travels as it is, such as a `Queue` or a `ListRef`: it can be asked for.
 *
 * @typeParam T What a method returns, awaited.
 */
export type IsStream<T> = 0 extends (1 & T) ? false
  : [T] extends [never] ? false
  : T extends ReadableStream ? false
  : T extends AsyncIterator<unknown> | Iterator<unknown> ? true
  : T extends AsyncIterable<unknown>
    ? [Exclude<keyof T, symbol>] extends [never] ? true : false
  : false;

/**
 * The names of the methods of `C` whose answer is no stream.
 *
 * @typeParam C The instance of the actor's class.
 */
export type Askable<C> = keyof {
  [
    K in keyof C as C[K] extends Method
      ? true extends IsStream<Awaited<ReturnType<C[K]>>> ? never : K
      : never
  ]: true;
};

/**
 * The methods of an actor that return something that can be iterated, each answering with its elements.
 *
 * - **What can be read:** a method that returns an async generator, any other `AsyncIterable`, a `ReadableStream`, an
 *   array or another `Iterable`, or a promise of one. A method that is a generator cannot be asked or told.
 * - **Nothing is sent** before the first `next()`: the call is then a message like any other, in the order of those of
 *   this thread, and waits for room as long as it has to.
 * - **Beside the messages:** the actor handles other messages while a stream is open, also with a `concurrency` of 1.
 *   The body of the method begins in its turn; from its first `yield` or `await` on it runs whenever it has something
 *   to do and credit to do it, between two messages and while a handler awaits. So it does not rely on what may have
 *   changed across a `yield` or an `await`.
 * - **Credit:** it is ahead of its reader by at most `credit` elements, 64 by default; `ref.with({ credit: 1 })` makes
 *   each one when it is asked for. Credit is given again when half of it is used up.
 * - **An error** that leaves the method fails the actor, as one of a handler does, after the elements before it have
 *   arrived; a `Refusal`, or a class that the actor resumes after, ends that stream alone.
 * - **A stop** ends the streams of an actor at their `yield` before its `onStop` runs; a draining one after the messages.
 *
 * {@linkcode ActorStream} tells how one is read, and what reading it rejects with.
 *
 * @typeParam C The instance of the actor's class.
 */
export type Streams<C> = {
  readonly [
    K in keyof C as C[K] extends Method
      ? [ElementOf<Awaited<ReturnType<C[K]>>>] extends [never] ? never : K
      : never
  ]: C[K] extends (...args: infer A) => infer R
    ? (...args: A) => ActorStream<ElementOf<Awaited<R>>>
    : never;
};
