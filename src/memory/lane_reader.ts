/**
 * The consumer's end of a lane; see `lane.ts`.
 *
 * @module
 */

import { cas, load, peek, poke, type Words } from "./cells.ts";
import {
  countRecords,
  indexOf,
  isBefore,
  openLane,
  publishedCount,
  recordUnits,
  requireInteger,
} from "./lane_ring.ts";
import { LANE, LANE_POSITION, LANE_READ, LANE_RECORD } from "./layout.ts";

const { CAPACITY_BYTES, FROM, WRITE, SENT, KEPT_FROM, READ, DONE } = LANE;
const { ENTRUSTED, HAND, HAND_OF, SETTLED, RING } = LANE;
const { MASK: POSITION, UNIT_BYTES } = LANE_POSITION;
const { TAG_SHIFT, TAG_LIMIT, TAG_MASK, WANT, BUSY } = LANE_READ;
const { PAD, KIND_SHIFT, LENGTH_MASK, HEADER_BYTES, HEADER_UNITS } =
  LANE_RECORD;

/**
 * The consumer's end of a lane. One thread uses it; of all readers of a lane only
 * the one that adopted it last can move anything.
 *
 * After `"taken"` the fields `kind`, `a` to `e`, `start` and `end` describe the
 * record in place: `bytes` from `start` to `end` is the payload, valid until
 * {@linkcode LaneReader.done}. A consumer that is fenced meanwhile may read bytes
 * of a later record there; it learns so from `done()`.
 */
export class LaneReader {
  /** The lane. */
  readonly memory: SharedArrayBuffer;
  /** Who writes, as given to {@linkcode createLane}. */
  readonly from: number;
  /** The whole lane, for reading payloads in place. */
  readonly bytes: Uint8Array;
  /** Kind of the record taken, 1 to 255. */
  kind = 0;
  /** First header word of the record taken. */
  a = 0;
  /** Second header word of the record taken. */
  b = 0;
  /** Third header word of the record taken. */
  c = 0;
  /** Fourth header word of the record taken. */
  d = 0;
  /** Fifth header word of the record taken. */
  e = 0;
  /** Where the payload of the record taken begins in {@linkcode LaneReader.bytes}. */
  start = 0;
  /** Where the payload of the record taken ends in {@linkcode LaneReader.bytes}. */
  end = 0;
  /** Whether the record taken is to be dropped, as newer ones of the producer need its place. */
  overflowed = false;
  /**
   * Set when room came free that the producer may wait for: the caller rings the
   * producer, then sets this to `false`. It may ring late (say, after a burst),
   * but not after it parks.
   */
  roomWanted = false;
  readonly #words: Words;
  readonly #units: number;
  readonly #tag: number;
  /** READ as this reader left it, but for WANT, which the producer may have set since. */
  #word = 0;
  /** The position behind the record in flight, or of the next record if none is. */
  #next = 0;
  /** WRITE's position when last looked at; everything before is readable. */
  #written = 0;
  /** Records finished, and so the number of the one in flight. */
  #done = 0;

  /**
   * Opens the consumer's end. {@linkcode LaneReader.adopt} comes before everything else.
   *
   * @param memory A lane made by {@linkcode createLane}.
   * @param tag Tells this consumer from those before it, an integer from 0 to 1023 that may wrap.
   * @throws {InvalidOptionError} If `memory` is not a lane of this version, or `tag` is out of bounds.
   */
  constructor(memory: SharedArrayBuffer, tag: number) {
    requireInteger("tag", tag, 0, TAG_LIMIT - 1);
    const words = openLane(memory);
    this.memory = memory;
    this.from = peek(words, FROM);
    this.bytes = new Uint8Array(memory);
    this.#words = words;
    this.#units = peek(words, CAPACITY_BYTES) / UNIT_BYTES;
    this.#tag = tag << TAG_SHIFT;
  }

  /** The number of records finished by all consumers so far, mod 2^32. */
  get finished(): number {
    return this.#done;
  }

