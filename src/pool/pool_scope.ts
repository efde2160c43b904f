import type { Task } from "../actor/define.ts";
import type { Job } from "../actor/job.ts";
import type { Inputs } from "./inputs.ts";
import type { Pool } from "./pool.ts";
import type { MapOptions, RunOptions } from "./job_options.ts";

/** Runs `body` with a scope on `pool`, and waits for all jobs of it. */
export let runScope: <R>(
  pool: Pool,
  body: (scope: PoolScope) => PromiseLike<R> | R,
) => Promise<R>;

/** Jobs that end with a scope: what `Pool.scope()` gives its body. */
export class PoolScope {
  /** Aborted when a job of the scope failed, or its body: what is left is cancelled. */
  readonly signal: AbortSignal;
  readonly #pool: Pool;
  readonly #abort: AbortController = new AbortController();
  readonly #jobs: Set<Job<unknown>> = new Set();

  /** A scope on `pool`; made by `Pool.scope()` only. */
  constructor(pool: Pool) {
    this.#pool = pool;
    this.signal = this.#abort.signal;
  }

  /**
   * See {@linkcode Pool.run}.
   *
   * @param task What `task()` or `remote()` returned.
   * @param args Its arguments.
   * @param options Its deadline, signal and priority.
   * @returns The job.
   */
  run<A extends unknown[], R>(
    task: Task<A, R>,
    args: A,
    options?: RunOptions,
  ): Job<Awaited<R>> {
    return this.#adopt(this.#pool.run(task, args, options));
  }

  /**
   * See {@linkcode Pool.map}.
   *
   * @param task What `task()` or `remote()` returned.
   * @param inputs The inputs.
   * @param options How many are sent at once; deadline, signal and priority.
   * @returns The job.
   */
  map<T, R>(
    task: Task<[T], R>,
    inputs: Inputs<T>,
    options?: MapOptions,
  ): Job<Awaited<R>[]> {
    return this.#adopt(this.#pool.map(task, inputs, options));
  }

  async #through<R>(
    body: (scope: PoolScope) => PromiseLike<R> | R,
  ): Promise<R> {
    try {
      const result = await body(this);
      while (this.#jobs.size > 0) await Promise.all(this.#jobs);
      return result;
    } catch (error) {
      this.#abort.abort(error);
      for (const job of this.#jobs) job.cancel(error);
      throw this.signal.reason;
    } finally {
      await Promise.all([...this.#jobs].map(({ exited }) => exited));
    }
  }

  #adopt<R>(job: Job<R>): Job<R> {
    if (this.signal.aborted) job.cancel(this.signal.reason);
    this.#jobs.add(job);
    job.then(() => this.#jobs.delete(job), (error) => {
      if (this.signal.aborted) return;
      this.#abort.abort(error);
      for (const other of this.#jobs) other.cancel(error);
    });
    return job;
  }

  static {
    runScope = (pool, body) => new PoolScope(pool).#through(body);
  }
}
