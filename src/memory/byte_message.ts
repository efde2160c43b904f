import { TAG, VIEWS } from "./codec_tags.ts";

const UINT8 = VIEWS.findIndex(({ name }) => name === "Uint8Array");

/**
 * Where the bytes of an encoded `Uint8Array` lie.
 *
 * @param bytes What `encode()` made, somewhere in it.
 * @param start Its first byte.
 * @param end Behind its last.
 * @returns The first of them; they go on to `end`. -1: it is another value, or its bytes travel elsewhere.
 */
export function byteMessageStart(
  bytes: Uint8Array,
  start: number,
  end: number,
): number {
  const tag = bytes[start];
  if (tag !== TAG.WHOLE && tag !== TAG.PART) return -1;
  if (bytes[start + 1] !== UINT8) return -1;
  let at = start + 2;
  while (at < end && bytes[at]! >= 0x80) at++;
  return at + 1;
}

/**
 * What comes before `length` bytes for the two to be an encoded `Uint8Array` of its own memory.
 *
 * @param length How many, less than 2^31.
 */
export function byteMessageHead(length: number): Uint8Array {
  const head = [TAG.WHOLE, UINT8];
  let left = length;
  while (left >= 0x80) {
    head.push((left & 0x7f) | 0x80);
    left >>>= 7;
  }
  head.push(left);
  return Uint8Array.from(head);
}
