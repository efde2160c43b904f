import { registerError } from "../error_wire.ts";
import { Refusal } from "../errors.ts";

/** A key was written since somebody looked at it, code `TROUPE_VERSION_CONFLICT`. */
export class VersionConflictError extends Refusal {
  /** The map. */
  readonly map: string;
  /** The version that the key has; 0 when it is not there. */
  readonly version: number;

  /** Makes the error. */
  constructor(
    message: string,
    options: { map: string; version: number; cause?: unknown },
  ) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.map = options.map;
    this.version = options.version;
  }
}

for (
  const [key, value] of [
    ["name", "VersionConflictError"],
    ["code", "TROUPE_VERSION_CONFLICT"],
  ]
) {
  // On the prototype, as for every other error: own fields are the data alone.
  Object.defineProperty(VersionConflictError.prototype, key as string, {
    configurable: true,
    writable: true,
    enumerable: false,
    value,
  });
}
registerError(VersionConflictError);
