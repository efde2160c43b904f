import { TroupeError } from "../errors.ts";
import { nameError } from "../name_error.ts";

/** Something was refused, and the error has what it was if it was a message; code `TROUPE_UNSENT`. Each refusal is a class of its own. */
export class UnsentError extends TroupeError {
  /** The message that was not sent, or the messages of many at once that were not; not there for who receives. */
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

nameError(UnsentError, "UnsentError", "TROUPE_UNSENT");
