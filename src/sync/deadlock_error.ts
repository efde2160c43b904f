import { TroupeError } from "../errors.ts";
import { nameError } from "../name_error.ts";

/** The wait could never end, as only this thread could end it, code `TROUPE_DEADLOCK`. */
export class DeadlockError extends TroupeError {}

nameError(DeadlockError, "DeadlockError", "TROUPE_DEADLOCK");
