import type { ActorRef } from "../actor/ref.ts";
import { nameError } from "../name_error.ts";
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

nameError(
  AlreadyRegisteredError,
  "AlreadyRegisteredError",
  "TROUPE_ALREADY_REGISTERED",
);
