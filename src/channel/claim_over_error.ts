import { TroupeError } from "../errors.ts";
import { nameError } from "../name_error.ts";

/** A claim was used after it had been committed or disposed, code `TROUPE_CLAIM_OVER`. */
export class ClaimOverError extends TroupeError {}

nameError(ClaimOverError, "ClaimOverError", "TROUPE_CLAIM_OVER");
