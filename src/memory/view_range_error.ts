import { registerError } from "../error_wire.ts";

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

for (
  const [key, value] of [
    ["name", "ViewRangeError"],
    ["code", "TROUPE_VIEW_RANGE"],
  ]
) {
  // On the prototype, as for every other error: own fields are the data alone.
  Object.defineProperty(ViewRangeError.prototype, key as string, {
    configurable: true,
    writable: true,
    enumerable: false,
    value,
  });
}
registerError(ViewRangeError);
