/**
 * A ring of bytes between two workers, with no codec: the least that a tell can cost.
 *
 * @module
 */
import { itemOf, type Total } from "./raw_order.ts";

/**
 * Header in words, one writer each, then {@linkcode CAPACITY} records.
 *
 *   word   0  TAIL        producer   records written
 *         16  TAIL_SLEEP  consumer   1 while it is parked on TAIL
 *         32  HEAD        consumer   records taken
 *         48  HEAD_SLEEP  producer   1 while it is parked on HEAD
 */
const TAIL = 0;
const HEAD = 32;
const SLEEP_OFFSET = 16;
const HEADER_WORDS = 64;
const CAPACITY = 1_024;
/** A record: the number, the length of the name, its 8 bytes, x and y as 64-bit floats. */
const RECORD_WORDS = 8;
const BYTES_PER_WORD = Int32Array.BYTES_PER_ELEMENT;
const POLLS = 1_000;
/** Records that pass before the other side is told. */
const BATCH = 16;

/** A fresh ring. */
export function makeRing(): SharedArrayBuffer {
  return new SharedArrayBuffer(
    (HEADER_WORDS + CAPACITY * RECORD_WORDS) * BYTES_PER_WORD,
  );
}

function awaitChange(words: Int32Array, index: number, old: number): number {
  for (let polls = 0;; polls++) {
    const seen = Atomics.load(words, index);
    if (seen !== old) return seen;
    if (polls < POLLS) continue;
    Atomics.store(words, index + SLEEP_OFFSET, 1);
    Atomics.wait(words, index, old);
    Atomics.store(words, index + SLEEP_OFFSET, 0);
  }
}

function publish(words: Int32Array, index: number, value: number): void {
  Atomics.store(words, index, value);
  if (Atomics.load(words, index + SLEEP_OFFSET) === 1) {
    Atomics.notify(words, index);
  }
}

/** A record outside the ring, to be filled or read field by field. */
function makeScratch(): {
  words: Int32Array;
  bytes: Uint8Array;
  floats: Float64Array;
} {
  const memory = new ArrayBuffer(RECORD_WORDS * BYTES_PER_WORD);
  return {
    words: new Int32Array(memory),
    bytes: new Uint8Array(memory),
    floats: new Float64Array(memory),
  };
}

/** Writes `count` records; returns the milliseconds until all were taken. */
export function fill(ring: SharedArrayBuffer, count: number): number {
  const words = new Int32Array(ring);
  const { words: record, bytes, floats } = makeScratch();
  bytes.set(new TextEncoder().encode(itemOf(0).name), 8);
  const start = performance.now();
  let head = 0;
  for (let i = 0; i < count; i++) {
    if (i - head >= CAPACITY) {
      publish(words, TAIL, i);
      head = awaitChange(words, HEAD, head);
    }
    const item = itemOf(i);
    record[0] = item.id;
    record[1] = item.name.length;
    floats[2] = item.x;
    floats[3] = item.y;
    const at = HEADER_WORDS + (i % CAPACITY) * RECORD_WORDS;
    for (let k = 0; k < RECORD_WORDS; k++) words[at + k] = record[k] ?? 0;
    if ((i + 1) % BATCH === 0) publish(words, TAIL, i + 1);
  }
  publish(words, TAIL, count);
  while (head < count) head = awaitChange(words, HEAD, head);
  return performance.now() - start;
}

/** Takes `count` records and adds them up. */
export function drain(ring: SharedArrayBuffer, count: number): Total {
  const words = new Int32Array(ring);
  const { words: record, floats } = makeScratch();
  let tail = 0;
  let sum = 0;
  for (let i = 0; i < count; i++) {
    if (i === tail) tail = awaitChange(words, TAIL, tail);
    const at = HEADER_WORDS + (i % CAPACITY) * RECORD_WORDS;
    for (let k = 0; k < RECORD_WORDS; k++) record[k] = words[at + k] ?? 0;
    sum += (record[0] ?? 0) + (record[1] ?? 0) + (floats[2] ?? 0) +
      (floats[3] ?? 0);
    if ((i + 1) % BATCH === 0 || i + 1 === tail) publish(words, HEAD, i + 1);
  }
  return { count, sum };
}
