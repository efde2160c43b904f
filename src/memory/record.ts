import { InvalidOptionError } from "../errors.ts";
import type { Kind, NumberOf, Views } from "./kind.ts";
import { assign, plain, recordClass } from "./record_accessors.ts";
import type { RawRecord } from "./record_numbers.ts";
import { type FieldPlace, type FieldTable, layOut } from "./record_fields.ts";

/** What a field may be: a number, a struct in it, a fixed array of either, or a text of at most so many bytes. */
export type FieldSpec =
  | Kind
  | Fields
  | RecordLayout<Fields>
  | readonly [Kind | Fields | RecordLayout<Fields>, number]
  | readonly ["text", number];

/** The fields of a struct by their names, in the order of memory. */
export interface Fields {
  /** A field. */
  readonly [name: string]: FieldSpec;
}

/** What is read from a field: arrays of numbers are genuine typed arrays over the memory itself. */
export type FieldValue<S> = S extends Kind ? NumberOf<S>
  : S extends readonly ["text", number] ? string
  : S extends readonly [infer K extends Kind, number] ? Views[K]
  : S extends readonly [infer E, number] ? readonly FieldValue<E>[]
  : S extends { readonly layoutOf: infer F } ? Rec<F>
  : Rec<S>;

/** A struct in memory: each field is read and written where it lies. */
export type Rec<F> = { -readonly [N in keyof F]: FieldValue<F[N]> };

/** What may be stored in a field. */
export type FieldInit<S> = S extends readonly ["text", number] ? string
  : S extends Kind ? NumberOf<S>
  : S extends readonly [infer E, number] ? ArrayLike<FieldInit<E>>
  : S extends { readonly layoutOf: infer F } ? RecInit<F>
  : RecInit<S>;

/** A struct as a plain object; arrays may be of any kind, and shorter than their field. */
export type RecInit<F> = { readonly [N in keyof F]: FieldInit<F[N]> };

/**
 * How a struct lies in memory, by the rules of C.
 *
 * - **Aligned:** a field lies on a multiple of the size of its numbers; the struct is padded to a multiple of the largest.
 * - **Generated once:** the accessors of a layout are made when it is first used, and cost about a typed array's access.
 * - **Known by its fingerprint,** `"x:f64,tags:u8[4],name:text[20]"`: two layouts with the same one are the same.
 *
 * @example Where fields lie
 * ```ts
 * import { RecordLayout } from "@troupe/actors/memory";
 * import { assertEquals } from "@std/assert";
 *
 * const layout = new RecordLayout({ flag: "u8", size: "f64", id: "u16" });
 * assertEquals(layout.offsetOf("size"), 8);
 * assertEquals(layout.byteLength, 24);
 * assertEquals(layout.fingerprint, "flag:u8,size:f64,id:u16");
 * ```
 */
export class RecordLayout<F> {
  /** The fields, for the compiler alone: it is never there. */
  declare readonly layoutOf: F;
  readonly #table: FieldTable;
  /** Makes a record of this layout of its views and its first byte; nothing is checked. */
  readonly Record: new (views: Views, at: number) => Rec<F>;
  readonly #places: ReadonlyMap<string, FieldPlace>;

  /**
   * Lays out fields.
   *
   * @param fields Names and types; or what another layout, or {@linkcode parseFingerprint}, made of them.
   * @throws {InvalidOptionError} If a name is no identifier, or a field is of no such type.
   */
  constructor(fields: F | FieldTable) {
    this.#table = layOut(fields);
    this.Record = recordClass(this.#table) as unknown as new () => Rec<F>;
    this.#places = new Map(this.#table.fields.map((one) => [one.name, one]));
  }

  /** Bytes of a struct, with what pads it: the distance of two in an array. */
  get byteLength(): number {
    return this.#table.byteLength;
  }

  /** A struct lies on a multiple of so many bytes. */
  get alignment(): number {
    return this.#table.alignment;
  }

  /** The layout as a text. */
  get fingerprint(): string {
    return this.#table.fingerprint;
  }

  /** The fields, in the order of memory. */
  get fields(): readonly FieldPlace[] {
    return this.#table.fields;
  }

  /**
   * First byte of a field, counted from that of the struct.
   *
   * @throws {InvalidOptionError} If there is no such field.
   */
  offsetOf(field: keyof F & string): number {
    const place = this.#places.get(field);
    if (place !== undefined) return place.offset;
    throw new InvalidOptionError(
      `Cannot tell the offset of a field that is not there: current value is "${field}", the fields are ${
        [...this.#places.keys()].join(", ")
      }`,
      { option: "field", value: field },
    );
  }

  /**
   * The struct that lies at a byte of a memory; nothing is checked.
   *
   * @param views What `viewsOf()` gives for the memory.
   * @param at Its first byte, a multiple of {@link alignment}.
   */
  at(views: Views, at: number): Rec<F> {
    return new this.Record(views, at);
  }

  /**
   * Writes a whole struct; all of it or, if a field does not fit, nothing.
   *
   * @throws {InvalidOptionError} If a field is missing or of another type.
   * @throws {ViewRangeError} If a text or an array is too long.
   */
  write(views: Views, at: number, values: RecInit<F>): void {
    assign(rawOf(new this.Record(views, at)), values);
  }

  /** A plain copy of a struct: what changes later is not in it. */
  read(views: Views, at: number): Rec<F> {
    return this.copy(new this.Record(views, at));
  }

  /** A plain copy of a record of this layout. */
  copy(record: Rec<F>): Rec<F> {
    return plain(rawOf(record)) as Rec<F>;
  }
}

/** A record as its accessors see it. */
function rawOf(record: unknown): RawRecord {
  return record as RawRecord;
}
