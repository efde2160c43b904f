import { messageOf } from "../thrown.ts";
import { StateFileError } from "./state_file_error.ts";

/**
 * Claims a state file for one Manager, beyond the life of its thread: by a lock on the empty file `<file>.lock` beside it,
 * which ends with the program at the latest.
 *
 * @returns Gives it up.
 * @throws {StateFileError} If another Manager has it, or there is no way to it.
 */
export async function claimFile(file: string): Promise<() => void> {
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
  if (await lock.tryLock(true)) return () => lock.close();
  lock.close();
  throw new StateFileError(
    `Cannot open the state file "${file}" as another Manager has it open: stop that one first`,
    { file, reason: "inUse" },
  );
}
