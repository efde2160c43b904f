import { resolve } from "node:path";
import { fileFault, fileFaultOf } from "./file_fault.ts";

const NOTE = new Uint8Array([1]);

/** A state file that one Manager has to itself. */
export interface FileClaim {
  /** Its path, wherever the program goes and whatever links lead there. */
  readonly file: string;
  /** Notes that it is there: if it is found empty from now on, it was emptied. */
  readonly note: () => void;
  /** Gives it up. */
  readonly release: () => void;
}

/**
 * Claims a state file for one Manager, beyond the life of its thread: by a lock on the file `<file>.lock` beside it, which ends
 * with the program at the latest. That has a byte once there was a state: SQLite takes an empty file for a new one.
 *
 * @throws {StateFileError} If another Manager has it, it was emptied, or there is no way to it.
 */
export async function claimFile(given: string): Promise<FileClaim> {
  const file = await realPath(given);
  const path = `${file}.lock`;
  let lock: Deno.FsFile;
  try {
    lock = await Deno.open(path, { create: true, write: true });
  } catch (cause) {
    throw fileFaultOf("open", file, cause);
  }
  if (await lock.tryLock(true)) {
    const wasNoted = (await lock.stat()).size > 0;
    if (wasNoted && await isEmpty(file)) {
      lock.close();
      throw fileFault("corrupt", "open", file, "it was emptied");
    }
    const note = (): void => {
      if (!wasNoted) lock.writeSync(NOTE);
    };
    return { file, note, release: () => lock.close() };
  }
  lock.close();
  throw fileFault("inUse", "open", file, "another Manager has it open");
}

async function isEmpty(file: string): Promise<boolean> {
  try {
    return (await Deno.stat(file)).size === 0;
  } catch {
    return false;
  }
}

async function realPath(file: string): Promise<string> {
  try {
    return await Deno.realPath(file);
  } catch {
    // It is not there yet; or it cannot be opened, and whoever does so says why.
    return resolve(file);
  }
}
