import type { Task } from "../actor/define.ts";
import type { Job } from "../actor/job.ts";
import type { ElementOf } from "../actor/stream/streams.ts";
import { keepHere } from "../memory/keep_here.ts";
import { refuse } from "./check_option.ts";
import { checkFold, foldAll } from "./fold_all.ts";
import type { GenerateWork } from "./generate_work.ts";
import type { Inputs } from "./inputs.ts";
import type { Pool } from "./pool.ts";
import { PoolClosedError } from "./pool_errors.ts";
import type {
  GenerateOptions,
  JobOptions,
  MapOptions,
  RunOptions,
  StreamOptions,
} from "./job_options.ts";
import type { StreamWork } from "./stream_work.ts";
import type { TaskStream } from "./task_stream.ts";

/** Runs `body` with a scope on `pool`, and waits for all jobs of it. */
export let runScope: <R>(
  pool: Pool,
  body: (scope: PoolScope) => PromiseLike<R> | R,
) => Promise<R>;

/**
 * Jobs that end with a scope: what `Pool.scope()` gives its body.
 *
 * - **Over with its body:** when the scope has ended its methods throw `PoolClosedError`.
 * - **What is read one by one** ends with the scope too, also half read.
 */
export class PoolScope {
  /** Aborted when a job of the scope failed, or its body: what is left is cancelled. */
  readonly signal: AbortSignal;
  readonly #pool: Pool;
  readonly #abort: AbortController = new AbortController();
  readonly #jobs: Set<Job<unknown>> = new Set();
  readonly #folds: Set<Promise<unknown>> = new Set();
  /** What is read one by one. */
  readonly #reads: Set<StreamWork | GenerateWork> = new Set();
  #over = false;

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
    this.#refuse(task);
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
    this.#refuse(task);
    return this.#adopt(this.#pool.map(task, inputs, options));
  }

  /**
   * See {@linkcode Pool.starmap}.
   *
   * @param task What `task()` or `remote()` returned.
   * @param inputs The lists of arguments.
   * @param options How many are sent at once; deadline, signal and priority.
   * @returns The job.
   */
  starmap<A extends unknown[], R>(
    task: Task<A, R>,
    inputs: Inputs<A>,
    options?: MapOptions,
  ): Job<Awaited<R>[]> {
    this.#refuse(task);
    return this.#adopt(this.#pool.starmap(task, inputs, options));
  }

  /**
   * See {@linkcode Pool.stream}.
   *
   * @param task What `task()` or `remote()` returned; it takes one argument.
   * @param inputs The inputs.
   * @param options `ordered`, `readAhead`, and how many are sent at once.
   * @returns An iterator of the results.
   */
  stream<T, R>(
    task: Task<[T], R>,
    inputs: Inputs<T>,
    options?: StreamOptions,
  ): AsyncIterableIterator<Awaited<R>> {
    this.#refuse(task);
    const results = this.#pool.stream(task, inputs, this.#with(options));
    this.#read(results as unknown as StreamWork);
    return results;
  }

  /**
   * See {@linkcode Pool.generate}.
   *
   * @param task What `task()` or `remote()` returned.
   * @param args Its arguments.
   * @param options `readAhead`; its deadline, signal and priority.
   * @returns The elements.
   */
  generate<A extends unknown[], R>(
    task: Task<A, R>,
    args: A,
    options?: GenerateOptions,
  ): TaskStream<ElementOf<Awaited<R>>> {
    this.#refuse(task);
    const elements = this.#pool.generate(task, args, this.#with(options));
    this.#read(elements as unknown as GenerateWork);
    return elements;
  }

  /**
   * See {@linkcode Pool.forEach}.
   *
   * @param task What `task()` or `remote()` returned; it takes one argument.
   * @param inputs The inputs, read as they are needed.
   * @param options `readAhead`, and how many are sent at once.
   * @returns A promise of how many there were.
   */
  forEach<T>(
    task: Task<[T], unknown>,
    inputs: Inputs<T>,
    options: StreamOptions = {},
  ): Promise<number> {
    const results = this.stream(task, inputs, { ordered: false, ...options });
    return this.#fold(task, results, (count: number) => count + 1, [0]);
  }

  /**
   * See {@linkcode Pool.reduce}.
   *
   * @param task What `task()` or `remote()` returned; it takes one argument.
   * @param inputs The inputs, read as they are needed.
   * @param fold Puts a result to what there is so far; runs here.
   * @param initial What there is at first, also if it is `undefined`.
   * @param options `readAhead`, and how many are sent at once.
   * @returns A promise of what there is in the end.
   */
  reduce<T, R, S>(
    task: Task<[T], R>,
    inputs: Inputs<T>,
    fold: (so: S, result: Awaited<R>) => S | PromiseLike<S>,
    initial: S,
    options?: StreamOptions,
  ): Promise<S>;
  /** As the other one, beginning with the first result; see {@linkcode Pool.reduce}. */
  reduce<T, R>(
    task: Task<[T], R>,
    inputs: Inputs<T>,
    fold: (
      so: Awaited<R>,
      result: Awaited<R>,
    ) => Awaited<R> | PromiseLike<Awaited<R>>,
  ): Promise<Awaited<R>>;
  reduce(
    task: Task<[unknown], unknown>,
    inputs: Inputs<unknown>,
    fold: (so: unknown, result: unknown) => unknown,
    ...start: [initial?: unknown, options?: StreamOptions]
  ): Promise<unknown> {
    checkFold(task, fold);
    const results = this.stream(task, inputs, start[1]);
    return this.#fold(task, results, fold, start);
  }

  async #through<R>(
    body: (scope: PoolScope) => PromiseLike<R> | R,
  ): Promise<R> {
    if (typeof body !== "function") {
      refuse("Cannot open a scope", "body", "a function", body);
    }
    try {
      const result = await body(this);
      while (this.#jobs.size + this.#folds.size > 0) {
        await Promise.all([...this.#jobs, ...this.#folds]);
      }
      this.#over = true;
      return result;
    } catch (error) {
      this.#fail(error);
      throw this.signal.reason;
    } finally {
      await Promise.all([...this.#jobs].map(({ exited }) => exited));
      await Promise.all([...this.#reads].map(endOf));
      await Promise.allSettled(this.#folds);
      this.#over = true;
    }
  }

  #fail(error: unknown): void {
    if (this.signal.aborted) return;
    this.#abort.abort(error);
    for (const job of this.#jobs) job.cancel(error);
  }

  #refuse(task: Task<never, unknown>): void {
    if (!this.#over) return;
    throw new PoolClosedError(
      `Cannot run "${
        Object(task).task
      }" as its scope has ended: start it while the body runs`,
    );
  }

  /** As `options` say, and cancelled with the scope. */
  #with<Options extends JobOptions>(options?: Options): Options {
    const { signal } = options ?? {};
    if (signal !== undefined && !(signal instanceof AbortSignal)) {
      return options!;
    }
    const both = signal === undefined
      ? this.signal
      : AbortSignal.any([this.signal, signal]);
    return { ...options, signal: both } as Options;
  }

  #read(work: StreamWork | GenerateWork): void {
    this.#reads.add(work);
    void work.exited.then(() => this.#reads.delete(work));
  }

  #fold<R, S>(
    task: Task<[never], unknown>,
    results: AsyncIterable<R>,
    fold: (so: S, result: R) => S | PromiseLike<S>,
    start: readonly unknown[],
  ): Promise<S> {
    const folded = foldAll(task, results, fold, start);
    this.#folds.add(folded);
    folded.then(
      () => this.#folds.delete(folded),
      (error) => this.#fail(error),
    );
    return folded;
  }

  #adopt<R>(job: Job<R>): Job<R> {
    if (this.signal.aborted) job.cancel(this.signal.reason);
    this.#jobs.add(job);
    job.then(() => this.#jobs.delete(job), (error) => this.#fail(error));
    return job;
  }

  static {
    runScope = (pool, body) => new PoolScope(pool).#through(body);
  }
}

/** Leaves what is read; resolves when nothing of it runs. */
async function endOf(work: StreamWork | GenerateWork): Promise<void> {
  await work.return();
  if (work.over) await work.exited;
}

keepHere(PoolScope, "a PoolScope: it ends with its body, which runs here");
