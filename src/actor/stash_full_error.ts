import { nameError } from "../name_error.ts";
import { TroupeError } from "../errors.ts";

/** No more messages can be put aside, code `TROUPE_STASH_FULL`. */
export class StashFullError extends TroupeError {
  /** The actor. */
  readonly actor: string;
  /** How many messages it may put aside. */
  readonly capacity: number;

  /** Makes the error. */
  constructor(
    message: string,
    options: { actor: string; capacity: number; cause?: unknown },
  ) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.actor = options.actor;
    this.capacity = options.capacity;
  }
}

nameError(StashFullError, "StashFullError", "TROUPE_STASH_FULL");

/** The error of an `actor` that has put aside what it may. */
export function stashFull(
  actor: string,
  capacity: number,
  why: "count" | "bytes" = "count",
): StashFullError {
  const full = why === "count"
    ? `it has ${capacity} already: handle some with unstash(), or raise its mailbox.stash`
    : "those that it has fill the memory for them: handle some with unstash(), or send large values as parcels";
  return new StashFullError(
    `Cannot put a message of "${actor}" aside as ${full}`,
    { actor, capacity },
  );
}
