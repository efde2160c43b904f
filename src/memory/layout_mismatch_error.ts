import { registerError } from "../error_wire.ts";
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

for (
  const [key, value] of [
    ["name", "LayoutMismatchError"],
    ["code", "TROUPE_LAYOUT_MISMATCH"],
  ]
) {
  // On the prototype, as for every other error: own fields are the data alone.
  Object.defineProperty(LayoutMismatchError.prototype, key as string, {
    configurable: true,
    writable: true,
    enumerable: false,
    value,
  });
}
registerError(LayoutMismatchError);
