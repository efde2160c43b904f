import { registerError } from "../error_wire.ts";
import { TroupeError } from "../errors.ts";

/** The pool takes no more tasks, or was terminated with this one, code `TROUPE_POOL_CLOSED`. */
export class PoolClosedError extends TroupeError {}

/**
 * The workers of the pool do not start, or end before they run a task, code `TROUPE_POOL_BROKEN`; `cause` is the last
 * reason. It is the end of a pool of which no worker is left; else only of `warm()` and of what needs a worker that is not
 * there, by its `key`.
 */
export class PoolBrokenError extends TroupeError {}

for (
  const [Class, name, code] of [
    [PoolClosedError, "PoolClosedError", "TROUPE_POOL_CLOSED"],
    [PoolBrokenError, "PoolBrokenError", "TROUPE_POOL_BROKEN"],
  ] as const
) {
  // On the prototype, as for every other error: own fields are the data alone.
  const hidden = { configurable: true, writable: true, enumerable: false };
  Object.defineProperty(Class.prototype, "name", { ...hidden, value: name });
  Object.defineProperty(Class.prototype, "code", { ...hidden, value: code });
  registerError(Class);
}
