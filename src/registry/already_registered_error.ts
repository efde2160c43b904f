import type { ActorRef } from "../actor/ref.ts";
import { registerError } from "../error_wire.ts";
import { TroupeError } from "../errors.ts";

/** A name stands for another actor already, code `TROUPE_ALREADY_REGISTERED`. */
export class AlreadyRegisteredError extends TroupeError {
  /** The name. */
  readonly key: string;
  /** The actor that holds it. */
  readonly holder: ActorRef<unknown>;

  /** Makes the error. */
  constructor(
    message: string,
    options: { key: string; holder: ActorRef<unknown>; cause?: unknown },
  ) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.key = options.key;
    this.holder = options.holder;
  }
}

for (
  const [key, value] of [
    ["name", "AlreadyRegisteredError"],
    ["code", "TROUPE_ALREADY_REGISTERED"],
  ]
) {
  // On the prototype, as for every other error: own fields are the data alone.
  Object.defineProperty(AlreadyRegisteredError.prototype, key as string, {
    configurable: true,
    writable: true,
    enumerable: false,
    value,
  });
}
registerError(AlreadyRegisteredError);
