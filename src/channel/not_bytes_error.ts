import { TroupeError } from "../errors.ts";
import { nameError } from "../name_error.ts";

/** A message that is no `Uint8Array` cannot be read where it lies, code `TROUPE_NOT_BYTES`; it is still the next one. */
export class NotBytesError extends TroupeError {}

nameError(NotBytesError, "NotBytesError", "TROUPE_NOT_BYTES");
