import { load, peek, poke } from "../memory/cells.ts";
import type { Views } from "../memory/kind.ts";
import { type Rec, type RecInit, RecordLayout } from "../memory/record.ts";
import { viewsOf } from "../memory/record_accessors.ts";
import { roundUp } from "../memory/record_fields.ts";
import { checkWhole } from "../memory/view_on.ts";
import { ViewRangeError } from "../memory/view_range_error.ts";
import { InvalidOptionError } from "../errors.ts";
import { checkOptionNames, type OptionNames } from "../option_names.ts";
import { Handles } from "./handles.ts";
import { MapFullError } from "./map_full_error.ts";
import {
  hashOf,
  type Key,
  MAP,
  type MapShape,
  MapTable,
  partsOf,
  SLOT,
} from "./map_table.ts";
import { Scratch } from "./scratch.ts";
import { checkIsLayout, fieldsIn, makeBlock } from "./struct_block.ts";
import { writeAlone } from "./writer_word.ts";

const TAG = 0x53_4d_01_00;
const MAX_CAPACITY = 2 ** 22;
const MAX_KEY_BYTES = 65_536;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** How much a map holds. */
export interface SharedMapOptions {
  /** Most keys at one time, 1 to 4,194,304. */
  readonly capacity: number;
  /**
   * Longest key, in bytes of UTF-8, 1 to 65,536.
   * @default {32}
   */
  readonly keyBytes?: number;
}

const OPTIONS: OptionNames<SharedMapOptions> = {
  capacity: true,
  keyBytes: true,
};

/** What one look at a key found. */
interface Found<T> {
  readonly slot: number;
  readonly meta: number;
  readonly value: T;
}

/** Set by the class below. */
let handles: Handles<SharedMap<unknown>>;

/**
 * A hash map in shared memory, from texts to structs, of fixed capacity.
 *
 * - **Readers never wait:** not for a writer, which may sleep in the middle of its work, and not for each other.
 * - **Whole:** a reader sees one value of a key, never parts of two.
 * - **Writers take turns,** for the time that a few bytes take.
 * - **Fixed:** a key too many is refused, and nothing ever moves.
 * - **Travels** inside any message.
 *
 * @example Prices that all threads read
 * ```ts
 * import { SharedMap, struct } from "@troupe/actors/shared";
 * import { assertEquals } from "@std/assert";
 *
 * const Price = struct({ cents: "u32", seen: "u32" });
 * const prices = new SharedMap(Price, { capacity: 100 });
 * prices.set("tea", { cents: 250, seen: 0 });
 * prices.update("tea", (tea) => ({ cents: 240, seen: (tea?.seen ?? 0) + 1 }));
 * assertEquals(prices.get("tea"), { cents: 240, seen: 1 });
 * assertEquals(prices.get("coffee"), undefined);
 * ```
 */
export class SharedMap<F> {
  /** How a value lies in memory. */
  readonly layout: RecordLayout<F>;
  /** Most keys at one time. */
  readonly capacity: number;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #views: Views;
  readonly #table: MapTable;
  readonly #scratch: Scratch<F>;
  readonly #key: Uint8Array;

