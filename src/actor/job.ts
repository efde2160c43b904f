/**
 * A task on its way.
 *
 * @module
 */
import { ActorCrashedError, ActorStoppedError } from "../errors.ts";
import type { ExitReport } from "../exit_report.ts";
import type { ActorRef } from "./ref.ts";
import { failedReport, type ThreadCell } from "./thread_cell.ts";

/**
 * A promise of a task's result that can be watched, stopped and killed.
 *
 * - **Settles once:** with the result, the task's error, or `WorkerDiedError` when its thread ended first.
 */
export class Job<R> implements Promise<R>, AsyncDisposable {
  /** The promise's tag. */
  readonly [Symbol.toStringTag] = "Job";
  readonly #cell: ThreadCell;
  readonly #result: Promise<R>;
  readonly #exited: Promise<ExitReport>;
  #state: "running" | "done" | "failed" = "running";

  /** Starts the task that `cell` holds. */
  constructor(cell: ThreadCell, died: (report: ExitReport) => Error) {
    this.#cell = cell;
    this.#exited = cell.ref.exited;
    cell.onEnded = (report) => cell.retire(report);
    this.#result = this.#start(died);
    // A job that nobody awaits tells of its end through `exited`.
    this.#result.catch(() => {});
  }

  /** Name of the task's thread. */
  get name(): string {
    return this.#cell.name;
  }

  /** Number of its address. */
  get id(): number {
    return this.#cell.address.endpoint;
  }

  /** Where it stands. */
  get state(): "running" | "done" | "failed" {
    return this.#state;
  }

  /** How its thread ended; resolves once. */
  get exited(): Promise<ExitReport> {
    return this.#exited;
  }

  /** Asks the task to stop through `current.signal`; it is killed after 5,000 ms. */
  stop(reason?: unknown): Promise<ExitReport> {
    return this.#cell.ref.stop(reason);
  }

  /** Ends the task at once. */
  kill(): Promise<ExitReport> {
    return this.#cell.ref.kill();
  }

  /** See `Promise`. */
  then<T = R, E = never>(
    onResult?: ((value: R) => T | PromiseLike<T>) | null,
    onError?: ((reason: unknown) => E | PromiseLike<E>) | null,
  ): Promise<T | E> {
    return this.#result.then(onResult, onError);
  }

  /** See `Promise`. */
  catch<E = never>(
    onError?: ((reason: unknown) => E | PromiseLike<E>) | null,
  ): Promise<R | E> {
    return this.#result.catch(onError);
  }

  /** See `Promise`. */
  finally(onSettled?: (() => void) | null): Promise<R> {
    return this.#result.finally(onSettled);
  }

  /** Waits for the end of the task, however it ends. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#exited;
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
      { result(): R }
    >;
    const value = await ref.ask.result();
    this.#state = "done";
    await cell.end("done", 1_000);
    cell.retire({ kind: "done", code: 0 });
    return value;
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
