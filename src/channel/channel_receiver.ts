import type { PortableData } from "../memory/portable.ts";
import { mayBlock } from "../sync/obtain.ts";
import {
  checkAwaited,
  checkBlocking,
  type SyncWait,
  type Wait,
} from "../sync/wait.ts";
import { WaitTimeoutError } from "../sync/wait_timeout_error.ts";
import { blockOn } from "./block_on.ts";
import { checkMost } from "./check_most.ts";
import { ChannelEnd } from "./channel_end.ts";
import { CHANNEL } from "./channel_layout.ts";
import type { ChannelParts } from "./channel_parts.ts";
import { EndInUseError } from "./end_in_use_error.ts";
import { defineHidden } from "./hidden.ts";
import { ByteLease, type Lease } from "./lease.ts";
import { Lookers } from "./lookers.ts";
import { OwedRing } from "./owed_ring.ts";
import { type Patient, PatientLine } from "./patient_line.ts";
import { isEnd, iterationOf, streamOf } from "./received_as.ts";
import type { Receiver } from "./receiver.ts";
import type { Selectable } from "./selectable.ts";
import type { InTrack, Taken } from "./track.ts";
import { Vigil } from "./vigil.ts";

const SLEEP = CHANNEL.RX + CHANNEL.SLEEP;

/** One who waits for a message. */
type Taker<T> =
  | Patient & { readonly inPlace: false; resolve(value: T): void }
  | Patient & { readonly inPlace: true; resolve(lease: Lease): void };

/** The receiving end of a channel, as its thread has it. */
export class ChannelReceiver<T> implements Receiver<T> {
  readonly #end: ChannelEnd;
  readonly #parts: ChannelParts;
  readonly #track: InTrack<T>;
  readonly #takers: PatientLine<Taker<T>>;
  readonly #lookers: Lookers;
  readonly #vigil: Vigil;
  /** Whether the rest of a message is on its way, or records are read in place: what comes behind it waits. */
  #fetching = false;
  readonly #owed: OwedRing;
  #over = false;
  /** Whether one who chooses from several was told why it is over. */
  #failed = false;
  #readable: ReadableStream<T> | undefined;

