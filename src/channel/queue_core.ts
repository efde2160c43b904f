/**
 * What the sections of a queue do: who has a message, who has room, who waits for either.
 *
 * - **In order of arrival:** as long as somebody waits to take, nothing is READY; as long as somebody waits to put, nobody
 *   else puts.
 * - **The dead:** what they own is somebody else's before anything else happens in a section.
 *
 * All methods are for sections, but {@linkcode QueueCore.run}.
 *
 * @module
 */
import { peek } from "../memory/cells.ts";
import { BLOCKING, PLACE, PLACE_STATE, PRIMITIVE } from "../sync/layout.ts";
import { Monitor } from "../sync/monitor.ts";
import { AIM, FLAG, QUEUE, RECORD, RECORD_STATE } from "./queue_layout.ts";
import { IDLE, OVERFLOW, PUT } from "./queue_outcomes.ts";
import { type Freight, QueueRing } from "./queue_ring.ts";

const { AGAIN, GRANTED, REFUSED, WAITING } = PLACE_STATE;
const { READY, RESERVED, TAKEN, WRITING } = RECORD_STATE;

/** Records of the dead that one section deals with, so that its log has room. */
const BURIED_AT_ONCE = 64;
/** Messages that one section drops. */
const DROPPED_AT_ONCE = 64;

/** The sections of one queue. */
export class QueueCore {
  /** The records. */
  readonly ring: QueueRing;
  /** The sections' own. */
  readonly monitor: Monitor;
  /** What becomes of a message without room, of {@linkcode OVERFLOW}. */
  readonly overflow: number;
  /** Whether a message is somebody's until it is acknowledged. */
  readonly ack: boolean;
  /** What the depot keeps for messages that were dropped: number, thread, and 1 unless the thread has it back, in turns. */
  readonly dropped: number[] = [];
  readonly #words: Int32Array<SharedArrayBuffer>;

