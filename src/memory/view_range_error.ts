import { nameError } from "../name_error.ts";

/**
 * Memory is too short for what is to be in it, code `TROUPE_VIEW_RANGE`. A `RangeError`.
 *
 * Nothing was written.
 */
export class ViewRangeError extends RangeError {
  /** Stable machine-readable code, the same in every version. */
  declare readonly code: string;
  /** Bytes that are needed. */
  readonly needed: number;
  /** Bytes that there are. */
  readonly available: number;

  /** Makes the error. */
  constructor(
    message: string,
    options: { needed: number; available: number; cause?: unknown },
  ) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.needed = options.needed;
    this.available = options.available;
  }
}

nameError(ViewRangeError, "ViewRangeError", "TROUPE_VIEW_RANGE");
