/**
 * When messages that wait for room are given up.
 *
 * All that are sent before the thread turns to somebody else have the same
 * deadline: until then nobody could have made room for any of them. So the
 * clock, which costs as much as a message, is read once for all.
 *
 * @module
 */

/** The deadline of all messages that wait as long and were sent in one go. */
export class RoomDeadline {
  /** On the clock of `performance.now()`; Infinity until the go is over. */
  at: number = Infinity;

  /** They may wait `waitMs` milliseconds. */
  constructor(readonly waitMs: number) {}
}
