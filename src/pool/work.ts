/**
 * Something that a pool has been asked to do, as a job shows it.
 *
 * @module
 */
import { cancelReason, type Errand, type JobState } from "../actor/errand.ts";
import { type JobProgress, ProgressFeed } from "../actor/progress.ts";
import type { ExitReport } from "../exit_report.ts";
import type { Place } from "./line.ts";
import { OutList } from "./out_list.ts";
import type { Batch } from "./batch.ts";
import type { TaskFacts } from "./task_facts.ts";

/** Who does work. */
export interface Desk {
  /** There is something to take of it. */
  queue(work: Work): void;
  /** Takes back what is not begun of it. */
  recall(work: Work): void;
  /** It has settled: nothing more of it is begun. */
  settled(work: Work): void;
}

/** How work is to be done. */
export interface WorkOptions {
  /** Larger comes first. */
  readonly priority: number;
  /** How often a task is begun again when its worker died. */
  readonly retries: number;
  /** The seat that it is for, if there is one. */
  readonly seat: number | undefined;
  /** Whether no other seat may have it. */
  readonly bound: boolean;
}

/** One job: one task, or one for each input. */
export abstract class Work implements Errand<unknown> {
  /** Its batches at workers. */
  readonly outs: OutList = new OutList();
  /** When it came. */
  readonly addedAt: number = performance.now();
  /** When the first of its tasks was given to a worker. */
  begunAt: number | undefined;
  /** Tasks of it that are done. */
  doneCount = 0;
  /** Its place among what is open. */
  entry: Place<Work> | undefined;
  /** Its place in the queue, if it waits there. */
  place: Place<Work> | undefined;
  /** See {@link Errand.result}. */
  readonly result: Promise<unknown>;
  /** Who does it. */
  protected readonly desk: Desk;
  readonly #outcome: PromiseWithResolvers<unknown> = Promise.withResolvers();
  /** Whether a worker answered for any of it. */
  #answered = false;
  #feed: ProgressFeed | undefined;
  #state: "done" | "failed" | "cancelled" | undefined;
  #report: ExitReport | undefined;
  #ended: PromiseWithResolvers<ExitReport> | undefined;
  #abort: AbortController | undefined;
  /** Why it was cancelled. */
  #why: unknown;
  #unlisten: (() => void) | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Work for `desk`; not queued yet. */
  constructor(
    desk: Desk,
    readonly id: number,
    readonly facts: TaskFacts,
    readonly options: WorkOptions,
  ) {
    this.desk = desk;
    this.result = this.#outcome.promise;
  }

  /** See {@link Errand.name}. */
  get name(): string {
    return this.facts.name;
  }

  /** Whether there is something to take. */
  abstract readonly hasMore: boolean;

  /** How many tasks it has. */
  abstract readonly total: number;

  /** How many tasks there are to take. */
  abstract readonly tasks: number;

  /** At most `max` of its tasks, which are to be sent at once, together with those of `others`. */
  abstract take(
    max: number,
    seats: number,
    others: readonly Work[],
  ): Batch | undefined;

  /** How many others may go with it, when `waiting` works wait for `seats`. */
  companions(_waiting: number, _seats: number): number {
    return 0;
  }

  /** Whether `other` may go with it. */
  goesWith(_other: Work): boolean {
    return false;
  }

  /** See {@link Errand.state}. */
  get state(): JobState {
    return this.#state ?? (this.begun ? "running" : "pending");
  }

  /** Whether it has settled. */
  get over(): boolean {
    return this.#state !== undefined;
  }

  /** Whether a task of it has begun, and was not lost with its worker. */
  get begun(): boolean {
    if (this.#answered) return true;
    for (const out of this.outs) {
      if (out.seat.begun(out) > Math.max(0, out.batch.indexOf(this))) {
        return true;
      }
    }
    return false;
  }

  /** See {@link Errand.signal}. */
  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      if (this.#state === "cancelled") this.#abort.abort(this.#why);
    }
    return this.#abort.signal;
  }

