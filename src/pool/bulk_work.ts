import type { ExitReport } from "../exit_report.ts";
import type { Batch } from "./batch.ts";
import { MAX_BATCH } from "./claims.ts";
import { diedError } from "./run_work.ts";
import type { TaskFacts } from "./task_facts.ts";
import { travelError } from "./travel_error.ts";
import { NUMBER_WEIGHT, weightOf } from "./weight.ts";
import { Work, type WorkOptions } from "./work.ts";

/** How one task for many inputs is done. */
export interface BulkOptions extends WorkOptions {
  /** Tasks that are sent at once; by default as many as take about two milliseconds. */
  readonly chunk: number | undefined;
  /** Whether each input is the list of all arguments. */
  readonly spread: boolean;
}

/** What a batch is to take, in milliseconds. */
const BATCH_MS = 2;
/** What a batch is to take at least, in milliseconds: to wake a worker for it takes as long. */
const LEAST_MS = 0.5;
/** As many are enough for that, however little they take: each is encoded and decoded too. */
const LEAST_TASKS = 8_192;
/** A batch that takes longer gives the rest back, in milliseconds. */
const SLICE_MS = 4;
/** Batches that each worker is to have of what is left, so that all are done at the same time. */
const SHARES = 2;
/** Tasks in a batch before it is known how long they take. */
const FIRST_BATCH = 1_024;
/** How heavy the inputs of a batch may be together, in about bytes. */
const MAX_WEIGHT = 1 << 18;

/** Inputs that are to be done. */
interface Range {
  from: number;
  to: number;
  /** How often their worker died. */
  readonly deaths: number;
  /** Whether they go one by one, as several of them could not be sent together. */
  readonly alone: boolean;
}

/** One task for many inputs. */
export abstract class BulkWork extends Work {
  /** See {@link BulkOptions}. */
  declare readonly options: BulkOptions;
  /** What is to be done, in this order. */
  readonly #ranges: Range[] = [];
  /** How many inputs there are. */
  #end = 0;
  /** Those from there on are not begun any more. */
  #cut = Infinity;

  /** The inputs from index `from` up to `to`, in a list of their own. */
  protected abstract inputs(from: number, to: number): unknown[];
  /** The results of the inputs from index `from` on. */
  protected abstract deliver(from: number, values: readonly unknown[]): void;
  /** The error of an input; by default that of all. */
  protected fail(_index: number, error: unknown): void {
    this.reject(error);
  }

  /** There are inputs up to index `end` from now on. */
  protected extend(end: number): void {
    const from = this.#end;
    if (end === from) return;
    this.#end = end;
    const last = this.#ranges.at(-1);
    if (last?.to === from && last.deaths === 0 && !last.alone) last.to = end;
    else this.#ranges.push({ from, to: end, deaths: 0, alone: false });
    this.desk.queue(this);
  }

