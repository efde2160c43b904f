/**
 * What reaches beyond one process: files that are locked against all of a machine.
 *
 * @example One at a time, whichever process it is in
 * ```ts
 * import { lockFile } from "@troupe/actors/process";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempFile();
 * {
 *   await using held = await lockFile(path);
 *   await held.file.write(new TextEncoder().encode("mine"));
 * }
 * assertEquals(await Deno.readTextFile(path), "mine");
 * await Deno.remove(path);
 * ```
 *
 * @module
 */
export { InvalidOptionError } from "../errors.ts";
export type { Wait } from "../sync/wait.ts";
export { WaitTimeoutError } from "../sync/wait_timeout_error.ts";
export { FileLock, lockFile, type LockFileOptions } from "./lock_file.ts";
