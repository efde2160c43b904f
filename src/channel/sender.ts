import type { PortableData } from "../memory/portable.ts";
import { mayBlock } from "../sync/obtain.ts";
import { checkWait } from "../sync/wait.ts";
import { blockOn } from "./block_on.ts";
import { ChannelEnd } from "./channel_end.ts";
import { ChannelFullError } from "./channel_full_error.ts";
import { CHANNEL } from "./channel_layout.ts";
import type { ChannelParts } from "./channel_parts.ts";
import { EndInUseError } from "./end_in_use_error.ts";
import { defineHidden } from "./hidden.ts";
import { type Patient, PatientLine } from "./patient_line.ts";
import type {
  ChannelSendOptions,
  ChannelSendSyncOptions,
  TransferOption,
} from "./send_options.ts";
import type { OutTrack, Written } from "./track.ts";
import { Vigil } from "./vigil.ts";

const SLEEP = CHANNEL.TX + CHANNEL.SLEEP;
/** What a send that need not wait returns. */
const SENT: Promise<void> = Promise.resolve();

/** One who waits for room. */
interface Waiting extends Patient {
  /** Writes what there is room for; `"written"` when nothing is left. */
  attempt(): Written;
  /** What has not been sent. */
  unsent(): unknown;
  resolve(): void;
}

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
export class Sender<T> implements Disposable {
  readonly #end: ChannelEnd;
  readonly #parts: ChannelParts;
  readonly #track: OutTrack<T>;
  readonly #line: PatientLine<Waiting>;
  readonly #vigil: Vigil;
  #closing = false;
  #writable: WritableStream<T> | undefined;

