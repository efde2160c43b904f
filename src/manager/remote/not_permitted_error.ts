import { Refusal } from "../../errors.ts";
import { nameError } from "../../name_error.ts";
import type { Right } from "./rights.ts";

/** A guest of a Manager asked for what it may not have, code `TROUPE_NOT_PERMITTED`; nothing was changed. */
export class NotPermittedError extends Refusal {
  /** The guest, by its name in `ManagerOptions.guests`. */
  readonly guest: string;
  /** The right that it does not have. */
  readonly right: Right;
  /** What it would have needed that for, such as `map "users"`. */
  readonly thing: string;

  /** Makes the error. */
  constructor(
    message: string,
    options: { guest: string; right: Right; thing: string; cause?: unknown },
  ) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.guest = options.guest;
    this.right = options.right;
    this.thing = options.thing;
  }
}

nameError(NotPermittedError, "NotPermittedError", "TROUPE_NOT_PERMITTED");
