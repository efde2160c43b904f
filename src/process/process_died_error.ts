import { nameError } from "../name_error.ts";
import { TroupeError } from "../errors.ts";

/** The process of an actor or a task ended by itself, code `TROUPE_PROCESS_DIED`. */
export class ProcessDiedError extends TroupeError {
  /** Its exit code; 128 and the signal's number if a signal ended it. */
  readonly exitCode: number;
  /** The signal that ended it, if one did. */
  readonly signal?: string;
  /** What it wrote to stderr last: at most 20 lines. */
  readonly stderr: readonly string[];

  /** Makes the error. */
  constructor(
    message: string,
    options: { exitCode: number; signal?: string; stderr: readonly string[] },
  ) {
    super(message);
    this.exitCode = options.exitCode;
    if (options.signal !== undefined) this.signal = options.signal;
    this.stderr = options.stderr;
  }
}

nameError(ProcessDiedError, "ProcessDiedError", "TROUPE_PROCESS_DIED");
