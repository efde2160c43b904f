import { TroupeError } from "../errors.ts";
import { nameError } from "../name_error.ts";

/** This thread does not hold what it wants to give back or use, code `TROUPE_NOT_HELD`; nothing was changed. */
export class NotHeldError extends TroupeError {}

nameError(NotHeldError, "NotHeldError", "TROUPE_NOT_HELD");
