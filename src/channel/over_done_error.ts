import { TroupeError } from "../errors.ts";
import { nameError } from "../name_error.ts";

/** More messages of a queue were said to be done than were taken, code `TROUPE_OVER_DONE`; nothing has changed. */
export class OverDoneError extends TroupeError {}

nameError(OverDoneError, "OverDoneError", "TROUPE_OVER_DONE");
