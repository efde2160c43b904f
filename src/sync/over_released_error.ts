import { TroupeError } from "../errors.ts";
import { nameError } from "../name_error.ts";

/** More was given back than there is, code `TROUPE_OVER_RELEASED`; nothing was changed. */
export class OverReleasedError extends TroupeError {}

nameError(OverReleasedError, "OverReleasedError", "TROUPE_OVER_RELEASED");
