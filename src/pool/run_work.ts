import { WorkerDiedError } from "../errors.ts";
import type { ExitReport } from "../exit_report.ts";
import type { Batch } from "./batch.ts";
import type { TaskFacts } from "./task_facts.ts";
import { travelError } from "./travel_error.ts";
import { type Desk, Work, type WorkOptions } from "./work.ts";

/** What is said of a task whose worker ended. */
export function diedError(
  { name }: TaskFacts,
  worker: string,
  report: ExitReport,
): WorkerDiedError {
  const { kind } = report;
  const told = kind === "crashed" || kind === "oom";
  const code = told && report.error !== undefined
    ? `: ${report.error.message}`
    : report.code === 0
    ? ""
    : ` with code ${report.code}`;
  return new WorkerDiedError(
    `The worker "${worker}" ended (${report.kind})${code} while it ran "${name}": the task may have run`,
    { task: name, report, cause: report.error },
  );
}

/** Tasks that are sent at once, when there are many that take little. */
const MAX_PACK = 64;
/** What they are to take together, in milliseconds. */
const PACK_MS = 0.25;

/** One task with its arguments. */
export class RunWork extends Work {
  /** See {@link Batch.transfer}. */
  readonly transfer: Transferable[] | undefined;
  /** The list of its arguments; none when it is over. */
  args: unknown[] | undefined;
  /** Whether it is sent alone, as one of those it was sent with could not be. */
  lonely = false;
  #deaths = 0;
  #taken = false;

  /** A task that is to be called with `args`. */
  constructor(
    desk: Desk,
    id: number,
    facts: TaskFacts,
    options: WorkOptions,
    args: unknown[],
    transfer: Transferable[] | undefined,
  ) {
    super(desk, id, facts, options);
    this.args = args;
    this.transfer = transfer;
  }

  /** See {@link Work.total}. */
  override get total(): number {
    return 1;
  }

  /** See {@link Work.hasMore}. */
  override get hasMore(): boolean {
    return !this.#taken && !this.over;
  }

  /** See {@link Work.tasks}. */
  override get tasks(): number {
    return this.hasMore ? 1 : 0;
  }

  /** See {@link Work.companions}. */
  override companions(waiting: number, seats: number): number {
    if (this.transfer !== undefined || this.lonely) return 0;
    const share = Math.ceil((waiting + 1) / seats);
    return Math.min(share, MAX_PACK, this.facts.countIn(PACK_MS, 1)) - 1;
  }

  /** See {@link Work.goesWith}. */
  override goesWith(other: Work): boolean {
    return other instanceof RunWork && other.facts === this.facts &&
      other.transfer === undefined && !other.lonely;
  }

  /** See {@link Work.take}. */
  override take(
    _max: number,
    _seats: number,
    others: readonly Work[],
  ): Batch | undefined {
    const works = [this, ...others as RunWork[]]
      .filter(({ hasMore }) => hasMore);
    if (works.length === 0) return undefined;
    for (const work of works) work.#taken = true;
    return new RunBatch(works, this.facts);
  }

  /** See {@link Work.forget}. */
  protected override forget(): void {
    this.args = undefined;
  }

  /** It has not begun, and is to be done. */
  again(): void {
    this.#taken = false;
    if (!this.over) this.desk.queue(this);
  }

  /** Its result. */
  done(value: unknown): void {
    this.did(1, 1);
    this.resolve(value);
  }

  /** See {@link Batch.failed}. */
  failed(error: unknown): void {
    this.did(0, 1);
    this.reject(error);
  }

  /** See {@link Batch.died}. */
  died(worker: string, report: ExitReport): void {
    // What was moved to a worker that died is no more.
    if (this.#deaths++ < this.options.retries && this.transfer === undefined) {
      return this.again();
    }
    this.reject(diedError(this.facts, worker, report));
  }
}

/** One job, or several of the same task, each of which is alone. */
class RunBatch implements Batch {
  readonly args: unknown[];
  readonly spread = true;
  readonly stops: boolean;
  readonly sliceMs: number;
  readonly apart: boolean;
  readonly transfer: Transferable[] | undefined;

  constructor(
    readonly works: readonly RunWork[],
    readonly facts: TaskFacts,
  ) {
    this.args = works.map(({ args }) => args);
    this.transfer = works[0]!.transfer;
    this.apart = works.length > 1;
    // One that takes longer than the others did does not hold them up.
    this.stops = this.apart;
    this.sliceMs = this.apart ? PACK_MS : Infinity;
  }

  indexOf(work: Work): number {
    return this.works.indexOf(work as RunWork);
  }

  done(from: number, values: readonly unknown[]): void {
    for (let i = 0; i < values.length; i++) {
      this.works[from + i]!.done(values[i]);
    }
  }

  failed(index: number, error: unknown): void {
    this.works[index]!.failed(error);
  }

  died(index: number, worker: string, report: ExitReport): void {
    this.works[index]!.died(worker, report);
  }

  ended(): void {}

  reported(index: number, report: unknown): void {
    this.works[index]?.reported(report);
  }

  returned(from: number, to: number): void {
    for (const work of this.works.slice(from, to)) work.again();
  }

  refused(error: unknown): void {
    if (!this.apart) {
      const { name } = this.facts;
      const why = travelError(error, name, "args[5][0]", "args");
      return this.works[0]!.failed(why);
    }
    // One of them cannot travel: each goes alone.
    for (const work of this.works) {
      work.lonely = true;
      work.again();
    }
  }
}