  /** The queue in `memory`. */
  constructor(memory: SharedArrayBuffer) {
    this.monitor = new Monitor(memory);
    this.ring = new QueueRing(this.monitor);
    this.#words = this.monitor.words;
    const flags = peek(this.#words, QUEUE.FLAGS);
    this.overflow = flags & FLAG.OVERFLOW;
    this.ack = (flags & FLAG.ACK) !== 0;
    this.monitor.onDeath = () => void this.enter();
  }

  /** Runs `body` in a section. */
  run<T>(body: () => T): T {
    return this.monitor.run(body);
  }

  /** Begins a section: buries the dead. Returns whether this thread may do anything. */
  enter(): boolean {
    const life = this.monitor.life;
    const { deaths } = life.lives;
    if (deaths !== peek(this.#words, QUEUE.BURIED)) this.#bury(deaths);
    // Last: one of those that were buried just now may be this thread itself.
    return !life.fenced;
  }

  /** Whether nothing can be put any more. */
  get closed(): boolean {
    return peek(this.#words, QUEUE.CLOSED) !== 0;
  }

  /** Whether nothing is left and nothing comes any more. */
  get drained(): boolean {
    return this.closed && peek(this.#words, QUEUE.SIZE) === 0 &&
      peek(this.#words, QUEUE.OWNED) === 0;
  }

  /** Whether nothing comes any more for `who`: what it has not acknowledged itself, or has a lease of, does not come to it. */
  endsFor(who: number): boolean {
    if (this.drained) return true;
    if (!this.closed || this.hasMessage) return false;
    let own = true;
    this.ring.eachOwned((position) =>
      own = this.ring.isOwn(position, TAKEN, who)
    );
    return own;
  }

  /** Whether anybody may wait. */
  get #crowded(): boolean {
    return peek(this.#words, PRIMITIVE.HIGH) !== 0;
  }

  /** Who has waited longest for `aim`, or -1. */
  next(aim: number): number {
    if (!this.#crowded) return -1;
    return this.monitor.next((place) =>
      (this.monitor.of(place, PLACE.ARG) & AIM.MASK) !== aim
    );
  }

  // -- Putting ----------------------------------------------------------------

  /** Whether one more message may be there, by number. */
  get hasRoom(): boolean {
    const { ring } = this;
    // What comes back has its place in the heap.
    const others = ring.ranked ? QUEUE.OWNED : QUEUE.WRITING;
    return ring.get(QUEUE.SIZE) + ring.get(others) < ring.capacity;
  }

  /**
   * Makes a record, WRITING and this thread's.
   *
   * @param waits Whether the caller would wait to hand its message over, where there is no capacity.
   * @returns Its position, or one of {@linkcode PUT}.
   */
  admit(length: number, waits: boolean): number {
    const { ring } = this;
    if (this.closed) return PUT.CLOSED;
    if (this.next(AIM.PUT) >= 0) return PUT.FULL;
    const handsOver = ring.capacity === 0;
    if (handsOver && !waits && this.next(AIM.TAKE) < 0) return PUT.FULL;
    for (let dropped = 0;; dropped++) {
      const position = handsOver || this.hasRoom
        ? this.#allocate(length, this.monitor.life.who)
        : -1;
      if (position >= 0) return position;
      if (this.overflow !== OVERFLOW.DROP_OLDEST) return PUT.FULL;
      if (ring.get(QUEUE.SIZE) === 0) return PUT.FULL;
      if (dropped === DROPPED_AT_ONCE) return PUT.AGAIN;
      this.#drop();
    }
  }

  #allocate(length: number, owner: number): number {
    const position = this.ring.allocate(length, WRITING, owner);
    if (position < 0) return position;
    this.ring.add(QUEUE.WRITING, 1);
    this.ring.add(QUEUE.OWNED, 1);
    return position;
  }

  /** The bytes of a record of this thread are there: it is given to who waits, or has its turn. */
  publish(position: number): void {
    const { ring } = this;
    ring.add(QUEUE.WRITING, -1);
    ring.add(QUEUE.OWNED, -1);
    this.#enlist(position);
  }

  /**
   * Puts a message at once, if it may.
   *
   * @returns One of {@linkcode PUT}, or 0: it is there.
   */
  putNow(freight: Freight): number {
    const { ring } = this;
    const simple = !this.closed && !this.#crowded && ring.capacity !== 0 &&
      this.hasRoom;
    const position = simple ? ring.allocate(freight.length, READY, 0) : -1;
    if (position >= 0) {
      ring.write(position, freight);
      this.#enlist(position);
      return 0;
    }
    const made = this.admit(freight.length, false);
    if (made < 0) return made;
    ring.write(made, freight);
    this.publish(made);
    return 0;
  }

  #enlist(position: number): void {
    const { ring } = this;
    ring.add(QUEUE.UNDONE, 1);
    if (ring.ranked) {
      ring.set(position, RECORD.SERIAL, ring.get(QUEUE.SERIAL));
      ring.add(QUEUE.SERIAL, 1);
    }
    const taker = this.next(AIM.TAKE);
    if (taker >= 0) return this.#grant(taker, position);
    if (ring.state(position) !== READY) ring.become(position, READY, 0);
    ring.enqueue(position);
    this.#alert();
  }

  #drop(): void {
    const { ring } = this;
    const position = ring.first();
    this.#forget(position, 1);
    ring.dequeue();
    ring.free(position);
    ring.add(QUEUE.UNDONE, -1);
    ring.add(QUEUE.DROPPED, 1);
  }

  /** A record of this thread whose bytes are not written leaves. */
  forsake(position: number): void {
    const { ring } = this;
    ring.add(QUEUE.WRITING, -1);
    ring.add(QUEUE.OWNED, -1);
    ring.free(position);
  }

  /** Whether a record is this thread's and its bytes are not all written. */
  isClaimed(position: number): boolean {
    return this.ring.isOwn(position, WRITING, this.monitor.life.who);
  }

  /** What the depot keeps for a message is not needed any more; `lost` is 0 if who sent it has it back. */
  #forget(position: number, lost: 0 | 1): void {
    const parcel = this.ring.of(position, RECORD.PARCEL);
    const from = this.ring.of(position, RECORD.FROM);
    if (parcel !== 0) this.dropped.push(parcel, from, lost);
  }

  /** Takes a message out again that nobody has taken; `lost` is 1 if who put it has ended, 0 if it has it back. */
  withdraw(position: number, lost: 0 | 1 = 0): void {
    this.ring.set(position, RECORD.PLACE, 0);
    this.#forget(position, lost);
    this.#take(position);
    this.ring.free(position);
    this.ring.add(QUEUE.UNDONE, -1);
  }

  // -- Taking -----------------------------------------------------------------

  /** Whether there is something to take. */
  get hasMessage(): boolean {
    return peek(this.#words, QUEUE.SIZE) > 0;
  }

  /** The record whose turn it is becomes this thread's. Only if there is one. */
  take(): number {
    const position = this.ring.first();
    this.#take(position);
    this.ring.become(position, TAKEN, this.monitor.life.who);
    this.ring.add(QUEUE.OWNED, 1);
    return position;
  }

  /** The record whose turn it is leaves. What it held may be read until the section ends. Only if there is one. */
  shift(): number {
    const position = this.ring.first();
    this.#take(position);
    this.ring.free(position);
    return position;
  }

  /** A message has no turn any more: who waited until it is taken is told. */
  #take(position: number): void {
    this.ring.dequeue();
    this.#tellPutter(position);
  }

  #tellPutter(position: number): void {
    const place = this.ring.of(position, RECORD.PLACE) - 1;
    if (place < 0) return;
    this.ring.set(position, RECORD.PLACE, 0);
    this.monitor.tell(place, GRANTED);
  }

  /** What was set aside for a waiter of this thread is this thread's. */
  accept(position: number): void {
    this.ring.become(position, TAKEN, this.monitor.life.who);
  }

  /**
   * A record of this thread leaves.
   *
   * @returns Whether it was this thread's.
   */
  release(position: number): boolean {
    if (!this.ring.isOwn(position, TAKEN, this.monitor.life.who)) return false;
    this.ring.add(QUEUE.OWNED, -1);
    this.ring.free(position);
    return true;
  }

  /** As {@linkcode release}, of a message that nobody else will read. */
  acknowledge(position: number): void {
    if (!this.ring.isOwn(position, TAKEN, this.monitor.life.who)) return;
    this.#forget(position, 1);
    this.release(position);
  }

  /** A record of this thread has its turn again, which is before all that came later. */
  giveBack(position: number): boolean {
    if (!this.ring.isOwn(position, TAKEN, this.monitor.life.who)) return false;
    this.#return(position);
    return true;
  }

  #return(position: number): void {
    this.ring.add(QUEUE.OWNED, -1);
    this.ring.become(position, READY, 0);
    this.ring.enqueue(position);
  }

  #grant(place: number, position: number): void {
    const { monitor, ring } = this;
    ring.become(position, RESERVED, monitor.of(place, PLACE.WHO));
    ring.add(QUEUE.OWNED, 1);
    const blocking = monitor.of(place, PLACE.ARG) & BLOCKING;
    monitor.set(
      monitor.at(place, PLACE.ARG),
      position << AIM.SHIFT | AIM.TAKE | blocking,
    );
    monitor.tell(place, GRANTED);
    this.#tellPutter(position);
  }

