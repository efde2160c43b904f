import { InvalidOptionError } from "../errors.ts";
import { load, peek, store } from "../memory/cells.ts";
import { utf8Of } from "../memory/byte_text.ts";
import {
  definePortable,
  portable,
  type PortableData,
} from "../memory/portable.ts";
import { checkWhole } from "../memory/view_on.ts";
import { ViewRangeError } from "../memory/view_range_error.ts";
import { checkOptionNames, type OptionNames } from "../option_names.ts";
import {
  bytesFor,
  bytesOf,
  damaged,
  isList,
  isSame,
  layList,
  LAYOUT,
  LIST,
  NUMBER_BYTES,
  roomFor,
  ROW,
  rowOf,
  type Slot,
  TYPE,
  TYPE_NAMES,
  typeOf,
} from "./list_layout.ts";
import { SharedMemory } from "./shared_memory.ts";

/** What a slot that was made with a value of this type holds: of a literal, its type. */
export type SlotOf<V> = V extends number ? number
  : V extends bigint ? bigint
  : V extends boolean ? boolean
  : V extends string ? string
  : V extends Uint8Array ? Uint8Array
  : V;

/** How to make a {@linkcode SharedList}. */
export interface SharedListOptions {
  /**
   * The name of its region.
   *
   * @default {one that nobody can guess}
   */
  readonly name?: string;
  /**
   * Bytes that each slot has room for, at least: 8 to 2^30. A slot has room for what it is made with.
   *
   * @default {8}
   */
  readonly reserve?: number;
  /**
   * Whether the region outlives its creator; see {@linkcode SharedMemoryOptions}.
   *
   * @default {false}
   */
  readonly keep?: boolean;
}

const NAMES: OptionNames<SharedListOptions> = {
  name: true,
  reserve: true,
  keep: true,
};

const encoder = new TextEncoder();
/** How much each slot may have reserved, in bytes. */
const MAX_RESERVE = 2 ** 30;

/** Set by the class below: the list that is in a region. */
let listIn: (region: SharedMemory) => SharedList<readonly Slot[]>;

/**
 * A list of numbers, texts, bytes and the like that every process of the machine may open by its name: Python's
 * `ShareableList`.
 *
 * - **As long as it was made:** slots are set, and none is added.
 * - **Exact:** how long a text or bytes are is noted, so zeros at their end stay, and texts are UTF-8. A number is an `f64`, a
 *   bigint an `i64`; a text with half a surrogate pair is refused nowhere and arrives with `U+FFFD` in its place.
 * - **Any type, if it fits:** a slot has room for what it was made with, for a number, and for what was reserved.
 * - **Copies:** bytes and texts that are read are copies.
 * - **Not atomic:** who reads a slot while another one sets it may see half of a text, or a number for a text. Let one write
 *   each slot at a time, and tell the readers.
 * - **Travels** in any message to a thread, as a handle of the same list; the message has the same size however long it is.
 *
 * @typeParam T The types of the slots, in order.
 *
 * @example Slots of all types
 * ```ts
 * import { SharedList } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * if (import.meta.main) {
 *   await using list = await SharedList.create(["howdy", -273.154, null, true]);
 *   list.set(0, "h\0");
 *   const guest = await SharedList.open<[string, number, null, boolean]>(
 *     list.name,
 *   );
 *   assertEquals([...guest], ["h\0", -273.154, null, true]);
 *   assertEquals(guest.get(-1), true);
 *   guest.region.close();
 * }
 * ```
 */
