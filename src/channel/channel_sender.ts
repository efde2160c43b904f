import type { PortableData } from "../memory/portable.ts";
import { mayBlock } from "../sync/obtain.ts";
import {
  checkAwaited,
  checkBlocking,
  checkNames,
  type Wait,
} from "../sync/wait.ts";
import { blockOn } from "./block_on.ts";
import { toReason } from "./channel_aborted_error.ts";
import { ChannelEnd } from "./channel_end.ts";
import { ChannelFullError } from "./channel_full_error.ts";
import { CHANNEL } from "./channel_layout.ts";
import type { ChannelParts } from "./channel_parts.ts";
import { checkTransfer } from "./check_transfer.ts";
import type { Claim } from "./claim.ts";
import { EndInUseError } from "./end_in_use_error.ts";
import { defineHidden } from "./hidden.ts";
import { ManyLetters } from "./many_letters.ts";
import { nameUnsent } from "./name_unsent.ts";
import { type Patient, PatientLine } from "./patient_line.ts";
import {
  type ChannelSendOptions,
  type ChannelSendSyncOptions,
  SEND,
  SEND_SYNC,
  TRANSFER,
  type TransferOption,
} from "./send_options.ts";
import type { Sender } from "./sender.ts";
import { Rooms } from "./rooms.ts";
import type { Letter, OutTrack, Written } from "./track.ts";
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

