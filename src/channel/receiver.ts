import type { SyncWait, Wait } from "../sync/wait.ts";
import type { Lease } from "./lease.ts";
import type { Selectable } from "./selectable.ts";

/**
 * The receiving end of a channel.
 *
 * - **Order:** messages are received in the order sent; calls of `receive()` have theirs in the order called.
 * - **Nothing is lost:** when the other end is closed, or its thread has ended or died, all that it had sent is received
 *   first. Only then the channel ends.
 * - **Two ends:** after a close, or a normal end of the sender's thread, iteration ends and `receive()` rejects with
 *   `ChannelClosedError`; after a crash or a kill both fail with {@linkcode PeerDiedError}, and after an abort of the sender's
 *   stream with {@linkcode ChannelAbortedError}. So do `merge()` and `pipeTo()`, and `select()` once before it tells the end.
 * - **No trace:** a wait that is over in time, or aborted, takes no message.
 * - **One holder:** sent in a message, the end is the receiver's; who sent it may not use it any more.
 */
export interface Receiver<T>
  extends AsyncIterable<T>, Disposable, Selectable<T> {
  /** Messages that the channel holds. */
  readonly capacity: number;

  /** Messages sent and not received. */
  readonly size: number;

  /** Whether there is a message to receive now. */
  readonly pending: boolean;

  /** Whether nothing can be received by this end any more: it is closed or sent away, or all was received and nothing comes. */
  readonly closed: boolean;

  /**
   * Receives a message.
   *
   * @param options `timeout` in milliseconds, none by default; `signal` ends the wait.
   * @returns A promise of the message. It rejects with each of the errors below.
   * @throws {WaitTimeoutError} If none came in time.
   * @throws {PeerDiedError} If all was received, and the thread with the other end crashed, hung or was killed.
   * @throws {ChannelClosedError} If all was received and the other end is closed, or if this end is closed.
   * @throws {EndMovedError} If this end was sent away.
   * @throws {ParcelLostError} If a part of the message was lost with its sender.
   * @throws {InvalidOptionError} If an option is out of its bounds.
   * @throws The signal's reason.
   */
  receive(options?: Wait): Promise<T>;

  /**
   * Receives a message if there is one and nobody waits for it. If a part of it was sent beside the channel (a port, a
   * handle, a large message) the thread blocks for the moment that it takes to fetch that.
   *
   * @returns The message; `undefined` if there is none, or none will ever come.
   * @throws {EndMovedError} If this end was sent away.
   * @throws {ChannelClosedError} If this end is closed.
   * @throws {ParcelLostError} If a part of the message was lost with its sender.
   */
  tryReceive(): { value: T } | undefined;

  /**
   * Receives all messages that are there, at most `max` and at least one.
   *
   * @param max The most, 1 or more.
   * @param options As of {@linkcode Receiver.receive}, for the first of them.
   * @throws As {@linkcode Receiver.receive} does.
   */
  receiveMany(max: number, options?: Wait): Promise<T[]>;

  /**
   * Receives a message, blocking the thread until there is one.
   *
   * @param options `timeout` in milliseconds, none by default; `onMain` to block the main thread.
   * @throws {MainThreadWaitError} On the main thread, unless `onMain` is set.
   * @throws {EndInUseError} If promises of this end wait, or a lease of it is held.
   * @throws {FencedError} If this thread is given up meanwhile.
   * @throws As {@linkcode Receiver.receive} does.
   */
  receiveSync(options?: SyncWait): T;

  /**
   * Receives a message of bytes without copying it: they are read where they lie in shared memory.
   *
   * - **Bytes alone:** for messages that were sent as `Uint8Array`, not on shared or moved memory.
   * - **One at a time:** until it is disposed the message takes up its room, and what is behind it is not received.
   *
   * @param options `timeout` in milliseconds, none by default; `signal` ends the wait.
   * @returns A promise of the lease. It rejects as that of {@linkcode Receiver.receive}.
   * @throws {NotBytesError} If the message is anything else; it is the next one still.
   */
  lease(this: Receiver<Uint8Array>, options?: Wait): Promise<Lease>;

  /**
   * As {@linkcode Receiver.lease}, if there is a message and nobody waits for it; else `undefined`. Throws what that rejects
   * with.
   */
  tryLease(this: Receiver<Uint8Array>): Lease | undefined;

  /**
   * Waits until there is a message, and takes none.
   *
   * @param options `timeout` in milliseconds, none by default, at once if it is negative; `signal` ends the wait.
   * @returns Whether there is a message: `false` when the time is over or none will ever come.
   * @throws {EndMovedError} If this end was sent away.
   * @throws {ChannelClosedError} If this end is closed.
   * @throws {InvalidOptionError} If an option is no number or no signal.
   * @throws The signal's reason.
   */
  ready(options?: Wait): Promise<boolean>;

  /**
   * A stream of the messages; cancelling it closes this end. If that is for a reason who sends is told: its stream fails with
   * it, its calls with {@linkcode ChannelAbortedError}.
   */
  readonly readable: ReadableStream<T>;

  /** Receives message after message, and ends when none will come; leaving it early leaves the end open. */
  [Symbol.asyncIterator](): AsyncIterator<T>;

  /** Receives nothing more. What was not received is forgotten, and who sends is told. Idempotent. */
  close(): void;

  /** As {@linkcode Receiver.close}. */
  [Symbol.dispose](): void;
}
