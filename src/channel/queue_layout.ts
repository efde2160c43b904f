/**
 * The shared words of a queue, drawn: those of a primitive of `sync/layout.ts`, and these.
 *
 * @module
 */
import { PRIMITIVE } from "../sync/layout.ts";

const { FIELDS, OWN } = PRIMITIVE;

/**
 * The words of a queue. Positions count units of 8 bytes, mod 2^28, and are places in the ring mod UNITS.
 *
 *   word       field     written by      meaning
 *   FIELDS+ 0  HEAD      in a section    position of the oldest record that is not free
 *   FIELDS+ 1  TAIL      in a section    position of the next record
 *   FIELDS+ 2  SKIP      in a section    no record is READY before HEAD + SKIP
 *   FIELDS+ 3  SIZE      in a section    records that are READY; read without a section too
 *   FIELDS+ 4  WRITING   in a section    records that are WRITING
 *   FIELDS+ 5  OWNED     in a section    records that are WRITING, RESERVED or TAKEN
 *   FIELDS+ 6  UNDONE    in a section    messages put and not done, mod 2^32
 *   FIELDS+ 7  DROPPED   in a section    messages dropped for want of room, mod 2^32
 *   FIELDS+ 8  CLOSED    in a section    1: nothing is put any more
 *   FIELDS+ 9  BURIED    in a section    DEATHS of the table of lives when the dead were buried
 *   FIELDS+10  SERIAL    in a section    messages put by priority, mod 2^32
 *   OWN+ 0     CAPACITY  creator, once   messages that may wait; 0: each is handed over
 *   OWN+ 1     UNITS     creator, once   units of the ring, a power of two
 *   OWN+ 2     FLAGS     creator, once   bits 0-1: overflow, by number; bit 2: ACK; bit 3: PRIORITY
 *   OWN+ 3     RECORDS   creator, once   0, or bytes of the fingerprint of its records
 *   extra      HEAP      in a section    with PRIORITY alone: CAPACITY positions, a binary heap of what is READY
 *   behind     RING      see RECORD      UNITS units
 *   behind     TEXT      creator, once   the fingerprint
 */
export const QUEUE: {
  readonly HEAD: number;
  readonly TAIL: number;
  readonly SKIP: number;
  readonly SIZE: number;
  readonly WRITING: number;
  readonly OWNED: number;
  readonly UNDONE: number;
  readonly DROPPED: number;
  readonly CLOSED: number;
  readonly BURIED: number;
  readonly SERIAL: number;
  readonly CAPACITY: number;
  readonly UNITS: number;
  readonly FLAGS: number;
  readonly RECORDS: number;
} = {
  HEAD: FIELDS,
  TAIL: FIELDS + 1,
  SKIP: FIELDS + 2,
  SIZE: FIELDS + 3,
  WRITING: FIELDS + 4,
  OWNED: FIELDS + 5,
  UNDONE: FIELDS + 6,
  DROPPED: FIELDS + 7,
  CLOSED: FIELDS + 8,
  BURIED: FIELDS + 9,
  SERIAL: FIELDS + 10,
  CAPACITY: OWN,
  UNITS: OWN + 1,
  FLAGS: OWN + 2,
  RECORDS: OWN + 3,
};

/** Positions are less than this. */
export const POSITIONS: number = 2 ** 28;

/** The word FLAGS. */
export const FLAG: {
  readonly OVERFLOW: 3;
  readonly ACK: 4;
  readonly PRIORITY: 8;
} = { OVERFLOW: 3, ACK: 4, PRIORITY: 8 } as const;

/**
 * A record: a header of 32 bytes, then the bytes of the message.
 *
 *   word  field     meaning
 *      0  STATE     bits 0-2: see RECORD_STATE; above: the thread that owns the record
 *      1  LENGTH    bytes of the message
 *      2  PARCEL    what the depot keeps for it; 0: nothing
 *      3  FROM      the thread that put it
 *      4  PLACE     the place of who waits until it is taken, and 1; 0: nobody
 *      5  SERIAL    with PRIORITY: its number among equals
 *    6-7  PRIORITY  with PRIORITY: a float of 64 bits, greater is sooner
 */
export const RECORD: {
  readonly STATE: 0;
  readonly LENGTH: 1;
  readonly PARCEL: 2;
  readonly FROM: 3;
  readonly PLACE: 4;
  readonly SERIAL: 5;
  readonly PRIORITY: 6;
  readonly WORDS: 8;
  readonly UNITS: 4;
} = {
  STATE: 0,
  LENGTH: 1,
  PARCEL: 2,
  FROM: 3,
  PLACE: 4,
  SERIAL: 5,
  PRIORITY: 6,
  WORDS: 8,
  UNITS: 4,
} as const;

/**
 * The state of a record. A header beyond TAIL means nothing, so a new one is written without the log.
 *
 *   from      to        by                      means
 *   -         PAD       who puts                the rest of the ring is too short for the record behind it
 *   -         READY     who puts                it waits to be taken
 *   -         WRITING   who puts, or makes room its owner copies the bytes, in sections of their own
 *   WRITING   READY     its owner               the bytes are there
 *   READY     RESERVED  who has it ready        its owner waits to take, and ARG of its place says where it is
 *   READY     TAKEN     its owner               it is read where it lies, or is not acknowledged yet
 *   RESERVED  TAKEN     its owner               the same
 *   any       FREE      its owner, or a taker   the message has left
 *   WRITING   FREE      anybody                 the owner is dead
 *   RESERVED  READY     anybody                 the owner is dead
 *   TAKEN     READY     anybody, or its owner   the owner is dead, or gives it back
 */
export const RECORD_STATE: {
  readonly FREE: 0;
  readonly PAD: 1;
  readonly WRITING: 2;
  readonly READY: 3;
  readonly RESERVED: 4;
  readonly TAKEN: 5;
  readonly MASK: 7;
  readonly SHIFT: 3;
} = {
  FREE: 0,
  PAD: 1,
  WRITING: 2,
  READY: 3,
  RESERVED: 4,
  TAKEN: 5,
  MASK: 7,
  SHIFT: 3,
} as const;

/**
 * ARG of a place of a queue: bit 0: it blocks its thread; bits 1-2: what for; above, a number.
 *
 *   what   number while it waits           number when it was told
 *   TAKE   0                               the position of its record, RESERVED
 *   PUT    bytes of its message            the position of its record, WRITING
 *   GONE   the position of its record      the same: the record was taken
 *   LOOK   0: for a message; 1: until all is done
 */
export const AIM: {
  readonly TAKE: 0;
  readonly PUT: 2;
  readonly GONE: 4;
  readonly LOOK: 6;
  readonly MASK: 6;
  readonly SHIFT: 3;
} = { TAKE: 0, PUT: 2, GONE: 4, LOOK: 6, MASK: 6, SHIFT: 3 } as const;

/** What a section of a queue comes to for who made it. */
export const CAME: {
  /** It is over. */
  readonly OVER: 1;
  /** It waits at a place. */
  readonly WAITING: 2;
  /** It is to go on in a section of its own. */
  readonly AGAIN: 3;
  /** All places are taken. */
  readonly NO_PLACE: 4;
  /** The thread was given up. */
  readonly FENCED: 5;
} = { OVER: 1, WAITING: 2, AGAIN: 3, NO_PLACE: 4, FENCED: 5 } as const;
