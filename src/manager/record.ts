/**
 * How writes are kept, one behind the other: each is its length in 4 bytes and an encoded `Effect[]`.
 *
 * @module
 */
import { decode, type Encoded } from "../memory/codec.ts";
import type { Effect } from "./effect.ts";

/** The bytes of a length. */
const HEAD_BYTES = 4;

/** How many bytes a record has. */
export function recordBytes({ length }: Encoded): number {
  return HEAD_BYTES + length;
}

/** Puts a record at `at`, where there is room for it. */
export function putRecord(
  into: Uint8Array,
  at: number,
  { bytes, length }: Encoded,
): void {
  const view = new DataView(into.buffer, into.byteOffset);
  view.setUint32(at, length);
  into.set(bytes.subarray(0, length), at + HEAD_BYTES);
}

/** The effects of all records from `start` to `end`, in order. */
export function* effectsIn(
  bytes: Uint8Array,
  start: number,
  end: number,
): IterableIterator<Effect> {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  for (let at = start; at < end;) {
    const from = at + HEAD_BYTES;
    at = from + view.getUint32(at);
    yield* decode(bytes, from, at) as Effect[];
  }
}
