import { nameError } from "../name_error.ts";
import { TroupeError } from "../errors.ts";

/** The pool takes no more tasks, or was terminated with this one, code `TROUPE_POOL_CLOSED`. */
export class PoolClosedError extends TroupeError {}

/**
 * The workers of the pool do not start, or end before they run a task, code `TROUPE_POOL_BROKEN`; `cause` is the last
 * reason. It is the end of a pool of which no worker is left; else only of `warm()` and of what needs a worker that is not
 * there, by its `key`.
 */
export class PoolBrokenError extends TroupeError {}

nameError(PoolClosedError, "PoolClosedError", "TROUPE_POOL_CLOSED");
nameError(PoolBrokenError, "PoolBrokenError", "TROUPE_POOL_BROKEN");
