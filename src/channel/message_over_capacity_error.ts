import { MessageTooLargeError } from "../errors.ts";
import { nameError } from "../name_error.ts";

/** A message is larger than the whole queue, code `TROUPE_MESSAGE_OVER_CAPACITY`. */
export class MessageOverCapacityError extends MessageTooLargeError {
  /** The message that was not put. */
  readonly unsent: unknown;

  /** Makes the error. */
  constructor(
    message: string,
    options: { bytes: number; limit: number; unsent: unknown; cause?: unknown },
  ) {
    super(message, options);
    this.unsent = options.unsent;
  }
}

nameError(
  MessageOverCapacityError,
  "MessageOverCapacityError",
  "TROUPE_MESSAGE_OVER_CAPACITY",
);
