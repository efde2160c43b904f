/**
 * What can be called through a ref, and what comes of it.
 *
 * @module
 */
import type { Askable } from "./stream/streams.ts";

/** Any method of an actor: what makes a property a message. */
// deno-lint-ignore no-explicit-any -- `any` infers parameters of every method
export type Method = (...args: any[]) => any;
/** Names that the runtime calls and nobody else; `actor()` says when. */
export type Hook =
  | "onStart"
  | "onStop"
  | "onRestart"
  | "checkpoint"
  | "restore";

/**
 * The methods of an actor, each answering with a promise.
 *
 * - **Never throws:** whatever goes wrong rejects the promise.
 * - **Settles once:** by the reply, the deadline, the signal, or the end of the actor or its system.
 * - **Copies:** the actor gets copies of the arguments, and the caller one of the result.
 *
 * | rejects with             | when                                                                  | handled?         |
 * |--------------------------|-----------------------------------------------------------------------|------------------|
 * | `DataCloneError`         | an argument cannot travel                                             | no               |
 * | `DataCloneError`         | the result cannot travel (its `path` begins with `result`)            | yes              |
 * | `MessageTooLargeError`   | the message is larger than `mailbox.maxMessageBytes`                  | no               |
 * | `MailboxFullError`       | the message found no room within `timeout`                            | no               |
 * | `UnknownMethodError`     | the actor has no such method; it goes on                              | no               |
 * | `ActorStoppedError`      | the actor ended for good before the message was begun, or drains      | no               |
 * | `ActorCrashedError`      | the handler threw (`cause`), or the actor ended while it ran          | perhaps in part  |
 * | `AskCycleError`          | the actor waits for the handler that asks it                          | no               |
 * | `AskTimeoutError`        | no reply came within `timeout`                                        | perhaps, or yet  |
 * | the signal's reason      | `signal` aborted                                                      | perhaps, or yet  |
 * | `SystemClosedError`      | the system was closed; if before the call, it was not sent            | perhaps          |
 * | `Refusal`                | the handler threw one, as its answer; the actor goes on               | yes              |
 *
 * A property `then` does not exist, so that the object may be returned by an async function: a method of that name
 * cannot be called.
 *
 * @typeParam C The instance of the actor's class.
 */
export type Asks<C> = {
  readonly [K in Exclude<Askable<C>, Hook>]: C[K] extends
    (...args: infer A) => infer R ? (...args: A) => Promise<Awaited<R>>
    : never;
};

/**
 * The methods of an actor, each sent and forgotten.
 *
 * - **Returns at once:** also when the mailbox is full; the message then waits in the sender for `timeout`.
 * - **Nobody is told:** a message that finds no room in time, whose actor has ended or ends first, whose system is
 *   closed, or whose method does not exist is a dead letter: `System.deadLetters` counts and shows it.
 * - **Throws only for the sender's fault,** before anything was sent: `DataCloneError` if an argument cannot travel,
 *   `MessageTooLargeError` if the message is larger than `mailbox.maxMessageBytes`.
 * - **An error in the handler** ends the actor as one of an ask does, except a `Refusal`, which nobody hears.
 *
 * @typeParam C The instance of the actor's class.
 */
export type Tells<C> = {
  readonly [K in Exclude<Askable<C>, Hook>]: C[K] extends
    (...args: infer A) => unknown ? (...args: A) => void : never;
};

/**
 * The methods of an actor, each sent with a promise that it has its place.
 *
 * - **In the receiver's memory:** the promise resolves when the message is in its mailbox, at once if there is room.
 *   Whether it was handled nobody says; that is what an ask is for.
 * - **Back-pressure:** who awaits it sends no faster than the receiver takes.
 * - **In order** with the asks and tells of the same thread, also while it waits for room.
 * - **Never throws:** whatever goes wrong rejects the promise, and then the message was not delivered: no dead letter
 *   tells of it again.
 *
 * | rejects with             | when                                                                        |
 * |--------------------------|-----------------------------------------------------------------------------|
 * | `MailboxFullError`       | it found no room within `timeout`, or the mailbox refuses what finds none   |
 * | `ActorStoppedError`      | the actor has ended for good, or drains                                     |
 * | `DataCloneError`         | an argument cannot travel                                                   |
 * | `MessageTooLargeError`   | the message is larger than `mailbox.maxMessageBytes`                        |
 * | the signal's reason      | `signal` aborted before there was room                                      |
 * | `SystemClosedError`      | the system was closed before there was room                                 |
 *
 * @typeParam C The instance of the actor's class.
 *
 * @example Send no faster than the receiver takes
 * ```ts
 * import { actor, spawn } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * export const Total = actor(
 *   import.meta,
 *   "Total",
 *   class {
 *     #sum = 0;
 *     add(count: number): void {
 *       this.#sum += count;
 *     }
 *     sum(): number {
 *       return this.#sum;
 *     }
 *   },
 * );
 *
 * // Threads import this module too: only the main one starts the actor.
 * if (import.meta.main) {
 *   await using total = await spawn(Total, [], { mailbox: { capacity: 4 } });
 *   for (let i = 1; i <= 100; i++) await total.send.add(i);
 *   assertEquals(await total.ask.sum(), 5050);
 * }
 * ```
 */
export type Sends<C> = {
  readonly [K in Exclude<Askable<C>, Hook>]: C[K] extends
    (...args: infer A) => unknown ? (...args: A) => Promise<void>
    : never;
};

/**
 * The methods of an actor, each sent if there is room for it now.
 *
 * - **`true`:** the message is in the receiver's mailbox.
 * - **`false`:** it is not, and nothing was moved: the mailbox is full, messages of the same thread wait for room, or the
 *   actor has ended or drains. No dead letter tells of it, and no older message is dropped for it.
 * - **Throws only for the sender's fault,** as a tell does: `DataCloneError` or `MessageTooLargeError`.
 *
 * @typeParam C The instance of the actor's class.
 */
export type Tries<C> = {
  readonly [K in Exclude<Askable<C>, Hook>]: C[K] extends
    (...args: infer A) => unknown ? (...args: A) => boolean
    : never;
};
