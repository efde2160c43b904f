import { InvalidOptionError } from "../errors.ts";
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

/**
 * Checks what a caller gave.
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
      `Cannot ${what} as 'timeout' must be a number of milliseconds from 0: current value is ${timeout}`,
      { option: "timeout", value: timeout },
    );
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new InvalidOptionError(
      `Cannot ${what} as 'signal' must be an AbortSignal: current value is ${signal}`,
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
