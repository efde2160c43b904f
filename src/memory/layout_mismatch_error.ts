import { nameError } from "../name_error.ts";
import { TroupeError } from "../errors.ts";

/** Memory holds structs of another layout, code `TROUPE_LAYOUT_MISMATCH`. Nothing was read or written. */
export class LayoutMismatchError extends TroupeError {
  /** The fingerprint that was asked for. */
  readonly expected: string;
  /** The fingerprint of what is there; empty if there are no structs. */
  readonly actual: string;

  /** Makes the error. */
  constructor(
    message: string,
    options: { expected: string; actual: string; cause?: unknown },
  ) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.expected = options.expected;
    this.actual = options.actual;
  }
}

nameError(LayoutMismatchError, "LayoutMismatchError", "TROUPE_LAYOUT_MISMATCH");
