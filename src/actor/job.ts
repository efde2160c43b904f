/**
 * A task on its way.
 *
 * @module
 */
import type { ExitReport } from "../exit_report.ts";
import type { Errand, JobState } from "./errand.ts";
import type { JobProgress } from "./progress.ts";

/**
 * A promise of a task's result that can be watched, cancelled, stopped and killed: what `run()` and a pool's methods return.
 *
 * - **Settles once:** with the result, the task's error, or `WorkerDiedError` when its thread ended first. A process that has
 *   given its result ends after that: `exited` says when.
 * - **No deadline:** it waits for as long as the task runs; `cancel()`, `stop()` and `kill()` end it.
 * - **Heeded or fatal:** one that fails and that nobody heeds ends the program, as any rejected promise does. Besides who
 *   awaits it, whoever looks at `exited` or `progress` heeds it, and whoever cancels, stops or kills it.
 * - **At the end of a scope:** `await using` waits for the task, and neither stops it nor throws its error.
 *
 * | rejects with                               | when                                                             |
 * |--------------------------------------------|------------------------------------------------------------------|
 * | what the task threw                        | it threw; an unknown class arrives as `RemoteError`               |
 * | `WorkerDiedError`, with the report         | its thread was stopped, was killed, hung or ended by itself      |
 * | `DataCloneError`                           | the result cannot travel                                         |
 * | `ModuleLoadError`, `UnknownExportError`    | its module cannot be imported, or registers no such task         |
 * | `TopLevelSpawnError`                       | its module starts actors while it is loaded                      |
 * | `InitTimeoutError`                         | its module was not loaded within `initTimeout`                   |
 * | `SystemClosedError`                        | the system was closed                                            |
 * | the reason, by default an `AbortError`     | it was cancelled                                                 |
 *
 * @typeParam R The result.
 *
 * @example Await a job and look at its end
 * ```ts
 * import { run, task } from "@troupe/actors";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * export const root = task(import.meta, "root", (x: number) => {
 *   if (x < 0) throw new RangeError("Cannot take the root");
 *   return Math.sqrt(x);
 * });
 *
 * // Threads import this module too: only the main one runs the task.
 * if (import.meta.main) {
 *   const job = run(root, [9]);
 *   assertEquals(await job, 3);
 *   assertEquals([job.state, (await job.exited).kind], ["done", "done"]);
 *   await assertRejects(async () => await run(root, [-1]), RangeError);
 * }
 * ```
 */
export class Job<R> implements Promise<R>, AsyncDisposable {
  /** The promise's tag. */
  readonly [Symbol.toStringTag] = "Job";
  readonly #errand: Errand<R>;

  /** Shows `errand`; made by `run()` and by pools only. */
  constructor(errand: Errand<R>) {
    this.#errand = errand;
  }

  /** What runs it: the name of the task's own thread, or of the task and its number in a pool. */
  get name(): string {
    return this.#errand.name;
  }

  /** Number of its thread's address; in a pool, of the job. */
  get id(): number {
    return this.#errand.id;
  }

  /**
   * Where it stands: `pending` while it waits in a pool, `running` also while its own thread starts, `failed` once it
   * will reject, `cancelled` from {@linkcode Job.cancel} on.
   */
  get state(): JobState {
    return this.#errand.state;
  }

  /** Aborted when the job is cancelled, with the reason; the task's own is `current.signal`. */
  get signal(): AbortSignal {
    return this.#errand.signal;
  }

