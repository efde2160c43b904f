import { nameError } from "../name_error.ts";
import { WaitTimeoutError } from "../sync/wait_timeout_error.ts";

/** A message had to wait for room in a channel for longer than it was allowed to, code `TROUPE_CHANNEL_FULL`. */
export class ChannelFullError extends WaitTimeoutError {
  /** The message that was not sent, or the messages of a `sendMany()` that were not. */
  readonly unsent: unknown;

  /** Makes the error. */
  constructor(
    message: string,
    options: { timeoutMs: number; unsent: unknown; cause?: unknown },
  ) {
    super(message, options);
    this.unsent = options.unsent;
  }
}

nameError(ChannelFullError, "ChannelFullError", "TROUPE_CHANNEL_FULL");