  /** Made by `channel()` and `pipe()`, and where an end arrives. */
  constructor(parts: ChannelParts, track: OutTrack<T>, held = true) {
    const { control } = parts;
    this.#end = new ChannelEnd(control, CHANNEL.TX, held);
    this.#parts = parts;
    this.#track = track;
    this.#line = new PatientLine(() => this.#vigil.wake());
    this.#vigil = new Vigil(control.words, SLEEP, {
      serve: () => this.#serve(),
      mourns: () => this.#end.alone,
      fenced: () => this.#line.rejectAll(() => this.#end.over("send")),
    });
  }

  /** Messages that the channel holds. */
  get capacity(): number {
    return this.#end.control.capacity;
  }

  /** Messages sent and not received; those that wait for room are not among them. */
  get size(): number {
    return this.#track.size;
  }

  /** Whether nothing can be sent by this end any more. */
  get closed(): boolean {
    return this.#closing || this.#end.closed;
  }

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
  send(value: T, options?: ChannelSendOptions): Promise<void> {
    try {
      if (options !== undefined) {
        checkWait("send", options);
        options.signal?.throwIfAborted();
      }
      this.#mustBeOpen(value);
      const transfer = options?.transfer;
      if (this.#line.size === 0) {
        const written = this.#write(value, transfer);
        if (written === "written") return SENT;
        if (written === "sealed") {
          throw this.#end.over("send", { unsent: value });
        }
        return this.#wait(this.#track.retry(), () => value, options ?? {});
      }
      return this.#wait(
        this.#track.prepare(value, transfer),
        () => value,
        options ?? {},
      );
    } catch (error) {
      return Promise.reject(error);
    }
  }

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
  trySend(value: T, options?: TransferOption): boolean {
    this.#mustBeOpen(value);
    if (this.#line.size > 0) return false;
    const written = this.#write(value, options?.transfer);
    if (written === "sealed") throw this.#end.over("send", { unsent: value });
    return written === "written";
  }

  /**
   * Sends messages one after the other, and publishes as many at once as there is room for if they are records.
   *
   * @param values The messages.
   * @param options `timeout` in milliseconds for all together, none by default; `signal` ends the wait.
   * @returns A promise that resolves when all can be received. If it rejects, the error has those that were not sent.
   * @throws As {@linkcode Sender.send} does.
   */
  sendMany(
    values: Iterable<T>,
    options: ChannelSendOptions = {},
  ): Promise<void> {
    const all = [...values];
    let sent = 0;
    try {
      checkWait("send", options);
      options.signal?.throwIfAborted();
      this.#mustBeOpen(all);
      const attempt = (): Written => {
        for (;;) {
          if (sent === all.length) return "written";
          const count = this.#track.writeMany(all, sent);
          if (count < 0) return "sealed";
          if (count === 0) return "full";
          sent += count;
          this.#end.ringPeer();
        }
      };
      const rest = (): unknown => all.slice(sent);
      if (this.#line.size === 0) {
        this.#mourn();
        const written = attempt();
        if (written === "written") return SENT;
        if (written === "sealed") {
          throw this.#end.over("send", { unsent: rest() });
        }
      }
      return this.#wait(attempt, rest, options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Sends a message, blocking the thread until there is room.
   *
   * @param value Anything that can travel.
   * @param options `timeout` in milliseconds, none by default; `onMain` to block the main thread; `transfer` is moved.
   * @throws {MainThreadWaitError} On the main thread, unless `onMain` is set.
   * @throws {EndInUseError} If promises of this end wait.
   * @throws {FencedError} If this thread is given up meanwhile.
   * @throws As {@linkcode Sender.send} does.
   */
  sendSync(value: T, options: ChannelSendSyncOptions = {}): void {
    checkWait("send", options);
    mayBlock("send", options);
    this.#mustBeOpen(value);
    if (this.#line.size > 0) {
      throw new EndInUseError(
        "Cannot send as other messages of this end wait for room: await them first",
      );
    }
    let written = this.#write(value, options.transfer);
    if (written === "full") {
      written = this.#blockFor(this.#track.retry(), options, value);
    }
    if (written === "sealed") throw this.#end.over("send", { unsent: value });
  }

  /** A stream that sends each chunk; closing it closes this end, and so does aborting it. */
  get writable(): WritableStream<T> {
    return this.#writable ??= new WritableStream({
      write: (chunk) => this.send(chunk),
      close: () => this.close(),
      abort: () => this.close(),
    });
  }

  /**
   * Sends nothing more. What was sent can be received, and what waits for room is sent before; then the receiver is told
   * that nothing comes. Idempotent.
   */
  close(): void {
    if (this.closed) return;
    this.#closing = true;
    if (this.#line.size === 0) this.#seal();
  }

  /** As {@linkcode Sender.close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  static {
    defineHidden<Sender<unknown>>(this.prototype, {
      travel: (sender) => sender.#travel(),
      show: ({ closed, size, capacity }) =>
        closed ? "Sender(closed)" : `Sender(${size} of ${capacity})`,
    });
  }

  /** Publishes what `write` writes, which says how much, or -1 if nobody receives any more; nothing if messages wait. */
  protected publish(write: () => number): number {
    this.#mustBeOpen(undefined);
    if (this.#line.size > 0) return 0;
    this.#mourn();
    const count = write();
    if (count < 0) throw this.#end.over("send");
    if (count > 0) this.#end.ringPeer();
    return count;
  }

  #travel(): PortableData {
    const { rest } = this.#parts;
    if (this.#closing) this.#mustBeOpen(undefined);
    return this.#end.travel(this.#line.size > 0, "channel.sender", rest);
  }

  #mustBeOpen(unsent: unknown): void {
    if (!this.#closing && this.#end.held) return;
    throw this.#end.refusal("send", { unsent });
  }

  #write(value: T, transfer?: readonly Transferable[]): Written {
    this.#mourn();
    const written = this.#track.write(value, transfer);
    if (written === "written") this.#end.ringPeer();
    return written;
  }

  /** Nobody receives any more: nothing can be sent from here on. */
  #mourn(): void {
    if (this.#end.alone) this.#track.seal();
  }

  #seal(): void {
    // In this order: a receiver that finds it sealed finds out why.
    this.#end.close();
    this.#track.seal();
    this.#end.ringPeer();
  }

  #wait(
    attempt: () => Written,
    unsent: () => unknown,
    options: ChannelSendOptions,
  ): Promise<void> {
    const { timeout = Infinity } = options;
    const late = (): Error => this.#late(timeout, unsent());
    if (timeout === 0) throw late();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#line.add({ attempt, unsent, resolve, reject }, options, late);
    this.#vigil.begin();
    return promise;
  }

  /** Sends what there is room for. Returns whether anything waits still. */
  #serve(): boolean {
    this.#mourn();
    for (let first = this.#line.first; first !== undefined;) {
      let written: Written;
      try {
        written = first.attempt();
      } catch (error) {
        this.#line.remove(first);
        first.reject(error);
        first = this.#line.first;
        continue;
      }
      if (written === "full") return true;
      if (written === "sealed") {
        this.#line.rejectAll(({ unsent }) =>
          this.#end.over("send", { unsent: unsent() })
        );
        break;
      }
      this.#end.ringPeer();
      this.#line.remove(first);
      first.resolve();
      first = this.#line.first;
    }
    if (this.#closing && this.#end.held) this.#seal();
    return false;
  }

  #blockFor(
    attempt: () => Written,
    { timeout = Infinity }: ChannelSendSyncOptions,
    unsent: unknown,
  ): Written {
    const { words } = this.#end.control;
    return blockOn<Written>(words, SLEEP, timeout, "send", {
      look: () => this.#track.roomy(),
      attempt: () => {
        this.#mourn();
        const written = attempt();
        if (written === "written") this.#end.ringPeer();
        return written === "full" ? undefined : written;
      },
      alone: () => this.#end.alone,
      late: () => this.#late(timeout, unsent),
    });
  }

  #late(timeout: number, unsent: unknown): Error {
    return new ChannelFullError(
      `Cannot send as the channel is full: ${this.size} of ${this.capacity} messages wait, and there was no room for ${timeout} ms`,
      { timeoutMs: timeout, unsent },
    );
  }
}
