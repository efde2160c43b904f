/**
 * What both ends of a lane know about its memory: how it is opened, where
 * records lie, how they are counted.
 *
 * @module
 */

import { InvalidOptionError } from "../errors.ts";
import { peek, type Words } from "./cells.ts";
import {
  LANE,
  LANE_POSITION,
  LANE_RECORD,
  LANE_WRITE,
  LAYOUT_VERSION,
} from "./layout.ts";

const { VERSION, CAPACITY_BYTES, SENT, RING } = LANE;
const { MASK: POSITION, UNIT_BYTES } = LANE_POSITION;
const { COUNT_SHIFT, COUNT_MASK } = LANE_WRITE;
const { PAD, KIND_SHIFT, LENGTH_MASK, HEADER_UNITS } = LANE_RECORD;

const RING_BYTES = RING * 4;
const WORDS_PER_UNIT = UNIT_BYTES / 4;

/** The words of a lane, once it is sure to be one. */
export function openLane(memory: SharedArrayBuffer): Words {
  const words =
    memory instanceof SharedArrayBuffer && memory.byteLength > RING_BYTES &&
      memory.byteLength % 4 === 0
      ? new Int32Array(memory)
      : undefined;
  if (
    words === undefined || peek(words, VERSION) !== LAYOUT_VERSION ||
    peek(words, CAPACITY_BYTES) !== memory.byteLength - RING_BYTES
  ) {
    throw new InvalidOptionError(
      `Cannot open a lane as 'memory' must come from createLane() of layout version ${LAYOUT_VERSION}: current value is ${
        words === undefined ? "no lane" : `of version ${peek(words, VERSION)}`
      }`,
      { option: "memory", value: memory },
    );
  }
  return words;
}

/** The word at which the record at `position` begins, in a ring of `units` units. */
export function indexOf(position: number, units: number): number {
  return RING + (position & (units - 1)) * WORDS_PER_UNIT;
}

/** The units of the record, or of the pad, at `position`; at least one, whatever the bytes are. */
export function recordUnits(
  words: Words,
  units: number,
  position: number,
): number {
  const head = peek(words, indexOf(position, units));
  if (head >>> KIND_SHIFT === PAD) return units - (position & (units - 1));
  return HEADER_UNITS + (((head & LENGTH_MASK) + 7) >>> 3);
}

/**
 * Counts the records from one position to another. It ends even when a fenced
 * consumer counts bytes that are overwritten under it: each step moves on.
 */
export function countRecords(
  words: Words,
  units: number,
  from: number,
  to: number,
): number {
  let count = 0;
  let position = from;
  for (let left = (to - from) & POSITION; left > 0;) {
    if (peek(words, indexOf(position, units)) >>> KIND_SHIFT !== PAD) count++;
    const step = recordUnits(words, units, position);
    position = (position + step) & POSITION;
    left -= step;
  }
  return count;
}

/** The count of records published when WRITE was `write`. SENT may be ahead of it, never behind. */
export function publishedCount(words: Words, write: number): number {
  const sent = peek(words, SENT);
  const ahead = (sent - (write >> COUNT_SHIFT)) & COUNT_MASK;
  return (sent - ahead) | 0;
}

/** Refuses a number that is no integer within its bounds. */
export function requireInteger(
  option: string,
  value: number,
  min: number,
  max: number,
): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new InvalidOptionError(
    `Cannot use a lane as '${option}' must be an integer from ${min} to ${max}: current value is ${value}`,
    { option, value },
  );
}

/** Whether the record `number` comes before the one that `keptFrom` tells of, if that is set: see {@linkcode LANE_KEPT}. */
export function isBefore(number: number, keptFrom: number): boolean {
  // Half of all numbers are before a number: those that are set are near.
  return keptFrom < 0 && ((keptFrom - number) << 1) > 0;
}
