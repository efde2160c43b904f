import type { ActorStream } from "../actor/stream/actor_stream.ts";
import {
  ActorCrashedError,
  ActorStoppedError,
  SystemClosedError,
} from "../errors.ts";
import type { ExitReport } from "../exit_report.ts";
import type { Batch } from "./batch.ts";
import { diedError } from "./run_work.ts";
import type { TaskFacts } from "./task_facts.ts";
import type { TaskStream } from "./task_stream.ts";
import { travelError } from "./travel_error.ts";
import { type Desk, Work, type WorkOptions } from "./work.ts";

/** How a task is done whose elements are read one by one. */
export interface GenerateWorkOptions extends WorkOptions {
  /** Elements that it may be ahead of its reader. */
  readonly readAhead: number;
  /** What is moved instead of copied. */
  readonly transfer: Transferable[] | undefined;
}

type Step = IteratorResult<unknown, undefined>;

const DONE: Step = { done: true, value: undefined };

/** How one attempt came to its end: anywhere else it begins again, or here it is over. */
type End =
  | { readonly kind: "again" }
  | { readonly kind: "done" }
  | { readonly kind: "failed" | "died"; readonly error: unknown };

/** Whether `error` says no more than that the worker is gone: how, its end tells. */
export function tellsOfEnd(error: unknown): boolean {
  return error instanceof ActorCrashedError ||
    error instanceof ActorStoppedError ||
    error instanceof SystemClosedError;
}

/** One task whose elements are read as they are made: the one implementation of {@link TaskStream}. */
export class GenerateWork extends Work implements TaskStream<unknown> {
  declare readonly options: GenerateWorkOptions;
  /** The list of its arguments. */
  args: unknown[];
  readonly #begin: (work: GenerateWork) => void;
  /** The worker that has it; nothing once it is over. */
  #attempt: PromiseWithResolvers<Attempt | undefined> = Promise.withResolvers();
  #last: Attempt | undefined;
  #begun = false;
  #taken = false;
  #deaths = 0;
  #read = 0;
  /** Whether its reader knows that it is over. */
  #told = false;

  /** The task with `args`; when the first element is wanted `begin` is called, and nothing happens before. */
  constructor(
    desk: Desk,
    id: number,
    facts: TaskFacts,
    options: GenerateWorkOptions,
    args: unknown[],
    begin: (work: GenerateWork) => void,
  ) {
    super(desk, id, facts, options);
    this.heed();
    this.args = args;
    this.#begin = begin;
  }

  /** Says that it stays where it is read: what has a tag like this cannot be sent. */
  get [Symbol.toStringTag](): string {
    return "TaskStream Iterator";
  }

