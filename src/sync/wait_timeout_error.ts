import { TroupeError } from "../errors.ts";
import { nameError } from "../name_error.ts";

/** A wait took longer than it was allowed to, code `TROUPE_WAIT_TIMEOUT`; nothing of it is left. */
export class WaitTimeoutError extends TroupeError {
  /** The time it was given, in milliseconds. */
  readonly timeoutMs: number;

  /** Makes the error. */
  constructor(
    message: string,
    options: { timeoutMs: number; cause?: unknown },
  ) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.timeoutMs = options.timeoutMs;
  }
}

nameError(WaitTimeoutError, "WaitTimeoutError", "TROUPE_WAIT_TIMEOUT");
