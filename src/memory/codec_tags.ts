/**
 * The bytes of an encoded value, drawn.
 *
 * ```
 *   byte       name        followed by
 *   00 .. 7f   (integer)   nothing: the value itself
 *   80 .. a8   (string)    0 .. 40 bytes, one for each character (Latin-1)
 *   c0 .. c3   constants   nothing: undefined, null, false, true
 *   c4         I16         2 bytes, little endian
 *   c5         I32         4 bytes, little endian
 *   c6         F64         8 bytes, little endian
 *   c7         LATIN1      u32 count, bytes
 *   c8         UTF8        u32 count of bytes, bytes
 *   c9         UTF16       u32 count of units, 2 bytes each (lone surrogates)
 *   ca cb      BIG, NEG    u32 count of hexadecimal digits, digits
 *   cc         INTS        u32 count of bytes, 4 for each: an array of nothing but 32-bit integers
 *   cd         FLOATS      u32 count of bytes, 8 for each: an array of nothing but numbers
 *   d0         ARRAY       u32 length, that many values; HOLES may end it early
 *   d1         HOLES       (u32 index, value)*, 00, as index + 1 to tell the end
 *   d2         OBJECT      (key, value)*, ff
 *   d3         REF         u32: the n-th object of this message, counted from 0
 *   d4 d5      MAP, SET    values, END
 *   d6         DATE        8 bytes as F64
 *   d7         REGEXP      source and flags, two values
 *   d8         BUFFER      u32 count, bytes
 *   d9         WHOLE       view type, u32 count, bytes: a view of a whole buffer
 *   da         PART        view type, u32 count, bytes: a view of a part of one
 *   db         ON          view type, u32 offset, u32 length, the buffer
 *   dc         BOXED       a primitive
 *   dd         ERROR       a wire error, as OBJECT
 *   de         ATTACHED    u32: the n-th attachment
 *   df         PORTABLE    kind and data, two values
 *   e0 .. ef   (arguments) 0 .. 15 values; not counted as an object
 *   ff         END         nothing
 *
 *   u32        1 to 5 bytes, seven bits each, the lowest first (LEB128)
 *   key        00 .. 40    that many bytes, Latin-1
 *              fe          any other key, as a string value
 *              ff          no more keys
 * ```
 *
 * Every object that can be met twice is counted when its tag is read, before
 * what is inside it, so that a cycle can refer to an object still being read.
 * WHOLE counts two: the view, then its buffer.
 *
 * `{ a: 1, b: "x" }` is `d2 · 01 61 · 01 · 01 62 · 81 78 · ff`, nine bytes.
 * Changing a value changes the format between threads of one program only, but
 * processes of two versions must not be mixed.
 *
 * @module
 */

/** Tags after the integers and short strings; see the table above. */
export const TAG: {
  readonly STRING: 0x80;
  readonly UNDEFINED: 0xc0;
  readonly NULL: 0xc1;
  readonly FALSE: 0xc2;
  readonly TRUE: 0xc3;
  readonly I16: 0xc4;
  readonly I32: 0xc5;
  readonly F64: 0xc6;
  readonly LATIN1: 0xc7;
  readonly UTF8: 0xc8;
  readonly UTF16: 0xc9;
  readonly BIG: 0xca;
  readonly NEG: 0xcb;
  readonly INTS: 0xcc;
  readonly FLOATS: 0xcd;
  readonly ARRAY: 0xd0;
  readonly HOLES: 0xd1;
  readonly OBJECT: 0xd2;
  readonly REF: 0xd3;
  readonly MAP: 0xd4;
  readonly SET: 0xd5;
  readonly DATE: 0xd6;
  readonly REGEXP: 0xd7;
  readonly BUFFER: 0xd8;
  readonly WHOLE: 0xd9;
  readonly PART: 0xda;
  readonly ON: 0xdb;
  readonly BOXED: 0xdc;
  readonly ERROR: 0xdd;
  readonly ATTACHED: 0xde;
  readonly PORTABLE: 0xdf;
  readonly ARGUMENTS: 0xe0;
  readonly END: 0xff;
} = {
  STRING: 0x80,
  UNDEFINED: 0xc0,
  NULL: 0xc1,
  FALSE: 0xc2,
  TRUE: 0xc3,
  I16: 0xc4,
  I32: 0xc5,
  F64: 0xc6,
  LATIN1: 0xc7,
  UTF8: 0xc8,
  UTF16: 0xc9,
  BIG: 0xca,
  NEG: 0xcb,
  INTS: 0xcc,
  FLOATS: 0xcd,
  ARRAY: 0xd0,
  HOLES: 0xd1,
  OBJECT: 0xd2,
  REF: 0xd3,
  MAP: 0xd4,
  SET: 0xd5,
  DATE: 0xd6,
  REGEXP: 0xd7,
  BUFFER: 0xd8,
  WHOLE: 0xd9,
  PART: 0xda,
  ON: 0xdb,
  BOXED: 0xdc,
  ERROR: 0xdd,
  ATTACHED: 0xde,
  PORTABLE: 0xdf,
  ARGUMENTS: 0xe0,
  END: 0xff,
};

/** Longest string that is written with a one-byte header. */
export const SHORT_STRING = 40;
/** Longest key written with a one-byte header; also the longest a decoder remembers. */
export const SHORT_KEY = 64;
/** Deepest nesting either side accepts; keeps both clear of a stack overflow. */
export const MAX_DEPTH = 1_000;

/** View types by their byte on the wire. */
export const VIEWS: readonly {
  readonly name: string;
  readonly size: number;
  readonly make: (
    buffer: ArrayBufferLike,
    offset: number,
    length: number,
  ) => ArrayBufferView;
}[] = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  Float16Array,
].map((View) => ({
  name: View.name,
  size: View.BYTES_PER_ELEMENT,
  make: (buffer: ArrayBufferLike, offset: number, length: number) =>
    new View(buffer as ArrayBuffer, offset, length),
})).concat([{
  name: "DataView",
  size: 1,
  make: (buffer, offset, length) =>
    new DataView(buffer, offset, length) as never,
}]);