  /** See {@link TaskStream.next}. */
  async next(): Promise<Step> {
    if (!this.#begun) {
      this.#begun = true;
      this.#begin(this);
      if (!this.over) this.desk.queue(this);
    }
    for (;;) {
      const attempt = await this.#attempt.promise;
      if (attempt === undefined || this.over) return await this.#tell();
      const step = await this.#step(attempt);
      if (this.over) return await this.#tell();
      if (step.done !== true) {
        this.#read++;
        return step;
      }
      const end = await attempt.end;
      // Another one that waits for an element may have seen this end before.
      if (this.over) return await this.#tell();
      if (end.kind === "again" || this.#last !== attempt) continue;
      if (end.kind === "done") {
        this.did(1, 1);
        this.resolve(undefined);
      } else if (end.kind === "died" && this.#mayRetry()) this.again(attempt);
      else this.reject(end.error);
    }
  }

  /** See {@link TaskStream.return}. */
  async return(): Promise<Step> {
    const open = this.#begun && !this.over;
    this.#told = true;
    if (open) this.cancel(undefined);
    else this.#attempt.resolve(undefined);
    if (!this.#begun) {
      this.#begun = true;
      return DONE;
    }
    await this.exited;
    const end = await this.#last?.end;
    if (open && end?.kind === "failed") throw end.error;
    return DONE;
  }

  /** See {@link TaskStream.throw}. */
  async throw(error?: unknown): Promise<Step> {
    await this.return();
    throw error;
  }

  /** Ends the task. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  /** The stream itself. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /** See {@link Work.hasMore}. */
  override get hasMore(): boolean {
    return !this.#taken && !this.over;
  }

  /** See {@link Work.total}. */
  override get total(): number {
    return 1;
  }

  /** See {@link Work.tasks}. */
  override get tasks(): number {
    return this.hasMore ? 1 : 0;
  }

  /** See {@link Work.take}. */
  override take(): Batch | undefined {
    if (!this.hasMore) return undefined;
    this.#taken = true;
    return new Attempt(this);
  }

  /** A worker has it. */
  attached(attempt: Attempt): void {
    this.#last = attempt;
    this.#attempt.resolve(attempt);
  }

  /** It is to begin, as `attempt` gave nothing. */
  again(attempt: Attempt): void {
    if (this.over || this.#last !== attempt) return;
    this.#attempt = Promise.withResolvers();
    this.#taken = false;
    this.desk.queue(this);
  }

  /** See {@link Work.forget}. */
  protected override forget(): void {
    this.args = [];
    this.#attempt.resolve(undefined);
    this.#last?.leave();
  }

  async #step(attempt: Attempt): Promise<Step> {
    try {
      return await attempt.next();
    } catch (error) {
      if (!tellsOfEnd(error)) {
        this.reject(travelError(error, this.name, "args[5][3]", "args"));
      }
      return DONE;
    }
  }

  /** What was read is not to be read again, and what was moved is gone. */
  #mayRetry(): boolean {
    const { retries, transfer } = this.options;
    return this.#read === 0 && transfer === undefined &&
      this.#deaths++ < retries;
  }

  async #tell(): Promise<Step> {
    if (this.#told) return DONE;
    this.#told = true;
    await this.result;
    return DONE;
  }
}

/** The task at one worker. */
export class Attempt implements Batch {
  readonly works: readonly Work[];
  readonly apart = false;
  readonly stops = true;
  readonly spread = true;
  readonly sliceMs: number = Infinity;
  /** How it came to its end. */
  readonly end: Promise<End>;
  readonly #work: GenerateWork;
  readonly #end: PromiseWithResolvers<End> = Promise.withResolvers();
  #stream: ActorStream<unknown> | undefined;
  /** The first element, which was asked for to begin. */
  #first: Promise<Step> | undefined;

  /** An attempt at `work`. */
  constructor(work: GenerateWork) {
    this.#work = work;
    this.works = [work];
    this.end = this.#end.promise;
  }

  /** See {@link Batch.readAhead}. */
  get readAhead(): number {
    return this.#work.options.readAhead;
  }

  /** See {@link Batch.facts}. */
  get facts(): TaskFacts {
    return this.#work.facts;
  }

  /** See {@link Batch.args}. */
  get args(): unknown[] {
    return [this.#work.args];
  }

  /** See {@link Batch.transfer}. */
  get transfer(): Transferable[] | undefined {
    return this.#work.options.transfer;
  }

  /** See {@link Batch.attach}. */
  attach(stream: ActorStream<unknown>, first: Promise<Step>): void {
    this.#stream = stream;
    this.#first = first;
    // Whoever reads is told; nobody may.
    first.catch(() => {});
    this.#work.attached(this);
  }

  /** The next element. */
  next(): Promise<Step> {
    const first = this.#first;
    this.#first = undefined;
    return first ?? this.#stream!.next();
  }

  /** Nobody reads on. */
  leave(): void {
    // What its `finally` throws is in its end.
    this.#stream?.return().catch(() => {});
  }

  /** See {@link Batch.indexOf}. */
  indexOf(): number {
    return 0;
  }

  /** See {@link Batch.ended}. */
  ended(): void {}

  /** See {@link Batch.reported}. */
  reported(_index: number, report: unknown): void {
    this.#work.reported(report);
  }

  /** See {@link Batch.done}. */
  done(): void {
    this.#end.resolve({ kind: "done" });
  }

  /** See {@link Batch.failed}. */
  failed(_index: number, error: unknown): void {
    this.#end.resolve({ kind: "failed", error });
  }

  /** See {@link Batch.died}. */
  died(_index: number, worker: string, report: ExitReport): void {
    const error = diedError(this.facts, worker, report);
    this.#end.resolve({ kind: "died", error });
  }

  /** See {@link Batch.returned}. */
  returned(): void {
    this.#end.resolve({ kind: "again" });
    this.#work.again(this);
  }

  /** See {@link Batch.refused}. */
  refused(error: unknown): void {
    this.failed(0, error);
  }
}
