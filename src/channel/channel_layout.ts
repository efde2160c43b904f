/**
 * The shared words of a channel, drawn.
 *
 * @module
 */

/** The version of every table here. */
export const CHANNEL_VERSION: 2 = 2 as const;

/**
 * The control block of a channel; a typed one has its ring behind it, any other a lane in a memory of its own.
 *
 *   byte  word  field      written by        meaning
 *      0     0  VERSION    creator, once     CHANNEL_VERSION
 *      4     1  ROOT       creator, once     ROOT of the table of lives that its names are from
 *      8     2  IDENTITY   creator, once     two words: tells it from all others
 *     16     4  CAPACITY   creator, once     messages that it holds
 *     20     5  STRIDE     creator, once     bytes from one record to the next; 0 if it has a lane
 *     24-63     reserved   nobody            zero
 *     64    16  TX         see END           the sending end
 *     68    17  TX_SLEEP   both              1 while who sends waits for room; who wakes it takes it away
 *     72    18  TX_TURN    who has the end   how often the end has been received, mod 2^32
 *     76    19  TX_WHY     who has the end   why it was aborted: the number of what the depot has; 0: it was not
 *     80    20  TX_LEFT_BY who has the end   the thread that left that
 *     84-127    reserved   nobody            zero
 *    128    32  RX         see END           the receiving end
 *    132    33  RX_SLEEP   both              1 while who receives waits for a message; who wakes it takes it away
 *    136    34  RX_TURN    who has the end   how often the end has been received, mod 2^32
 *    140    35  RX_WHY     who has the end   why it was aborted: the number of what the depot has; 0: it was not
 *    144    36  RX_LEFT_BY who has the end   the thread that left that
 *    148-191    reserved   nobody            zero
 *    192    48  TAIL       see RING_TAIL     typed only: records sent
 *    196-255    reserved   nobody            zero
 *    256    64  HEAD       who receives      typed only: records received, mod 2^30; hands them back to who sends
 *    260-319    reserved   nobody            zero
 *    320    80  SLOTS      who sends         typed only: the records
 */
export const CHANNEL: {
  readonly VERSION: 0;
  readonly ROOT: 1;
  readonly IDENTITY: 2;
  readonly CAPACITY: 4;
  readonly STRIDE: 5;
  readonly TX: 16;
  readonly RX: 32;
  readonly SLEEP: 1;
  readonly TURN: 2;
  readonly WHY: 3;
  readonly LEFT_BY: 4;
  readonly TAIL: 48;
  readonly HEAD: 64;
  readonly SLOTS: 80;
} = {
  VERSION: 0,
  ROOT: 1,
  IDENTITY: 2,
  CAPACITY: 4,
  STRIDE: 5,
  TX: 16,
  RX: 32,
  SLEEP: 1,
  TURN: 2,
  WHY: 3,
  LEFT_BY: 4,
  TAIL: 48,
  HEAD: 64,
  SLOTS: 80,
} as const;

/** Which end of a channel: the index of its first word. */
export type Side = typeof CHANNEL.TX | typeof CHANNEL.RX;

/**
 * The word of an end.
 *
 *   bit 30   29       28        27 ...... 0
 *   DIED     CLOSED   TRANSIT   who has it
 *
 *   from                  to                    by              how   means
 *   who                   who + TRANSIT         who             CAS   it is in a message
 *   who + TRANSIT         other                 receiver of it  CAS   other has it from here on
 *   who + TRANSIT         who                   who             CAS   its message was refused
 *   who, any but these    the same + CLOSED     who             CAS   nothing more is sent, or received
 *   who, any but these    the same + CLOSED     the other end   CAS   who has ended, normally
 *   who, any but these    the same + DIED       the other end   CAS   who has ended, abnormally
 *   who + TRANSIT         the same + DIED       the depot       CAS   its message was thrown away
 *
 * CLOSED and DIED are never taken away. In a message of one who has ended
 * normally it is nobody's, and as good as held: the message may yet arrive.
 */
export const END: {
  readonly WHO: 0x0fffffff;
  readonly TRANSIT: 0x10000000;
  readonly CLOSED: 0x20000000;
  readonly DIED: 0x40000000;
} = {
  WHO: 0x0fffffff,
  TRANSIT: 0x10000000,
  CLOSED: 0x20000000,
  DIED: 0x40000000,
} as const;

/**
 * The word TAIL.
 *
 *   bit 31      30     29 ............ 0
 *   SEALED      zero   records sent, mod 2^30
 *
 *   from        to          by         how   means
 *   n           n + k       who sends  CAS   k more records can be read
 *   n           n, SEALED   anybody    OR    nothing more is published
 */
export const RING_TAIL: {
  readonly COUNT: 0x3fffffff;
  readonly SEALED: -0x80000000;
} = { COUNT: 0x3fffffff, SEALED: -0x80000000 } as const;
