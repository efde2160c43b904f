import { TroupeError } from "../errors.ts";
import { nameError } from "../name_error.ts";

/** The other end of a connection publishes no actor of a name, code `TROUPE_NOT_PUBLISHED`. */
export class NotPublishedError extends TroupeError {
  /** The name. */
  readonly key: string;

  /** Makes the error. */
  constructor(message: string, options: { key: string }) {
    super(message);
    this.key = options.key;
  }
}

nameError(NotPublishedError, "NotPublishedError", "TROUPE_NOT_PUBLISHED");
