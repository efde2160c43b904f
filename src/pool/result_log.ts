/**
 * Results that a worker has and has not sent: what is left of those when it ends.
 *
 * Several jobs may travel together. Each of them that ended before the next one
 * began has its result here, so that only the one that ran dies with its worker.
 * Each batch has a part of the log: 16 bits of length and as many bytes for each
 * result. The exchange by which the next task is begun publishes the result
 * before it.
 *
 * @module
 */
import type { Words } from "../memory/cells.ts";
import { decode, encode } from "../memory/codec.ts";
import { SLOTS } from "./claims.ts";

/** Bytes for the results of one batch. */
const PART_BYTES = 1_024;
/** Bytes of the log of one worker. */
export const LOG_BYTES: number = SLOTS * PART_BYTES;

/** The log, at the end of the memory of a worker. */
function logOf({ buffer }: Words): Uint8Array {
  return new Uint8Array(buffer, buffer.byteLength - LOG_BYTES);
}

/** Writes the results of one batch. */
export class LogWriter {
  readonly #bytes: Uint8Array;
  #at = 0;
  #end = 0;

  /** Writes to the log in the memory of `words`. */
  constructor(words: Words) {
    this.#bytes = logOf(words);
  }

  /** The batch at `slot` begins. */
  open(slot: number): void {
    this.#at = slot * PART_BYTES;
    this.#end = this.#at + PART_BYTES;
  }

  /** Writes the next result. Returns whether it could be. */
  write(value: unknown): boolean {
    const { bytes, length, attachments } = encode(value);
    const from = this.#at + 2;
    if (attachments !== undefined || from + length > this.#end) return false;
    this.#bytes[this.#at] = length & 0xff;
    this.#bytes[this.#at + 1] = length >>> 8;
    if (length < 32) {
      for (let i = 0; i < length; i++) this.#bytes[from + i] = bytes[i]!;
    } else this.#bytes.set(bytes.subarray(0, length), from);
    this.#at = from + length;
    return true;
  }
}

/** The first `count` results of the batch at `slot`. */
export function readLog(words: Words, slot: number, count: number): unknown[] {
  const log = logOf(words);
  const values: unknown[] = [];
  for (let at = slot * PART_BYTES; values.length < count;) {
    const length = log[at]! | log[at + 1]! << 8;
    const bytes = log.slice(at + 2, at + 2 + length);
    values.push(decode(bytes, 0, length));
    at += 2 + length;
  }
  return values;
}
