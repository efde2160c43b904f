/**
 * What the sections of a broadcast do: one ring of messages, and a cursor for each subscription.
 *
 * - **Once in memory,** however many subscribe: a message leaves when the slowest has received it, or for want of room.
 * - **The dead:** their subscriptions are gone before anything else happens in a section.
 *
 * All methods are for sections, but those that say otherwise.
 *
 * @module
 */
import { peek, poke } from "../memory/cells.ts";
import { PLACE, PLACE_STATE } from "../sync/layout.ts";
import { ownLife } from "../sync/lives.ts";
import { Monitor } from "../sync/monitor.ts";
import { discard } from "./depot.ts";
import type { Goods } from "./goods.ts";
import {
  AIM,
  BROADCAST,
  POLICY,
  SLOT,
  SUBSCRIBER,
  SUBSCRIBERS,
} from "./broadcast_layout.ts";

const { CLOSED, COUNT, DROPPED, HEAD, HIGH, NEXT, TAIL } = BROADCAST;
const { AGAIN } = PLACE_STATE;

/** What it comes to to publish something. */
export const PUBLISHED: {
  readonly DONE: 0;
  readonly FULL: 1;
  readonly CLOSED: 2;
  readonly DROPPED: 3;
  readonly AGAIN: 4;
  readonly FENCED: 5;
  readonly FAILED: 6;
} = {
  DONE: 0,
  FULL: 1,
  CLOSED: 2,
  DROPPED: 3,
  AGAIN: 4,
  FENCED: 5,
  FAILED: 6,
} as const;

/** What it comes to to receive something. */
export const RECEIVED: {
  readonly NOTHING: 0;
  readonly MESSAGE: 1;
  readonly ENDED: 2;
  readonly FENCED: 3;
} = { NOTHING: 0, MESSAGE: 1, ENDED: 2, FENCED: 3 } as const;

/** A message on its way. */
export interface Cargo {
  /** Its bytes are the first of these. */
  readonly bytes: Uint8Array;
  /** How many. */
  readonly length: number;
  /** What its bytes cannot carry, which the depot is given when there is room. */
  readonly goods: Goods | undefined;
}

/** The sections of one broadcast. */
export class BroadcastCore {
  /** The sections' own. */
  readonly monitor: Monitor;
  /** Messages that are kept. */
  readonly capacity: number;
  /** The most bytes that a message may have. */
  readonly longest: number;
  /** What becomes of a message without room, of {@linkcode POLICY}. */
  readonly policy: number;
  /** All bytes of the memory. */
  readonly bytes: Uint8Array;
  /** What the depot need not keep any more: number and thread, in turns. */
  readonly #left: number[] = [];
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #units: number;
  readonly #slots: number;
  readonly #mask: number;
  readonly #subscribers: number;
  readonly #ring: number;

  /** The broadcast in `memory`. */
  constructor(memory: SharedArrayBuffer) {
    this.monitor = new Monitor(memory);
    const { words, extra } = this.monitor;
    this.#words = words;
    this.bytes = new Uint8Array(words.buffer);
    this.capacity = peek(words, BROADCAST.CAPACITY);
    this.policy = peek(words, BROADCAST.OVERFLOW);
    this.#units = peek(words, BROADCAST.UNITS);
    this.longest = this.#units * 8;
    const slots = slotsFor(this.capacity);
    this.#slots = extra;
    this.#mask = slots - 1;
    this.#subscribers = extra + slots * SLOT.WORDS;
    this.#ring = this.#subscribers + SUBSCRIBERS * SUBSCRIBER.WORDS;
    this.monitor.onDeath = () => void this.enter();
  }

  /** Outside of sections: runs `body` in one. */
  run<T>(body: () => T): T {
    return this.monitor.run(body);
  }

  /** Outside of sections: the depot need not keep any more what messages that have left needed of it. */
  sweep(): void {
    const left = this.#left;
    if (left.length === 0) return;
    for (let i = 0; i < left.length; i += 2) discard(left[i]!, left[i + 1]!);
    left.length = 0;
  }

