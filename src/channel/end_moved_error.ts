import { TroupeError } from "../errors.ts";
import { nameError } from "../sync/name_error.ts";

/** An end of a channel was used after it was sent away, or has been received elsewhere; code `TROUPE_END_MOVED`. */
export class EndMovedError extends TroupeError {}

nameError(EndMovedError, "EndMovedError", "TROUPE_END_MOVED");
