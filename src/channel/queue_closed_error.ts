import { TroupeError } from "../errors.ts";
import { nameError } from "../sync/name_error.ts";

/** The queue is closed, and for who takes also empty, code `TROUPE_QUEUE_CLOSED`. */
export class QueueClosedError extends TroupeError {
  /** The message that was not put; not there for who takes. */
  declare readonly unsent?: unknown;

  /** Makes the error. */
  constructor(
    message: string,
    options: { unsent?: unknown; cause?: unknown } = {},
  ) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    if ("unsent" in options) this.unsent = options.unsent;
  }
}

nameError(QueueClosedError, "QueueClosedError", "TROUPE_QUEUE_CLOSED");
