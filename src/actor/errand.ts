/**
 * What a job is the promise of.
 *
 * @module
 */
import type { ExitReport } from "../exit_report.ts";
import type { JobProgress } from "./progress.ts";

/** Where a job stands; see `Job.state`. */
export type JobState = "pending" | "running" | "done" | "failed" | "cancelled";

/** A task on its way, as whoever runs it sees it: what a `Job` shows. */
export interface Errand<R> {
  /** See `Job.name`. */
  readonly name: string;
  /** See `Job.id`. */
  readonly id: number;
  /** See `Job.state`. */
  readonly state: JobState;
  /** See `Job.signal`. */
  readonly signal: AbortSignal;
  /** Settles as the job does. */
  readonly result: Promise<R>;
  /** See `Job.exited`. */
  readonly exited: Promise<ExitReport>;
  /** See `Job.progress`. */
  readonly progress: AsyncIterable<JobProgress>;
  /** See `Job.cancel()`. */
  cancel(reason: unknown): boolean;
  /** See `Job.stop()`. */
  stop(reason: unknown): Promise<ExitReport>;
  /** See `Job.kill()`. */
  kill(): Promise<ExitReport>;
}

/** What a job that was cancelled for `reason` rejects with. */
export function cancelReason(name: string, reason: unknown): unknown {
  if (reason !== undefined) return reason;
  return new DOMException(`"${name}" was cancelled`, "AbortError");
}
