/**
 * The slots of a shared map: which key is where.
 *
 * @module
 */
import { load, peek, poke, store } from "../memory/cells.ts";
import { roundUp } from "../memory/record_fields.ts";

/**
 * The memory of a map: see struct_block.ts, and
 *
 *   byte  word  field      written by      meaning
 *     16     4  SLOTS      creator, once   slots, a power of two and at least twice the capacity
 *     20     5  CAPACITY   creator, once   most keys at one time
 *     24     6  KEY_BYTES  creator, once   longest key, in bytes
 *     64    16  WRITER     every writer    see writer_word.ts
 *     68    17  COUNT      writer          keys there are
 *    128    32  METAS      writer          one word for each slot: see below
 *     ..        HASHES     writer, plain   one word for each slot: the hash of its key
 *     ..        LENGTHS    writer, plain   one word for each slot: bytes of its key
 *     ..        KEYS       writer, plain   KEY_BYTES for each slot
 *     ..        VALUES     writer, plain   two structs for each slot, of which one is read while the other is written
 *
 * The meta of a slot: what it is in bits 0-1, and a version above. The lowest bit of the version says which struct is current.
 *
 *   from           to              means
 *   EMPTY(v)       USED(v + 1)     a key is here, where no search went on
 *   DELETED(v)     USED(v + 1)     a key is here, where searches go on
 *   USED(v)        USED(v + 1)     the key has another value
 *   USED(v)        DELETED(v + 1)  the key is gone; searches go on
 *   DELETED(v)     EMPTY(v + 1)    no search needs to go on: the next slot is empty
 *
 * A reader reads a meta, the key and the value, and the meta again: if it is the same, nobody wrote what it read. A writer that
 * is put off its core in the middle holds no reader up. A key moves only by being deleted and set again: a search that misses
 * it in both places ran while it was nowhere.
 */
export const MAP: {
  readonly SLOTS: 4;
  readonly CAPACITY: 5;
  readonly KEY_BYTES: 6;
  readonly WRITER: 16;
  readonly COUNT: 17;
  readonly METAS: 32;
} = { SLOTS: 4, CAPACITY: 5, KEY_BYTES: 6, WRITER: 16, COUNT: 17, METAS: 32 };

/** What a slot is. */
export const SLOT: {
  readonly EMPTY: 0;
  readonly USED: 1;
  readonly DELETED: 2;
  readonly MASK: 3;
  readonly VERSION: 4;
} = { EMPTY: 0, USED: 1, DELETED: 2, MASK: 3, VERSION: 4 };

/** What a map is like. */
export interface MapShape {
  /** Slots, a power of two. */
  readonly slots: number;
  /** Longest key, in bytes. */
  readonly keyBytes: number;
  /** Bytes of a value. */
  readonly valueBytes: number;
}

/** A key as bytes, and its hash. */
export interface Key {
  /** The bytes, and perhaps more behind them. */
  readonly bytes: Uint8Array;
  /** How many of them. */
  readonly length: number;
  /** Their hash. */
  readonly hash: number;
}

/** First byte of the keys, of the values, and behind them. */
export function partsOf(
  { slots, keyBytes, valueBytes }: MapShape,
): { keys: number; values: number; end: number } {
  const keys = (MAP.METAS + 3 * slots) * 4;
  const values = roundUp(keys + slots * keyBytes, 64);
  return { keys, values, end: values + 2 * slots * valueBytes };
}

/** Spreads the bytes of a key over 32 bits: FNV-1a, and a last stir so that the low bits depend on all. */
export function hashOf(bytes: Uint8Array, length: number): number {
  let hash = 0x811c_9dc5 | 0;
  for (let i = 0; i < length; i++) {
    hash = Math.imul(hash ^ bytes[i]!, 0x0100_0193);
  }
  hash = Math.imul(hash ^ hash >>> 16, 0x45d9_f3b);
  return hash ^ hash >>> 15;
}

/** The slots of one map. */
export class MapTable {
  /** How many. */
  readonly slots: number;
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #shape: MapShape;
  readonly #keys: number;
  readonly #values: number;