  /**
   * How far it is: an event for each batch of a pool's that is done, and for each `current.report()` of a task of it,
   * from when the reading begins to its end. A reader that is 1,024 events behind misses the oldest; so does that of a
   * task which says more in one go than there is room for. The newest are never missed.
   *
   * How the job ends it does not tell: await it after the reading. Until then the job is heeded, as by `exited`.
   *
   * @example What a task says of itself
   * ```ts
   * import { current, Pool, task } from "@troupe/actors";
   * import { assertEquals } from "@std/assert";
   *
   * export const copy = task(import.meta, "copy", () => {
   *   for (const percent of [50, 100]) current.report(percent);
   * });
   *
   * // Threads import this module too: only the main one makes the pool.
   * if (import.meta.main) {
   *   await using pool = new Pool({ size: 1 });
   *   const reports = [];
   *   for await (const { report } of pool.run(copy, []).progress) {
   *     if (report !== undefined) reports.push(report);
   *   }
   *   assertEquals(reports, [50, 100]);
   * }
   * ```
   */
  get progress(): AsyncIterable<JobProgress> {
    this.#errand.result.catch(() => {});
    return this.#errand.progress;
  }

  /** How it ended; resolves once, when nothing of it runs any more, and never rejects. */
  get exited(): Promise<ExitReport> {
    return this.#errand.exited;
  }

  /**
   * Gives the task up: the job rejects with `reason` at once.
   *
   * - **One that waits** never begins.
   * - **One that runs** is told through `current.signal`. If it has not ended in time its thread is killed: after 5,000
   *   ms, in a pool after its `killAfterMs`.
   *
   * @param reason What the job rejects with. Default: a `DOMException` named `AbortError`.
   * @returns Whether it is cancelled now, by this call or an earlier one; `false` of a job that has settled.
   */
  cancel(reason?: unknown): boolean {
    return this.#errand.cancel(reason);
  }

  /**
   * Asks the task to stop through `current.signal`; it is killed after 5,000 ms.
   *
   * A task on its own thread that returns in time keeps its result. One that is killed, or was not up yet, rejects with
   * `WorkerDiedError`. In a pool it is {@linkcode Job.cancel}.
   *
   * @param reason The reason of the signal.
   * @returns How it ended; never rejects.
   * @throws {DOMException} `DataCloneError`, at once, if `reason` cannot be cloned; nothing was stopped.
   */
  stop(reason?: unknown): Promise<ExitReport> {
    return this.#errand.stop(reason);
  }

  /**
   * Ends the task at once; the job rejects with `WorkerDiedError`, unless its result had arrived. In a pool the worker ends
   * with it, and one that waits there is cancelled: it rejects with an `AbortError`.
   *
   * @returns How it ended; never rejects.
   */
  kill(): Promise<ExitReport> {
    return this.#errand.kill();
  }

  /**
   * See `Promise.prototype.then`.
   *
   * @param onResult Called with the result.
   * @param onError Called with what the job rejects with.
   * @returns A promise of what the callback returns.
   */
  then<T = R, E = never>(
    onResult?: ((value: R) => T | PromiseLike<T>) | null,
    // deno-lint-ignore no-explicit-any -- as of every promise
    onError?: ((reason: any) => E | PromiseLike<E>) | null,
  ): Promise<T | E> {
    return this.#errand.result.then(onResult, onError);
  }

  /**
   * See `Promise.prototype.catch`.
   *
   * @param onError Called with what the job rejects with.
   * @returns A promise of the result, or of what the callback returns.
   */
  catch<E = never>(
    // deno-lint-ignore no-explicit-any -- as of every promise
    onError?: ((reason: any) => E | PromiseLike<E>) | null,
  ): Promise<R | E> {
    return this.#errand.result.catch(onError);
  }

  /**
   * See `Promise.prototype.finally`.
   *
   * @param onSettled Called when the job has settled.
   * @returns A promise that settles as the job does.
   */
  finally(onSettled?: (() => void) | null): Promise<R> {
    return this.#errand.result.finally(onSettled);
  }

  /** Waits for the end of the task, however it ends. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.exited;
  }

  /** Who it is and where it stands, for logs. */
  toString(): string {
    return `Job("${this.name}" #${this.id}, ${this.state})`;
  }

  static {
    Object.defineProperty(this.prototype, Symbol.for("Deno.customInspect"), {
      value(this: Job<unknown>) {
        return this.toString();
      },
    });
  }
}
