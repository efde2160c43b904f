import { TroupeError } from "../errors.ts";
import { nameError } from "../name_error.ts";

/** A message found no room in a queue, in the time it was given, code `TROUPE_QUEUE_FULL`. */
export class QueueFullError extends TroupeError {
  /** The message that was not put. */
  readonly unsent: unknown;
  /** Messages that may wait in the queue. */
  readonly capacity: number;

  /** Makes the error. */
  constructor(
    message: string,
    options: { unsent: unknown; capacity: number; cause?: unknown },
  ) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.unsent = options.unsent;
    this.capacity = options.capacity;
  }
}

nameError(QueueFullError, "QueueFullError", "TROUPE_QUEUE_FULL");
