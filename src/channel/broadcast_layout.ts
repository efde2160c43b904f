/**
 * The shared words of a broadcast, drawn: those of a primitive of `sync/layout.ts`, and these.
 *
 * @module
 */
import { PRIMITIVE } from "../sync/layout.ts";

const { FIELDS, OWN } = PRIMITIVE;

/**
 * The words of a broadcast. Messages have numbers, mod 2^32; what is kept is TAIL up to, and without, HEAD.
 *
 *   word       field     written by      meaning
 *   FIELDS+ 0  HEAD      in a section    number of the next message
 *   FIELDS+ 1  TAIL      in a section    number of the oldest message that is kept
 *   FIELDS+ 2  NEXT      in a section    where its bytes may begin, in units of 8 bytes
 *   FIELDS+ 3  COUNT     in a section    subscriptions
 *   FIELDS+ 4  HIGH      in a section    subscriptions that may be there: those below it
 *   FIELDS+ 5  DROPPED   in a section    messages that were not published for want of room, mod 2^32
 *   FIELDS+ 6  CLOSED    in a section    1: nothing is published any more
 *   FIELDS+ 7  BURIED    in a section    DEATHS of the table of lives when the dead were buried
 *   OWN+ 0     CAPACITY  creator, once   messages that are kept at most
 *   OWN+ 1     UNITS     creator, once   units of the ring
 *   OWN+ 2     OVERFLOW  creator, once   0: wait; 1: dropOldest; 2: dropNewest
 *   extra      SLOTS     see SLOT        as many slots as CAPACITY rounded up to a power of two;
 *                                            that of a message is its number mod that
 *   behind     SUBS      see SUBSCRIBER  SUBSCRIBERS of them
 *   behind     RING      see SLOT        UNITS units
 */
export const BROADCAST: {
  readonly HEAD: number;
  readonly TAIL: number;
  readonly NEXT: number;
  readonly COUNT: number;
  readonly HIGH: number;
  readonly DROPPED: number;
  readonly CLOSED: number;
  readonly BURIED: number;
  readonly CAPACITY: number;
  readonly UNITS: number;
  readonly OVERFLOW: number;
} = {
  HEAD: FIELDS,
  TAIL: FIELDS + 1,
  NEXT: FIELDS + 2,
  COUNT: FIELDS + 3,
  HIGH: FIELDS + 4,
  DROPPED: FIELDS + 5,
  CLOSED: FIELDS + 6,
  BURIED: FIELDS + 7,
  CAPACITY: OWN,
  UNITS: OWN + 1,
  OVERFLOW: OWN + 2,
};

/** What becomes of a message without room, by number. */
export const POLICY: {
  readonly WAIT: 0;
  readonly DROP_OLDEST: 1;
  readonly DROP_NEWEST: 2;
} = { WAIT: 0, DROP_OLDEST: 1, DROP_NEWEST: 2 } as const;

/**
 * A message that is kept. A slot that is not between TAIL and HEAD, and bytes of none, mean nothing: they are written without
 * the log, and published by HEAD. So room is never made and used in one section.
 *
 *   word  field   meaning
 *      0  AT      where its bytes begin in the ring, in units
 *      1  LENGTH  its bytes
 *      2  PARCEL  what the depot keeps for it; 0: nothing
 *      3  FROM    the thread that published it
 */
export const SLOT: {
  readonly AT: 0;
  readonly LENGTH: 1;
  readonly PARCEL: 2;
  readonly FROM: 3;
  readonly WORDS: 4;
} = { AT: 0, LENGTH: 1, PARCEL: 2, FROM: 3, WORDS: 4 } as const;

/**
 * A subscription, written in sections.
 *
 *   word  field   meaning
 *      0  WHO     the thread that has it; 0: nobody
 *      1  CURSOR  number of its next message; before TAIL: that one is lost to it
 *      2  LAG     messages that it has found lost, mod 2^32; with dropNewest, minus DROPPED when it began
 *      3          reserved
 */
export const SUBSCRIBER: {
  readonly WHO: 0;
  readonly CURSOR: 1;
  readonly LAG: 2;
  readonly WORDS: 4;
} = { WHO: 0, CURSOR: 1, LAG: 2, WORDS: 4 } as const;

/** How many can subscribe at a time. */
export const SUBSCRIBERS: 256 = 256 as const;

/**
 * ARG of a place of a broadcast: bit 0: it blocks its thread; bit 1: what for; above, the subscription.
 *
 *   what     waits for
 *   PUBLISH  room
 *   LOOK     a message of the subscription, or the end
 */
export const AIM: {
  readonly PUBLISH: 0;
  readonly LOOK: 2;
  readonly MASK: 2;
  readonly SHIFT: 2;
} = { PUBLISH: 0, LOOK: 2, MASK: 2, SHIFT: 2 } as const;
