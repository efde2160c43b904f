import { registerError } from "../error_wire.ts";
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

for (
  const [key, value] of [["name", "ReceiveError"], ["code", "TROUPE_RECEIVE"]]
) {
  // On the prototype, as for every other error: own fields are the data alone.
  Object.defineProperty(ReceiveError.prototype, key as string, {
    configurable: true,
    writable: true,
    enumerable: false,
    value,
  });
}
registerError(ReceiveError);