  /** Made by `channel()` and `pipe()`, and where an end arrives. */
  constructor(parts: ChannelParts, track: InTrack<T>, held = true) {
    const { control } = parts;
    this.#end = new ChannelEnd(control, CHANNEL.RX, held);
    this.#parts = parts;
    this.#track = track;
    this.#owed = new OwedRing(control);
    this.#takers = new PatientLine(() => this.#vigil.wake());
    this.#lookers = new Lookers(() => this.#vigil.wake());
    this.#vigil = new Vigil(control.words, SLEEP, {
      serve: () => this.#serve(),
      mourns: () => this.#end.alone,
      fenced: () => this.#rejectAll(),
    });
  }

  /** See {@linkcode Receiver.capacity}. */
  get capacity(): number {
    return this.#end.control.capacity;
  }

  /** See {@linkcode Receiver.size}. */
  get size(): number {
    return this.#track.size;
  }

  /** See {@linkcode Receiver.pending}. */
  get pending(): boolean {
    return this.#end.held && !this.#fetching && this.#track.hasMore;
  }

  /** See {@linkcode Receiver.closed}. */
  get closed(): boolean {
    return this.#end.closed || (!this.#fetching && this.#ended());
  }

  /** See {@linkcode Receiver.receive}. */
  receive(options?: Wait): Promise<T> {
    try {
      if (options !== undefined) {
        checkAwaited("receive", options);
        options.signal?.throwIfAborted();
      }
      this.#mustBeOpen();
      if (this.#takers.size === 0 && !this.#fetching) {
        const taken = this.#take();
        if (taken === "taken") return Promise.resolve(this.#track.give());
        if (taken === "later") return this.#fetch();
        if (taken === "ended") throw this.#end.over("receive");
      }
      return this.#wait(options ?? {});
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** See {@linkcode Receiver.tryReceive}. */
  tryReceive(): { value: T } | undefined {
    this.#mustBeOpen();
    if (this.#takers.size > 0 || this.#fetching) return undefined;
    const taken = this.#take();
    if (taken === "taken") return { value: this.#track.give() };
    return taken === "later" ? { value: this.#track.fetchSync() } : undefined;
  }

  /** See {@linkcode Receiver.receiveMany}. */
  async receiveMany(max: number, options?: Wait): Promise<T[]> {
    checkMost("receive", "max", max);
    const all = [await this.receive(options)];
    if (this.#takers.size === 0 && !this.#fetching) {
      this.#track.takeMany(max, all);
      this.#owe();
    }
    return all;
  }

  /** See {@linkcode Receiver.receiveSync}. */
  receiveSync(options: SyncWait = {}): T {
    checkBlocking("receive", options);
    mayBlock("receive", options);
    this.#mustBeOpen();
    if (this.#takers.size > 0 || this.#fetching) {
      throw new EndInUseError(
        "Cannot receive as promises of this end wait for messages, or a lease of it is held: await them, dispose it first",
      );
    }
    let taken = this.#take();
    if (taken === "empty") taken = this.#blockFor(options);
    if (taken === "taken") return this.#track.give();
    if (taken === "later") return this.#track.fetchSync();
    throw this.#end.over("receive");
  }

  /** See {@linkcode Receiver.lease}. */
  async lease(options: Wait = {}): Promise<Lease> {
    checkAwaited("receive", options);
    options.signal?.throwIfAborted();
    this.#mustBeOpen();
    if (this.#takers.size === 0 && !this.#fetching) {
      const taken = this.#take(true);
      if (taken === "taken") return this.#leased(this.#track.giveInPlace());
      if (taken === "later") return await this.#fetchLease();
      if (taken === "ended") throw this.#end.over("receive");
    }
    const { promise, resolve, reject } = Promise.withResolvers<Lease>();
    this.#add({ inPlace: true, resolve, reject }, options);
    return await promise;
  }

  /** See {@linkcode Receiver.tryLease}. */
  tryLease(): Lease | undefined {
    this.#mustBeOpen();
    if (this.#takers.size > 0 || this.#fetching) return undefined;
    const taken = this.#take(true);
    if (taken === "taken") return this.#leased(this.#track.giveInPlace());
    if (taken !== "later") return undefined;
    return this.#leased(this.#track.fetchInPlaceSync());
  }

  #leased(bytes: Uint8Array<SharedArrayBuffer>): Lease {
    this.#fetching = true;
    return new ByteLease(bytes, () => {
      this.#track.release();
      this.#fetching = false;
      this.#vigil.wake();
      this.#owe();
    });
  }

  /** The message whose memory is on its way. */
  async #fetchLease(): Promise<Lease> {
    this.#fetching = true;
    try {
      return this.#leased(await this.#track.fetchInPlace());
    } catch (error) {
      this.#fetching = false;
      this.#vigil.wake();
      throw error;
    }
  }

  /** See {@linkcode Receiver.ready}. */
  async ready(options: Wait = {}): Promise<boolean> {
    const { timeout = Infinity, signal } = options ?? {};
    const wait = timeout < 0 ? { ...options, timeout: 0 } : options;
    checkAwaited("wait for a message", wait);
    signal?.throwIfAborted();
    this.#mustBeOpen();
    if (!this.#fetching && this.#track.hasMore) return true;
    if (timeout <= 0 || this.#ended()) return false;
    const told = this.#lookers.wait(wait);
    this.#vigil.begin();
    return await told;
  }

  /** See {@linkcode Receiver.readable}. */
  get readable(): ReadableStream<T> {
    return this.#readable ??= streamOf(
      () => this.receive(),
      (reason) => this.#close(reason),
    );
  }

  /** See {@linkcode Receiver}. */
  [Symbol.asyncIterator](): AsyncIterator<T> {
    return iterationOf(() => this.receive());
  }

  /** See {@linkcode Receiver.close}. */
  close(): void {
    this.#close(undefined);
  }

  /** Closes it; a reason is told who sends. */
  #close(reason: unknown): void {
    if (this.#end.closed) return;
    // In this order: a sender that finds it sealed finds out why.
    if (reason !== undefined) this.#end.abort(reason);
    else this.#end.close();
    this.#track.seal();
    this.#track.drop();
    this.#end.ringPeer();
    this.#rejectAll();
    this.#vigil.wake();
  }

  /** As {@linkcode Receiver.close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  static {
    defineHidden<ChannelReceiver<unknown>>(this.prototype, {
      travel: (receiver) => receiver.#travel(),
      show: ({ closed, size, capacity }) =>
        closed ? "Receiver(closed)" : `Receiver(${size} of ${capacity})`,
      select: (receiver) => ({
        tryTake: () => receiver.#select(),
        get ended() {
          return receiver.closed;
        },
        watch: (wake) => receiver.#watch(wake),
      }),
    });
  }

  /** Takes what `take` takes, which says how much; nothing if others wait. */
  protected consume(take: () => number): number {
    this.#mustBeOpen();
    if (this.#takers.size > 0 || this.#fetching) return 0;
    let count = 0;
    // Who receives while it takes has its turn after it.
    this.#fetching = true;
    try {
      count = take();
    } finally {
      this.#fetching = false;
      if (this.#takers.size + this.#lookers.size > 0) this.#vigil.wake();
      if (count > 0) this.#owe();
      else this.#end.ringPeer();
    }
    return count;
  }

  #travel(): PortableData {
    const waits = this.#fetching || this.#takers.size + this.#lookers.size > 0;
    return this.#end.travel(waits, "channel.receiver", this.#parts.rest);
  }

  #mustBeOpen(): void {
    if (!this.#end.held) throw this.#end.refusal("receive");
  }

  #take(inPlace = false): Taken {
    const track = this.#track;
    let taken: Taken = "empty";
    try {
      taken = inPlace ? track.takeInPlace() : track.take();
    } finally {
      // One that cannot be read has left room as well.
      if (taken !== "empty") this.#owe();
    }
    if (taken !== "empty") return taken;
    // The sender waits for nothing else when all is read.
    this.#end.ringPeer();
    if (!this.#end.alone) return taken;
    // Nothing comes any more. What came since the look before is read first.
    track.seal();
    return inPlace ? track.takeInPlace() : track.take();
  }

  /** Whether nothing is there and nothing will come. */
  #ended(): boolean {
    if (this.#over || this.#track.hasMore) return this.#over;
    if (this.#end.alone) this.#track.seal();
    return this.#over = this.#track.over;
  }

  #owe(): void {
    if (!this.#owed.isWanted) return;
    this.#owed.owe(this.#track.size <= this.capacity >> 1);
  }

  #wait(options: Wait): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.#add({ inPlace: false, resolve, reject }, options);
    return promise;
  }

  #add(taker: Taker<T>, options: Wait): void {
    const { timeout = Infinity } = options;
    const late = (): Error => tooLate(timeout);
    if (timeout === 0) throw late();
    this.#takers.add(taker, options, late);
    this.#vigil.begin();
  }

  /** Gives what is there to those who wait. Returns whether anybody waits still. */
  #serve(): boolean {
    while (!this.#fetching) {
      const first = this.#takers.first;
      if (first === undefined) break;
      let taken: Taken;
      try {
        taken = this.#take(first.inPlace);
      } catch (error) {
        this.#takers.remove(first);
        first.reject(error);
        continue;
      }
      if (taken === "empty") break;
      if (taken === "ended") {
        this.#rejectTakers();
        break;
      }
      this.#takers.remove(first);
      if (first.inPlace) {
        if (taken === "later") {
          this.#fetchLease().then(first.resolve, first.reject);
        } else first.resolve(this.#leased(this.#track.giveInPlace()));
      } else if (taken === "taken") first.resolve(this.#track.give());
      else this.#fetch().then(first.resolve, first.reject);
    }
    this.#tellLookers();
    return this.#takers.size + this.#lookers.size > 0;
  }

  #tellLookers(): void {
    if (this.#lookers.size === 0 || this.#fetching) return;
    const there = this.#track.hasMore;
    if (!there && !this.#ended()) return;
    this.#lookers.tell(there);
  }

  /** The message whose parcel is on its way. */
  async #fetch(): Promise<T> {
    this.#fetching = true;
    try {
      return await this.#track.fetch();
    } finally {
      this.#fetching = false;
      this.#vigil.wake();
    }
  }

  /** The message of one who chooses from several: an end by a death or an abort is told once, as an error. */
  #select(): { value: T } | undefined {
    this.#end.mustBeHere("receive");
    if (!this.#end.held) return undefined;
    const received = this.tryReceive();
    if (received !== undefined || this.#failed || !this.#ended()) {
      return received;
    }
    const error = this.#end.over("receive");
    if (isEnd(error)) return undefined;
    this.#failed = true;
    throw error;
  }

  #watch(wake: () => void): () => void {
    const unwatch = this.#lookers.watch(wake);
    // Not before it has returned.
    queueMicrotask(() => this.#vigil.begin());
    return () => {
      unwatch();
      this.#vigil.wake();
    };
  }

  #rejectTakers(): void {
    this.#takers.rejectAll(() => this.#end.over("receive"));
  }

  #rejectAll(): void {
    this.#rejectTakers();
    this.#lookers.tell(false);
  }

  #blockFor({ timeout = Infinity }: SyncWait): Taken {
    const { words } = this.#end.control;
    return blockOn<Taken>(words, SLEEP, timeout, "receive", {
      look: () => this.#track.hasMore,
      attempt: () => {
        const taken = this.#take();
        return taken === "empty" ? undefined : taken;
      },
      alone: () => this.#end.alone,
      late: () => tooLate(timeout),
    });
  }
}

function tooLate(timeoutMs: number): Error {
  return new WaitTimeoutError(
    `Cannot receive as no message came in time: the limit is ${timeoutMs} ms`,
    { timeoutMs },
  );
}

/** It can be one of several; see {@linkcode Selectable}. */
export interface ChannelReceiver<T> extends Selectable<T> {}
