import { nameError } from "../name_error.ts";
import { TroupeError } from "../errors.ts";

/**
 * Why a supervisor refused to do something with a child.
 *
 * - `"notFound"`: no child has this id.
 * - `"alreadyStarted"`: a new child was given the id of one that is up; {@linkcode ChildError.ref} is its ref.
 * - `"alreadyPresent"`: a new child was given the id of one that is known but not up.
 * - `"starting"`, `"running"`, `"restarting"`, `"stopping"`: the child's state forbids it.
 * - `"maxChildren"`: there are as many children as there may be.
 * - `"wrongKind"`: the child is an actor where a supervisor was asked for, or the other way round; or a supervisor with a
 *   template was given a spec, or one without it arguments alone.
 * - `"startFailed"`: the child did not come up; `cause` is what its start threw.
 * - `"declined"`: the child said that it is not needed; `cause` is what its start threw.
 * - `"closed"`: the supervisor is stopping or has stopped.
 */
export type ChildErrorReason =
  | "notFound"
  | "alreadyStarted"
  | "alreadyPresent"
  | "starting"
  | "running"
  | "restarting"
  | "stopping"
  | "maxChildren"
  | "wrongKind"
  | "startFailed"
  | "declined"
  | "closed";

/** A supervisor could not do what was asked with one of its children, code `TROUPE_CHILD`. */
export class ChildError extends TroupeError {
  /** Name of the supervisor. */
  readonly supervisor: string;
  /** Id of the child; `""` if none was given. */
  readonly child: string;
  /** What stood in the way. */
  readonly reason: ChildErrorReason;
  /** The ref of the child that holds the id, when `reason` is `"alreadyStarted"`. */
  readonly ref?: unknown;

  /** Makes the error. */
  constructor(
    message: string,
    options: {
      supervisor: string;
      child: string;
      reason: ChildErrorReason;
      ref?: unknown;
      cause?: unknown;
    },
  ) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.supervisor = options.supervisor;
    this.child = options.child;
    this.reason = options.reason;
    if (options.ref !== undefined) this.ref = options.ref;
  }
}

nameError(ChildError, "ChildError", "TROUPE_CHILD");

const WAYS_OUT: Record<ChildErrorReason, string> = {
  notFound: "no child has this id",
  alreadyStarted: "its id is taken by a child that is up; use the error's ref",
  alreadyPresent: "its id is taken by a child that is not up",
  starting: "it is starting; wait until it is up, or stop it first",
  running: "it is running; stop it first",
  restarting: "it waits for its restart; stop it first",
  stopping: "it is stopping; wait until it has stopped",
  maxChildren:
    "there are as many children as there may be; stop one, or raise maxChildren",
  wrongKind: "it is not of the kind that this call is for",
  startFailed: "its start failed",
  declined: "it said that it is not needed",
  closed: "the supervisor is stopping or has stopped",
};

/**
 * Makes the error that refuses `attempt`, such as `"delete"`, and tells the way out.
 *
 * @param attempt The verb of what was asked.
 * @param options The error's data; `detail` is added to the text.
 */
export function refuseChild(
  attempt: string,
  options: {
    supervisor: string;
    child: string;
    reason: ChildErrorReason;
    ref?: unknown;
    cause?: unknown;
    detail?: string;
  },
): ChildError {
  const { supervisor, child, reason, detail } = options;
  const whom = child === "" ? "a child" : `child "${child}"`;
  const more = detail === undefined ? "" : `: ${detail}`;
  return new ChildError(
    `Cannot ${attempt} ${whom} of supervisor "${supervisor}": ${
      WAYS_OUT[reason]
    }${more}`,
    options,
  );
}
