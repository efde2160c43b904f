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
 *     20     5  HELD               producer           what waits for room at the producer and nobody else knows of: see LANE_HELD
 *     24-63     reserved           nobody             zero
 *     64    16  WRITE              producer, fencer   see LANE_WRITE; a CAS publishes all bytes before it
 *     68    17  SENT               producer, plain    records written, mod 2^32; set before WRITE moves
 *     72    18  KEPT_FROM          producer           which records are to be dropped for newer ones: see LANE_KEPT
 *     76-127    reserved           nobody             zero
 *    128    32  READ               see LANE_READ      a CAS hands the bytes before it back to the producer
 *    132    33  DONE               consumer, plain    records finished, mod 2^32; a statistic
 *    136    34  reserved           nobody             zero
 *    140    35  ENTRUSTED          consumer, plain    tells finished here and kept by the consumer to be handled later
 *    144    36  SETTLED            consumer, plain    those of them that were dealt with; the rest is lost with the consumer
 *    148    37  HAND_OF            consumer, plain    whom the consumer has handle one of those now, 0 for nobody; cleared when
 *                                                    any of them is dealt with
 *    152    38  HAND               consumer, plain    the first header word of that one
 *    156-191    reserved           nobody             zero
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
  readonly HELD: 5;
  readonly WRITE: 16;
  readonly SENT: 17;
  readonly KEPT_FROM: 18;
  readonly READ: 32;
  readonly DONE: 33;
  readonly ENTRUSTED: 35;
  readonly SETTLED: 36;
  readonly HAND_OF: 37;
  readonly HAND: 38;
  readonly RING: 48;
} = {
  VERSION: 0,
  CAPACITY_BYTES: 1,
  CAPACITY_MESSAGES: 2,
  FROM: 3,
  TO: 4,
  HELD: 5,
  WRITE: 16,
  SENT: 17,
  KEPT_FROM: 18,
  READ: 32,
  DONE: 33,
  ENTRUSTED: 35,
  SETTLED: 36,
  HAND_OF: 37,
  HAND: 38,
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
 * The word HELD: how many messages are lost with the producer, beside those in the ring.
 *
 *   31 ........ 12    bit 11     10 ........ 0
 *   count             LEAVING    low bits of SENT
 *
 * While LEAVING is set the producer writes a record that is in the count: it is one too many once SENT has moved on. So
 * the count is exact whenever the producer ends.
 */
export const LANE_HELD: {
  readonly COUNT_SHIFT: 12;
  readonly MAX_COUNT: 0xfffff;
  readonly LEAVING: 0x800;
} = { COUNT_SHIFT: 12, MAX_COUNT: 0xfffff, LEAVING: 0x800 } as const;

/**
 * The word KEPT_FROM.
 *
 *   bit 31      30 ........ 0
 *   SET         number of a record, mod 2^31; the first one of a lane is 0
 *
 *   from          to             by         means
 *   0 | set(m)    set(n)         producer   a consumer that begins a record before n drops it: newer ones need its place
 *   set(n)        set(m), m < n  producer   some of the newer ones have given up
 *   set(n)        0              producer   everything before n is finished, or nothing waits for room any more
 *
 * The consumer reads it before it begins a record, so a record that is seen to be in flight is dropped by what was said
 * before. That it names records, and does not count drops, leaves none owed: not for a record that was in flight
 * already, and not when who waited for room has given up.
 */
export const LANE_KEPT: {
  readonly SET: -0x80000000;
  readonly MASK: 0x7fffffff;
} = { SET: -0x80000000, MASK: 0x7fffffff } as const;

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

/**
 * The table of endpoints: a header, then one row for every address a system can
 * have, in one region that each of its threads holds from birth. A row has 64
 * bytes: neighbours share no cache line.
 *
 *   byte  word  field             written by         meaning
 *      0     0  VERSION           creator, once      LAYOUT_VERSION
 *      4     1  HINT              every opener       where the search for a free row starts; decides nothing
 *      8     2  FREEZE            creator, once      1: what actors of one thread send each other is frozen
 *     12     3  HOSTS             creator, once      how many host workers there may be, at most MAX_HOSTS
 *     16     4  TIES              who links          counts the links that actors made, mod 2^32; see tie_clock.ts
 *     20     5  OUTPUT            creator, once      1: what processes write is told to the thread that made the system
 *     24-63     reserved          nobody             zero
 *     64    16  HOST              openers, nursery   the row of each host worker, 0 while there is none; see host_rows.ts
 *    320    80  ROWS              see ENDPOINT       row of endpoint 0, then of 1, and so on to MAX_ENDPOINTS - 1
 */
export const ENDPOINT_TABLE: {
  readonly VERSION: 0;
  readonly HINT: 1;
  readonly FREEZE: 2;
  readonly HOSTS: 3;
  readonly TIES: 4;
  readonly OUTPUT: 5;
  readonly HOST: 16;
  readonly ROWS: 80;
  readonly ROW_WORDS: 16;
  readonly MAX_ENDPOINTS: 8192;
  readonly MAX_HOSTS: 64;
} = {
  VERSION: 0,
  HINT: 1,
  FREEZE: 2,
  HOSTS: 3,
  TIES: 4,
  OUTPUT: 5,
  HOST: 16,
  ROWS: 80,
  ROW_WORDS: 16,
  MAX_ENDPOINTS: 8_192,
  MAX_HOSTS: 64,
} as const;

/**
 * A row of the table of endpoints. It outlives the threads that serve it: a
 * restarted actor keeps its row.
 *
 *   byte  word  field             written by         meaning
 *      0     0  SLEEP             consumer, ringers  0 awake, else the token of who is parked; see doorbell.ts
 *      4     1  USED              opener, nursery    see ENDPOINT_USED
 *      8     2  LIFE              nursery            counts the owners of this row, mod 2^32; a ref of another life is stale
 *     12     3  EPOCH             nursery            counts what may act here, mod 2^32; see below
 *     16     4  PROGRESS          consumer           turns of its loop, mod 2^32; stands still when it hangs
 *     20     5  STATE             opener, nursery    see ENDPOINT_STATE
 *     24     6  HANDLED           opener, consumer   messages handled in this life, mod 2^32; a statistic
 *     28     7  EXIT              nursery, consumer  0, or 1 + the code the incarnation gave to Deno.exit
 *     32     8  DEPTH             opener, consumer   messages that waited at its last turn; a statistic
 *     36     9  CAPACITY          opener             messages that each sender may have waiting; 0 for the lane's default
 *     40    10  MAX_BYTES         opener             largest message, in bytes; 0 for no limit
 *     44    11  CALLER            consumer           0, or who waits for its handler; see ask_chain.ts
 *     48    12  POLICY            opener             what becomes of a message without room, and of an urgent one; see policy_word.ts
 *     52    13  LIGHTS            any thread         numbers given to light actors at this row, mod 2^31
 *     56    14  LOAD              owners, consumer   light actors of a host worker; a hint for who starts another
 *     60    15  TURN              consumer           the light actor of a host worker that handles messages, 0 if none does
 *
 * The word EPOCH. It only ever goes up, so a thread that reads another epoch
 * than the one it was born with was replaced, and must touch nothing any more.
 *
 *   from              to                by       how   means
 *   nobody(e)         incarnation(e+1)  nursery  add   a thread is about to serve the row
 *   incarnation(e)    nobody(e+1)       nursery  add   it ended or was given up: fenced from here on
 *   nobody(e)         nobody(e+1)       nursery  add   the row is freed
 *
 * A replaced thread that runs on may still write PROGRESS, HANDLED, DEPTH and
 * EXIT: they decide nothing but when a hang is noticed and what a report says.
 */
export const ENDPOINT: {
  readonly SLEEP: 0;
  readonly USED: 1;
  readonly LIFE: 2;
  readonly EPOCH: 3;
  readonly PROGRESS: 4;
  readonly STATE: 5;
  readonly HANDLED: 6;
  readonly EXIT: 7;
  readonly DEPTH: 8;
  readonly CAPACITY: 9;
  readonly MAX_BYTES: 10;
  readonly CALLER: 11;
  readonly POLICY: 12;
  readonly LIGHTS: 13;
  readonly LOAD: 14;
  readonly TURN: 15;
} = {
  SLEEP: 0,
  USED: 1,
  LIFE: 2,
  EPOCH: 3,
  PROGRESS: 4,
  STATE: 5,
  HANDLED: 6,
  EXIT: 7,
  DEPTH: 8,
  CAPACITY: 9,
  MAX_BYTES: 10,
  CALLER: 11,
  POLICY: 12,
  LIGHTS: 13,
  LOAD: 14,
  TURN: 15,
} as const;

/**
 * The word USED.
 *
 *   from    to      by        how    means
 *   FREE    TAKEN   opener    CAS    the row is this opener's alone; LIFE is the life it now has
 *   TAKEN   FREE    nursery   store  LIFE and EPOCH of the next owner were written before
 *
 * An opener that dies between the CAS and its first message to the nursery
 * leaves a row that nobody frees: one of 8,192, until the system closes.
 */
export const ENDPOINT_USED: { readonly FREE: 0; readonly TAKEN: 1 } = {
  FREE: 0,
  TAKEN: 1,
} as const;

/**
 * The word STATE.
 *
 *   from       to         by        how    means
 *   any        OPEN       opener    store  a new owner; no thread serves the row yet
 *   any        OPEN       nursery   store  the next incarnation starts
 *   OPEN       STOPPING   nursery   store  the incarnation takes no further message; those that wait stay
 *   OPEN       DRAINING   nursery   store  senders refuse further messages; the incarnation takes those that wait
 *   DRAINING   STOPPING   nursery   store  as from OPEN
 *   any        GONE       nursery   store  the owner gave the row up
 *
 * The consumer reads it between messages, so that a stop overtakes what waits; a sender reads it before it sends. One
 * that has looked just before sends a message that is taken or, like every other that waits, given back at the end.
 */
export const ENDPOINT_STATE: {
  readonly OPEN: 0;
  readonly STOPPING: 1;
  readonly GONE: 2;
  readonly DRAINING: 3;
} = { OPEN: 0, STOPPING: 1, GONE: 2, DRAINING: 3 } as const;
