import { TroupeError } from "../errors.ts";
import { nameError } from "../name_error.ts";
import { currentIsolate } from "./thread/isolate.ts";

/**
 * An actor or a task in a process of its own asked for what needs memory of its program, code `TROUPE_NOT_IN_PROCESS`; nothing
 * was started.
 */
export class NotInProcessError extends TroupeError {}

nameError(NotInProcessError, "NotInProcessError", "TROUPE_NOT_IN_PROCESS");

/**
 * Refuses what cannot be done where only a part of a program runs.
 *
 * @param what What cannot be done, for the message.
 * @param way What can.
 * @throws {NotInProcessError} In a process that was started by a placement.
 */
export function refuseInProcess(what: string, way: string): void {
  if (currentIsolate()?.services?.apart !== true) return;
  throw new NotInProcessError(
    `${what} in an actor or a task with the placement "process", as its process shares no memory with its program: ${way}`,
  );
}
