import { InvalidOptionError } from "../errors.ts";
import { checkOptionNames, type OptionNames } from "../option_names.ts";
import { checkWait, type SyncWait, type Wait } from "./wait.ts";

/** The most parties. */
const LIMIT = 255;

/** How a barrier is made. */
export interface BarrierOptions {
  /**
   * The `timeout` of waits that are given none, in milliseconds.
   *
   * @default {Infinity}
   */
  readonly timeout?: number;
}

/** How to wait at a barrier without blocking the thread. */
export interface BarrierWait extends Wait {
  /** What the last to come does before anybody goes on; that of the others is not called. If it throws, the barrier breaks. */
  readonly action?: () => unknown;
}

/** How to wait at a barrier, blocking the thread. */
export interface BarrierSyncWait extends SyncWait {
  /** What the last to come does before anybody goes on; that of the others is not called. If it throws, or returns a promise, the barrier breaks. */
  readonly action?: () => void;
}

const OPTIONS: OptionNames<BarrierOptions> = { timeout: true };
/** The options of a wait that leaves the thread free. */
export const AWAITED: OptionNames<BarrierWait> = {
  timeout: true,
  signal: true,
  action: true,
};
/** The options of a wait that blocks the thread. */
export const BLOCKED: OptionNames<BarrierSyncWait> = {
  timeout: true,
  onMain: true,
  action: true,
};

/**
 * Checks what a barrier is to be made of.
 *
 * @throws {InvalidOptionError} If a number is out of its bounds, or an option is none.
 */
export function checkBarrier(parties: number, options: BarrierOptions): void {
  checkParties(parties);
  checkOptionNames("Cannot make a barrier", options, OPTIONS);
  checkWait("make a barrier", options);
}

function checkParties(parties: number): void {
  if (Number.isInteger(parties) && parties >= 1 && parties <= LIMIT) return;
  throw new InvalidOptionError(
    `Cannot make a barrier as 'parties' must be a whole number from 1 to ${LIMIT}: current value is ${
      Deno.inspect(parties, { depth: 1 })
    }`,
    { option: "parties", value: parties },
  );
}

/**
 * Checks what the last to come is to do.
 *
 * @throws {InvalidOptionError} If it is no function.
 */
export function checkAction(action: unknown): void {
  if (action === undefined || typeof action === "function") return;
  throw new InvalidOptionError(
    `Cannot wait as 'action' must be a function: current value is ${
      Deno.inspect(action, { depth: 1 })
    }`,
    { option: "action", value: action },
  );
}
