/**
 * The sending side: this thread's lane to one endpoint, with what waits for room.
 *
 * A message that finds no room waits here, in order, without blocking the
 * sender's event loop; it is published as soon as the receiver makes room, or
 * given back to its sender when `waitMs` is over.
 *
 * @module
 */
import { createLane, LaneWriter } from "../memory/lane.ts";
import { takeBack } from "../memory/moved_handles.ts";
import type { Overflow } from "./overflow.ts";

/** Why a message was not published: it waited in vain for room, the mailbox takes none that must wait, or it has ended. */
export type Refused = "full" | "overflow" | "sealed";

/** Who wants to know what became of a message. */
export interface Delivery {
  /** It was published as the `sequence`-th of its lane. */
  sent(sequence: number): void;
  /** It was not, and never will be: no room in time, or the receiver is gone. */
  refused(why: Refused): void;
}

/** The header of a message. */
export interface Envelope {
  /** Kind of record; see protocol.ts. */
  readonly kind: number;
  /** First header word: method or status. */
  readonly a: number;
  /** Second header word: the ask, 0 for none. */
  readonly b: number;
  /** Fourth header word: the light actor it is for, 0 for the thread's own. */
  readonly d: number;
  /** Fifth header word: the parcel, 0 for none. */
  readonly e: number;
  /** What `encode()` gave beside the bytes: handles in it can be used as before if the message is refused. */
  readonly attachments?: readonly unknown[] | undefined;
  /** Whether it was held back for this outlet; see {@link Outlet.hold}. */
  readonly held?: boolean | undefined;
}

/** A message that waits for room. */
interface Waiting extends Envelope {
  readonly payload: Uint8Array;
  readonly until: number;
  readonly delivery: Delivery | undefined;
}

/** Hears of a message that nobody else will miss. */
export type Lost = (envelope: Envelope, why: Refused) => void;

/** Room is looked for again each time that so many more messages wait, also when the sender never returns to its loop. */
const FLUSH_EVERY = 64;

/** This thread's way to one endpoint. */
export class Outlet {
  readonly #writer: LaneWriter;
  readonly #self: number;
  #waiting: Waiting[] = [];
  /** Those before it in `#waiting` are gone. */
  #head = 0;
  readonly #lost: Lost | undefined;
  readonly #overflow: Overflow;
  #onOverflow: (() => void) | undefined;
  readonly #isMissed: (envelope: Envelope) => boolean;
  /** How many of those that wait here or are held back would be lost without a trace if this thread ended. */
  #missed = 0;
  /** The time, unless `#stale`: the clock costs as much as a message. */
  #now = 0;
  /** Whether the sender has been at its event loop since it looked at the clock. */
  #stale = true;
  /** When the first of those that wait, or that waited since the last look, has waited too long. */
  #soonest = Infinity;

  /** Makes the lane, or goes on with the one in `memory`. The caller tells the other side of {@link memory}. */
  constructor(
    options: {
      from: number;
      to: number;
      self: number;
      capacityMessages?: number;
      capacityBytes?: number;
      /** A lane from `from` to `to` that was made before. */
      memory?: SharedArrayBuffer;
      /** Told of a message without a {@link Delivery} that was not published and never will be. */
      lost?: Lost;
      /** What becomes of a message without room; `"wait"` by default. */
      overflow?: Overflow;
      /** Told of the first message without room, if `overflow` is `"stop"`. */
      onOverflow?: () => void;
      /** Whether nobody would miss the message if this thread ended before it has found room; by default of none. */
      isMissed?: (envelope: Envelope) => boolean;
    },
  ) {
    this.#overflow = options.overflow ?? "wait";
    this.#onOverflow = options.onOverflow;
    this.#isMissed = options.isMissed ?? (() => false);
    this.#lost = options.lost;
    this.#self = options.self;
    this.#writer = new LaneWriter(options.memory ?? createLane(options));
  }

  /** The lane's memory. */
  get memory(): SharedArrayBuffer {
    return this.#writer.memory;
  }

  /** Largest payload that a record may carry; larger ones travel as a parcel. */
  get maxPayload(): number {
    return this.#writer.maxPayload;
  }

  /** The endpoint it leads to. */
  get to(): number {
    return this.#writer.to;
  }

  /** How many messages wait here for room. */
  get waiting(): number {
    return this.#waiting.length - this.#head;
  }

  /** Whether there is room for a good part of what waits. */
  get roomy(): boolean {
    return this.#writer.depth <= this.#writer.capacityMessages >> 1;
  }

  /** Messages in the lane that the receiver has not finished. */
  get depth(): number {
    return this.#writer.depth;
  }

  /** Whether a message of `length` bytes would be published at once. */
  hasRoom(length: number): boolean {
    return this.waiting === 0 && this.#writer.hasRoom(length);
  }

  /** Whether the `sequence`-th message has been begun by a receiver. */
  begun(sequence: number): boolean {
    return this.#writer.begun(sequence);
  }

