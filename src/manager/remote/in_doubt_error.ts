import { TroupeError } from "../../errors.ts";
import { nameError } from "../../name_error.ts";

/**
 * A Manager in another program was asked for something, and did not say in time whether that was done, or could not as the
 * connection broke; code `TROUPE_IN_DOUBT`. It is done once, or not at all: look before you ask again.
 */
export class InDoubtError extends TroupeError {
  /** The address of the Manager. */
  readonly address: string;
  /** What it was asked for. */
  readonly method: string;
  /** Always true: the Manager may have done it. */
  readonly mayHaveRun: true = true;

  /** Makes the error. */
  constructor(
    message: string,
    options: { address: string; method: string; cause?: unknown },
  ) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.address = options.address;
    this.method = options.method;
  }
}

nameError(InDoubtError, "InDoubtError", "TROUPE_IN_DOUBT");