  /** The table of a map in `memory`. */
  constructor(memory: SharedArrayBuffer, shape: MapShape) {
    const { keys, values } = partsOf(shape);
    this.slots = shape.slots;
    this.#shape = shape;
    this.#words = new Int32Array(memory, 0, keys / 4);
    this.#bytes = new Uint8Array(memory);
    this.#keys = keys;
    this.#values = values;
  }

  /** The meta of a slot. */
  meta(slot: number): number {
    return load(this.#words, MAP.METAS + slot);
  }

  /** First byte of the value that a meta says is current. */
  valueAt(slot: number, meta: number): number {
    const copy = (meta & SLOT.VERSION) === 0 ? 0 : 1;
    return this.#values + (2 * slot + copy) * this.#shape.valueBytes;
  }

  /** The bytes of the key of a slot; whether they are one key, a second look at the meta says. */
  keyOf(slot: number): Uint8Array {
    const from = this.#keys + slot * this.#shape.keyBytes;
    const length = peek(this.#words, MAP.METAS + 2 * this.slots + slot);
    const most = Math.min(length, this.#shape.keyBytes);
    return this.#bytes.subarray(from, from + most);
  }

  /** Whether a slot seems to hold a key; see {@link keyOf}. */
  holds(slot: number, key: Key): boolean {
    const words = this.#words;
    const hashes = MAP.METAS + this.slots;
    if (peek(words, hashes + slot) !== key.hash) return false;
    if (peek(words, hashes + this.slots + slot) !== key.length) return false;
    const from = this.#keys + slot * this.#shape.keyBytes;
    for (let i = 0; i < key.length; i++) {
      if (this.#bytes[from + i] !== key.bytes[i]) return false;
    }
    return true;
  }

  /** The slot of a key, or -1. For the writer, or for a reader that looks at the meta again. */
  find(key: Key): number {
    for (let i = 0; i < this.slots; i++) {
      const slot = (key.hash + i) & (this.slots - 1);
      const kind = this.meta(slot) & SLOT.MASK;
      if (kind === SLOT.EMPTY) return -1;
      if (kind === SLOT.USED && this.holds(slot, key)) return slot;
    }
    return -1;
  }

  /** Writer: gives a key that is nowhere a slot, which is not seen before {@link publish}. */
  place(key: Key): number {
    const words = this.#words;
    let slot = key.hash & (this.slots - 1);
    while ((this.meta(slot) & SLOT.MASK) === SLOT.USED) {
      slot = (slot + 1) & (this.slots - 1);
    }
    const hashes = MAP.METAS + this.slots;
    poke(words, hashes + slot, key.hash);
    poke(words, hashes + this.slots + slot, key.length);
    const from = this.#keys + slot * this.#shape.keyBytes;
    for (let i = 0; i < key.length; i++) this.#bytes[from + i] = key.bytes[i]!;
    store(words, MAP.COUNT, peek(words, MAP.COUNT) + 1);
    return slot;
  }

  /** Writer: writes the value that is not current, and makes it so. */
  publish(slot: number, value: Uint8Array): void {
    const meta = this.meta(slot) + SLOT.VERSION;
    this.#bytes.set(value, this.valueAt(slot, meta));
    this.#set(slot, meta, SLOT.USED);
  }

  /** Writer: takes a key away. */
  remove(slot: number): void {
    const words = this.#words;
    store(words, MAP.COUNT, peek(words, MAP.COUNT) - 1);
    this.#set(slot, this.meta(slot) + SLOT.VERSION, SLOT.DELETED);
    const last = this.slots - 1;
    if ((this.meta((slot + 1) & last) & SLOT.MASK) !== SLOT.EMPTY) return;
    // Nothing was ever put behind these: searches may end here.
    for (
      let at = slot;
      (this.meta(at) & SLOT.MASK) === SLOT.DELETED;
      at = (at - 1) & last
    ) this.#set(at, this.meta(at) + SLOT.VERSION, SLOT.EMPTY);
  }

  #set(slot: number, meta: number, kind: number): void {
    // Publishes the key and the value.
    store(this.#words, MAP.METAS + slot, (meta & ~SLOT.MASK) | kind);
  }
}
