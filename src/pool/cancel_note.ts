/**
 * How a worker learns that the task it runs was cancelled: from memory, so that it can look while it computes.
 *
 *   word     field    written by   meaning
 *   SLOTS    BATCH    the pool     number of the batch whose task was cancelled; written last
 *   +1       INDEX    the pool     index of the task
 *   +2       LENGTH   the pool     bytes of the reason as encoded; 0 for none
 *   +3       FOUND    the worker   number of the last batch whose task it has looked for
 *
 * The reason follows the words, and the log of results the reason.
 *
 * @module
 */
import { load, notify, store, waitAsync, type Words } from "../memory/cells.ts";
import { decode, encode } from "../memory/codec.ts";
import { SLOTS } from "./claims.ts";
import { LOG_BYTES } from "./result_log.ts";

const BATCH = SLOTS;
const INDEX = SLOTS + 1;
const LENGTH = SLOTS + 2;
/** The word of that name. */
export const FOUND: number = SLOTS + 3;
const WORDS = SLOTS + 8;
const REASON_BYTES = 2_048;

/** Memory for the claims of one worker, for what is cancelled there, and for its results. */
export function workerMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(
    WORDS * Int32Array.BYTES_PER_ELEMENT + REASON_BYTES + LOG_BYTES,
  );
}

/** The words of that memory. */
export function wordsOf(memory: SharedArrayBuffer): Words {
  return new Int32Array(memory, 0, WORDS);
}

/** Cancels a task of a worker, if it runs. A reason that cannot travel is not told. */
export function writeCancel(
  words: Words,
  batch: number,
  index: number,
  reason: unknown,
): void {
  let length = 0;
  try {
    const encoded = encode(reason);
    const fits = encoded.length <= REASON_BYTES;
    if (fits && encoded.attachments === undefined) {
      length = encoded.length;
      bytesOf(words).set(encoded.bytes.subarray(0, length));
    }
  } catch {
    // It is cancelled all the same.
  }
  store(words, LENGTH, length);
  store(words, INDEX, index);
  // Publishes what is written above.
  store(words, BATCH, batch);
  notify(words, BATCH);
}

/** The number of the batch of which a task was cancelled last. */
export function cancelledBatch(words: Words): number {
  return load(words, BATCH);
}

/** The index of the task that was cancelled last, and why. */
export function readCancel(words: Words): { index: number; reason: unknown } {
  const index = load(words, INDEX);
  const length = load(words, LENGTH);
  return {
    index,
    reason: length === 0 ? undefined : readReason(words, length),
  };
}

/** Waits until another batch than `seen` is cancelled; whoever ends the wait may do so for nothing. */
export async function nextCancel(words: Words, seen: number): Promise<void> {
  const { async, value } = waitAsync(words, BATCH, seen);
  if (async) await value;
}

function readReason(words: Words, length: number): unknown {
  try {
    return decode(bytesOf(words).slice(), 0, length);
  } catch {
    // Another one was being written.
    return undefined;
  }
}

function bytesOf(words: Words): Uint8Array {
  return new Uint8Array(words.buffer, words.byteLength, REASON_BYTES);
}
