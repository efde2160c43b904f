/**
 * The shared words of this folder, drawn. Code names words and bits from these tables only.
 *
 * @module
 */

/** The version of every table here. It is written into memory, and memory of another version is refused. */
export const SYNC_VERSION: 1 = 1 as const;

/**
 * The table of lives: one for all threads of a program, whatever system they belong to.
 *
 *   byte  word  field      written by       meaning
 *      0     0  VERSION    creator, once    SYNC_VERSION
 *      4     1  ROOT       creator, once    random: tells this table from those of other programs and tests
 *      8     2  HINT       every claimer    where the search for a free row starts: a row comes again as late as possible
 *     12     3  DEATHS     who ends a life  how many lives have ended, mod 2^32; who waits is notified here
 *     16     4  GROUPS     every System     groups given out, mod 2^30
 *     20     5  PARCELS    every thread     numbers given to what records cannot carry, mod 2^32
 *     24-63     reserved   nobody           zero
 *     64    16  ROWS       see LIFE         row 0 is nobody's, then row 1 and so on
 */
export const LIVES: {
  readonly VERSION: 0;
  readonly ROOT: 1;
  readonly HINT: 2;
  readonly DEATHS: 3;
  readonly GROUPS: 4;
  readonly PARCELS: 5;
  readonly ROWS: 16;
  readonly ROW_WORDS: 2;
  readonly MAX_ROWS: 8192;
} = {
  VERSION: 0,
  ROOT: 1,
  HINT: 2,
  DEATHS: 3,
  GROUPS: 4,
  PARCELS: 5,
  ROWS: 16,
  ROW_WORDS: 2,
  MAX_ROWS: 8_192,
} as const;

/**
 * A row of the table of lives.
 *
 *   word  field   meaning
 *      0  LIFE    bit 0: somebody lives here; bits 1-15: generation, how many have lived here before, mod 2^15
 *      1  GROUP   the group of who lives or lived here last, times 2; bit 0: its life ended abnormally
 *
 *   from          to             by        how   means
 *   free(g)       lives(g)       claimer   CAS   the thread `who(g, row)` may act
 *   lives(g)      free(g + 1)    nursery   CAS   it ended, or was given up: nothing it does may count from here on
 *
 * A thread is named by `who` = generation * 2^13 + row, 28 bits and never 0. It
 * lives while its row says exactly `lives(generation)`. The name comes again
 * after 2^15 lives on one row, of which each is as far apart as the table is long.
 */
export const LIFE: {
  readonly WORD: 0;
  readonly GROUP: 1;
  readonly ROW_BITS: 13;
  readonly ROW_MASK: 0x1fff;
  readonly GENERATION_MASK: 0x7fff;
} = {
  WORD: 0,
  GROUP: 1,
  ROW_BITS: 13,
  ROW_MASK: 0x1fff,
  GENERATION_MASK: 0x7fff,
} as const;

/**
 * The memory of one primitive: a header, the undo log, the places of those who wait.
 *
 *   byte  word  field      written by       meaning
 *      0     0  VERSION    creator, once    SYNC_VERSION
 *      4     1  KIND       creator, once    see KIND
 *      8     2  ROOT       creator, once    ROOT of the table of lives that its names are from
 *     12     3  MAKER      creator, once    who made it, and
 *     16     4  SERIAL     creator, once    the how-manieth of its maker: the identity of the memory
 *     20     5  CAPACITY   creator, once    how many places there are
 *     24     6  ENTRIES    creator, once    entries that the undo log has room for
 *     28-63     reserved   nobody           zero
 *     64    16  GUARD      see below        who is in a section
 *     68    17  UNDO       in a section     entries of the undo log
 *     72    18  ARRIVALS   in a section     stamps given out, mod 2^32
 *     76    19  HIGH       in a section     places that may be in use: those below it
 *     80    20  FIELDS     in a section     12 words of the primitive's own, drawn where it lives
 *    128    32  WORD       the primitive    a word for its fast path, drawn where it lives
 *    132-191    OWN        creator, once    15 words that say how the primitive was made, drawn where it lives
 *    192    48  LOG        in a section     the undo log: pairs of a word's index and what it held
 *     ..    ..  PLACES     in a section     see PLACE
 *     ..    ..  EXTRA      the primitive    more of its own, drawn where it lives; begins at 64 bytes
 *
 * The word GUARD.
 *
 *   from              to                by           how   means
 *   0                 who               enterer      CAS   it is in a section: the words above are its alone
 *   who               who + CONTENDED   enterer      CAS   somebody sleeps until it leaves
 *   0                 who + CONTENDED   enterer      CAS   it is in, after it has slept
 *   who, contended    0                 who          CAS   it has left, and wakes one if contended
 *   who, contended    other, contended  enterer      CAS   who ended inside, and has not moved for QUARANTINE slices
 *
 * A section writes in place and logs what was there. UNDO is 0 again before
 * GUARD is: who finds it otherwise undoes what a dead one had begun.
 */
