import { nameError } from "../name_error.ts";
import { TroupeError } from "../errors.ts";

/** A shared map has as many keys as it was made for, code `TROUPE_MAP_FULL`. It is as it was. */
export class MapFullError extends TroupeError {
  /** Most keys at one time. */
  readonly capacity: number;

  /** Makes the error. */
  constructor(message: string, options: { capacity: number; cause?: unknown }) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.capacity = options.capacity;
  }
}

nameError(MapFullError, "MapFullError", "TROUPE_MAP_FULL");
