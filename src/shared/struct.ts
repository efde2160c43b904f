import { InvalidOptionError } from "../errors.ts";
import {
  definePortable,
  portable,
  type PortableData,
} from "../memory/portable.ts";
import { type Fields, type RecInit, RecordLayout } from "../memory/record.ts";
import { parseFingerprint } from "../memory/record_fields.ts";
import type { Mutex } from "../sync/mutex.ts";
import { checkGuard, type GuardOptions } from "./guard.ts";
import {
  layStructArray,
  makeStructArray,
  openStructArray,
  type StructArray,
} from "./struct_array.ts";
import { checkLayout } from "./struct_block.ts";

/** Memory that knows which structs are in it: a named region does. */
export interface StructRegion {
  /** Its bytes. */
  readonly bytes: Uint8Array;
  /**
   * Notes the layout of what is in it, if that is not known yet.
   *
   * @throws {LayoutMismatchError} If there are structs of another layout.
   */
  claimLayout?(fingerprint: string): void;
}

/**
 * A struct: how it lies in memory, and arrays of it. Made by {@linkcode struct}.
 *
 * Travels in any message, as a declaration of the same fields.
 */
export class Struct<F> extends RecordLayout<F> {
  /**
   * Makes an array over memory of its own.
   *
   * @param initial How many structs, all zeros, or their values.
   * @param options Which lock it has: one of its own by default.
   * @throws {InvalidOptionError} If a value lacks a field or has one of another type.
   * @throws {ViewRangeError} If a text or an array is too long for its field.
   */
  array<L extends Mutex | false = Mutex>(
    initial: number | readonly RecInit<F>[],
    options: GuardOptions<L> = {},
  ): StructArray<F, L> {
    checkGuard("make an array of structs", options);
    // What is no array either is refused with its value, as a number of structs.
    const isLength = !Array.isArray(initial);
    const length = isLength ? initial as number : initial.length;
    const array = makeStructArray(this, length, options.lock);
    if (!isLength) initial.forEach((values, i) => array.set(i, values));
    return array;
  }

  /**
   * Lays an array over a part of a memory that is there already; what is in it stays. Over an `ArrayBuffer`, which threads
   * do not share, it arrives in a message as a copy.
   *
   * @param region The memory.
   * @param byteOffset First byte of the first struct; 0 by default.
   * @param length How many structs; as many as fit by default.
   * @param options Which lock it has: none by default.
   * @throws {ViewRangeError} If they do not fit; the error has the bytes needed and available.
   * @throws {InvalidOptionError} If they would not be aligned.
   * @throws {LayoutMismatchError} If the region knows of structs of another layout.
   */
  on<L extends Mutex | false = false>(
    region: ArrayBufferLike | ArrayBufferView | StructRegion,
    byteOffset: number = 0,
    length?: number,
    options: GuardOptions<L> = {},
  ): StructArray<F, L> {
    checkGuard("lay structs there", options);
    const hasBytes = typeof region === "object" && region !== null &&
      "bytes" in region;
    const memory = hasBytes ? region.bytes : region;
    const lock = options.lock ?? false as L;
    const array = layStructArray(this, memory, byteOffset, length, lock);
    // Last: a layout that does not fit is not noted.
    if (hasBytes) region.claimLayout?.(this.fingerprint);
    return array;
  }

  /**
   * The array whose memory this is: that of {@linkcode StructArray.rows} of one that {@link array} made. An array that this
   * thread does not know yet has no lock then: send the array itself, and it has.
   *
   * @throws {LayoutMismatchError} If the structs in it are of another layout, or there are none.
   * @throws {InvalidOptionError} If it is no shared memory.
   */
  open(memory: SharedArrayBuffer): StructArray<F, Mutex | false> {
    if (!(memory instanceof SharedArrayBuffer)) {
      throw new InvalidOptionError(
        `Cannot open the memory as it must be a SharedArrayBuffer: current value is ${
          Deno.inspect(memory, { depth: 1 })
        }`,
        { option: "memory", value: memory },
      );
    }
    checkLayout(this, memory);
    return openStructArray(this, memory);
  }
}

/**
 * Declares a struct: numbers, structs in it, fixed arrays of either and texts of bounded length.
 *
 * | field                  | holds                                   | in memory                                |
 * |------------------------|-----------------------------------------|------------------------------------------|
 * | `"f64"`, `"u8"`, …     | a number, a `bigint` if `"i64"` or `"u64"` | as in C                               |
 * | `["f32", 3]`           | a genuine `Float32Array` over the memory | side by side                            |
 * | `["text", 20]`         | a text of at most 20 bytes in UTF-8     | its length in 4 bytes, then the bytes    |
 * | `{ x: "f64" }`, `Point` | a struct                               | in place                                 |
 * | `[Point, 3]`           | three structs                           | side by side                             |
 *
 * @param fields Names and types, in the order of memory.
 * @throws {InvalidOptionError} If a name is no identifier, or a field is nothing of that.
 *
 * @example A struct with everything
 * ```ts
 * import { struct } from "@troupe/actors/shared";
 * import { assertEquals } from "@std/assert";
 *
 * const Point = struct({ x: "f32", y: "f32" });
 * const Ship = struct({ id: "u16", name: ["text", 12], at: Point, cargo: ["i64", 2] });
 * const ships = Ship.array(3);
 * const ship = ships.at(2);
 * ship.name = "Fram 🚢";
 * ship.at.x = 1.5;
 * ship.cargo[1] = 7n;
 * assertEquals(ships.toObject(2), {
 *   id: 0,
 *   name: "Fram 🚢",
 *   at: { x: 1.5, y: 0 },
 *   cargo: BigInt64Array.of(0n, 7n),
 * });
 * assertEquals([Ship.offsetOf("at"), Ship.byteLength], [20, 48]);
 * ```
 */
export function struct<const F extends Fields>(fields: F): Struct<F> {
  return remembered(new Struct(fields));
}

/** The struct that a fingerprint came to on this thread: a declaration that comes back is the one that was sent. */
const known: Map<string, WeakRef<Struct<unknown>>> = new Map();

function remembered<F>(made: Struct<F>): Struct<F> {
  const { fingerprint } = made;
  if (known.get(fingerprint)?.deref() === undefined) {
    known.set(fingerprint, new WeakRef(made as Struct<unknown>));
  }
  return made;
}

Object.defineProperty(Struct.prototype, portable, {
  value(this: Struct<unknown>): PortableData {
    return { kind: "Struct", data: this.fingerprint };
  },
});
definePortable("Struct", (data) => {
  const fingerprint = String(data);
  return known.get(fingerprint)?.deref() ??
    remembered(new Struct(parseFingerprint(fingerprint)));
});
