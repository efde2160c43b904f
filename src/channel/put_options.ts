import type { SyncWait, Wait } from "../sync/wait.ts";

/** How a message is put, beside for how long it may wait for room. */
export interface PutHow {
  /**
   * Greater is sooner, in a queue that was made with `priority`; a number, not `NaN`.
   *
   * @default {0}
   */
  readonly priority?: number;
  /**
   * Array buffers, ports and streams of the message to move instead of copying.
   *
   * @default {[]}
   */
  readonly transfer?: readonly Transferable[];
}

/** How a message is put, and how long it may wait for room. */
export interface PutOptions extends PutHow, Wait {}

/** How a message is put, and how long the thread may be blocked. */
export interface PutSyncOptions extends PutHow, SyncWait {}
