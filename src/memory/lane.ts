/**
 * A lane: a ring of byte records in fixed-size shared memory, from one producer
 * to one consumer, with fenced ends.
 *
 * - **Order:** records are read in the order written, each whole.
 * - **Death of the producer:** a record is published by one CAS after its bytes
 *   are written, so a producer that dies half-way leaves nothing half-written.
 *   {@linkcode sealLane} then ends the lane: what was published stays readable.
 * - **Death of the consumer:** the position of the reader is in the lane, with
 *   the tag of the consumer that may move it. A successor adopts the lane with
 *   its own tag and is told whether a record was in flight; whatever the old
 *   consumer does afterwards answers `"fenced"` and changes nothing.
 * - **Backpressure:** full by bytes or by count is an answer, never a wait. A
 *   producer that wants to wait leaves a mark that costs the consumer nothing
 *   until it is there.
 *
 * Nothing here blocks or wakes: parking and ringing belong to the doorbell.
 * Algorithm: Lamport's single-producer ring with each side caching the other's
 * position, as in FastForward and MCRingBuffer.
 *
 * @see Lee, Bu, Chandranmenon, "A Lock-free, Cache-efficient Shared Ring Buffer", ANCS 2009.
 *
 * @module
 */

import { InvalidOptionError } from "../errors.ts";
import { load, or, peek, poke } from "./cells.ts";
import { openLane, requireInteger } from "./lane_ring.ts";
import { LANE, LANE_HELD, LANE_WRITE, LAYOUT_VERSION } from "./layout.ts";

export { LaneReader } from "./lane_reader.ts";
export { LaneWriter } from "./lane_writer.ts";

const {
  VERSION,
  CAPACITY_BYTES,
  CAPACITY_MESSAGES,
  ENTRUSTED,
  FROM,
  HAND,
  HAND_OF,
  SETTLED,
  TO,
  WRITE,
  SENT,
  DONE,
  RING,
} = LANE;
const { COUNT_MASK, COUNT_SHIFT, SEALED } = LANE_WRITE;

const MIN_CAPACITY_BYTES = 1024;
const MAX_CAPACITY_BYTES = 4 * 1024 * 1024;
const DEFAULT_CAPACITY_BYTES = 256 * 1024;
const MAX_CAPACITY_MESSAGES = 1 << 20;
const DEFAULT_CAPACITY_MESSAGES = 1024;
const RING_BYTES = RING * 4;

/** What {@linkcode createLane} takes. */
export interface LaneOptions {
  /**
   * Bytes of the ring, headers of records included: a power of two from 1 KiB to
   * 4 MiB. Memory not yet used is not paid for.
   *
   * @default {262144}
   */
  readonly capacityBytes?: number;
  /**
   * Records the ring may hold at one time, the one in flight included: an integer
   * from 1 to 1,048,576.
   *
   * @default {1024}
   */
  readonly capacityMessages?: number;
  /** Who writes: an integer of 32 bits that only the creator understands. */
  readonly from: number;
  /** Who reads: an integer of 32 bits that only the creator understands. */
  readonly to: number;
}

/**
 * Makes an empty, open lane.
 *
 * @param options Its size and its ends.
 * @returns The shared memory, to be given to one {@linkcode LaneWriter} and one {@linkcode LaneReader}.
 * @throws {InvalidOptionError} If an option is out of bounds.
 *
 * @example Through and out
 * ```ts ignore
 * const memory = createLane({ from: 1, to: 2 });
 * const writer = new LaneWriter(memory);
 * const reader = new LaneReader(memory, 0);
 * reader.adopt("skip");
 *
 * writer.tryWrite(1, 7, 0, 0, 0, 0, new Uint8Array([1, 2, 3]), 3);
 * reader.take(); // "taken": reader.a is 7, reader.bytes from reader.start to reader.end is 1, 2, 3
 * reader.done();
 * ```
 */
