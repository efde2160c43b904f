import { InvalidOptionError } from "../errors.ts";
import { peek, poke } from "../memory/cells.ts";
import type { Views } from "../memory/kind.ts";
import { definePortable, portable } from "../memory/portable.ts";
import type { Held } from "../sync/held.ts";
import type { Mutex } from "../sync/mutex.ts";
import type { Wait } from "../sync/wait.ts";
import { type Rec, type RecInit, RecordLayout } from "../memory/record.ts";
import {
  AT as AT_KEY,
  type RawRecord,
  VIEWS as VIEWS_KEY,
} from "../memory/record_numbers.ts";
import { viewsOf } from "../memory/record_accessors.ts";
import { parseFingerprint } from "../memory/record_fields.ts";
import { checkWhole, partOf } from "../memory/view_on.ts";
import { ViewRangeError } from "../memory/view_range_error.ts";
import { guardOf, takeGuard } from "./guard.ts";
import { Handles } from "./handles.ts";
import { fieldsIn, makeBlock, ROWS_ALIGNMENT } from "./struct_block.ts";

/**
 * The memory of an array of its own: see struct_block.ts, and
 *
 *   byte  word  field   written by     meaning
 *     16     4  LENGTH  creator, once  how many structs
 *     64    16  ROWS    everybody      the structs, plain: who shares them takes turns
 */
const ARRAY = { LENGTH: 4, ROWS_BYTES: ROWS_ALIGNMENT };
const TAG = 0x53_41_01_00;

// Of this file: the engine takes an import for a variable, and compares the key each time.
const AT: typeof AT_KEY = AT_KEY;
const VIEWS: typeof VIEWS_KEY = VIEWS_KEY;

/** Where the structs of an array lie. */
export interface Rows {
  /** The memory. */
  readonly memory: ArrayBufferLike;
  /** The first byte of the first struct. */
  readonly byteOffset: number;
  /** How many structs. */
  readonly length: number;
}

/** Set by the class below. */
let handles: Handles<StructArray<unknown, Mutex | false>>;

/**
 * Structs side by side in memory that all threads share: Python's `Array(Point, [...])`.
 *
 * - **In place:** `points.at(i).x = 1` writes the memory itself. A record is a view: it shows what is there when it is read,
 *   and `toObject(i)` is a copy.
 * - **Not atomic:** two threads that write the same struct need a lock, or numbers that only one of them writes.
 * - **Travels** inside any message, as do its records; the receiver needs no declaration of the struct.
 *
 * Made by {@linkcode Struct.array} and {@linkcode Struct.on}.
 *
 * @example Points that another thread may move
 * ```ts
 * import { struct } from "@troupe/actors/shared";
 * import { assertEquals } from "@std/assert";
 *
 * const Point = struct({ x: "f64", y: "f64" });
 * const points = Point.array([{ x: 1, y: 2 }, { x: 3, y: 4 }]);
 * for (const point of points) point.x *= 10;
 * assertEquals(points.toObjects(), [{ x: 10, y: 2 }, { x: 30, y: 4 }]);
 * ```
 */
