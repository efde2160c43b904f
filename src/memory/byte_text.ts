/**
 * Text out of bytes, by functions of Node's `Buffer`: they take any `Uint8Array`, over shared memory too, and cost a
 * tenth of a `TextDecoder`.
 *
 * @module
 */

type Slice = (this: Uint8Array, start: number, end: number) => string;

let slices: { latin1Slice: Slice; utf8Slice: Slice } | undefined;

/** Short texts that are made without it at first, and how long they are: a start, and who does little, does not wait for it. */
let without = 64;
const SHORT = 512;

/** Has it at hand. Not before it is needed: what Node's part of the platform wants is 6 to 9 ms of each thread. */
export function loadText(): NonNullable<typeof slices> {
  const { Buffer } = globalThis as unknown as {
    Buffer: { prototype: NonNullable<typeof slices> };
  };
  return slices = Buffer.prototype;
}

/** The text of one byte each between `start` and `end`. */
export function latin1Of(
  bytes: Uint8Array,
  start: number,
  end: number,
): string {
  if (slices === undefined && end - start <= SHORT && without-- > 0) {
    const units = bytes.subarray(start, end) as unknown as number[];
    return String.fromCharCode.apply(null, units);
  }
  return (slices ?? loadText()).latin1Slice.call(bytes, start, end);
}

/** The UTF-8 text between `start` and `end`. */
export function utf8Of(bytes: Uint8Array, start: number, end: number): string {
  return (slices ?? loadText()).utf8Slice.call(bytes, start, end);
}