export function createLane(options: LaneOptions): SharedArrayBuffer {
  const {
    capacityBytes = DEFAULT_CAPACITY_BYTES,
    capacityMessages = DEFAULT_CAPACITY_MESSAGES,
    from,
    to,
  } = options;
  requireInteger(
    "capacityBytes",
    capacityBytes,
    MIN_CAPACITY_BYTES,
    MAX_CAPACITY_BYTES,
  );
  if ((capacityBytes & (capacityBytes - 1)) !== 0) {
    throw new InvalidOptionError(
      `Cannot create a lane as 'capacityBytes' must be a power of two: current value is ${capacityBytes}`,
      { option: "capacityBytes", value: capacityBytes },
    );
  }
  requireInteger(
    "capacityMessages",
    capacityMessages,
    1,
    MAX_CAPACITY_MESSAGES,
  );
  requireInteger("from", from, -0x80000000, 0x7fffffff);
  requireInteger("to", to, -0x80000000, 0x7fffffff);
  const memory = new SharedArrayBuffer(RING_BYTES + capacityBytes);
  const words = new Int32Array(memory);
  // Plain: nobody else can see the memory yet, and handing it over publishes it.
  poke(words, VERSION, LAYOUT_VERSION);
  poke(words, CAPACITY_BYTES, capacityBytes);
  poke(words, CAPACITY_MESSAGES, capacityMessages);
  poke(words, FROM, from);
  poke(words, TO, to);
  return memory;
}

/**
 * Ends a lane from outside: no record can be published any more, and every
 * record published before stays readable. A sealed lane never opens again.
 * Sealing twice is sealing once. The caller rings the consumer, and the producer
 * if it may wait for room.
 *
 * @param memory A lane made by {@linkcode createLane}.
 * @throws {InvalidOptionError} If `memory` is not a lane of this version.
 */
export function sealLane(memory: SharedArrayBuffer): void {
  // A producer's CAS expects the word without SEALED, so it fails from here on.
  or(openLane(memory), WRITE, SEALED);
}

/**
 * Whether a lane was sealed; see {@linkcode sealLane}.
 *
 * @param memory A lane made by {@linkcode createLane}.
 * @returns Whether nothing can be written any more.
 * @throws {InvalidOptionError} If `memory` is not a lane of this version.
 */
export function isSealed(memory: SharedArrayBuffer): boolean {
  return load(openLane(memory), WRITE) < 0;
}

/**
 * How many messages ended with the producer of a lane before there was room for them; for who has sealed it.
 *
 * @param memory A sealed lane made by {@linkcode createLane}.
 * @returns How many, as {@linkcode LaneWriter.hold} said; at most 1,048,575.
 * @throws {InvalidOptionError} If `memory` is not a lane of this version.
 */
export function heldBack(memory: SharedArrayBuffer): number {
  const words = openLane(memory);
  const held = load(words, LANE.HELD);
  const count = held >>> LANE_HELD.COUNT_SHIFT;
  if (count === 0 || (held & LANE_HELD.LEAVING) === 0) return count;
  // The one that was leaving has left, or it has not.
  const sent = load(words, WRITE) >>> COUNT_SHIFT;
  return (sent & COUNT_MASK) === (held & COUNT_MASK) ? count : count - 1;
}

/**
 * Takes the count of the records that a consumer which has ended had taken to itself and not dealt with; for its successor,
 * before it takes any.
 *
 * @param memory A lane made by {@linkcode createLane}.
 * @returns Who wrote them, and how many they were; 0 when asked again. `hand` is the one that was being handled, if that
 *   is known: by whom, and its first header word.
 * @throws {InvalidOptionError} If `memory` is not a lane of this version.
 */
export function takeUnsettled(
  memory: SharedArrayBuffer,
): {
  readonly from: number;
  readonly count: number;
  readonly hand: { readonly who: number; readonly a: number } | undefined;
} {
  const words = openLane(memory);
  const entrusted = peek(words, ENTRUSTED);
  const unsettled = (entrusted - peek(words, SETTLED)) | 0;
  poke(words, SETTLED, entrusted);
  const who = peek(words, HAND_OF);
  const hand = who === 0 || unsettled <= 0
    ? undefined
    : { who, a: peek(words, HAND) };
  poke(words, HAND_OF, 0);
  // A consumer that was fenced and ran on may have counted on.
  return { from: peek(words, FROM), count: Math.max(0, unsettled), hand };
}

/**
 * The number of records written and not finished, for whoever watches. Exact
 * when both sides rest; while they run it may be off by one, and by the work of
 * a moment after a consumer was replaced.
 *
 * @param memory A lane made by {@linkcode createLane}.
 * @returns The number of records, never negative.
 * @throws {InvalidOptionError} If `memory` is not a lane of this version.
 */
export function laneDepth(memory: SharedArrayBuffer): number {
  const words = openLane(memory);
  return Math.max(0, (peek(words, SENT) - peek(words, DONE)) | 0);
}