  /** The number of records written and not finished, the one in flight included; one more while a write ends. */
  get depth(): number {
    return Math.max(0, (peek(this.#words, SENT) - this.#done) | 0);
  }

  /** Whether nothing can be written any more; what was, stays readable. */
  get sealed(): boolean {
    return load(this.#words, WRITE) < 0;
  }

  /** Counts a record that is kept beside the lane, to be handled after it was finished here. */
  entrust(): void {
    poke(this.#words, ENTRUSTED, (peek(this.#words, ENTRUSTED) + 1) | 0);
  }

  /** One of those begins to be handled by `who`, not 0; `a` is its first header word. */
  hand(who: number, a: number): void {
    poke(this.#words, HAND, a);
    poke(this.#words, HAND_OF, who);
  }

  /** Counts one of those as dealt with. */
  settle(): void {
    poke(this.#words, HAND_OF, 0);
    poke(this.#words, SETTLED, (peek(this.#words, SETTLED) + 1) | 0);
  }

  /** Whether there is a record behind the one in flight, or any if none is. Costs a load only when it seems not. */
  get hasMore(): boolean {
    return this.#next !== this.#written || this.#next !== this.#look();
  }

  /**
   * What {@linkcode LaneReader.take} would say, without taking. After `"more"` it takes what was written before this was
   * asked, and looks no further: what is read in between elsewhere was written before what comes here later.
   */
  peek(): "more" | "empty" | "ended" | "fenced" {
    if (this.hasMore) return "more";
    const words = this.#words;
    if ((load(words, READ) & TAG_MASK) !== this.#tag) return "fenced";
    const write = load(words, WRITE);
    this.#written = write & POSITION;
    if (this.#written !== this.#next) return "more";
    return write < 0 ? "ended" : "empty";
  }

  /** Whether no record is in flight and the next one is there and of a sort that `isIt` wants. Takes nothing. */
  nextIs(isIt: (kind: number, a: number) => boolean): boolean {
    if ((this.#word & BUSY) !== 0 || !this.hasMore) return false;
    const words = this.#words;
    const index = indexOf(this.#next, this.#units);
    // A pad and the record behind it are written as one.
    const at = peek(words, index) >>> KIND_SHIFT === PAD ? RING : index;
    return isIt(peek(words, at) >>> KIND_SHIFT, peek(words, at + 1));
  }

  /**
   * Makes this reader the lane's only consumer: from here on every other one is
   * fenced. Called once, by the first consumer too, and only while no later
   * successor has been appointed: the last to call wins.
   *
   * Sets {@linkcode LaneReader.roomWanted}, as the consumer before may have died
   * between the room it made and the ring it owed.
   *
   * @param inFlight What happens to a record that the consumer before had begun: `"skip"` counts it as finished,
   *   `"keep"` leaves it at the head, to be taken again.
   * @returns `"inFlight"` if there was such a record, else `"clean"`.
   */
  adopt(inFlight: "skip" | "keep"): "clean" | "inFlight" {
    const words = this.#words;
    for (;;) {
      const word = load(words, READ);
      let position = word & POSITION;
      if ((word & BUSY) !== 0 && inFlight === "skip") {
        // If the old consumer finishes it first these bytes may be anything; then the CAS fails.
        position = (position + recordUnits(words, this.#units, position)) &
          POSITION;
      }
      if (cas(words, READ, word, this.#tag | position) !== word) continue;
      this.#word = this.#tag | position;
      this.#next = position;
      this.roomWanted = true;
      const write = load(words, WRITE);
      const unread = countRecords(
        words,
        this.#units,
        position,
        write & POSITION,
      );
      this.#written = write & POSITION;
      this.#done = (publishedCount(words, write) - unread) | 0;
      poke(words, DONE, this.#done);
      return (word & BUSY) !== 0 ? "inFlight" : "clean";
    }
  }

  /**
   * Begins the record at the head of the lane. Never blocks, allocates nothing.
   *
   * @returns `"taken"`; `"empty"`; `"ended"` when the lane is sealed and everything read; `"fenced"` when a
   *   successor has adopted the lane.
   * @throws {TypeError} If the record taken before is not done.
   */
  take(): "taken" | "empty" | "ended" | "fenced" {
    if ((this.#word & BUSY) !== 0) {
      throw new TypeError(
        "Cannot take from a lane as the record taken before is in flight: call done() first",
      );
    }
    return this.#begin(false);
  }

  /**
   * Finishes the record in flight and hands its bytes back to the producer.
   * Sets {@linkcode LaneReader.roomWanted} when the producer waits for room.
   *
   * @returns `"done"`, or `"fenced"` when a successor has adopted the lane: it has decided about the record.
   * @throws {TypeError} If no record is in flight.
   */
  done(): "done" | "fenced" {
    this.#requireBusy();
    this.#countDone();
    if (!this.#move(this.#next, true)) {
      this.#done = (this.#done - 1) | 0;
      return "fenced";
    }
    return "done";
  }

  /**
   * Finishes the record in flight and begins the next one, as
   * {@linkcode LaneReader.done} and {@linkcode LaneReader.take} do, in one step if there is one.
   *
   * @returns What {@linkcode LaneReader.take} returns; the record in flight is finished unless it is `"fenced"`.
   * @throws {TypeError} If no record is in flight.
   */
  doneAndTake(): "taken" | "empty" | "ended" | "fenced" {
    this.#requireBusy();
    if (!this.hasMore) {
      return this.done() === "fenced" ? "fenced" : this.#begin(false);
    }
    this.#countDone();
    return this.#begin(true);
  }

  /** Begins the record at `#next`; `freed` when the same step finishes the one before it. */
  #begin(freed: boolean): "taken" | "empty" | "ended" | "fenced" {
    const words = this.#words;
    let position = this.#next;
    if (position === this.#written && position === this.#look()) {
      return this.#nothing();
    }
    let index = indexOf(position, this.#units);
    let head = peek(words, index);
    if (head >>> KIND_SHIFT === PAD) {
      position = (position + recordUnits(words, this.#units, position)) &
        POSITION;
      index = RING;
      head = peek(words, index);
    }
    // The header is read before the CAS: once that succeeds, no successor had freed these words when they were read.
    const length = head & LENGTH_MASK;
    const a = peek(words, index + 1);
    const b = peek(words, index + 2);
    const c = peek(words, index + 3);
    const d = peek(words, index + 4);
    const e = peek(words, index + 5);
    const keptFrom = peek(words, KEPT_FROM);
    if (!this.#move(position | BUSY, freed)) {
      if (freed) this.#done = (this.#done - 1) | 0;
      return "fenced";
    }
    this.kind = head >>> KIND_SHIFT;
    this.a = a;
    this.b = b;
    this.c = c;
    this.d = d;
    this.e = e;
    this.overflowed = isBefore(this.#done, keptFrom);
    this.start = index * 4 + HEADER_BYTES;
    this.end = this.start + length;
    this.#next = (position + HEADER_UNITS + ((length + 7) >>> 3)) & POSITION;
    return "taken";
  }

  /** Why there is nothing to take. A fenced consumer must not wait for a record that its successor will take. */
  #nothing(): "taken" | "empty" | "ended" | "fenced" {
    if ((load(this.#words, READ) & TAG_MASK) !== this.#tag) return "fenced";
    const write = load(this.#words, WRITE);
    // A record may have come since the look before; SEALED counts only if none did.
    if ((write & POSITION) !== this.#next) return this.#begin(false);
    return write < 0 ? "ended" : "empty";
  }

  #look(): number {
    this.#written = load(this.#words, WRITE) & POSITION;
    return this.#written;
  }

  /** Moves READ to `state` (position and BUSY) unless fenced. `freed`: bytes come free, so WANT is taken away and owed. */
  #move(state: number, freed: boolean): boolean {
    const words = this.#words;
    let word = this.#word;
    for (;;) {
      const next = this.#tag | state | (freed ? 0 : word & WANT);
      // Hands the bytes before the new position back: a producer that sees it may overwrite them.
      const seen = cas(words, READ, word, next);
      if (seen === word) {
        this.#word = next;
        if (freed && (word & WANT) !== 0) this.roomWanted = true;
        return true;
      }
      if ((seen & TAG_MASK) !== this.#tag) return false;
      // The producer set WANT: the only change that others make under this tag.
      word = seen;
    }
  }

  #countDone(): void {
    this.#done = (this.#done + 1) | 0;
    poke(this.#words, DONE, this.#done);
  }

  /** Whether a record was taken and is not finished. */
  get inFlight(): boolean {
    return (this.#word & BUSY) !== 0;
  }

  #requireBusy(): void {
    if (!this.inFlight) {
      throw new TypeError(
        "Cannot finish a record of a lane as none is in flight: call take() first",
      );
    }
  }
}
