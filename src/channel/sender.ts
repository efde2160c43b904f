import type { Wait } from "../sync/wait.ts";
import type { Claim } from "./claim.ts";
import type {
  ChannelSendOptions,
  ChannelSendSyncOptions,
  TransferOption,
} from "./send_options.ts";

/**
 * The sending end of a channel.
 *
 * - **Order:** what is sent is received in the order sent.
 * - **Sent is safe:** when `send()` resolves the message is in shared memory. It can be received also when this thread has
 *   ended since.
 * - **Backpressure:** while the channel is full a message waits, in order, for its `timeout`.
 * - **All or nothing:** a message that cannot be encoded, or whose time is over, leaves nothing in the channel.
 * - **One holder:** sent in a message, the end is the receiver's; who sent it may not use it any more.
 */
export interface Sender<T> extends Disposable {
  /** Messages that the channel holds. */
  readonly capacity: number;

  /** Messages sent and not received; those that wait for room are not among them. */
  readonly size: number;

  /** Whether nothing can be sent by this end any more. */
  readonly closed: boolean;

  /**
   * Sends a message.
   *
   * @param value Anything that can travel.
   * @param options `timeout` in milliseconds, none by default; `signal` ends the wait; `transfer` is moved.
   * @returns A promise that resolves when the message can be received, whatever becomes of this thread. It rejects with
   * each of the errors below; nothing is sent then.
   * @throws {DataCloneError} If something in it cannot travel; its path is named.
   * @throws {ChannelFullError} If there was no room in time; it has the message.
   * @throws {PeerDiedError} If the thread with the other end crashed, hung or was killed; it has the message.
   * @throws {ChannelClosedError} If either end is closed; it has the message.
   * @throws {EndMovedError} If this end was sent away.
   * @throws {InvalidOptionError} If an option is out of its bounds.
   * @throws The signal's reason.
   */
  send(value: T, options?: ChannelSendOptions): Promise<void>;

  /**
   * Sends a message if there is room for it now and no other waits.
   *
   * @param value Anything that can travel.
   * @param options `transfer` is moved.
   * @returns Whether it was sent.
   * @throws {DataCloneError} If something in it cannot travel; its path is named.
   * @throws {PeerDiedError} If the thread with the other end crashed, hung or was killed; it has the message.
   * @throws {ChannelClosedError} If either end is closed; it has the message.
   * @throws {EndMovedError} If this end was sent away.
   */
  trySend(value: T, options?: TransferOption): boolean;

  /**
   * Sends messages one after the other, and publishes as many at once as there is room for if they are records.
   *
   * @param values The messages. An array is read at once, anything else as it is sent: at most 64 ahead, so that a generator
   *   may be endless. It is left by an error, and by the signal.
   * @param options `timeout` in milliseconds for all together, none by default; `signal` ends the wait.
   * @returns A promise that resolves when all can be received. If it rejects, the error has those that were read and not sent; of one that cannot be
   *   sent, the path says which one it is, such as `values[2].on`.
   * @throws As {@linkcode Sender.send} does.
   */
  sendMany(
    values: Iterable<T>,
    options?: ChannelSendOptions,
  ): Promise<void>;

  /**
   * Sends a message, blocking the thread until there is room.
   *
   * @param value Anything that can travel.
   * @param options `timeout` in milliseconds, none by default; `onMain` to block the main thread; `transfer` is moved.
   * @throws {MainThreadWaitError} On the main thread, unless `onMain` is set.
   * @throws {EndInUseError} If promises of this end wait, or a claim of it is held.
   * @throws {FencedError} If this thread is given up meanwhile.
   * @throws As {@linkcode Sender.send} does.
   */
  sendSync(value: T, options?: ChannelSendSyncOptions): void;

  /**
   * Claims room for a message of so many bytes, which are written where they will be read, and sent then: nothing is copied.
   *
   * - **Nothing is seen of it** until it is committed; disposing it before gives the room back.
   * - **One at a time:** what is sent meanwhile waits until it is committed or disposed.
   * - **Larger than half of `capacityBytes`:** it has a memory of its own, which is what the receiver reads.
   *
   * @param bytes How many, a whole number from 0 to 1,073,741,824.
   * @param options `timeout` in milliseconds, none by default; `signal` ends the wait.
   * @returns A promise of the room. It rejects as that of {@linkcode Sender.send}, without a message.
   * @throws {NotBytesError} If this is a channel of records.
   *
   * @example Write and read a frame in place
   * ```ts
   * import { channel } from "@troupe/actors";
   * import { assertEquals } from "@std/assert";
   *
   * const { tx, rx } = channel<Uint8Array>();
   * using room = await tx.claim(8_000_000);
   * room.bytes.fill(7);
   * room.commit();
   * using frame = await rx.lease();
   * assertEquals(frame.bytes[7_999_999], 7);
   * ```
   */
  claim(
    this: Sender<Uint8Array>,
    bytes: number,
    options?: Wait,
  ): Promise<Claim>;

  /**
   * As {@linkcode Sender.claim}, if there is room now and no other message waits; else `undefined`. Throws what that rejects
   * with.
   */
  tryClaim(this: Sender<Uint8Array>, bytes: number): Claim | undefined;

  /**
   * A stream that sends each chunk; closing it closes this end. If it is aborted, what waits for room is not sent, and the
   * receiver has the rest first and then fails: its stream with the reason, its calls with {@linkcode ChannelAbortedError}.
   */
  readonly writable: WritableStream<T>;

  /**
   * Sends nothing more. What was sent can be received, and what waits for room is sent before; then the receiver is told
   * that nothing comes. Idempotent.
   */
  close(): void;

  /** As {@linkcode Sender.close}. */
  [Symbol.dispose](): void;
}
