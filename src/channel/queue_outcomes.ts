/**
 * What sections of a queue come to, by number.
 *
 * @module
 */
import { AIM } from "./queue_layout.ts";

/** The number of a policy in FLAGS. */
export const OVERFLOW: {
  readonly WAIT: 0;
  readonly FAIL: 1;
  readonly DROP_NEWEST: 2;
  readonly DROP_OLDEST: 3;
} = { WAIT: 0, FAIL: 1, DROP_NEWEST: 2, DROP_OLDEST: 3 } as const;

/** What it comes to to put something. */
export const PUT: {
  readonly FULL: -1;
  readonly CLOSED: -2;
  readonly AGAIN: -3;
  readonly FENCED: -4;
} = { FULL: -1, CLOSED: -2, AGAIN: -3, FENCED: -4 } as const;

/** What it comes to to take something. */
export const TAKE: {
  readonly NOTHING: 0;
  readonly TAKEN: 1;
  readonly ENDED: 2;
  readonly FENCED: 3;
} = { NOTHING: 0, TAKEN: 1, ENDED: 2, FENCED: 3 } as const;

/** ARG of who waits until all is done. */
export const IDLE: number = 1 << AIM.SHIFT | AIM.LOOK;