  /**
   * Makes an empty map.
   *
   * @param layout The struct of a value; see {@linkcode struct}.
   * @param options How much it holds.
   * @throws {InvalidOptionError} If an option is out of its bounds.
   */
  constructor(layout: RecordLayout<F>, options: SharedMapOptions) {
    const memory = handles.arrival()?.memory;
    checkIsLayout("shared map", layout);
    checkOptionNames("Cannot make a shared map", options, OPTIONS);
    const { capacity, keyBytes = 32 } = options;
    checkWhole("capacity", capacity, 1, MAX_CAPACITY);
    checkWhole("keyBytes", keyBytes, 1, MAX_KEY_BYTES);
    const shape: MapShape = {
      slots: 2 ** Math.ceil(Math.log2(2 * capacity)),
      keyBytes,
      valueBytes: roundUp(layout.byteLength, layout.alignment),
    };
    const buffer = memory ?? makeBlock(layout, partsOf(shape).end);
    this.layout = layout;
    this.capacity = capacity;
    this.#words = new Int32Array(buffer, 0, MAP.METAS);
    this.#views = viewsOf(buffer);
    this.#table = new MapTable(buffer, shape);
    this.#scratch = new Scratch(layout);
    this.#key = new Uint8Array(keyBytes);
    if (memory === undefined) {
      poke(this.#words, MAP.SLOTS, shape.slots);
      poke(this.#words, MAP.CAPACITY, capacity);
      poke(this.#words, MAP.KEY_BYTES, keyBytes);
      handles.begin(this.#words);
    }
    handles.note(this.#words, this as SharedMap<unknown>);
  }

  /** How many keys there are. */
  get size(): number {
    return load(this.#words, MAP.COUNT);
  }

  /** A plain copy of the value of a key, or `undefined`. */
  get(key: string): Rec<F> | undefined;
  /**
   * What `take` computes of the value of a key, or `undefined`. It may run again, and what it reads may be of two values then:
   * it must only compute, and not keep the record.
   *
   * @throws What `take` throws.
   */
  get<T>(key: string, take: (record: Rec<F>) => T): T | undefined;
  get<T>(key: string, take?: (record: Rec<F>) => T): T | Rec<F> | undefined {
    const bytes = this.#keyOf(key);
    if (bytes === undefined) return undefined;
    return this.#look<T | Rec<F>>(
      bytes,
      take ?? ((record) => this.layout.copy(record)),
    )?.value;
  }

  /** Whether there is a key. */
  has(key: string): boolean {
    return this.get(key, () => true) ?? false;
  }

  /**
   * Sets the value of a key.
   *
   * @throws {MapFullError} If there is no room for one more key.
   * @throws {ViewRangeError} If the key, a text or an array is too long.
   * @throws {InvalidOptionError} If a field is missing or of another type. The map is as it was then.
   */
  set(key: string, values: RecInit<F>): void {
    const bytes = this.#scratch.bytesOf(values);
    const own = this.#mustFit(key);
    writeAlone(this.#words, MAP.WRITER, () => this.#write(own, bytes));
  }

  /**
   * Sets the value of a key to what `change` makes of a copy of it, in one step.
   *
   * Another thread may have been faster: `change` then runs again with the new value, so it must only compute.
   *
   * @param change Makes the new value; it gets `undefined` if there is none.
   * @throws As {@link set} does, and what `change` throws. The map is as it was then.
   */
  update(
    key: string,
    change: (value: Rec<F> | undefined) => RecInit<F>,
  ): void {
    for (;;) {
      const seen = this.#look(
        this.#mustFit(key),
        (record) => this.layout.copy(record),
      );
      const bytes = this.#scratch.bytesOf(change(seen?.value));
      // Again: `change` may have used this map for another key.
      const own = this.#mustFit(key);
      const isDone = writeAlone(this.#words, MAP.WRITER, () => {
        const slot = this.#table.find(own);
        if (slot !== (seen?.slot ?? -1)) return false;
        if (seen !== undefined && this.#table.meta(slot) !== seen.meta) {
          return false;
        }
        this.#write(own, bytes);
        return true;
      });
      if (isDone) return;
    }
  }

  /**
   * Takes a key away.
   *
   * @returns False if it was not there.
   */
  delete(key: string): boolean {
    const own = this.#keyOf(key);
    if (own === undefined) return false;
    return writeAlone(this.#words, MAP.WRITER, () => {
      const slot = this.#table.find(own);
      if (slot >= 0) this.#table.remove(slot);
      return slot >= 0;
    });
  }

  /** Keys and plain copies of their values; each is whole, and what changes meanwhile may be in it or not. */
  *entries(): IterableIterator<[string, Rec<F>]> {
    for (let slot = 0; slot < this.#table.slots; slot++) {
      const entry = this.#entry(slot);
      if (entry !== undefined) yield entry;
    }
  }

  static {
    handles = new Handles<SharedMap<unknown>>(this.prototype, {
      name: "SharedMap",
      tag: TAG,
      parts: (map) => ({ memory: map.#words.buffer }),
      revive: ({ memory }) => {
        const words = new Int32Array(memory, 0, 8);
        return new SharedMap(new RecordLayout<unknown>(fieldsIn(memory)), {
          capacity: peek(words, MAP.CAPACITY),
          keyBytes: peek(words, MAP.KEY_BYTES),
        });
      },
      show: ({ size, capacity }) => `SharedMap(${size} of ${capacity})`,
    });
  }

  #look<T>(key: Key, take: (record: Rec<F>) => T): Found<T> | undefined {
    const table = this.#table;
    for (;;) {
      const slot = table.find(key);
      if (slot < 0) return undefined;
      const meta = table.meta(slot);
      // Between find and here it may have become another's.
      if ((meta & SLOT.MASK) !== SLOT.USED || !table.holds(slot, key)) continue;
      const at = table.valueAt(slot, meta);
      const value = take(this.layout.at(this.#views, at));
      if (table.meta(slot) === meta) return { slot, meta, value };
    }
  }

  #entry(slot: number): [string, Rec<F>] | undefined {
    const table = this.#table;
    for (;;) {
      const meta = table.meta(slot);
      if ((meta & SLOT.MASK) !== SLOT.USED) return undefined;
      const key = decoder.decode(table.keyOf(slot));
      const value = this.layout.read(this.#views, table.valueAt(slot, meta));
      if (table.meta(slot) === meta) return [key, value];
    }
  }

  /** Writer: sets a key. */
  #write(key: Key, value: Uint8Array): void {
    const table = this.#table;
    let slot = table.find(key);
    if (slot < 0) {
      if (peek(this.#words, MAP.COUNT) >= this.capacity) this.#full();
      slot = table.place(key);
    }
    table.publish(slot, value);
  }

  #full(): never {
    throw new MapFullError(
      `Cannot set one more key as the map is full: current capacity is ${this.capacity}; delete some first, or make a larger one`,
      { capacity: this.capacity },
    );
  }

  /** A key as bytes, which are valid until the next call; `undefined` if it is too long to be one of this map. */
  #keyOf(key: string): Key | undefined {
    if (typeof key !== "string") {
      throw new InvalidOptionError(
        `Cannot look for that as a key must be a string: current type is ${typeof key}`,
        { option: "key", value: key },
      );
    }
    const bytes = this.#key;
    const { read, written: length } = encoder.encodeInto(key, bytes);
    if (read < key.length) return undefined;
    return { bytes, length, hash: hashOf(bytes, length) };
  }

  #mustFit(key: string): Key {
    const found = this.#keyOf(key);
    if (found !== undefined) return found;
    const needed = encoder.encode(key).length;
    const available = this.#key.length;
    throw new ViewRangeError(
      `Cannot use the key as it does not fit: ${needed} bytes are needed, ${available} are available`,
      { needed, available },
    );
  }
}