  /**
   * Publishes a message, or lets it wait for room; `delivery` is told which, at once or later.
   *
   * @param waitMs How long it may wait for room, in milliseconds.
   */
  send(
    envelope: Envelope,
    payload: Uint8Array,
    length: number,
    waitMs: number,
    delivery: Delivery | undefined,
  ): void {
    const held = envelope.held === true;
    if (this.waiting === 0) {
      this.#writer.passDropped();
      if (held) this.#show(true);
      const result = this.#write(envelope, payload, length);
      if (held && result !== "full") this.hold(-1);
      if (result === "written") return delivery?.sent(this.#writer.sent);
      if (result === "sealed") {
        return this.#refuse(envelope, delivery, "sealed");
      }
    }
    if (this.#overflow !== "wait" && !this.#mayWait(envelope, delivery)) return;
    const crowd = this.waiting;
    if (this.#stale || crowd % FLUSH_EVERY === 0) {
      this.#now = performance.now();
      this.#stale = false;
    }
    const { kind, a, b, d, e, attachments } = envelope;
    // A tell that takes the place of another gives way to newer ones, not to time.
    const kept = this.#overflow === "dropOldest" && delivery === undefined;
    const until = kept ? Infinity : this.#now + waitMs;
    this.#soonest = Math.min(this.#soonest, until);
    if (!held) this.#count(envelope, 1);
    this.#waiting.push({
      kind,
      a,
      b,
      d,
      e,
      attachments,
      payload: payload.slice(0, length),
      until,
      delivery,
    });
    if (crowd % FLUSH_EVERY === 0) this.flush();
  }

  /** Publishes what waits, as far as there is room. Returns whether anything moved. */
  flush(): boolean {
    const before = this.waiting;
    this.#stale = true;
    while (this.waiting > 0) {
      const next = this.#waiting[this.#head]!;
      const { payload, delivery } = next;
      if (this.#missed > 0) this.#show(this.#isMissed(next));
      const result = this.#write(next, payload, payload.length);
      if (result === "sealed") {
        this.abandon();
        return true;
      }
      if (result === "full") {
        if (this.#writer.wantRoom(payload.length)) continue;
        break;
      }
      this.#shift();
      delivery?.sent(this.#writer.sent);
    }
    return this.waiting !== before;
  }

  /**
   * Gives back what has waited longer than it may, also behind what may wait on.
   *
   * @returns When the next one has, `Infinity` if none waits.
   */
  expire(now: number): number {
    if (this.waiting === 0) return this.#soonest = Infinity;
    if (this.#soonest > now) return this.#soonest;
    const all = this.#waiting.slice(this.#head);
    this.#keep(all.filter(({ until }) => until > now));
    for (const next of all) {
      if (next.until <= now) this.#refuse(next, next.delivery, "full");
    }
    return this.#soonest;
  }

  /** Takes back the message whose delivery that is, if it waits here. Returns whether it did. */
  withdraw(delivery: Delivery): boolean {
    const all = this.#waiting.slice(this.#head);
    const found = all.find((each) => each.delivery === delivery);
    if (found === undefined) return false;
    this.#keep(all.filter((each) => each !== found));
    takeBack(found.attachments);
    return true;
  }

  /** Gives back all that waits: the receiver is gone, or this thread was fenced. */
  abandon(): void {
    const rest = this.#waiting.slice(this.#head);
    this.#waiting = [];
    this.#head = 0;
    for (const next of rest) this.#refuse(next, next.delivery, "sealed");
  }

  /** What the mailbox does about a message without room; false if that one is refused. */
  #mayWait(envelope: Envelope, delivery: Delivery | undefined): boolean {
    if (this.#overflow !== "dropOldest") {
      this.#refuse(envelope, delivery, "overflow");
      this.#onOverflow?.();
      this.#onOverflow = undefined;
      return false;
    }
    const { room } = this.#writer;
    // When all that is in the lane will be dropped, the oldest is here.
    while (this.waiting >= room) {
      const oldest = this.#waiting[this.#head]!;
      this.#shift();
      this.#refuse(oldest, oldest.delivery, "overflow");
    }
    this.#writer.keepNewest(room, this.waiting + 1);
    return true;
  }

  #refuse(
    envelope: Envelope,
    delivery: Delivery | undefined,
    why: Refused,
  ): void {
    takeBack(envelope.attachments);
    if (delivery === undefined) this.#lost?.(envelope, why);
    else delivery.refused(why);
  }

  #write(
    envelope: Envelope,
    payload: Uint8Array,
    length: number,
  ): "written" | "full" | "sealed" {
    const { kind, a, b, d, e } = envelope;
    return this.#writer.tryWrite(kind, a, b, this.#self, d, e, payload, length);
  }

  /** So many messages more wait elsewhere on this thread until they may wait here, or less. */
  hold(more: number): void {
    this.#missed += more;
    this.#show(false);
  }

  #count(envelope: Envelope, more: number): void {
    if (this.#isMissed(envelope)) this.hold(more);
  }

  /** Shows those that would end with this thread; `leaving` if the next record is one of them. */
  #show(leaving: boolean): void {
    this.#writer.hold(this.#missed, leaving);
  }

  #keep(rest: Waiting[]): void {
    const missed = (all: Waiting[]) => all.filter(this.#isMissed).length;
    const before = missed(this.#waiting.slice(this.#head));
    this.hold(missed(rest) - before);
    this.#waiting = rest;
    this.#head = 0;
    this.#writer.needLess(rest.length);
    this.#soonest = rest.reduce(
      (least, { until }) => Math.min(least, until),
      Infinity,
    );
  }

  #shift(): void {
    this.#count(this.#waiting[this.#head]!, -1);
    this.#head++;
    if (this.#head * 2 < this.#waiting.length) return;
    this.#waiting = this.#waiting.slice(this.#head);
    this.#head = 0;
  }
}
