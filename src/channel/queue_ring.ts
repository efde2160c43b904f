/**
 * The records of a queue, as sections see them. `queue_layout.ts` draws the words.
 *
 * @module
 */
import { peek, poke } from "../memory/cells.ts";
import type { Monitor } from "../sync/monitor.ts";
import type { Goods } from "./goods.ts";
import {
  FLAG,
  POSITIONS,
  QUEUE,
  RECORD,
  RECORD_STATE,
} from "./queue_layout.ts";

const { FREE, MASK, PAD, READY, SHIFT } = RECORD_STATE;
const POSITION = POSITIONS - 1;
/** Bytes up to this many are copied word by word: `set()` with its view costs 25 ns before the first one. */
const WORD_COPY = 256;
const NO_WORDS = new Int32Array(0);
/** An empty ring begins anew behind so many units, so that little memory is touched. */
const NEAR = 2_048;

/** The bytes of one message. */
export interface Freight {
  /** They are {@linkcode length} of these, from {@linkcode start}. */
  readonly bytes: Uint8Array;
  /** Where they begin, a multiple of 4. */
  readonly start: number;
  /** How many. */
  readonly length: number;
  /** How many of them there are so far, if the others are written where they are to be read. */
  readonly filled?: number;
  /** What its bytes cannot carry, which the depot is given when there is room. */
  readonly goods: Goods | undefined;
  /** Greater is sooner, in a queue with priorities. */
  readonly priority: number;
}

/** The records of one queue. All methods are for sections, but those that say otherwise. */
export class QueueRing {
  /** The sections. */
  readonly monitor: Monitor;
  /** Messages that may wait; 0: each is handed over. */
  readonly capacity: number;
  /** Units of the ring. */
  readonly units: number;
  /** Whether those with a greater priority come first. */
  readonly ranked: boolean;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #bytes: Uint8Array;
  readonly #floats: Float64Array;
  readonly #base: number;
  /** The array of the last message: senders reuse one, and then its words are worth a view. */
  #seen: Uint8Array | undefined;
  /** The words of that array, once it was seen twice. */
  #source: Int32Array = NO_WORDS;

  /** The records of the queue of these sections. */
  constructor(monitor: Monitor) {
    const { words } = monitor;
    this.monitor = monitor;
    this.#words = words;
    this.#bytes = new Uint8Array(words.buffer);
    this.#floats = new Float64Array(words.buffer, 0, words.length >> 1);
    this.capacity = peek(words, QUEUE.CAPACITY);
    this.units = peek(words, QUEUE.UNITS);
    this.ranked = (peek(words, QUEUE.FLAGS) & FLAG.PRIORITY) !== 0;
    this.#base = monitor.extra + heapWords(this.ranked ? this.capacity : 0);
  }