  /** See {@link Errand.progress}. */
  get progress(): ProgressFeed {
    return this.#feed ??= this.#makeFeed();
  }

  #makeFeed(): ProgressFeed {
    const feed = new ProgressFeed();
    if (this.over) feed.end();
    return feed;
  }

  /** Of its tasks `begun` have ended, of which `count` are done. */
  did(count: number, begun: number): void {
    this.#answered ||= begun > 0;
    this.doneCount += count;
    // A batch of which all was taken back has nothing to tell.
    if (count > 0 && !this.over && this.#feed?.read) {
      this.#feed.tell(this.#progress());
    }
  }

  /** One of its tasks reports. */
  reported(report: unknown): void {
    if (this.#feed?.read) this.#feed.tell({ ...this.#progress(), report });
  }

  #progress(): JobProgress {
    const { total } = this;
    const done = this.doneCount;
    const rate = done * 1_000 / (performance.now() - this.addedAt);
    const etaMs = done === 0 ? NaN : (total - done) / rate * 1_000;
    return { done, total, rate, etaMs };
  }

  /** See {@link Errand.exited}. */
  get exited(): Promise<ExitReport> {
    this.heed();
    this.#ended ??= Promise.withResolvers();
    this.tellEnd();
    return this.#ended.promise;
  }

  /** Its end is looked at by other means than its result: a rejection is not forgotten. */
  heed(): void {
    this.result.catch(() => {});
  }

  /** Cancels it when `signal` says so. */
  listen(signal: AbortSignal | undefined): void {
    if (signal === undefined) return;
    if (signal.aborted) return void this.cancel(signal.reason, true);
    const abort = (): void => void this.cancel(signal.reason, true);
    signal.addEventListener("abort", abort);
    this.#unlisten = () => signal.removeEventListener("abort", abort);
  }

  /** Cancels it in `ms` milliseconds. */
  within(ms: number): void {
    this.#timer = setTimeout(() => {
      const text =
        `Cannot wait any longer for "${this.name}": it has not ended within ${ms} ms`;
      this.cancel(new DOMException(text, "TimeoutError"), true);
    }, ms);
  }

  /** See {@link Errand.cancel}; with `loud` a rejection that nobody heeds is one. */
  cancel(reason: unknown, loud = false): boolean {
    if (this.over) return this.#state === "cancelled";
    const why = cancelReason(this.name, reason);
    this.#why = why;
    if (!loud) this.heed();
    this.#settle("cancelled", { kind: "stopped", code: 0 });
    this.#outcome.reject(why);
    this.#abort?.abort(why);
    for (const out of [...this.outs]) out.seat.cancel(out, this, why);
    return true;
  }

  /** See {@link Errand.stop}. */
  stop(reason: unknown): Promise<ExitReport> {
    this.cancel(reason);
    return this.exited;
  }

  /** See {@link Errand.kill}. */
  kill(): Promise<ExitReport> {
    this.heed();
    if (!this.begun) this.cancel(undefined);
    for (const { seat } of this.outs) seat.kill();
    return this.exited;
  }

  /** It has settled: what it was to be done with is needed no more. */
  protected forget(): void {}

  /** It has come to its result. */
  protected resolve(value: unknown): void {
    if (this.over) return;
    this.#outcome.resolve(value);
    this.#settle("done", { kind: "done", code: 0 });
  }

  /** It has failed. */
  reject(error: unknown): void {
    if (this.over) return;
    const report = { kind: "failed", code: 1 } as const;
    this.#settle(
      "failed",
      error instanceof Error ? { ...report, error } : report,
    );
    this.#outcome.reject(error);
  }

  /** Tells of its end, if it has settled and nothing of it runs. */
  tellEnd(): void {
    if (this.#report === undefined || this.outs.size > 0) return;
    this.#ended?.resolve(this.#report);
  }

  #settle(state: "done" | "failed" | "cancelled", report: ExitReport): void {
    this.#state = state;
    this.#report = report;
    this.#unlisten?.();
    clearTimeout(this.#timer);
    this.desk.settled(this);
    this.forget();
    this.#feed?.end();
    this.tellEnd();
  }
}
