import { TroupeError } from "../errors.ts";
import { nameError } from "../sync/name_error.ts";

/** An end of a channel was closed, so that nothing can be sent or nothing more comes; code `TROUPE_CHANNEL_CLOSED`. */
export class ChannelClosedError extends TroupeError {
  /** The message that was not sent, or the messages of a `sendMany()` that were not; only of one who sends. */
  readonly unsent?: unknown;

  /** Makes the error. */
  constructor(
    message: string,
    options: { unsent?: unknown; cause?: unknown } = {},
  ) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    if ("unsent" in options) this.unsent = options.unsent;
  }
}

nameError(ChannelClosedError, "ChannelClosedError", "TROUPE_CHANNEL_CLOSED");
