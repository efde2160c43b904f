import { TroupeError } from "../errors.ts";
import { nameError } from "../name_error.ts";

/**
 * How a connection ended: it was closed on this side, on the other one, or it was lost, as a program that is killed loses
 * its own.
 */
export type ConnectionEnd = "here" | "there" | "lost";

/**
 * A connection has ended, or nobody listens any more; code `TROUPE_CONNECTION_CLOSED`. A message that was on its way may
 * have been handled.
 */
export class ConnectionClosedError extends TroupeError {
  /** The address of the connection. */
  readonly address: string;
  /** How it ended. */
  readonly how: ConnectionEnd;

  /** Makes the error. */
  constructor(
    message: string,
    options: { address: string; how: ConnectionEnd; cause?: unknown },
  ) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.address = options.address;
    this.how = options.how;
  }
}

nameError(
  ConnectionClosedError,
  "ConnectionClosedError",
  "TROUPE_CONNECTION_CLOSED",
);