export class StructArray<F, L extends Mutex | false = Mutex>
  implements Iterable<Rec<F>> {
  /** How many structs. */
  readonly length: number;
  /** How each lies in memory. */
  readonly layout: RecordLayout<F>;
  /** Its lock. */
  readonly mutex: L;
  readonly #Record: new (views: Views, at: number) => Rec<F>;
  readonly #views: Views;
  readonly #from: number;
  readonly #size: number;

  /**
   * An array of structs that lie in a memory already.
   *
   * @param layout How they lie.
   * @param rows Where.
   * @param lock Its lock, or `false` for none.
   * @throws {ViewRangeError} If they do not fit.
   * @throws {InvalidOptionError} If they are not aligned.
   */
  constructor(layout: RecordLayout<F>, rows: Rows, lock: L) {
    const { memory, byteOffset, length } = rows;
    checkRows(layout, rows);
    this.mutex = guardOf(lock);
    this.layout = layout;
    this.length = length;
    this.#Record = layout.Record;
    this.#views = viewsOf(memory);
    this.#from = byteOffset;
    this.#size = layout.byteLength;
  }

  /** The memory, and where in it the structs lie. */
  get rows(): Rows {
    return {
      memory: this.#views.u8.buffer,
      byteOffset: this.#from,
      length: this.length,
    };
  }

  /** Bytes of all structs. */
  get byteLength(): number {
    return this.length * this.#size;
  }

  /**
   * The struct at a place, to be read and written where it lies.
   *
   * A record is an object of its own, which costs some 10 ns, ten times as much as an access: in a long loop keep them, or
   * {@link move} one.
   *
   * @throws {InvalidOptionError} If there is none.
   */
  at(index: number): Rec<F> {
    if (!(index >>> 0 === index && index < this.length)) this.#miss(index);
    const at = this.#from + index * this.#size;
    // Not by way of the layout: one call less is half of the time.
    return new this.#Record(this.#views, at);
  }

  /**
   * Moves a record of this array to another place, which costs less than a new one in a long loop.
   *
   * @returns The record.
   * @throws {InvalidOptionError} If there is no such place, or the record is none of this array.
   */
  move(record: Rec<F>, index: number): Rec<F> {
    if (!(index >>> 0 === index && index < this.length)) this.#miss(index);
    const raw = record as unknown as RawRecord;
    if (raw[VIEWS] !== this.#views) this.#stranger(record);
    raw[AT] = this.#from + index * this.#size;
    return record;
  }

  /**
   * A plain copy of a struct: what changes later is not in it.
   *
   * @throws {InvalidOptionError} If there is none.
   */
  toObject(index: number): Rec<F> {
    return this.layout.copy(this.at(index));
  }

  /** Plain copies of all structs. */
  toObjects(): Rec<F>[] {
    return Array.from(this, (record) => this.layout.copy(record));
  }

  /**
   * Writes a whole struct.
   *
   * @throws {InvalidOptionError} If there is none, or a field is missing or of another type.
   * @throws {ViewRangeError} If a text or an array is too long. Nothing is written then.
   */
  set(index: number, values: RecInit<F>): void {
    if (!(index >>> 0 === index && index < this.length)) this.#miss(index);
    this.layout.write(
      this.#views,
      this.#from + index * this.#size,
      values,
    );
  }

  /**
   * Takes the lock: it excludes those who take it too, and nobody else.
   *
   * @throws As {@linkcode Mutex.lock} does. An array without a lock does not compile.
   */
  lock(this: StructArray<F, Mutex>, options?: Wait): Promise<Held> {
    return takeGuard(this.mutex, options);
  }

  /** The structs, in order. */
  *[Symbol.iterator](): IterableIterator<Rec<F>> {
    for (let i = 0; i < this.length; i++) yield this.at(i);
  }

  static {
    handles = new Handles<StructArray<unknown, Mutex | false>>(this.prototype, {
      name: "StructArray",
      tag: TAG,
      parts: (array) => ({
        memory: array.rows.memory as SharedArrayBuffer,
        rest: array.mutex,
      }),
      revive: ({ memory, rest }) => {
        const layout = new RecordLayout<unknown>(fieldsIn(memory));
        return arrayIn(layout, memory, rest as Mutex | false);
      },
      show: (array) =>
        `StructArray(${array.length}) ${Deno.inspect(array.toObjects())}`,
    });
  }

  #stranger(record: unknown): never {
    throw new InvalidOptionError(
      `Cannot move a record that at() of this array has not given: current value is ${
        Deno.inspect(record)
      }`,
      { option: "record", value: record },
    );
  }

  #miss(index: number): never {
    throw new InvalidOptionError(
      `Cannot find a struct at that place as "index" must be a whole number below ${this.length}: current value is ${
        Deno.inspect(index, { depth: 1 })
      }`,
      { option: "index", value: index },
    );
  }
}

