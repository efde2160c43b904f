/**
 * The producer's end of a lane; see `lane.ts`.
 *
 * @module
 */

import { InvalidOptionError } from "../errors.ts";
import { cas, load, or, peek, poke, store, type Words } from "./cells.ts";
import {
  countRecords,
  indexOf,
  isBefore,
  openLane,
  publishedCount,
  requireInteger,
} from "./lane_ring.ts";
import {
  LANE,
  LANE_HELD,
  LANE_KEPT,
  LANE_POSITION,
  LANE_READ,
  LANE_RECORD,
  LANE_WRITE,
} from "./layout.ts";

const { CAPACITY_BYTES, CAPACITY_MESSAGES, TO, WRITE, SENT, READ, RING } = LANE;
const { KEPT_FROM, HELD } = LANE;
const { MASK: POSITION, UNIT_BYTES } = LANE_POSITION;
const { SEALED, COUNT_SHIFT, COUNT_MASK } = LANE_WRITE;
const { WANT, BUSY } = LANE_READ;
const { PAD, KIND_SHIFT, HEADER_BYTES, HEADER_UNITS } = LANE_RECORD;

/** Payloads up to this many bytes are copied byte by byte: `set()` with its view costs 25 ns before the first byte. */
const BYTE_COPY_BYTES = 48;
/** Payloads up to this many bytes are copied word by word when the array was seen before: 8 ns for 64 bytes, not 26. */
const WORD_COPY_BYTES = 128;
const NO_WORDS: Words = new Int32Array(0);

/**
 * The producer's end of a lane. One thread uses it; one writer at a time exists
 * for a lane.
 */
export class LaneWriter {
  /** The lane. */
  readonly memory: SharedArrayBuffer;
  /** The largest payload one record takes, in bytes: half the ring less 32. */
  readonly maxPayload: number;
  /** Who reads, as given to {@linkcode createLane}. */
  readonly to: number;
  /** Records the lane may hold at one time. */
  readonly capacityMessages: number;
  readonly #words: Words;
  /** All bytes of the lane, for who writes a payload where it will lie. */
  readonly bytes: Uint8Array;
  readonly #units: number;
  /** WRITE as this writer left it, never with SEALED: what the publishing CAS expects. */
  #word: number;
  /** Records published. */
  #sent: number;
  /** READ's position when last looked at; everything before is free. */
  #read: number;
  /** Records before `#read`. */
  #done: number;
  /** Whether the record at `#read` was in flight when last looked at. */
  #busy = false;
  /** KEPT_FROM as this writer left it. */
  #keptFrom: number;
  /** A record before that which is not dropped, as it was in flight by then. */
  #spared = -1;
  /** The payload array of the last write: senders reuse one, and then its words are worth a view. */
  #payload: Uint8Array | undefined;
  /** The words of `#payload`, once it was seen twice; empty until then, or if it is not aligned. */
  #payloadWords: Words = NO_WORDS;

