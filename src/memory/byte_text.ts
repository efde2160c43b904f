/**
 * Text out of bytes, by functions of Node's `Buffer`: they take any `Uint8Array`, over shared memory too, and cost a
 * tenth of a `TextDecoder`.
 *
 * @module
 */

type Slice = (this: Uint8Array, start: number, end: number) => string;

let slices: { latin1Slice: Slice; utf8Slice: Slice } | undefined;

/** Not before they are needed: what Node's part of the platform wants is 6 ms of each thread that starts. */
function load(): NonNullable<typeof slices> {
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
  return (slices ?? load()).latin1Slice.call(bytes, start, end);
}

/** The UTF-8 text between `start` and `end`. */
export function utf8Of(bytes: Uint8Array, start: number, end: number): string {
  return (slices ?? load()).utf8Slice.call(bytes, start, end);
}