/** How many structs may be in an array. */
const MAX_LENGTH = 2 ** 31;

/** Makes an array over memory of its own. */
export function makeStructArray<F, L extends Mutex | false>(
  layout: RecordLayout<F>,
  length: number,
  lock: L | undefined,
): StructArray<F, L> {
  const guard = guardOf(lock);
  checkWhole("length", length, 0, MAX_LENGTH);
  const memory = makeBlock(
    layout,
    ARRAY.ROWS_BYTES + length * layout.byteLength,
  );
  const words = new Int32Array(memory, 0, 16);
  poke(words, ARRAY.LENGTH, length);
  handles.begin(words);
  return arrayIn(layout, memory, guard);
}

/** The array that {@linkcode makeStructArray} made of a memory, of which this isolate has no handle yet. */
function arrayIn<F, L extends Mutex | false>(
  layout: RecordLayout<F>,
  memory: SharedArrayBuffer,
  lock: L,
): StructArray<F, L> {
  const words = new Int32Array(memory, 0, 16);
  const array = new StructArray(layout, {
    memory,
    byteOffset: ARRAY.ROWS_BYTES,
    length: peek(words, ARRAY.LENGTH),
  }, lock);
  handles.note(words, array as StructArray<unknown, Mutex | false>);
  return array;
}

/** The array of a memory that {@linkcode makeStructArray} made; the layout has been checked. */
export function openStructArray<F>(
  layout: RecordLayout<F>,
  memory: SharedArrayBuffer,
): StructArray<F, Mutex | false> {
  const known = handles.find(memory) as StructArray<F, Mutex | false>;
  return known ?? arrayIn(layout, memory, false);
}

/** An array over a part of a memory that is somebody else's. */
export function layStructArray<F, L extends Mutex | false>(
  layout: RecordLayout<F>,
  region: ArrayBufferLike | ArrayBufferView,
  byteOffset: number,
  length: number | undefined,
  lock: L,
): StructArray<F, L> {
  const part = partOf(region);
  checkWhole("byteOffset", byteOffset);
  const available = part.byteLength - byteOffset;
  const size = layout.byteLength;
  const count = length ?? Math.max(Math.floor(available / size), 0);
  checkWhole("length", count);
  checkFit(layout, count, Math.max(available, 0));
  const array = new StructArray(layout, {
    memory: part.buffer,
    byteOffset: part.byteOffset + byteOffset,
    length: count,
  }, lock);
  // It has no head, so it travels by its place.
  Object.defineProperty(array, portable, {
    value: () => ({
      kind: "StructRows",
      data: { ...array.rows, fingerprint: layout.fingerprint, lock },
    }),
  });
  return array;
}

definePortable("StructRows", (data) => {
  const { memory, byteOffset, length, fingerprint, lock } = data as Rows & {
    readonly fingerprint: string;
    readonly lock: Mutex | false;
  };
  const layout = new RecordLayout(parseFingerprint(String(fingerprint)));
  return layStructArray(layout, memory, byteOffset, length, lock);
});

function checkRows(layout: RecordLayout<unknown>, rows: Rows): void {
  const { memory, byteOffset, length } = rows;
  checkFit(layout, length, Math.max(memory.byteLength - byteOffset, 0));
  if (byteOffset % layout.alignment === 0) return;
  throw new InvalidOptionError(
    `Cannot lay structs there as "byteOffset" must be a multiple of ${layout.alignment}: current value is ${byteOffset}`,
    { option: "byteOffset", value: byteOffset },
  );
}

function checkFit(
  layout: RecordLayout<unknown>,
  length: number,
  available: number,
): void {
  const needed = length * layout.byteLength;
  if (needed <= available) return;
  throw new ViewRangeError(
    `Cannot lay ${length} structs there as they do not fit: ${needed} bytes are needed, ${available} are available`,
    { needed, available },
  );
}
