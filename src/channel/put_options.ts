import { InvalidOptionError } from "../errors.ts";
import type { OptionNames } from "../option_names.ts";
import type { SyncWait, Wait } from "../sync/wait.ts";
import { checkTransfer } from "./check_transfer.ts";

/** How a message is put, beside for how long it may wait for room. */
export interface PutHow {
  /**
   * Greater is sooner, in a queue that was made with `priority`; a number, not `NaN`.
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
 * Checks how a message is put.
 *
 * @throws {InvalidOptionError} If `priority` is no number, or `transfer` no array.
 */
export function checkPut(priority: unknown = 0, transfer: unknown): void {
  checkTransfer("put", transfer);
  if (typeof priority === "number" && !Number.isNaN(priority)) return;
  throw new InvalidOptionError(
    `Cannot put as 'priority' must be a number: current value is ${
      Deno.inspect(priority, { depth: 1 })
    }`,
    { option: "priority", value: priority },
  );
}
