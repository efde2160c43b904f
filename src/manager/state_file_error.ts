import { TroupeError } from "../errors.ts";
import { nameError } from "../name_error.ts";

/** What is wrong with the file of a Manager. */
export type StateFileReason =
  | "inUse"
  | "unreadable"
  | "corrupt"
  | "version"
  | "full"
  | "unwritable";

/**
 * The file of a Manager cannot be used, code `TROUPE_STATE_FILE`.
 *
 * - `"inUse"`: another Manager has it open.
 * - `"unreadable"`: it cannot be opened.
 * - `"corrupt"`: it is damaged, or not one of a Manager. Nothing was changed in it, but that SQLite may have moved there what
 *   stood whole in its log.
 * - `"version"`: it was made by a later version.
 * - `"full"`: its disk has no room.
 * - `"unwritable"`: a write failed for another reason.
 */
export class StateFileError extends TroupeError {
  /** Path of the file. */
  readonly file: string;
  /** What is wrong. */
  readonly reason: StateFileReason;

  /** Makes the error. */
  constructor(
    message: string,
    options: { file: string; reason: StateFileReason; cause?: unknown },
  ) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.file = options.file;
    this.reason = options.reason;
  }
}

nameError(StateFileError, "StateFileError", "TROUPE_STATE_FILE");

/** The error of a state file behind another one, which it was the cause of. */
export function stateFileErrorIn(error: unknown): StateFileError | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof StateFileError) return at;
  }
  return undefined;
}