  /** Inputs from index `end` on are not to be begun. */
  protected truncate(end: number): void {
    if (end >= this.#cut) return;
    this.#cut = end;
    const ranges = this.#ranges.splice(0);
    for (const range of ranges) {
      if (range.from >= end) continue;
      this.#ranges.push({ ...range, to: Math.min(range.to, end) });
    }
    this.desk.recall(this);
  }

  /** See {@link Work.hasMore}. */
  override get hasMore(): boolean {
    return this.#ranges.length > 0 && !this.over;
  }

  /** See {@link Work.total}. */
  override get total(): number {
    return this.#end;
  }

  /** See {@link Work.tasks}. */
  override get tasks(): number {
    return this.#ranges.reduce((sum, { from, to }) => sum + to - from, 0);
  }

  /** See {@link Work.take}. */
  override take(max: number, seats: number): Batch | undefined {
    const range = this.#ranges[0];
    if (range === undefined || this.over) return undefined;
    const left = range.to - range.from;
    const count = range.alone
      ? 1
      : Math.min(left, max, this.#size(left, seats), MAX_BATCH);
    const { from } = range;
    const args = this.inputs(from, from + count);
    if (this.options.chunk === undefined) args.length = lightEnough(args);
    range.from += args.length;
    if (range.from === range.to) this.#ranges.shift();
    return new BulkBatch(this, from, args, range.deaths);
  }

  /** Those from index `from` up to `to` are to be done again. */
  giveBack(from: number, to: number, deaths: number, alone: boolean): void {
    to = Math.min(to, this.#cut);
    if (this.over || from >= to) return;
    this.#ranges.unshift({ from, to, deaths, alone });
    this.desk.queue(this);
  }

  /** The results of the inputs from index `from` on have come. */
  done(from: number, values: readonly unknown[]): void {
    if (!this.over) this.deliver(from, values);
  }

  /** See {@link Batch.failed}. */
  failed(index: number, error: unknown): void {
    if (!this.over) this.fail(index, error);
  }

  /** Nobody needs what it was to be done with. */
  protected override forget(): void {
    this.#ranges.length = 0;
  }

  #size(left: number, seats: number): number {
    const { chunk } = this.options;
    if (chunk !== undefined) return chunk;
    const share = Math.ceil(left / (seats * SHARES));
    const enough = Math.min(LEAST_TASKS, this.facts.countIn(LEAST_MS, 1));
    // All workers at once, and not one after the other.
    const least = Math.min(enough, Math.ceil(this.#end / seats));
    const most = this.facts.countIn(BATCH_MS, FIRST_BATCH);
    return Math.min(Math.max(share, least), most);
  }
}

/** How many of `inputs` are sent together: as many as are not too heavy, and one at least. */
function lightEnough(inputs: readonly unknown[]): number {
  let weight = 0;
  for (let i = 0; i < inputs.length; i++) {
    if (weight >= MAX_WEIGHT) return i;
    const input = inputs[i];
    weight += typeof input === "number" ? NUMBER_WEIGHT : weightOf(input);
  }
  return inputs.length;
}

/** Some inputs of one {@link BulkWork}. */
class BulkBatch implements Batch {
  readonly works: readonly Work[];
  readonly apart = false;
  readonly stops = true;
  readonly transfer = undefined;
  readonly #from: number;
  readonly #deaths: number;

  constructor(
    readonly work: BulkWork,
    from: number,
    readonly args: unknown[],
    deaths: number,
  ) {
    this.works = [work];
    this.#from = from;
    this.#deaths = deaths;
  }

  get facts(): TaskFacts {
    return this.work.facts;
  }

  get spread(): boolean {
    return this.work.options.spread;
  }

  get sliceMs(): number {
    return this.work.options.chunk === undefined ? SLICE_MS : Infinity;
  }

  indexOf(): number {
    return -1;
  }

  ended(count: number, done: number): void {
    this.work.did(done, count);
  }

  reported(_index: number, report: unknown): void {
    this.work.reported(report);
  }

  done(from: number, values: readonly unknown[]): void {
    this.work.done(this.#from + from, values);
  }

  failed(index: number, error: unknown): void {
    this.work.failed(this.#from + index, error);
  }

  died(index: number, worker: string, report: ExitReport): void {
    const { work } = this;
    if (this.#deaths < work.options.retries) {
      return this.returned(index, index + 1, this.#deaths + 1);
    }
    work.failed(this.#from + index, diedError(this.facts, worker, report));
  }

  returned(
    from: number,
    to: number,
    deaths: number = this.#deaths,
    alone = false,
  ): void {
    this.work.giveBack(this.#from + from, this.#from + to, deaths, alone);
  }

  refused(error: unknown): void {
    if (this.args.length === 1) {
      const { name } = this.facts;
      const given = `inputs[${this.#from}]`;
      return this.failed(0, travelError(error, name, "args[5][0]", given));
    }
    this.returned(0, this.args.length, this.#deaths, true);
  }
}
