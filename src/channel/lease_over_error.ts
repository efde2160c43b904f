import { TroupeError } from "../errors.ts";
import { nameError } from "../name_error.ts";

/** The bytes of a lease were asked for after it had ended, code `TROUPE_LEASE_OVER`. */
export class LeaseOverError extends TroupeError {}

nameError(LeaseOverError, "LeaseOverError", "TROUPE_LEASE_OVER");
