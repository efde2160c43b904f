import { dirname } from "node:path";
import { messageOf } from "../thrown.ts";
import { StateFileError, type StateFileReason } from "./state_file_error.ts";

/** What was to be done with a state file. */
export type FileVerb = "open" | "write";

/** What to do about it, unless there is something better to say; `%log` stands for the path of its log. */
const WAYS_OUT: Readonly<Record<StateFileReason, string>> = {
  inUse: "stop that one first",
  unreadable: "look at its path, its permissions and the room on its disk",
  corrupt:
    "remove %log if it is there, and then put a copy back, or remove the file too to begin anew",
  version: "open it with that version of the package, or name another path",
  full: "free room there",
  unwritable: "look at its disk and its permissions",
};

/** SQLite's log of the commits that are not in `file` yet: it is read with whatever is in the place of that. */
export function logOf(file: string): string {
  return `${file}-wal`;
}

/** A state file that cannot be used, in one line: why, and what to do. */
export function fileFault(
  reason: StateFileReason,
  verb: FileVerb,
  file: string,
  why: string,
  {
    wayOut = WAYS_OUT[reason].replace("%log", () => `"${logOf(file)}"`),
    ...rest
  }: {
    wayOut?: string;
    cause?: unknown;
  } = {},
): StateFileError {
  const line = why.trim().replaceAll(/\s*\n\s*/g, "; ");
  return new StateFileError(
    `Cannot ${verb} the state file "${file}" as ${line}: ${wayOut}`,
    { file, reason, ...rest },
  );
}

/** SQLite's SQLITE_CORRUPT and SQLITE_NOTADB. */
const DAMAGES: ReadonlySet<number> = new Set([11, 26]);
/** What they are called, as `exec()` gives no number. */
const DAMAGE_REGEXP = /malformed|not a database/;
/** SQLite's SQLITE_FULL. */
const FULL = 13;
const FULL_REGEXP = /disk is full|No space left/;
/** What SQLite calls all else that the system says, also that there is no room for what it needs to open a file. */
const SYSTEM_REGEXP = /disk I\/O error/;
/** What it needs for that at least, in bytes: an index of its log, and a page. */
const ROOM_BYTES = 2 ** 16;

/** The error that is behind `cause`, which SQLite or the system threw. */
export function fileFaultOf(
  verb: FileVerb,
  file: string,
  cause: unknown,
): StateFileError {
  const code = ((cause as { errcode?: number }).errcode ?? 0) & 0xff;
  const message = messageOf(cause);
  const why = `it failed with "${message}"`;
  const known = reasonOf(verb, code, message);
  const reason = SYSTEM_REGEXP.test(message) && isFullAt(file) ? "full" : known;
  return fileFault(reason, verb, file, why, { cause });
}

function reasonOf(
  verb: FileVerb,
  code: number,
  message: string,
): StateFileReason {
  if (DAMAGES.has(code) || DAMAGE_REGEXP.test(message)) return "corrupt";
  if (code === FULL || FULL_REGEXP.test(message)) return "full";
  return verb === "open" ? "unreadable" : "unwritable";
}

/** Whether there is no room beside `file`; not if that cannot be tried. */
function isFullAt(file: string): boolean {
  const dir = dirname(file);
  const asked = Deno.permissions.querySync({ name: "write", path: dir });
  if (asked.state !== "granted") return false;
  let trial: string | undefined;
  try {
    trial = Deno.makeTempFileSync({ dir });
    Deno.writeFileSync(trial, new Uint8Array(ROOM_BYTES));
    return false;
  } catch (error) {
    return FULL_REGEXP.test(messageOf(error));
  } finally {
    if (trial !== undefined) Deno.removeSync(trial);
  }
}
