/**
 * The kinds of numbers that shared memory holds.
 *
 * @module
 */

/** A kind of number: signed and unsigned integers of 8 to 64 bits, floats of 32 and 64. */
export type Kind =
  | "i8"
  | "u8"
  | "i16"
  | "u16"
  | "i32"
  | "u32"
  | "i64"
  | "u64"
  | "f32"
  | "f64";

/** What a number of a kind is in JavaScript: a `bigint` for 64-bit integers, else a `number`. */
export type NumberOf<K> = K extends "i64" | "u64" ? bigint : number;

/** The typed array of each kind. */
export interface Views {
  /** Of `"i8"`. */
  readonly i8: Int8Array;
  /** Of `"u8"`. */
  readonly u8: Uint8Array;
  /** Of `"i16"`. */
  readonly i16: Int16Array;
  /** Of `"u16"`. */
  readonly u16: Uint16Array;
  /** Of `"i32"`. */
  readonly i32: Int32Array;
  /** Of `"u32"`. */
  readonly u32: Uint32Array;
  /** Of `"i64"`. */
  readonly i64: BigInt64Array;
  /** Of `"u64"`. */
  readonly u64: BigUint64Array;
  /** Of `"f32"`. */
  readonly f32: Float32Array;
  /** Of `"f64"`. */
  readonly f64: Float64Array;
}

/** Makes a typed array over memory. */
export interface ViewClass<V> {
  /** Makes the view; offset in bytes, length in elements. */
  new (memory: ArrayBufferLike, byteOffset?: number, length?: number): V;
  /** Bytes of an element. */
  readonly BYTES_PER_ELEMENT: number;
  /** As it is printed. */
  readonly name: string;
}

/** The class of the typed array of each kind. */
export const VIEW_OF: { readonly [K in Kind]: ViewClass<Views[K]> } = {
  i8: Int8Array,
  u8: Uint8Array,
  i16: Int16Array,
  u16: Uint16Array,
  i32: Int32Array,
  u32: Uint32Array,
  i64: BigInt64Array,
  u64: BigUint64Array,
  f32: Float32Array,
  f64: Float64Array,
};

/** Every kind, in the order by which shared memory numbers them. */
export const KINDS: readonly Kind[] = Object.keys(VIEW_OF) as Kind[];

/** Whether a value is a {@linkcode Kind}. */
export function isKind(value: unknown): value is Kind {
  return typeof value === "string" && Object.hasOwn(VIEW_OF, value);
}
