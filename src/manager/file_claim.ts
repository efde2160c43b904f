import { resolve } from "node:path";
import { messageOf } from "../thrown.ts";
import { StateFileError } from "./state_file_error.ts";

/** A state file that one Manager has to itself. */
export interface FileClaim {
  /** Its path, wherever the program goes and whatever links lead there. */
  readonly file: string;
  /** Gives it up. */
  readonly release: () => void;
}

/**
 * Claims a state file for one Manager, beyond the life of its thread: by a lock on the empty file `<file>.lock` beside it,
 * which ends with the program at the latest.
 *
 * @throws {StateFileError} If another Manager has it, or there is no way to it.
 */
export async function claimFile(given: string): Promise<FileClaim> {
  const file = await realPath(given);
  const path = `${file}.lock`;
  let lock: Deno.FsFile;
  try {
    lock = await Deno.open(path, { create: true, write: true });
  } catch (cause) {
    throw new StateFileError(
      `Cannot open "${path}" beside the state file: ${messageOf(cause)}`,
      { file, reason: "unreadable", cause },
    );
  }
  if (await lock.tryLock(true)) return { file, release: () => lock.close() };
  lock.close();
  throw new StateFileError(
    `Cannot open the state file "${file}" as another Manager has it open: stop that one first`,
    { file, reason: "inUse" },
  );
}

async function realPath(file: string): Promise<string> {
  try {
    return await Deno.realPath(file);
  } catch {
    // It is not there yet; or it cannot be opened, and whoever does so says why.
    return resolve(file);
  }
}
