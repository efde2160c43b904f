/**
 * A task on its way.
 *
 * @module
 */
import { ActorCrashedError, ActorStoppedError } from "../errors.ts";
import type { ExitReport } from "../exit_report.ts";
import type { ActorRef } from "./ref.ts";
import { failedReport, type ThreadCell } from "./thread/thread_cell.ts";

/**
 * A promise of a task's result that can be watched, stopped and killed: what `run()` returns.
 *
 * - **Settles once:** with the result, the task's error, or `WorkerDiedError` when its thread ended first.
 * - **No deadline:** it waits for as long as the task runs; `stop()` and `kill()` end it.
 * - **May be ignored:** a job that nobody awaits raises no unhandled rejection. `exited` tells how it ended.
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
  readonly #cell: ThreadCell;
  readonly #result: Promise<R>;
  readonly #exited: Promise<ExitReport>;
  #state: "running" | "done" | "failed" = "running";

  /** Starts the task that `cell` holds; called by `run()` only. `died` makes the error for a thread that ended first. */
  constructor(cell: ThreadCell, died: (report: ExitReport) => Error) {
    this.#cell = cell;
    this.#exited = cell.ref.exited;
    cell.onEnded = (report) => cell.retire(report);
    this.#result = this.#start(died);
  }

  /** Name of the task's thread: `SpawnOptions.name`, else the task's name and a number. */
  get name(): string {
    return this.#cell.name;
  }

  /** Number of its address. */
  get id(): number {
    return this.#cell.address.endpoint;
  }

  /** Where it stands: `running` also while it starts; `failed` once it will reject. */
  get state(): "running" | "done" | "failed" {
    return this.#state;
  }

  /** How its thread ended; resolves once and never rejects. */
  get exited(): Promise<ExitReport> {
    this.#heed();
    return this.#exited;
  }

  /** Its end is looked at by other means than its result: a rejection is not forgotten. */
  #heed(): void {
    this.#result.catch(() => {});
  }

  /**
   * Asks the task to stop through `current.signal`; it is killed after 5,000 ms.
   *
   * A task that returns in time keeps its result. One that is killed, or was not up yet, rejects with `WorkerDiedError`.
   *
   * @param reason The reason of the signal.
   * @returns How its thread ended; never rejects.
   * @throws {DOMException} `DataCloneError`, at once, if `reason` cannot be cloned; nothing was stopped.
   */
  stop(reason?: unknown): Promise<ExitReport> {
    this.#heed();
    return this.#cell.ref.stop(reason);
  }

  /**
   * Ends the task at once; the job rejects with `WorkerDiedError`, unless its result had arrived.
   *
   * @returns How its thread ended; never rejects.
   */
  kill(): Promise<ExitReport> {
    this.#heed();
    return this.#cell.ref.kill();
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
    onError?: ((reason: unknown) => E | PromiseLike<E>) | null,
  ): Promise<T | E> {
    return this.#result.then(onResult, onError);
  }

  /**
   * See `Promise.prototype.catch`.
   *
   * @param onError Called with what the job rejects with.
   * @returns A promise of the result, or of what the callback returns.
   */
  catch<E = never>(
    onError?: ((reason: unknown) => E | PromiseLike<E>) | null,
  ): Promise<R | E> {
    return this.#result.catch(onError);
  }

  /**
   * See `Promise.prototype.finally`.
   *
   * @param onSettled Called when the job has settled.
   * @returns A promise that settles as the job does.
   */
  finally(onSettled?: (() => void) | null): Promise<R> {
    return this.#result.finally(onSettled);
  }

  /** Waits for the end of the task, however it ends. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.exited;
  }

  async #start(died: (report: ExitReport) => Error): Promise<R> {
    try {
      return await this.#call();
    } catch (error) {
      this.#state = "failed";
      throw await this.#reasonFor(error, died);
    }
  }

  async #call(): Promise<R> {
    const cell = this.#cell;
    await cell.start();
    const ref = cell.ref.with({ timeout: Infinity }) as ActorRef<
      { result(): unknown }
    >;
    const value = await ref.ask.result();
    this.#state = "done";
    await cell.end("done", 1_000);
    cell.retire({ kind: "done", code: 0 });
    return value as R;
  }

  /** What the user wants to see: the task's own error, or why its thread ended. */
  async #reasonFor(
    error: unknown,
    died: (report: ExitReport) => Error,
  ): Promise<unknown> {
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
    return report.kind === "failed" ? report.error ?? error : died(report);
  }
}