export const PRIMITIVE: {
  readonly VERSION: 0;
  readonly KIND: 1;
  readonly ROOT: 2;
  readonly MAKER: 3;
  readonly SERIAL: 4;
  readonly CAPACITY: 5;
  readonly ENTRIES: 6;
  readonly GUARD: 16;
  readonly UNDO: 17;
  readonly ARRIVALS: 18;
  readonly HIGH: 19;
  readonly FIELDS: 20;
  readonly WORD: 32;
  readonly OWN: 33;
  readonly LOG: 48;
} = {
  VERSION: 0,
  KIND: 1,
  ROOT: 2,
  MAKER: 3,
  SERIAL: 4,
  CAPACITY: 5,
  ENTRIES: 6,
  GUARD: 16,
  UNDO: 17,
  ARRIVALS: 18,
  HIGH: 19,
  FIELDS: 20,
  WORD: 32,
  OWN: 33,
  LOG: 48,
} as const;

/** Bit 0 of the word GUARD; who is in is above it. */
export const CONTENDED: 1 = 1 as const;

/**
 * A place, written in sections only: one who waits, or what a thread holds.
 *
 *   word  field   meaning
 *      0  WHO     the thread; 0: nobody, the place is free
 *      1  STATE   see PLACE_STATE; who waits sleeps on this word
 *      2  STAMP   when it came: lower is earlier, mod 2^32
 *      3  ARG     the primitive's
 */
export const PLACE: {
  readonly WHO: 0;
  readonly STATE: 1;
  readonly STAMP: 2;
  readonly ARG: 3;
  readonly WORDS: 4;
} = { WHO: 0, STATE: 1, STAMP: 2, ARG: 3, WORDS: 4 } as const;

/**
 * The word STATE of a place.
 *
 *   from       to         by                means
 *   FREE       WAITING    who came          it sleeps until the word changes
 *   WAITING    GRANTED    who lets it go    it has what it waited for
 *   WAITING    INHERITED  who lets it go    the same, from one who died
 *   WAITING    REFUSED    who breaks it     it will never have it
 *   WAITING    AGAIN      who is done       it came too early, and is to come again
 *   FREE       HOLDING    who holds         not one who waits: ARG says how much its thread holds
 *   any        FREE       who came          it has seen how it ended, or has given up
 *   any        FREE       anybody           its thread is dead
 */
export const PLACE_STATE: {
  readonly FREE: 0;
  readonly WAITING: 1;
  readonly GRANTED: 2;
  readonly INHERITED: 3;
  readonly REFUSED: 4;
  readonly HOLDING: 5;
  readonly AGAIN: 6;
} = {
  FREE: 0,
  WAITING: 1,
  GRANTED: 2,
  INHERITED: 3,
  REFUSED: 4,
  HOLDING: 5,
  AGAIN: 6,
} as const;

/** Bit 0 of ARG of one who waits: it blocks its thread, so that the others who wait there cannot go on. */
export const BLOCKING: 1 = 1 as const;

/** What a memory is for. */
export const KIND: {
  readonly MUTEX: 1;
  readonly REENTRANT_MUTEX: 2;
  readonly SEMAPHORE: 3;
  readonly CONDITION: 4;
  readonly EVENT_FLAG: 5;
  readonly BARRIER: 6;
  readonly ONCE: 7;
  readonly RW_LOCK: 8;
  readonly LATCH: 9;
  readonly QUEUE: 10;
  readonly BROADCAST: 11;
} = {
  MUTEX: 1,
  REENTRANT_MUTEX: 2,
  SEMAPHORE: 3,
  CONDITION: 4,
  EVENT_FLAG: 5,
  BARRIER: 6,
  ONCE: 7,
  RW_LOCK: 8,
  LATCH: 9,
  QUEUE: 10,
  BROADCAST: 11,
} as const;

/**
 * The word WORD of a mutex.
 *
 *   bits 2-29   bit 0
 *   owner       CONTENDED
 *
 *   from              to                by               how     means
 *   0                 who               locker           CAS     it has the lock; no section
 *   who               0                 who              CAS     it has let go; no section
 *   who               who + CONTENDED   locker           CAS     in a section: from here on only sections write it
 *   who, contended    next, contended   who, or anybody  write   in a section; by anybody only when who is dead
 *   who, contended    0                 who              store   in a section, after its undo log: nobody waits
 */
export const MUTEX_WORD: {
  readonly CONTENDED: 1;
  readonly OWNER_SHIFT: 2;
} = { CONTENDED: 1, OWNER_SHIFT: 2 } as const;
