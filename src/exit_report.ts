/**
 * The report of how something ended.
 *
 * @module
 */

/** How an actor, worker or process ended. */
export type ExitKind =
  | "done"
  | "stopped"
  | "killed"
  | "failed"
  | "crashed"
  | "hung"
  | "oom"
  | "lost";

/** The one report of an end, the same for every placement. */
export interface ExitReport {
  /** What kind of end it was. */
  readonly kind: ExitKind;
  /** Exit code; 0 means a wanted end. */
  readonly code: number;
  /** The signal that ended a process, such as `SIGKILL`. */
  readonly signal?: string;
  /** What was thrown, if anything was. */
  readonly error?: Error;
}