  /**
   * Opens the producer's end. It continues after the last record published.
   *
   * @param memory A lane made by {@linkcode createLane}.
   * @throws {InvalidOptionError} If `memory` is not a lane of this version.
   */
  constructor(memory: SharedArrayBuffer) {
    const words = openLane(memory);
    const capacityBytes = peek(words, CAPACITY_BYTES);
    this.memory = memory;
    this.maxPayload = capacityBytes / 2 - 32;
    this.to = peek(words, TO);
    this.#words = words;
    this.bytes = new Uint8Array(memory);
    this.#units = capacityBytes / UNIT_BYTES;
    this.capacityMessages = peek(words, CAPACITY_MESSAGES);
    this.#keptFrom = peek(words, KEPT_FROM);
    this.#read = load(words, READ) & POSITION;
    const write = load(words, WRITE);
    this.#word = write & ~SEALED;
    this.#sent = publishedCount(words, write);
    this.#done = (this.#sent -
      countRecords(words, this.#units, this.#read, write & POSITION)) | 0;
  }

  /** The number of records written, an integer in `0 .. 2 ** 32 - 1` that wraps. */
  get sent(): number {
    return this.#sent >>> 0;
  }

  /** Whether the lane has been ended: nothing can be written any more. */
  get sealed(): boolean {
    return load(this.#words, WRITE) < 0;
  }

  /** The number of records written and not finished, the one in flight included. Exact. */
  get depth(): number {
    this.#refresh();
    return (this.#sent - this.#done) | 0;
  }

  /** Forgets what was to be dropped if the consumer is past it: the numbers of records come round again. */
  passDropped(): void {
    if (this.#keptFrom === 0) return;
    this.#refresh();
    if (!isBefore(this.#done, this.#keptFrom)) this.#keepFrom(0);
  }

  /** The room for records that nobody has begun: what is handled takes some, unless it is only dropped. At least 1. */
  get room(): number {
    this.#refresh();
    const handled = this.#busy &&
      (this.#done === this.#spared || !isBefore(this.#done, this.#keptFrom));
    return Math.max(1, this.capacityMessages - (handled ? 1 : 0));
  }

  /**
   * Has the consumer drop what is too old to be among the newest that nobody has begun. What was to be dropped before
   * still is.
   *
   * @param most How many these are: what {@linkcode LaneWriter.room} was.
   * @param waiting How many of them wait outside of the lane, the newest of all; at most `most`, as what comes there later
   *   is never to be dropped by this.
   */
  keepNewest(most: number, waiting: number): void {
    const from = (this.#sent + waiting - most) | 0;
    const set = from & LANE_KEPT.MASK | LANE_KEPT.SET;
    if (this.#keptFrom !== 0 && !isBefore(this.#keptFrom, set)) return;
    if (!isBefore(this.#done, set)) return;
    // The record in flight is begun: it is not among those.
    if (this.#busy && !isBefore(this.#done, this.#keptFrom)) {
      this.#spared = this.#done;
    }
    this.#keepFrom(set);
  }

  /**
   * Some of those that waited outside of the lane have given up: what was to be dropped for them need not be.
   *
   * @param waiting How many still wait.
   */
  needLess(waiting: number): void {
    this.passDropped();
    if (this.#keptFrom === 0) return;
    const from = (this.#sent + waiting - this.room) | 0;
    const set = from & LANE_KEPT.MASK | LANE_KEPT.SET;
    if (!isBefore(set, this.#keptFrom)) return;
    this.#keepFrom(isBefore(this.#done, set) ? set : 0);
  }

  #keepFrom(value: number): void {
    this.#keptFrom = value;
    store(this.#words, KEPT_FROM, value);
  }

  /**
   * Shows how many messages wait for room outside of the lane, for {@linkcode heldBack}.
   *
   * @param count How many, none of them published yet.
   * @param leaving Whether the next record is one of them.
   */
  hold(count: number, leaving: boolean): void {
    const { COUNT_SHIFT, LEAVING, MAX_COUNT } = LANE_HELD;
    store(
      this.#words,
      HELD,
      Math.min(count, MAX_COUNT) << COUNT_SHIFT | (leaving ? LEAVING : 0) |
        this.#sent & COUNT_MASK,
    );
  }

  /**
   * Writes one record, or nothing. Never blocks. Cheapest when `payload` is the
   * same aligned array in every call, which then also allocates nothing up to
   * 128 bytes; the array is remembered until the next write.
   *
   * @param kind What the record is, 1 to 255.
   * @param a First word of its header, an integer of 32 bits; `b` to `e` likewise.
   * @param b Second word.
   * @param c Third word.
   * @param d Fourth word.
   * @param e Fifth word.
   * @param payload Its bytes from index 0; copied.
   * @param length How many bytes of `payload`, at most {@linkcode LaneWriter.maxPayload}.
   * @returns `"written"`; `"full"` when it does not fit by bytes or by count; `"sealed"` when the lane has ended.
   * @throws {InvalidOptionError} If `kind` or `length` is out of bounds; nothing is written then.
   */
  tryWrite(
    kind: number,
    a: number,
    b: number,
    c: number,
    d: number,
    e: number,
    payload: Uint8Array,
    length: number,
  ): "written" | "full" | "sealed" {
    if (
      !(length <= this.maxPayload && length <= payload.length) || length < 0 ||
      kind < 1 || kind > 255
    ) {
      refuseRecord(
        kind,
        length,
        Math.min(this.maxPayload, payload.length),
      );
    }
    const words = this.#words;
    const position = this.#word & POSITION;
    const units = this.#unitsFor(position, length);
    if (!this.#fits(position, units)) {
      this.#refresh();
      if (!this.#fits(position, units)) {
        return load(words, WRITE) < 0 ? "sealed" : "full";
      }
    }
    let index = indexOf(position, this.#units);
    if (units !== HEADER_UNITS + ((length + 7) >>> 3)) {
      poke(words, index, PAD << KIND_SHIFT);
      index = RING;
    }
    poke(words, index, (kind << KIND_SHIFT) | length);
    poke(words, index + 1, a);
    poke(words, index + 2, b);
    poke(words, index + 3, c);
    poke(words, index + 4, d);
    poke(words, index + 5, e);
    this.#copy(payload, length, index * 4 + HEADER_BYTES);
    const sent = (this.#sent + 1) | 0;
    poke(words, SENT, sent);
    const expected = this.#word;
    const next = ((position + units) & POSITION) |
      ((sent & COUNT_MASK) << COUNT_SHIFT);
    // Publishes the bytes and SENT written above: a reader that sees this position may read them.
    if (cas(words, WRITE, expected, next) !== expected) {
      // Only SEALED can have changed, as nobody else moves the position.
      poke(words, SENT, this.#sent);
      return "sealed";
    }
    this.#word = next;
    this.#sent = sent;
    return "written";
  }

  /**
   * Whether {@linkcode LaneWriter.tryWrite} would write a record now. Leaves no mark.
   *
   * @param length Its payload, in bytes.
   * @returns `false` also when the lane has ended.
   */
  hasRoom(length: number): boolean {
    const position = this.#word & POSITION;
    const units = this.#unitsFor(position, length);
    if (!this.#fits(position, units)) this.#refresh();
    return this.#fits(position, units) && !this.sealed;
  }

  /**
   * Where the payload of the next record would lie: written there, it is not copied by a {@linkcode LaneWriter.tryWrite} that
   * is given {@linkcode LaneWriter.bytes} and the same length, if no other record is written in between. Leaves no mark.
   *
   * @param length Its payload, in bytes.
   * @returns Its first byte, in the lane; -1 if there is no room for it, or the lane has ended.
   */
  place(length: number): number {
    if (!this.hasRoom(length)) return -1;
    const position = this.#word & POSITION;
    const units = HEADER_UNITS + ((length + 7) >>> 3);
    const isPadded = this.#unitsFor(position, length) !== units;
    const index = isPadded ? RING : indexOf(position, this.#units);
    return index * 4 + HEADER_BYTES;
  }

  /**
   * Marks that this producer waits for room. The consumer's next
   * {@linkcode LaneReader.done} then sets its `roomWanted` and owes a ring.
   *
   * No wake-up is lost: the mark is set before room is looked for once more, so
   * either this call sees the room or the consumer that makes it sees the mark.
   *
   * @param length The payload waiting, in bytes.
   * @returns `true` if {@linkcode LaneWriter.tryWrite} would not answer `"full"` now (room came, or the lane was
   *   sealed): do not wait then. `false`: wait to be rung, then try again.
   */
  wantRoom(length: number): boolean {
    or(this.#words, READ, WANT);
    this.#refresh();
    const position = this.#word & POSITION;
    return this.#fits(position, this.#unitsFor(position, length)) ||
      this.sealed;
  }

  /**
   * Whether a consumer has begun a record, so that its effects may exist. A
   * consumer that is replaced with `adopt("keep")` un-begins the record in flight.
   *
   * @param sequence The value of {@linkcode LaneWriter.sent} after the record was written.
   * @returns `true` if the record was taken, whether it is finished or not.
   */
  begun(sequence: number): boolean {
    this.#refresh();
    const after = (sequence - this.#done) | 0;
    return after <= 0 || (after === 1 && this.#busy);
  }

  /** The units a record takes when it begins at `position`, with the pad before it if it does not fit before the end. */
  #unitsFor(position: number, length: number): number {
    const units = HEADER_UNITS + ((length + 7) >>> 3);
    const toEnd = this.#units - (position & (this.#units - 1));
    return units > toEnd ? units + toEnd : units;
  }

  #fits(position: number, units: number): boolean {
    return ((position - this.#read) & POSITION) + units <= this.#units &&
      ((this.#sent - this.#done) | 0) < this.capacityMessages;
  }

  #copy(payload: Uint8Array, length: number, at: number): void {
    const { bytes } = this;
    // It lies there already; see `place()`.
    if (length === 0 || payload === bytes) return;
    let copied = 0;
    if (length <= WORD_COPY_BYTES && this.#hasWordsOf(payload)) {
      const from = this.#payloadWords;
      const to = this.#words;
      const first = at >>> 2;
      const whole = length >>> 2;
      for (let i = 0; i < whole; i++) to[first + i] = from[i] as number;
      copied = whole << 2;
    } else if (length > BYTE_COPY_BYTES) {
      bytes.set(
        length === payload.length ? payload : payload.subarray(0, length),
        at,
      );
      return;
    }
    for (let i = copied; i < length; i++) bytes[at + i] = payload[i] as number;
  }

  #hasWordsOf(payload: Uint8Array): boolean {
    if (payload !== this.#payload) {
      this.#payload = payload;
      this.#payloadWords = NO_WORDS;
      return false;
    }
    if (this.#payloadWords.length > 0) return true;
    if ((payload.byteOffset & 3) !== 0 || payload.length < 4) return false;
    this.#payloadWords = new Int32Array(
      payload.buffer,
      payload.byteOffset,
      payload.length >>> 2,
    );
    return true;
  }

  /**
   * Looks at READ and counts the records freed since the last look. Their bytes
   * are still there, as only this writer overwrites them, so the count is exact
   * whatever consumers died meanwhile.
   */
  #refresh(): void {
    const read = load(this.#words, READ);
    this.#busy = (read & BUSY) !== 0;
    if ((read & POSITION) === this.#read) return;
    this.#done = (this.#done +
      countRecords(this.#words, this.#units, this.#read, read & POSITION)) |
      0;
    this.#read = read & POSITION;
  }
}

function refuseRecord(kind: number, length: number, max: number): never {
  requireInteger("kind", kind, 1, 255);
  throw new InvalidOptionError(
    `Cannot write to a lane as 'length' must be an integer from 0 to ${max}: current value is ${length}`,
    { option: "length", value: length },
  );
}
