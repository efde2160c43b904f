import { nameError } from "../name_error.ts";
import { UnsentError } from "./unsent_error.ts";

/** An end of a channel was used after it was sent away, or has been received elsewhere; code `TROUPE_END_MOVED`. */
export class EndMovedError extends UnsentError {}

nameError(EndMovedError, "EndMovedError", "TROUPE_END_MOVED");
