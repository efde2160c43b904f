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

/** By what is told of an end, or by its error: the end that it was part of. */
const partOf: WeakMap<object, object> = new WeakMap();

/** Notes that an end, or the error of a start, was part of `whole`: the end of a host is that of all who live there. */
export function endTogether<T extends ExitReport | Error>(
  end: T,
  whole: object,
): T {
  partOf.set(end, whole);
  return end;
}

/** Whether both tell of parts of one end. */
export function areOneEnd(one: ExitReport, other: ExitReport): boolean {
  const whole = wholeOf(one);
  return whole !== undefined && whole === wholeOf(other);
}

function wholeOf(end: ExitReport): object | undefined {
  return partOf.get(end) ?? (end.error && partOf.get(end.error));
}
