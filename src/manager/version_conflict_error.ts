import { nameError } from "../name_error.ts";
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

nameError(
  VersionConflictError,
  "VersionConflictError",
  "TROUPE_VERSION_CONFLICT",
);