/** The sending end of a channel, as its thread has it. */
export class ChannelSender<T> implements Sender<T> {
  readonly #end: ChannelEnd;
  readonly #parts: ChannelParts;
  readonly #track: OutTrack<T>;
  readonly #line: PatientLine<Waiting>;
  readonly #vigil: Vigil;
  readonly #rooms: Rooms = new Rooms({
    isTaken: () => {
      this.#mustBeOpen(undefined);
      this.#mourn();
      return this.#waits;
    },
    roomFor: (bytes) => {
      const room = this.#track.claim(bytes);
      if (typeof room !== "string") this.#writing = true;
      return room;
    },
    wait: (letter, options) => this.#wait(letter, () => undefined, options),
    letGo: () => this.#writeNoMore(),
    ring: () => this.#end.ringPeer(),
    over: () => this.#end.over("send"),
  });
  #closing = false;
  /** Whether records are being written in place: what comes behind them waits. */
  #writing = false;
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

  /** See {@linkcode Sender.capacity}. */
  get capacity(): number {
    return this.#end.control.capacity;
  }

  /** See {@linkcode Sender.size}. */
  get size(): number {
    return this.#track.size;
  }

  /** See {@linkcode Sender.closed}. */
  get closed(): boolean {
    return this.#given || this.#end.control.fate(CHANNEL.RX) !== "open";
  }

  /** Whether this end was given up, whatever has become of the other one. */
  get #given(): boolean {
    return this.#closing || this.#end.closed;
  }

  /** See {@linkcode Sender.send}. */
  send(value: T, options?: ChannelSendOptions): Promise<void> {
    try {
      if (options !== undefined) {
        checkAwaited("send", options, SEND);
        checkTransfer("send", options.transfer);
        options.signal?.throwIfAborted();
      }
      this.#mustBeOpen(value);
      const transfer = options?.transfer;
      if (!this.#waits) {
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
      return Promise.reject(nameUnsent(error, value));
    }
  }

  /** See {@linkcode Sender.trySend}. */
  trySend(value: T, options?: TransferOption): boolean {
    try {
      if (options !== undefined) {
        checkNames("send", options, TRANSFER);
        checkTransfer("send", options.transfer);
      }
      this.#mustBeOpen(value);
      if (this.#waits) return false;
      const written = this.#write(value, options?.transfer);
      if (written === "sealed") throw this.#end.over("send", { unsent: value });
      if (written === "full") this.#track.drop();
      return written === "written";
    } catch (error) {
      throw nameUnsent(error, value);
    }
  }

  /** See {@linkcode Sender.sendMany}. */
  sendMany(
    values: Iterable<T>,
    options: ChannelSendOptions = {},
  ): Promise<void> {
    const all = new ManyLetters(
      this.#track,
      values,
      this.capacity,
      () => this.#end.ringPeer(),
    );
    const refuse = (error: unknown): Promise<never> => {
      all.drop();
      return Promise.reject(nameUnsent(error, all.rest, all.sent));
    };
    try {
      all.open();
      checkAwaited("send", options, SEND);
      options.signal?.throwIfAborted();
      this.#mustBeOpen(all.rest);
      if (!this.#waits) {
        this.#mourn();
        const written = all.write();
        if (written === "written") return SENT;
        if (written === "sealed") {
          throw this.#end.over("send", { unsent: all.rest });
        }
      }
      return this.#wait(all, () => all.rest, options).catch(refuse);
    } catch (error) {
      return refuse(error);
    }
  }

  /** See {@linkcode Sender.sendSync}. */
  sendSync(value: T, options: ChannelSendSyncOptions = {}): void {
    try {
      checkBlocking("send", options, SEND_SYNC);
      checkTransfer("send", options.transfer);
      mayBlock("send", options);
      this.#mustBeOpen(value);
      if (this.#waits) {
        throw new EndInUseError(
          "Cannot send as other messages of this end wait for room, or for its claim: await them first, commit or dispose that",
          { unsent: value },
        );
      }
      let written = this.#write(value, options.transfer);
      if (written === "full") {
        written = this.#blockFor(this.#track.retry(), options, value);
      }
      if (written === "sealed") throw this.#end.over("send", { unsent: value });
    } catch (error) {
      throw nameUnsent(error, value);
    }
  }

  /** See {@linkcode Sender.claim}. */
  claim(bytes: number, options: Wait = {}): Promise<Claim> {
    return this.#rooms.claim(bytes, options);
  }

  /** See {@linkcode Sender.tryClaim}. */
  tryClaim(bytes: number): Claim | undefined {
    return this.#rooms.tryClaim(bytes);
  }

  /** See {@linkcode Sender.writable}. */
  get writable(): WritableStream<T> {
    return this.#writable ??= new WritableStream({
      write: (chunk, { signal }) =>
        this.send(chunk, { signal }).catch(toReason),
      close: () => this.close(),
      abort: (reason) => this.#abort(reason),
    });
  }

  /** See {@linkcode Sender.close}. */
  close(): void {
    if (this.#given) return;
    this.#closing = true;
    if (!this.#waits) this.#seal();
  }

  /** As {@linkcode Sender.close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  static {
    defineHidden<ChannelSender<unknown>>(this.prototype, {
      travel: (sender) => sender.#travel(),
      show: ({ closed, size, capacity }) =>
        closed ? "Sender(closed)" : `Sender(${size} of ${capacity})`,
    });
  }

  /** Publishes what `write` writes, which says how much, or -1 if nobody receives any more; nothing if messages wait. */
  protected publish(write: () => number): number {
    this.#mustBeOpen(undefined);
    if (this.#line.size > 0 || this.#writing) return 0;
    this.#mourn();
    let count = 0;
    // Who sends while it writes has its turn after it.
    this.#writing = true;
    try {
      count = write();
    } finally {
      this.#writeNoMore();
    }
    if (count < 0) throw this.#end.over("send");
    if (count > 0) this.#end.ringPeer();
    return count;
  }

  #writeNoMore(): void {
    this.#writing = false;
    if (this.#line.size > 0) this.#vigil.wake();
    else if (this.#closing) this.#seal();
  }

  /** Whether something is to be sent before anything that comes now. */
  get #waits(): boolean {
    return this.#writing || this.#line.size > 0;
  }

  #travel(): PortableData {
    const { rest } = this.#parts;
    if (this.#closing) this.#mustBeOpen(undefined);
    return this.#end.travel(this.#waits, "channel.sender", rest);
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

  /** Sends nothing more, not even what waits for room, and has the receiver know why. */
  #abort(reason: unknown): void {
    if (this.#given) return;
    this.#closing = true;
    this.#end.abort(reason);
    this.#seal();
    this.#line.rejectAll(({ unsent }) =>
      this.#end.refusal("send", { unsent: unsent() })
    );
  }

  #seal(): void {
    // In this order: a receiver that finds it sealed finds out why.
    this.#end.close();
    this.#track.seal();
    this.#end.ringPeer();
  }

  #wait(
    letter: Letter,
    unsent: () => unknown,
    options: ChannelSendOptions,
  ): Promise<void> {
    const { timeout = Infinity } = options;
    const late = (): Error => this.#late(timeout, unsent());
    if (timeout === 0) {
      letter.drop();
      throw late();
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const refuse = (reason: unknown): void => {
      letter.drop();
      reject(reason);
    };
    const attempt = (): Written => letter.write();
    this.#line.add({ attempt, unsent, resolve, reject: refuse }, options, late);
    this.#vigil.begin();
    return promise;
  }

  /** Sends what there is room for. Returns whether anything waits still. */
  #serve(): boolean {
    if (this.#writing) return true;
    this.#mourn();
    for (let first = this.#line.first; first !== undefined;) {
      let written: Written;
      try {
        written = first.attempt();
      } catch (error) {
        this.#line.remove(first);
        first.reject(nameUnsent(error, first.unsent()));
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
      if (this.#writing) return true;
      first = this.#line.first;
    }
    if (this.#closing && this.#end.held) this.#seal();
    return false;
  }

  #blockFor(
    letter: Letter,
    { timeout = Infinity }: ChannelSendSyncOptions,
    unsent: unknown,
  ): Written {
    const { words } = this.#end.control;
    return blockOn<Written>(words, SLEEP, timeout, "send", {
      look: () => this.#track.roomy(),
      attempt: () => {
        this.#mourn();
        const written = letter.write();
        if (written === "written") this.#end.ringPeer();
        return written === "full" ? undefined : written;
      },
      alone: () => this.#end.alone,
      late: () => {
        letter.drop();
        return this.#late(timeout, unsent);
      },
    });
  }

  #late(timeout: number, unsent: unknown): Error {
    return new ChannelFullError(
      this.#writing
        ? `Cannot send as the claim before was held for ${timeout} ms: commit it or dispose it first`
        : `Cannot send as the channel is full: ${this.size} of ${this.capacity} messages wait, and there was no room for ${timeout} ms`,
      { timeoutMs: timeout, unsent },
    );
  }
}