  /** A word of the queue. */
  get(word: number): number {
    return peek(this.#words, word);
  }

  /** Adds to a word of the queue. */
  add(word: number, amount: number): void {
    this.monitor.set(word, (peek(this.#words, word) + amount) | 0);
  }

  /** A field of the record at `position`. */
  of(position: number, field: number): number {
    return peek(this.#words, this.#at(position) + field);
  }

  /** Writes a field of a record. */
  set(position: number, field: number, value: number): void {
    this.monitor.set(this.#at(position) + field, value);
  }

  /** The state of a record. */
  state(position: number): number {
    return this.of(position, RECORD.STATE) & MASK;
  }

  /** The thread that owns a record. */
  owner(position: number): number {
    return this.of(position, RECORD.STATE) >>> SHIFT;
  }

  /** Writes the state of a record. */
  become(position: number, state: number, owner: number): void {
    this.set(position, RECORD.STATE, owner << SHIFT | state);
  }

  /** Whether `owner` has the record in that state. */
  isOwn(position: number, state: number, owner: number): boolean {
    return this.of(position, RECORD.STATE) === (owner << SHIFT | state);
  }

  /** The most bytes that a message may have. */
  get longest(): number {
    return (this.units - RECORD.UNITS) * 8;
  }

  /**
   * Makes a record at the end.
   *
   * @returns Its position, or -1 if there is no room.
   */
  allocate(length: number, state: number, owner: number): number {
    const units = ringUnits(length);
    const head = this.get(QUEUE.HEAD);
    const tail = this.get(QUEUE.TAIL);
    const used = (tail - head) & POSITION;
    const left = this.units - (tail & (this.units - 1));
    if (used === 0 && (units > left || this.units - left > NEAR)) {
      this.monitor.set(QUEUE.HEAD, 0);
      this.monitor.set(QUEUE.SKIP, 0);
      return this.#append(0, length, units, state, owner);
    }
    if (units <= left) {
      if (used + units > this.units) return -1;
      return this.#append(tail, length, units, state, owner);
    }
    if (used + left + units > this.units) return -1;
    poke(this.#words, this.#at(tail) + RECORD.STATE, PAD);
    const start = (tail + left) & POSITION;
    return this.#append(start, length, units, state, owner);
  }

  #append(
    position: number,
    length: number,
    units: number,
    state: number,
    owner: number,
  ): number {
    const words = this.#words;
    const at = this.#at(position);
    // Plain and not logged: it means nothing until TAIL is behind it.
    poke(words, at + RECORD.STATE, owner << SHIFT | state);
    poke(words, at + RECORD.LENGTH, length);
    poke(words, at + RECORD.PARCEL, 0);
    poke(words, at + RECORD.FROM, this.monitor.life.who);
    poke(words, at + RECORD.PLACE, 0);
    this.monitor.set(QUEUE.TAIL, (position + units) & POSITION);
    return position;
  }

  /** Writes bytes of a message that nobody reads yet, from `from` to `to`, and what else the record says of it. */
  write(
    position: number,
    freight: Freight,
    from: number = 0,
    to: number = freight.length,
  ): void {
    const words = this.#words;
    const at = this.#at(position);
    poke(words, at + RECORD.PARCEL, freight.goods?.leave() ?? 0);
    poke(words, at + RECORD.FROM, this.monitor.life.who);
    if (this.ranked) {
      this.#floats[(at + RECORD.PRIORITY) >> 1] = freight.priority;
    }
    const source = freight.bytes;
    if (from === 0 && to <= WORD_COPY && this.#isSeen(source)) {
      const there = this.#source;
      const first = freight.start >> 2;
      const start = at + RECORD.WORDS;
      const count = (to + 3) >> 2;
      for (let i = 0; i < count; i++) words[start + i] = there[first + i]!;
      return;
    }
    const start = (at + RECORD.WORDS) * 4;
    const { start: first } = freight;
    this.#bytes.set(source.subarray(first + from, first + to), start + from);
  }

  /** Whether {@link #source} is the words of `bytes`, which is so from the second time on. */
  #isSeen(bytes: Uint8Array): boolean {
    if (bytes !== this.#seen) {
      this.#seen = bytes;
      this.#source = NO_WORDS;
      return false;
    }
    if (this.#source.length > 0) return true;
    const { buffer, byteOffset, byteLength } = bytes;
    if ((byteOffset | byteLength) & 3) return false;
    this.#source = new Int32Array(buffer, byteOffset, byteLength >> 2);
    return byteLength > 0;
  }

  /** Reads the bytes of a record into `target`, with up to 7 more behind them. */
  read(position: number, target: Int32Array): void {
    const words = this.#words;
    const at = this.#at(position);
    const length = peek(words, at + RECORD.LENGTH);
    const start = at + RECORD.WORDS;
    const count = (length + 3) >> 2;
    if (length > WORD_COPY) {
      target.set(words.subarray(start, start + count));
    } else for (let i = 0; i < count; i++) target[i] = words[start + i]!;
  }

  /** The index of the first word behind the ring. */
  get end(): number {
    return this.#base + 2 * this.units;
  }

  /** All bytes of the memory, for who reads where a record lies. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Where the bytes of a message begin in {@linkcode bytes}; for its owner, also without a section. */
  startOf(position: number): number {
    return (this.#at(position) + RECORD.WORDS) * 4;
  }

  /** The record whose turn it is; only if there is one that is READY. */
  first(): number {
    if (this.ranked) return this.get(this.monitor.extra);
    const head = this.get(QUEUE.HEAD);
    const skip = this.get(QUEUE.SKIP);
    let position = (head + skip) & POSITION;
    while (this.state(position) !== READY) position = this.after(position);
    const skipped = (position - head) & POSITION;
    if (skipped !== skip) this.monitor.set(QUEUE.SKIP, skipped);
    return position;
  }

  /** A record is READY: it has its turn. */
  enqueue(position: number): void {
    const size = this.get(QUEUE.SIZE);
    this.monitor.set(QUEUE.SIZE, size + 1);
    if (this.ranked) return this.#rise(size, position);
    const distance = (position - this.get(QUEUE.HEAD)) & POSITION;
    if (distance < this.get(QUEUE.SKIP)) this.monitor.set(QUEUE.SKIP, distance);
  }

  /** A record has no turn any more, with priorities the {@linkcode first}; its state is the caller's to change. */
  dequeue(): void {
    const size = this.get(QUEUE.SIZE) - 1;
    this.monitor.set(QUEUE.SIZE, size);
    if (!this.ranked) return;
    const last = this.get(this.monitor.extra + size);
    if (size > 0) this.#sink(last, size);
  }

  /** The message has left: its room is free once all before it have left. */
  free(position: number): void {
    if (position !== this.get(QUEUE.HEAD)) {
      return this.set(position, RECORD.STATE, FREE);
    }
    const tail = this.get(QUEUE.TAIL);
    let next = this.after(position);
    while (next !== tail && this.state(next) <= PAD) next = this.after(next);
    this.monitor.set(QUEUE.HEAD, next);
    const skip = this.get(QUEUE.SKIP);
    if (skip === 0) return;
    const moved = (next - position) & POSITION;
    this.monitor.set(QUEUE.SKIP, Math.max(0, skip - moved));
  }

  /** Calls `visit` with each record that somebody owns, until it answers `false`. */
  eachOwned(visit: (position: number) => boolean): void {
    let left = this.get(QUEUE.OWNED);
    const tail = this.get(QUEUE.TAIL);
    let position = this.get(QUEUE.HEAD);
    while (left > 0 && position !== tail) {
      // Before it may be freed, and what is behind it with it.
      const next = this.after(position);
      if (this.owner(position) !== 0) {
        left--;
        if (!visit(position)) return;
      }
      position = next;
    }
  }

  /** The position behind a record. */
  after(position: number): number {
    if (this.state(position) === PAD) {
      return (position + this.units - (position & (this.units - 1))) & POSITION;
    }
    return (position + ringUnits(this.of(position, RECORD.LENGTH))) & POSITION;
  }

  #at(position: number): number {
    return this.#base + 2 * (position & (this.units - 1));
  }

  /** Whether the record at `one` comes before the one at `other`. */
  #isSooner(one: number, other: number): boolean {
    const mine = this.#floats[(this.#at(one) + RECORD.PRIORITY) >> 1]!;
    const its = this.#floats[(this.#at(other) + RECORD.PRIORITY) >> 1]!;
    if (mine !== its) return mine > its;
    const ahead = this.of(one, RECORD.SERIAL) - this.of(other, RECORD.SERIAL);
    return (ahead | 0) < 0;
  }

  /** Puts a record into the heap at `at`, or above. */
  #rise(at: number, position: number): void {
    const heap = this.monitor.extra;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const other = this.get(heap + above);
      if (!this.#isSooner(position, other)) break;
      this.monitor.set(heap + at, other);
      at = above;
    }
    this.monitor.set(heap + at, position);
  }

  /** Puts a record into the heap at its top, or below. */
  #sink(position: number, size: number): void {
    const heap = this.monitor.extra;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= size) break;
      const right = below + 1;
      if (
        right < size &&
        this.#isSooner(this.get(heap + right), this.get(heap + below))
      ) below = right;
      const other = this.get(heap + below);
      if (!this.#isSooner(other, position)) break;
      this.monitor.set(heap + at, other);
      at = below;
    }
    this.monitor.set(heap + at, position);
  }
}

/** Units of a record of so many bytes. */
export function ringUnits(length: number): number {
  return RECORD.UNITS + ((length + 7) >>> 3);
}

/** Words of the heap of so many positions; the ring behind it begins at 64 bytes. */
export function heapWords(capacity: number): number {
  return (capacity + 15) & ~15;
}
