import type { SupervisorGaveUpError } from "../errors.ts";
import type { ExitReport } from "../exit_report.ts";
import type { CrashReport } from "./crash_report.ts";

/**
 * Something that happened under a supervisor.
 *
 * - `"started"`: a child is up for the first time, or because somebody asked.
 * - `"ended"`: a child ended by itself, or through its ref when `asked`.
 * - `"resumed"`: a handler of a child threw, and the child goes on with its state, as a rule says.
 * - `"restarting"`: a restart was decided on and begins `delayMs` after the bystanders have stopped.
 * - `"startFailed"`: a restart did not come up; `"restarting"` or `"gaveUp"` follows.
 * - `"restarted"`: a child is up again; siblings of a group have one each.
 * - `"declined"`: a child said by `StartDeclined` that it is not needed; that is no failure.
 * - `"stopped"`: the supervisor stopped a child.
 * - `"removed"`: a child and its address are gone for good.
 * - `"gaveUp"`: the budget is used up; everything is being stopped.
 * - `"closed"`: everything has stopped. The last event.
 */
export type SupervisorEvent =
  | {
    readonly type: "started" | "restarted";
    /** The child's id. */
    readonly id: string;
    /** The incarnation that is up. */
    readonly incarnation: number;
  }
  | {
    readonly type: "ended";
    /** The child's id. */
    readonly id: string;
    /** How it ended. */
    readonly report: ExitReport;
    /** Whether somebody asked for it through the ref. */
    readonly asked: boolean;
    /** What is known of the failure; not set for an end that was normal or asked for. */
    readonly crash?: CrashReport;
  }
  | {
    readonly type: "resumed";
    /** The child's id. */
    readonly id: string;
    /** The incarnation that goes on. */
    readonly incarnation: number;
    /** What the handler threw. */
    readonly error: Error;
    /** The method that was called. */
    readonly method: string;
  }
  | {
    readonly type: "startFailed";
    /** The child's id. */
    readonly id: string;
    /** How it failed. */
    readonly report: ExitReport;
    /** What is known of the failure. */
    readonly crash: CrashReport;
  }
  | {
    readonly type: "restarting";
    /** The failed child's id. */
    readonly id: string;
    /** How it failed. */
    readonly report: ExitReport;
    /** The backoff, in milliseconds. */
    readonly delayMs: number;
  }
  | {
    readonly type: "declined" | "stopped" | "removed";
    /** The child's id. */
    readonly id: string;
    /** How it ended. */
    readonly report: ExitReport;
  }
  | {
    readonly type: "gaveUp";
    /** The id of the child that failed last. */
    readonly id: string;
    /** How it failed. */
    readonly report: ExitReport;
    /** Names the supervisor, the child and the failures inside the window. */
    readonly error: SupervisorGaveUpError;
  }
  | {
    readonly type: "closed";
    /** What `exited` resolves to. */
    readonly report: ExitReport;
  };

/** Hears of events, in order. */
export type SupervisorListener = (event: SupervisorEvent) => void;
