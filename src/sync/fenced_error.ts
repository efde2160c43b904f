import { TroupeError } from "../errors.ts";
import { nameError } from "../name_error.ts";

/** This thread was given up and may have been replaced: it can hold nothing any more, code `TROUPE_FENCED`. */
export class FencedError extends TroupeError {}

nameError(FencedError, "FencedError", "TROUPE_FENCED");
