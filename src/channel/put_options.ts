import { InvalidOptionError } from "../errors.ts";
import type { OptionNames } from "../option_names.ts";
import type { SyncWait, Wait } from "../sync/wait.ts";
import { messageOf } from "../thrown.ts";
import { refuseOption } from "./refuse_option.ts";

/** How a message is put, beside for how long it may wait for room. */
export interface PutHow {
  /**
   * Greater is sooner, in a queue that was made with `priority`; a number, not `NaN`. Any other queue has 0 alone.
   *
   * @default {0}
   */
  readonly priority?: number;
  /**
   * Array buffers, ports and streams of the message to move instead of copying. They are moved when there is room for the
   * message; one that is refused, or has waited for room in vain, leaves them where they are. Where `capacity` is 0 there is
   * room at once: if nobody takes the message in time they are lost.
   *
   * @default {[]}
   */
  readonly transfer?: readonly Transferable[];
}

/** How a message is put, and how long it may wait for room. */
export interface PutOptions extends PutHow, Wait {}

/** How a message is put, and how long the thread may be blocked. */
export interface PutSyncOptions extends PutHow, SyncWait {}

/** How room for a message is claimed. */
export interface ClaimOptions extends Pick<PutHow, "priority">, Wait {}

/** How room for a message is claimed by a thread that is blocked meanwhile. */
export interface ClaimSyncOptions extends Pick<PutHow, "priority">, SyncWait {}

/** What may be said of how a message is put. */
export const PUT_HOW: OptionNames<PutHow> = { priority: true, transfer: true };
/** The same, and for how long it waits. */
export const PUT: OptionNames<PutOptions> = {
  ...PUT_HOW,
  timeout: true,
  signal: true,
};
/** What may be said of how room is claimed. */
export const CLAIM: OptionNames<ClaimOptions> = {
  priority: true,
  timeout: true,
  signal: true,
};
/** The same, where the thread waits. */
export const CLAIM_SYNC: OptionNames<ClaimSyncOptions> = {
  priority: true,
  timeout: true,
  onMain: true,
};
/** What may be said of how a message is put, where the thread waits. */
export const PUT_SYNC: OptionNames<PutSyncOptions> = {
  ...PUT_HOW,
  timeout: true,
  onMain: true,
};

/**
 * Checks the priority of a message.
 *
 * @param what What cannot be done otherwise.
 * @param ranked Whether the queue has priorities; else there is but one, 0.
 * @throws {InvalidOptionError} If it is no number, or another one than 0 where there are none.
 */
export function checkPriority(
  what: string,
  priority: unknown,
  ranked: boolean,
): void {
  if (priority === 0) return;
  if (typeof priority !== "number" || Number.isNaN(priority)) {
    refuseOption(what, "priority", priority, "a number");
  }
  if (ranked) return;
  throw new InvalidOptionError(
    `Cannot ${what} as 'priority' must be 0 in a queue without priorities: current value is ${priority}; make the queue with 'priority: true'`,
    { option: "priority", value: priority },
  );
}

/** A function of a message that gives its priority. */
export type Rank = (message: unknown) => number;

/**
 * The priority that a function of the user gives a message.
 *
 * @throws {InvalidOptionError} If the function throws.
 */
export function rankOf(rank: Rank, message: unknown): number {
  try {
    return rank(message);
  } catch (error) {
    throw new InvalidOptionError(
      `Cannot put as the function 'priority' must give a number for the message: current result is the error ${
        JSON.stringify(messageOf(error))
      }; give 0 for what it does not know`,
      { option: "priority", value: rank, cause: error },
    );
  }
}