  /** Begins a section: buries the dead. Returns whether this thread may do anything. */
  enter(): boolean {
    const life = ownLife();
    const { deaths } = life.lives;
    if (deaths !== this.#get(BROADCAST.BURIED)) this.#bury(deaths);
    // Last: a subscription that was forgotten just now may be this thread's own, which is no end of the broadcast.
    return !life.fenced;
  }

  /** Whether nothing is published any more. */
  get closed(): boolean {
    return this.#get(CLOSED) !== 0;
  }

  /** How many messages are kept. */
  get kept(): number {
    return (this.#get(HEAD) - this.#get(TAIL)) | 0;
  }

  // -- Publishing -------------------------------------------------------------

  /** Publishes a message, if it may be published at once. One of {@linkcode PUBLISHED}. */
  publish(cargo: Cargo): number {
    if (this.closed) return PUBLISHED.CLOSED;
    if (this.#get(COUNT) === 0) {
      // For nobody: it is gone, as it would be with somebody there.
      this.#leave(cargo.goods?.leave() ?? 0, ownLife().who);
      return PUBLISHED.DONE;
    }
    const units = Math.max(1, (cargo.length + 7) >>> 3);
    const at = this.kept < this.capacity ? this.#roomFor(units) : -1;
    if (at < 0) return this.#overflow();
    const head = this.#get(HEAD);
    const slot = this.#slotOf(head);
    const words = this.#words;
    poke(words, slot + SLOT.AT, at);
    poke(words, slot + SLOT.LENGTH, cargo.length);
    poke(words, slot + SLOT.PARCEL, cargo.goods?.leave() ?? 0);
    poke(words, slot + SLOT.FROM, ownLife().who);
    this.bytes.set(
      cargo.bytes.subarray(0, cargo.length),
      (this.#ring + 2 * at) * 4,
    );
    this.monitor.set(NEXT, at + units);
    this.monitor.set(HEAD, (head + 1) | 0);
    this.monitor.tellEach(AGAIN, (arg) => (arg & AIM.MASK) === AIM.LOOK);
    return PUBLISHED.DONE;
  }

  /** Where so many units in a row are free; -1: nowhere. */
  #roomFor(units: number): number {
    if (this.kept === 0) return 0;
    const next = this.#get(NEXT);
    const first = peek(this.#words, this.#slotOf(this.#get(TAIL)) + SLOT.AT);
    // Where the first one begins the ring is full, never empty.
    if (next <= first) return units <= first - next ? next : -1;
    if (units <= this.#units - next) return next;
    return units <= first ? 0 : -1;
  }

  #overflow(): number {
    if (this.policy === POLICY.WAIT) return PUBLISHED.FULL;
    if (this.policy === POLICY.DROP_NEWEST) {
      this.monitor.set(DROPPED, (this.#get(DROPPED) + 1) | 0);
      return PUBLISHED.DROPPED;
    }
    this.#forgetUntil((this.#get(TAIL) + 1) | 0);
    return PUBLISHED.AGAIN;
  }

  /** Messages before that one are kept no longer. */
  #forgetUntil(tail: number): void {
    for (let number = this.#get(TAIL); number !== tail;) {
      const slot = this.#slotOf(number);
      this.#leave(
        peek(this.#words, slot + SLOT.PARCEL),
        peek(this.#words, slot + SLOT.FROM),
      );
      number = (number + 1) | 0;
    }
    this.monitor.set(TAIL, tail);
  }

  #leave(parcel: number, from: number): void {
    if (parcel !== 0) this.#left.push(parcel, from);
  }

  /** Closes. */
  close(): void {
    if (this.closed) return;
    this.monitor.set(CLOSED, 1);
    this.monitor.tellEach(AGAIN, () => true);
  }

  // -- Subscribing ------------------------------------------------------------

  /** A subscription to what comes from now on; -1: there are too many. */
  subscribe(): number {
    const high = this.#get(HIGH);
    let one = 0;
    while (one < high && this.#of(one, SUBSCRIBER.WHO) !== 0) one++;
    if (one === SUBSCRIBERS) return -1;
    if (one === high) this.monitor.set(HIGH, high + 1);
    const lag = this.policy === POLICY.DROP_NEWEST ? -this.#get(DROPPED) : 0;
    this.#set(one, SUBSCRIBER.WHO, ownLife().who);
    this.#set(one, SUBSCRIBER.CURSOR, this.#get(HEAD));
    this.#set(one, SUBSCRIBER.LAG, lag);
    this.monitor.set(COUNT, this.#get(COUNT) + 1);
    return one;
  }

  /** A subscription leaves. */
  unsubscribe(one: number): void {
    this.#set(one, SUBSCRIBER.WHO, 0);
    this.monitor.set(COUNT, this.#get(COUNT) - 1);
    this.monitor.tellEach(
      AGAIN,
      (arg) => (arg & AIM.MASK) === AIM.LOOK && arg >>> AIM.SHIFT === one,
    );
    this.advance();
  }

  /** Messages that wait for a subscription. */
  waiting(one: number): number {
    this.#catchUp(one);
    return (this.#get(HEAD) - this.#of(one, SUBSCRIBER.CURSOR)) | 0;
  }

  /** Messages that a subscription has missed. */
  lag(one: number): number {
    this.#catchUp(one);
    const lag = this.#of(one, SUBSCRIBER.LAG);
    return this.policy === POLICY.DROP_NEWEST ? lag + this.#get(DROPPED) : lag;
  }

  /** What there is for a subscription; one of {@linkcode RECEIVED}. The message is in {@linkcode slot} then. */
  look(one: number): number {
    if (this.waiting(one) > 0) return RECEIVED.MESSAGE;
    return this.closed ? RECEIVED.ENDED : RECEIVED.NOTHING;
  }

  /** Number of the next message of a subscription. */
  cursor(one: number): number {
    return this.#of(one, SUBSCRIBER.CURSOR);
  }

  /** A field of a message that is kept. */
  slot(number: number, field: number): number {
    return peek(this.#words, this.#slotOf(number) + field);
  }

  /** Where the bytes of a message that is kept begin. */
  startOf(number: number): number {
    return (this.#ring + 2 * this.slot(number, SLOT.AT)) * 4;
  }

  /** A subscription has received a message, if it was its next one still. */
  pass(one: number, number: number): void {
    const cursor = this.#of(one, SUBSCRIBER.CURSOR);
    if (cursor !== number) return;
    this.#set(one, SUBSCRIBER.CURSOR, (number + 1) | 0);
    if (number === this.#get(TAIL)) this.advance();
  }

  /** What was lost to a subscription is counted. */
  #catchUp(one: number): void {
    const tail = this.#get(TAIL);
    const lost = (tail - this.#of(one, SUBSCRIBER.CURSOR)) | 0;
    if (lost <= 0) return;
    this.#set(one, SUBSCRIBER.LAG, (this.#of(one, SUBSCRIBER.LAG) + lost) | 0);
    this.#set(one, SUBSCRIBER.CURSOR, tail);
  }

  /** What all have received is kept no longer; then there may be room. */
  advance(): void {
    const head = this.#get(HEAD);
    const tail = this.#get(TAIL);
    let least = (head - tail) | 0;
    const high = this.#get(HIGH);
    for (let one = 0; one < high && least > 0; one++) {
      if (this.#of(one, SUBSCRIBER.WHO) === 0) continue;
      const ahead = (this.#of(one, SUBSCRIBER.CURSOR) - tail) | 0;
      least = Math.min(least, Math.max(0, ahead));
    }
    if (least > 0) this.#forgetUntil((tail + least) | 0);
    this.callPublisher();
  }

  // -- Those who wait ---------------------------------------------------------

  /** Has the one that has waited longest to publish try again. */
  callPublisher(): void {
    const place = this.#firstPublisher();
    if (place >= 0) this.monitor.tell(place, AGAIN);
  }

  /**
   * Whether somebody is before who is at `place`, or who comes if that is -1, and waits to publish. One who was told to try
   * again is not: it may be a while before it does.
   */
  isBehind(place: number): boolean {
    const { monitor } = this;
    const first = this.#firstPublisher();
    if (first < 0 || first === place) return false;
    return place < 0 || monitor.isBefore(first, place);
  }

  #firstPublisher(): number {
    const { monitor } = this;
    if (monitor.high === 0) return -1;
    return monitor.oldest((place) =>
      (monitor.of(place, PLACE.ARG) & AIM.MASK) !== AIM.PUBLISH
    );
  }

  #bury(deaths: number): void {
    const { monitor } = this;
    const { lives } = ownLife();
    monitor.eachDead((place) => monitor.free(place));
    const high = this.#get(HIGH);
    let dead = 0;
    for (let one = 0; one < high; one++) {
      const who = this.#of(one, SUBSCRIBER.WHO);
      if (who === 0 || lives.alive(who)) continue;
      this.#set(one, SUBSCRIBER.WHO, 0);
      dead++;
    }
    if (dead > 0) monitor.set(COUNT, this.#get(COUNT) - dead);
    monitor.set(BROADCAST.BURIED, deaths);
    this.advance();
  }

  #get(word: number): number {
    return peek(this.#words, word);
  }

  #slotOf(number: number): number {
    return this.#slots + (number & this.#mask) * SLOT.WORDS;
  }

  #of(one: number, field: number): number {
    return peek(
      this.#words,
      this.#subscribers + one * SUBSCRIBER.WORDS + field,
    );
  }

  #set(one: number, field: number, value: number): void {
    const at = this.#subscribers + one * SUBSCRIBER.WORDS + field;
    this.monitor.set(at, value);
  }
}

/** How many slots there are: their numbers go on where those of the messages begin anew. */
export function slotsFor(capacity: number): number {
  return 2 ** Math.ceil(Math.log2(capacity));
}
