import { InvalidOptionError } from "../errors.ts";
import { checkOptionNames, type OptionNames } from "../option_names.ts";
import { WaitTimeoutError } from "./wait_timeout_error.ts";

/** How long to wait without blocking the thread. */
export interface Wait {
  /**
   * Milliseconds, 0 or more; 0 does not wait.
   *
   * @default {Infinity}
   */
  readonly timeout?: number;
  /** Ends the wait when it aborts: the promise rejects with its reason. */
  readonly signal?: AbortSignal;
}

/** How long to block the thread. */
export interface SyncWait {
  /**
   * Milliseconds, 0 or more; 0 does not wait.
   *
   * @default {Infinity}
   */
  readonly timeout?: number;
  /**
   * Whether the main thread may be blocked: its timers, signals and messages stand still as long as it waits.
   *
   * @default {false}
   */
  readonly onMain?: boolean;
}

const AWAITED: OptionNames<Wait> = { timeout: true, signal: true };
const BLOCKING: OptionNames<SyncWait> = { timeout: true, onMain: true };

/**
 * Checks all that was given to a wait that leaves the thread free.
 *
 * @param what What could not be done otherwise, for the message.
 * @param names The options that there are.
 * @throws {InvalidOptionError} If an option is out of bounds, or none of them.
 */
export function checkAwaited<W extends Wait>(
  what: string,
  options: W,
  names: OptionNames<W> = AWAITED as OptionNames<W>,
): void {
  checkNames(what, options, names);
  checkWait(what, options);
}

/** As {@linkcode checkAwaited}, for a wait that blocks the thread: no signal could end it. */
export function checkBlocking<W extends SyncWait>(
  what: string,
  options: W,
  names: OptionNames<W> = BLOCKING as OptionNames<W>,
): void {
  checkNames(what, options, names);
  checkWait(what, options);
}

/**
 * Checks that options are an object without a name that means nothing. Almost all calls give none, or such as there are:
 * that costs a look at each name.
 *
 * @throws {InvalidOptionError} If one is none of them.
 */
export function checkNames<W extends object>(
  what: string,
  options: W,
  names: OptionNames<W>,
): void {
  let isKnown = typeof options === "object" && options !== null &&
    !Array.isArray(options);
  for (const name in options) isKnown &&= Object.hasOwn(names, name);
  if (!isKnown) checkOptionNames(`Cannot ${what}`, options, names);
}

/**
 * Checks how long a caller wants to wait.
 *
 * @param what What could not be done otherwise, for the message.
 * @throws {InvalidOptionError} If `timeout` is no number from 0 or `signal` is no signal.
 */
export function checkWait(
  what: string,
  { timeout, signal }: Wait,
): void {
  if (
    timeout !== undefined && !(typeof timeout === "number" && timeout >= 0)
  ) {
    throw new InvalidOptionError(
      `Cannot ${what} as 'timeout' must be a number of milliseconds from 0: current value is ${
        Deno.inspect(timeout, { depth: 1 })
      }`,
      { option: "timeout", value: timeout },
    );
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new InvalidOptionError(
      `Cannot ${what} as 'signal' must be an AbortSignal: current value is ${
        Deno.inspect(signal, { depth: 1 })
      }`,
      { option: "signal", value: signal },
    );
  }
}

/**
 * Says that the time of a wait is over.
 *
 * @param what What could not be done, for the message.
 * @throws {WaitTimeoutError} Always.
 */
export function throwTooLate(
  what: string,
  { timeout = Infinity }: { readonly timeout?: number },
): never {
  throw new WaitTimeoutError(
    `Cannot ${what} as it took too long: the limit is ${timeout} ms`,
    { timeoutMs: timeout },
  );
}
