import { registerError } from "../error_wire.ts";
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

for (
  const [key, value] of [
    ["name", "MapFullError"],
    ["code", "TROUPE_MAP_FULL"],
  ]
) {
  // On the prototype, as for every other error: own fields are the data alone.
  Object.defineProperty(MapFullError.prototype, key as string, {
    configurable: true,
    writable: true,
    enumerable: false,
    value,
  });
}
registerError(MapFullError);
