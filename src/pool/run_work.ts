import { WorkerDiedError } from "../errors.ts";
import type { ExitReport } from "../exit_report.ts";
import type { Batch } from "./batch.ts";
import type { TaskFacts } from "./task_facts.ts";
import { type Desk, Work, type WorkOptions } from "./work.ts";

/** What is said of a task whose worker ended. */
export function diedError(
  { name }: TaskFacts,
  worker: string,
  report: ExitReport,
): WorkerDiedError {
  const code = report.kind === "crashed" && report.error !== undefined
    ? `: ${report.error.message}`
    : report.code === 0
    ? ""
    : ` with code ${report.code}`;
  return new WorkerDiedError(
    `The worker "${worker}" ended (${report.kind})${code} while it ran "${name}": the task may have run`,
    { task: name, report, cause: report.error },
  );
}

/** One task with its arguments. */
export class RunWork extends Work implements Batch {
  args: unknown[];
  readonly spread = true;
  readonly stops = false;
  readonly sliceMs: number = Infinity;
  readonly transfer: Transferable[] | undefined;
  #deaths = 0;
  #taken = false;

  /** A task that is to be called with `args`. */
  constructor(
    desk: Desk,
    id: number,
    entry: TaskFacts,
    options: WorkOptions,
    args: unknown[],
    transfer: Transferable[] | undefined,
  ) {
    super(desk, id, entry, options);
    this.args = [args];
    this.transfer = transfer;
  }

  /** See {@link Work.total}. */
  override get total(): number {
    return 1;
  }

  /** Itself: it is the one batch that it has. */
  get work(): Work {
    return this;
  }

  /** See {@link Work.hasMore}. */
  override get hasMore(): boolean {
    return !this.#taken && !this.over;
  }

  /** See {@link Work.tasks}. */
  override get tasks(): number {
    return this.hasMore ? 1 : 0;
  }

  /** See {@link Work.take}. */
  override take(): Batch | undefined {
    if (!this.hasMore) return undefined;
    this.#taken = true;
    return this;
  }

  /** See {@link Work.forget}. */
  protected override forget(): void {
    this.args = [];
  }

  /** See {@link Batch.done}. */
  done(_index: number, value: unknown): void {
    this.resolve(value);
  }

  /** See {@link Batch.failed}. */
  failed(_index: number, error: unknown): void {
    this.reject(error);
  }

  /** See {@link Batch.died}. */
  died(_index: number, worker: string, report: ExitReport): void {
    // What was moved to a worker that died is no more.
    if (this.#deaths++ < this.options.retries && this.transfer === undefined) {
      return this.returned();
    }
    this.reject(diedError(this.entry, worker, report));
  }

  /** See {@link Batch.returned}. */
  returned(): void {
    this.#taken = false;
    if (!this.over) this.desk.queue(this);
  }

  /** See {@link Batch.refused}. */
  refused(error: unknown): void {
    this.reject(error);
  }
}
