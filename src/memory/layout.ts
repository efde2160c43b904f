/**
 * Every shared region, drawn. Code names words and bits from these tables only.
 *
 * @module
 */

/** The version of every table here. It is written into regions, and a region of another version is refused. */
export const LAYOUT_VERSION: 1 = 1 as const;

/**
 * A lane: a 192-byte header of three cache lines, then a ring of records.
 *
 *   byte  word  field              written by         meaning
 *      0     0  VERSION            creator, once      LAYOUT_VERSION
 *      4     1  CAPACITY_BYTES     creator, once      bytes of the ring, a power of two
 *      8     2  CAPACITY_MESSAGES  creator, once      records the ring may hold at one time
 *     12     3  FROM               creator, once      who writes
 *     16     4  TO                 creator, once      who reads
 *     20-63     reserved           nobody             zero
 *     64    16  WRITE              producer, fencer   see LANE_WRITE; a CAS publishes all bytes before it
 *     68    17  SENT               producer, plain    records written, mod 2^32; set before WRITE moves
 *     72-127    reserved           nobody             zero
 *    128    32  READ               see LANE_READ      a CAS hands the bytes before it back to the producer
 *    132    33  DONE               consumer, plain    records finished, mod 2^32; a statistic
 *    136-191    reserved           nobody             zero
 *    192    48  RING               producer           records: see LANE_RECORD
 *
 * DONE decides nothing: a consumer that was replaced while it slept may write an
 * old value over its successor's. Room is computed from READ alone.
 */
export const LANE: {
  readonly VERSION: 0;
  readonly CAPACITY_BYTES: 1;
  readonly CAPACITY_MESSAGES: 2;
  readonly FROM: 3;
  readonly TO: 4;
  readonly WRITE: 16;
  readonly SENT: 17;
  readonly READ: 32;
  readonly DONE: 33;
  readonly RING: 48;
} = {
  VERSION: 0,
  CAPACITY_BYTES: 1,
  CAPACITY_MESSAGES: 2,
  FROM: 3,
  TO: 4,
  WRITE: 16,
  SENT: 17,
  READ: 32,
  DONE: 33,
  RING: 48,
} as const;

/**
 * Positions in a lane count units of 8 bytes from its creation, modulo 2^20. A
 * ring has at most 2^19 units (4 MiB), so that a full ring and an empty one differ.
 */
export const LANE_POSITION: { readonly MASK: 0xfffff; readonly UNIT_BYTES: 8 } =
  {
    MASK: 0xfffff,
    UNIT_BYTES: 8,
  } as const;

/**
 * The word WRITE.
 *
 *   bit 31      30 ........ 20        19 ............ 0
 *   SEALED      low bits of SENT      position
 *
 *   from              to                by        how   means
 *   open(p, n)        open(q, n + 1)    producer  CAS   the record (and a pad) in p..q is readable
 *   open(p, n)        sealed(p, n)      fencer    OR    nothing will follow; everything before stays readable
 *   sealed            -                 nobody          a sealed lane never opens again
 *
 * The low bits of SENT make the count of published records exact even when a
 * producer died after it wrote SENT and before it published.
 */
export const LANE_WRITE: {
  readonly SEALED: -0x80000000;
  readonly COUNT_SHIFT: 20;
  readonly COUNT_MASK: 0x7ff;
} = { SEALED: -0x80000000, COUNT_SHIFT: 20, COUNT_MASK: 0x7ff } as const;

/**
 * The word READ.
 *
 *   31 .... 22    bit 21    bit 20    19 ............ 0
 *   tag           WANT      BUSY      position
 *
 *   from                to                  by                 how   means
 *   idle(tag, p)        busy(tag, p')       consumer tag       CAS   the record at p' is in flight (p' is p, or behind the pad at p)
 *   busy(tag, p)        idle(tag, q)        consumer tag       CAS   the record in p..q is finished and its bytes are free
 *   busy(tag, p)        busy(tag, q')       consumer tag       CAS   both at once
 *   any(old, p)         idle(tag, p | q)    successor          CAS   the old consumer can move nothing any more
 *   any                 the same + WANT     producer           OR    the producer waits for room
 *   any + WANT          idle or busy        consumer           CAS   room came free, and the consumer owes a ring
 */
export const LANE_READ: {
  readonly TAG_SHIFT: 22;
  readonly TAG_LIMIT: 1024;
  readonly TAG_MASK: -0x400000;
  readonly WANT: 0x200000;
  readonly BUSY: 0x100000;
} = {
  TAG_SHIFT: 22,
  TAG_LIMIT: 1024,
  TAG_MASK: -0x400000,
  WANT: 0x200000,
  BUSY: 0x100000,
} as const;

/**
 * A record in a lane: always contiguous, always on a unit of 8 bytes.
 *
 *   byte  word  field         meaning
 *      0     0  KIND, LENGTH  bits 24-31 kind (0: a pad, and nothing more until the end of the ring), bits 0-23 payload bytes
 *      4     1  a             the protocol's
 *      8     2  b             the protocol's
 *     12     3  c             the protocol's
 *     16     4  d             the protocol's
 *     20     5  e             the protocol's
 *     24     6  payload       LENGTH bytes, then up to 7 bytes of no meaning
 *
 * Example: kind 2, a = 7, the rest 0, payload "hi" (32 bytes, 4 units):
 *
 *   [02 00 00 02] [07 00 00 00] [00 00 00 00] [00 00 00 00] [00 00 00 00] [00 00 00 00] [68 69 .. ..] [.. .. .. ..]
 */
export const LANE_RECORD: {
  readonly PAD: 0;
  readonly KIND_SHIFT: 24;
  readonly LENGTH_MASK: 0xffffff;
  readonly HEADER_BYTES: 24;
  readonly HEADER_UNITS: 3;
} = {
  PAD: 0,
  KIND_SHIFT: 24,
  LENGTH_MASK: 0xffffff,
  HEADER_BYTES: 24,
  HEADER_UNITS: 3,
} as const;
