import { DataCloneError } from "../errors.ts";
import { nameError } from "../name_error.ts";

/** A message holds what cannot be sent, code `TROUPE_UNSENDABLE`; raised at the sender, before anything changed. */
export class UnsendableError extends DataCloneError {
  /** The message; of many at once, that one and those behind it. */
  readonly unsent: unknown;
  /** Which one of many at once it is, from 0. */
  declare readonly index?: number;

  /** Makes the error. */
  constructor(
    message: string,
    options: { path: string; unsent: unknown; index?: number; cause?: unknown },
  ) {
    const { path, unsent, index } = options;
    super(message, "cause" in options ? options : { path });
    this.unsent = unsent;
    if (index !== undefined) this.index = index;
  }
}

nameError(UnsendableError, "UnsendableError", "TROUPE_UNSENDABLE");
