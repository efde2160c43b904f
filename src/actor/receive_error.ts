import { nameError } from "../name_error.ts";
import { TroupeError } from "../errors.ts";

/** No message was received, code `TROUPE_RECEIVE`. */
export class ReceiveError extends TroupeError {
  /** The actor. */
  readonly actor: string;
  /** What came first: the deadline, a stop of the actor, or the end of the handler that waited. */
  readonly why: "timeout" | "stopped" | "ended";

  /** Makes the error. */
  constructor(
    message: string,
    options: {
      actor: string;
      why: "timeout" | "stopped" | "ended";
      cause?: unknown;
    },
  ) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.actor = options.actor;
    this.why = options.why;
  }
}

nameError(ReceiveError, "ReceiveError", "TROUPE_RECEIVE");
