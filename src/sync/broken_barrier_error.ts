import { TroupeError } from "../errors.ts";
import { nameError } from "../name_error.ts";

/** The parties of a barrier will not meet, code `TROUPE_BROKEN_BARRIER`: one aborted, gave up, or died. */
export class BrokenBarrierError extends TroupeError {}

nameError(BrokenBarrierError, "BrokenBarrierError", "TROUPE_BROKEN_BARRIER");
