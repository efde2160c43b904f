import type { CrashDetail } from "../actor/cell.ts";
import type { ExitKind, ExitReport } from "../exit_report.ts";
import type { Child } from "./child.ts";

/** All that a supervisor knows of a child that failed; there is none of an end that was normal or asked for. */
export interface CrashReport extends CrashDetail {
  /** Name of the supervisor. */
  readonly supervisor: string;
  /** Id of the child. */
  readonly child: string;
  /** Which incarnation failed. */
  readonly incarnation: number;
  /** What kind of end it was. */
  readonly kind: ExitKind;
  /** What was thrown, if anything was. */
  readonly reason?: Error;
  /** The stack of what was thrown, where that has one. */
  readonly stack?: string;
  /** How long the incarnation had been up, in milliseconds; 0 when it never came up. */
  readonly upMs: number;
  /** How often the child had been restarted before. */
  readonly restarts: number;
}

/** Puts together what is known of the failure `report` of `child`. */
export function crashReport(
  supervisor: string,
  child: Child,
  report: ExitReport,
): CrashReport {
  const { error, kind } = report;
  return {
    ...child.crash(),
    supervisor,
    child: child.id,
    incarnation: child.cell.incarnation,
    kind,
    ...(error === undefined ? {} : { reason: error }),
    ...stackOf(error),
    upMs: child.upMs,
    restarts: child.restarts,
  };
}

function stackOf(error: Error | undefined): { stack?: string } {
  try {
    return typeof error?.stack === "string" ? { stack: error.stack } : {};
  } catch { // Of an actor that shares a thread it is the very object that was thrown.
    return {};
  }
}
