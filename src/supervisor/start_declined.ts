import { nameError } from "../name_error.ts";
import { TroupeError } from "../errors.ts";
import type { ExitReport } from "../exit_report.ts";

/**
 * Thrown by an actor's constructor or `onStart` to say that it is not needed here, code `TROUPE_START_DECLINED`.
 *
 * That is no failure: its supervisor goes on without it and keeps its spec, so that `restartChild()` may try again.
 *
 * @example
 * ```ts
 * import { actor, StartDeclined } from "@troupe/actors";
 *
 * export const Printer = actor(
 *   import.meta,
 *   "Printer",
 *   class {
 *     onStart(): void {
 *       throw new StartDeclined("No printer here");
 *     }
 *   },
 * );
 * ```
 */
export class StartDeclined extends TroupeError {}

nameError(StartDeclined, "StartDeclined", "TROUPE_START_DECLINED");

/** Whether a start that ended so was declined: by itself, or as the cause of a failed initialization. */
export function isDeclined({ error }: ExitReport): boolean {
  return error instanceof StartDeclined ||
    error?.cause instanceof StartDeclined;
}