  // -- Those who wait ---------------------------------------------------------

  /** Gives messages and room to those who wait, and tells those that wait for the end. After anything has become free. */
  serve(): void {
    if (!this.#crowded) return;
    const { ring } = this;
    while (ring.get(QUEUE.SIZE) > 0) {
      const place = this.next(AIM.TAKE);
      if (place < 0) break;
      const position = ring.first();
      ring.dequeue();
      this.#grant(place, position);
    }
    if (!this.closed) this.#makeRoom();
    else this.#refuse(AIM.TAKE, (who) => this.endsFor(who));
    if (ring.get(QUEUE.UNDONE) === 0) {
      this.monitor.tellEach(GRANTED, (arg) => (arg & ~BLOCKING) === IDLE);
    }
    this.#alert();
  }

  #makeRoom(): void {
    const { monitor, ring } = this;
    while (ring.capacity === 0 || this.hasRoom) {
      const place = this.next(AIM.PUT);
      if (place < 0) return;
      const arg = monitor.of(place, PLACE.ARG);
      const position = this.#allocate(
        arg >>> AIM.SHIFT,
        monitor.of(place, PLACE.WHO),
      );
      if (position < 0) return;
      monitor.set(
        monitor.at(place, PLACE.ARG),
        position << AIM.SHIFT | AIM.PUT | arg & BLOCKING,
      );
      monitor.tell(place, GRANTED);
    }
  }

  /** Closes: who waits for room is refused, and who waits until its message is taken. */
  close(): void {
    const { monitor } = this;
    if (this.closed) return;
    monitor.set(QUEUE.CLOSED, 1);
    this.#refuse(AIM.PUT);
    for (let place = this.next(AIM.GONE); place >= 0;) {
      this.withdraw(monitor.of(place, PLACE.ARG) >>> AIM.SHIFT);
      monitor.tell(place, REFUSED);
      place = this.next(AIM.GONE);
    }
    this.serve();
  }

  #refuse(aim: number, isMeant: (who: number) => boolean = () => true): void {
    this.monitor.tellEach(
      REFUSED,
      (arg, who) => (arg & AIM.MASK) === aim && isMeant(who),
    );
  }

  /** Tells those that look whether there is something. */
  #alert(): void {
    if (!this.#crowded || !(this.hasMessage || this.drained)) return;
    this.monitor.tellEach(AGAIN, (arg) => (arg & ~BLOCKING) === AIM.LOOK);
  }

  #bury(deaths: number): void {
    const { monitor, ring } = this;
    monitor.eachDead((place) => {
      const arg = monitor.of(place, PLACE.ARG);
      const waits = monitor.of(place, PLACE.STATE) === WAITING;
      monitor.free(place);
      if (!waits || (arg & AIM.MASK) !== AIM.GONE) return;
      this.withdraw(arg >>> AIM.SHIFT, 1);
    });
    const { lives } = this.monitor.life;
    let left = BURIED_AT_ONCE;
    ring.eachOwned((position) => {
      if (lives.alive(ring.owner(position))) return true;
      if (ring.state(position) === WRITING) this.forsake(position);
      else this.#return(position);
      return --left > 0;
    });
    if (left > 0) monitor.set(QUEUE.BURIED, deaths);
    this.serve();
  }
}