export class SharedList<T extends readonly Slot[]>
  implements Iterable<T[number]>, AsyncDisposable {
  /** How many slots. */
  readonly length: number;
  /** The memory it is in: closing that ends this handle. */
  readonly region: SharedMemory;
  readonly #words: Int32Array<ArrayBuffer>;
  readonly #numbers: Float64Array<ArrayBuffer>;
  readonly #longs: BigInt64Array<ArrayBuffer>;
  readonly #bytes: Uint8Array<ArrayBuffer>;

  static {
    listIn = (region) => new SharedList(region);
  }

  private constructor(region: SharedMemory) {
    this.region = region;
    const { buffer, size } = region;
    this.#bytes = region.bytes;
    const longs = Math.floor(size / NUMBER_BYTES);
    this.#words = new Int32Array(buffer, 0, longs * 2);
    this.#numbers = new Float64Array(buffer, 0, longs);
    this.#longs = new BigInt64Array(buffer, 0, longs);
    this.length = peek(this.#words, LIST.LENGTH);
    if (!isList(this.#words)) throw damaged(this.name);
  }

  /**
   * Makes a list.
   *
   * @param values What is in its slots.
   * @param options Its name, and how much room its slots have.
   * @returns The list. Rejects with each of the errors below.
   * @throws {InvalidOptionError} If a value is none of those that a slot may hold, or an option is out of bounds.
   * @throws {RegionExistsError} If there is a region of that name.
   * @throws {RegionNoRoomError} If the system has not so much memory.
   * @throws {NamedMemoryUnavailableError} Without `--allow-ffi`, and on Windows.
   */
  static create<const T extends readonly Slot[]>(
    values: T,
    options: SharedListOptions = {},
  ): Promise<SharedList<{ -readonly [I in keyof T]: SlotOf<T[I]> }>> {
    return makeList(values, options, SharedMemory.create) as Promise<
      SharedList<{ -readonly [I in keyof T]: SlotOf<T[I]> }>
    >;
  }

  /**
   * Opens a list.
   *
   * @typeParam T The types of the slots, which are not checked.
   * @param name The name of its region.
   * @returns A handle of its own. Rejects with each of the errors below.
   * @throws {RegionNotFoundError} If there is no region of that name.
   * @throws {LayoutMismatchError} If no list is in it.
   * @throws {InvalidOptionError} If no region may be called so.
   * @throws {NamedMemoryUnavailableError} Without `--allow-ffi`, and on Windows.
   */
  static async open<T extends readonly Slot[]>(
    name: string,
  ): Promise<SharedList<T>> {
    const region = await SharedMemory.open(name, { layout: LAYOUT });
    try {
      return listOf(region) as unknown as SharedList<T>;
    } catch (error) {
      region.close();
      throw error;
    }
  }

  /** The name of its region, for {@linkcode SharedList.open}. */
  get name(): string {
    return this.region.name;
  }

  /** What is in the slots now and the room each has, such as `text:8,f64:8,null:8`. */
  get layout(): string {
    const words = this.#open();
    return Array.from({ length: this.length }, (_, slot) => {
      const row = rowOf(slot);
      const type = TYPE_NAMES[load(words, row + ROW.TYPE)] ?? "?";
      return `${type}:${peek(words, row + ROW.ROOM)}`;
    }).join();
  }

  /**
   * What is in a slot.
   *
   * @param index Which, from 0 on; -1 is the last.
   * @throws {InvalidOptionError} If there is none.
   * @throws {RegionClosedError} If the region was closed.
   */
  get<I extends number>(
    index: I,
  ): number extends I ? T[number] : `${I}` extends `-${string}` ? T[number]
  : T[I] {
    // The types of the slots are the word of who made or opened the list.
    // deno-lint-ignore no-explicit-any
    return this.#read(this.#rowAt(index)) as any;
  }

  /**
   * Sets a slot. Any type does that has room there.
   *
   * @param index Which, from 0 on; -1 is the last.
   * @param value What is to be in it.
   * @throws {ViewRangeError} If there is no room for it, with the bytes needed and available. The slot stays as it is.
   * @throws {InvalidOptionError} If there is no such slot, or it cannot hold that.
   * @throws {RegionClosedError} If the region was closed.
   */
  set(index: number, value: Slot): void {
    const row = this.#rowAt(index);
    if (typeof value === "number") {
      this.#numbers[peek(this.#words, row + ROW.PLACE)] = value;
      store(this.#words, row + ROW.TYPE, TYPE.NUMBER);
    } else this.#write(row, index, value);
  }

  /**
   * The first slot that holds a value, or -1. Bytes are compared byte by byte, numbers so that `NaN` is found.
   *
   * @throws {RegionClosedError} If the region was closed.
   */
  indexOf(value: Slot): number {
    this.#open();
    for (let slot = 0; slot < this.length; slot++) {
      if (isSame(this.#read(rowOf(slot)), value)) return slot;
    }
    return -1;
  }

  /**
   * How many slots hold a value.
   *
   * @throws {RegionClosedError} If the region was closed.
   */
  count(value: Slot): number {
    let count = 0;
    for (const each of this) if (isSame(each, value)) count++;
    return count;
  }

  /** What is in the slots, in order, each read when it is its turn. */
  *[Symbol.iterator](): Iterator<T[number]> {
    for (let slot = 0; slot < this.length; slot++) {
      this.#open();
      yield this.#read(rowOf(slot)) as T[number];
    }
  }

  /** Closes its region, and unlinks that if this handle owns it. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.region[Symbol.asyncDispose]();
  }

  #open(): Int32Array {
    // Says so if it was closed.
    if (this.#words.length === 0) this.region.bytes;
    return this.#words;
  }

  #rowAt(index: number): number {
    this.#open();
    const slot = index < 0 ? index + this.length : index;
    if (Number.isInteger(slot) && slot >= 0 && slot < this.length) {
      return rowOf(slot);
    }
    throw new InvalidOptionError(
      `Cannot find the slot as "index" must be a whole number from ${-this
        .length} to ${this.length - 1}: current value is ${
        Deno.inspect(index, { depth: 1 })
      }`,
      { option: "index", value: index },
    );
  }

  #read(row: number): Slot {
    const words = this.#words;
    const place = peek(words, row + ROW.PLACE);
    switch (load(words, row + ROW.TYPE)) {
      case TYPE.NULL:
        return null;
      case TYPE.FALSE:
        return false;
      case TYPE.TRUE:
        return true;
      case TYPE.NUMBER:
        return this.#numbers[place]!;
      case TYPE.BIGINT:
        return this.#longs[place]!;
      case TYPE.TEXT: {
        const start = place * NUMBER_BYTES;
        return utf8Of(this.#bytes, start, start + this.#bytesIn(row));
      }
      case TYPE.BYTES: {
        const start = place * NUMBER_BYTES;
        return this.#bytes.slice(start, start + this.#bytesIn(row));
      }
      default:
        throw damaged(this.name);
    }
  }

  /** Never more than there is room for, whatever another process wrote there. */
  #bytesIn(row: number): number {
    const bytes = load(this.#words, row + ROW.BYTES) >>> 0;
    return Math.min(bytes, peek(this.#words, row + ROW.ROOM));
  }

  #write(row: number, index: number, value: Exclude<Slot, number>): void {
    const words = this.#words;
    const place = peek(words, row + ROW.PLACE);
    const room = peek(words, row + ROW.ROOM);
    if (typeof value === "string" && value.length * 3 <= room) {
      // Whatever its letters are, it fits: no copy of it is made.
      const start = place * NUMBER_BYTES;
      const to = this.#bytes.subarray(start, start + room);
      store(words, row + ROW.BYTES, encoder.encodeInto(value, to).written);
      store(words, row + ROW.TYPE, TYPE.TEXT);
      return;
    }
    const bytes = bytesOf(value);
    if (bytes !== undefined) {
      if (bytes.length > room) {
        throw new ViewRangeError(
          `Cannot set slot ${index} as there is no room for that: ${bytes.length} bytes are needed, ${room} are available; reserve more when the list is made`,
          { needed: bytes.length, available: room },
        );
      }
      this.#bytes.set(bytes, place * NUMBER_BYTES);
      store(words, row + ROW.BYTES, bytes.length);
    } else if (typeof value === "bigint") {
      this.#longs[place] = value;
    }
    store(words, row + ROW.TYPE, typeOf(value));
  }
}

/** How its region is made: as {@linkcode SharedMemory.create} does. */
type MakeRegion = (
  options: { size: number; name?: string; keep?: boolean },
) => Promise<SharedMemory>;

/**
 * Makes a list in a region that `make` makes.
 *
 * @throws {InvalidOptionError} If a value is none of those that a slot may hold, or an option is out of bounds.
 */
export async function makeList(
  values: readonly Slot[],
  options: SharedListOptions,
  make: MakeRegion,
): Promise<SharedList<readonly Slot[]>> {
  checkOptionNames("Cannot make a list", options, NAMES);
  const { reserve = NUMBER_BYTES, ...rest } = options;
  checkWhole("reserve", reserve, NUMBER_BYTES, MAX_RESERVE);
  if (!Array.isArray(values)) {
    throw new InvalidOptionError(
      `Cannot make a list as "values" must be an array: current value is ${
        Deno.inspect(values, { depth: 1 })
      }`,
      { option: "values", value: values },
    );
  }
  // Not by values.map(), which passes over holes.
  const rooms = Array.from(values, (value) => roomFor(value, reserve));
  const region = await make({ size: bytesFor(rooms), ...rest });
  try {
    layList(region.view(Int32Array), rooms);
    const list = listOf(region);
    values.forEach((value, slot) => list.set(slot, value));
    // Last: who opens it by its name finds it whole.
    region.claimLayout(LAYOUT);
    return list;
  } catch (error) {
    await region[Symbol.asyncDispose]();
    throw error;
  }
}

/** The list of each region that this thread has. */
const lists: WeakMap<SharedMemory, SharedList<readonly Slot[]>> = new WeakMap();

function listOf(region: SharedMemory): SharedList<readonly Slot[]> {
  let list = lists.get(region);
  if (list === undefined) lists.set(region, list = listIn(region));
  return list;
}

Object.defineProperty(SharedList.prototype, portable, {
  configurable: true,
  writable: true,
  enumerable: false,
  value(this: SharedList<readonly Slot[]>): PortableData {
    return { kind: "SharedList", data: this.region };
  },
});
definePortable("SharedList", (data) => {
  if (data instanceof SharedMemory && data.layout === LAYOUT) {
    return listOf(data);
  }
  throw damaged(String(data));
});
