import {
  ActorCrashedError,
  ActorStoppedError,
  WorkerDiedError,
} from "../errors.ts";
import type { ExitReport } from "../exit_report.ts";
import { cancelReason, type Errand, type JobState } from "./errand.ts";
import { ProgressFeed } from "./progress.ts";
import type { ActorRef } from "./ref.ts";
import { messageOf } from "../thrown.ts";
import { failedReport, type ThreadCell } from "./thread/thread_cell.ts";

/** A task on a thread of its own. */
export class ThreadErrand<R> implements Errand<R> {
  /** See {@link Errand.state}. */
  state: JobState = "running";
  /** See {@link Errand.result}. */
  readonly result: Promise<R>;
  /** See {@link Errand.progress}. */
  readonly progress: ProgressFeed = new ProgressFeed();
  readonly #cell: ThreadCell;
  readonly #task: string;
  readonly #lingers: boolean;
  readonly #exited: Promise<ExitReport>;
  readonly #outcome: PromiseWithResolvers<R> = Promise.withResolvers();
  readonly #abort: AbortController = new AbortController();

  /**
   * Starts the task of that name that `cell` holds.
   *
   * @param lingers Whether it takes long to end: its result is given before.
   */
  constructor(cell: ThreadCell, task: string, lingers: boolean) {
    this.#lingers = lingers;
    this.#cell = cell;
    this.#exited = cell.ref.exited;
    cell.onEnded = (report) => cell.retire(report);
    this.result = this.#outcome.promise;
    this.#task = task;
    const { resolve, reject } = this.#outcome;
    void this.#start().then(resolve, reject)
      .then(() => this.progress.end());
  }

  /** See {@link Errand.name}. */
  get name(): string {
    return this.#cell.name;
  }

  /** See {@link Errand.id}. */
  get id(): number {
    return this.#cell.address.endpoint;
  }

  /** See {@link Errand.signal}. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** See {@link Errand.exited}. */
  get exited(): Promise<ExitReport> {
    this.#heed();
    return this.#exited;
  }

  /** Its end is looked at by other means than its result: a rejection is not forgotten. */
  #heed(): void {
    this.result.catch(() => {});
  }

  /** See {@link Errand.cancel}. */
  cancel(reason: unknown): boolean {
    if (this.state !== "running") return this.state === "cancelled";
    const why = cancelReason(this.name, reason);
    this.state = "cancelled";
    this.#heed();
    this.#outcome.reject(why);
    this.signal;
    this.#abort.abort(why);
    // A reason that cannot travel is no reason to let it run.
    this.#cell.ref.stop(why).catch(() => this.#cell.ref.stop("cancelled"));
    return true;
  }

  /** See {@link Errand.stop}. */
  stop(reason: unknown): Promise<ExitReport> {
    this.#heed();
    return this.#cell.ref.stop(reason);
  }

  /** See {@link Errand.kill}. */
  kill(): Promise<ExitReport> {
    this.#heed();
    return this.#cell.ref.kill();
  }

  async #start(): Promise<R> {
    try {
      return await this.#call();
    } catch (error) {
      if (this.state === "running") this.state = "failed";
      throw await this.#reasonFor(error);
    }
  }

  async #call(): Promise<R> {
    const cell = this.#cell;
    await cell.start();
    const ref = cell.ref.with({ timeout: Infinity }) as ActorRef<
      { result(): unknown }
    >;
    const value = await ref.ask.result();
    if (this.state === "running") this.state = "done";
    if (this.#lingers) this.#outcome.resolve(value as R);
    await cell.end("done", 1_000);
    cell.retire({ kind: "done", code: 0 });
    return value as R;
  }

  /** What the user wants to see: the task's own error, or why its thread ended. */
  async #reasonFor(error: unknown): Promise<unknown> {
    const cell = this.#cell;
    const ended = error instanceof ActorCrashedError ||
      error instanceof ActorStoppedError;
    if (!ended) {
      // It did not start, its result cannot travel, or it refused: nothing of it runs on.
      if (cell.running) await cell.end("failed", 1_000);
      cell.retire(cell.lastReport ?? failedReport(error));
    }
    const report = await this.#exited;
    if (!ended && report.kind !== "killed" && report.kind !== "stopped") {
      return error;
    }
    return report.kind === "failed"
      ? report.error ?? error
      : diedWith(report, cell.name, this.#task);
  }
}

function diedWith(
  report: ExitReport,
  name: string,
  task: string,
): WorkerDiedError {
  const { kind, error: cause } = report;
  const how = `"${name}" ended (${kind}) before its task did`;
  return cause === undefined
    ? new WorkerDiedError(`The thread of ${how}`, { task, report })
    : new WorkerDiedError(`${how}: ${messageOf(cause)}`, {
      task,
      report,
      cause,
    });
}
