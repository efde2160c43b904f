import { TroupeError } from "../errors.ts";
import { nameError } from "../name_error.ts";

/** What a message held beside its bytes ended with the thread that sent it, or was moved elsewhere; code `TROUPE_PARCEL_LOST`. */
export class ParcelLostError extends TroupeError {}

nameError(ParcelLostError, "ParcelLostError", "TROUPE_PARCEL_LOST");
