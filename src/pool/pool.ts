/**
 * The pool: some workers that run the tasks of many jobs.
 *
 * @module
 */
import type { Task } from "../actor/define.ts";
import type { Job } from "../actor/job.ts";
import type { ElementOf } from "../actor/stream/streams.ts";
import { keepHere } from "../memory/keep_here.ts";
import { checkOptionNames } from "../option_names.ts";
import { checkFold, foldAll } from "./fold_all.ts";
import type { Inputs } from "./inputs.ts";
import { PoolCore } from "./pool_core.ts";
import type {
  GenerateOptions,
  MapOptions,
  RunOptions,
  StreamOptions,
} from "./job_options.ts";
import {
  type CheckedPoolOptions,
  checkPoolOptions,
  type PoolOptions,
} from "./pool_options.ts";
import { type PoolScope, runScope } from "./pool_scope.ts";
import type { PoolStats } from "./pool_stats.ts";
import type { TaskStream } from "./task_stream.ts";

/**
 * Some workers that run the tasks of many jobs: Python's `Pool` and `concurrent.futures`.
 *
 * - **Every job settles:** with its result, the task's error, or `WorkerDiedError` when its worker ended: by a throw
 *   outside of the task, `self.close()`, `Deno.exit()`, a kill. Only what had begun there rejects; the rest goes on
 *   elsewhere, and another worker takes the place. Of one that ended while it ran nothing a line on stderr tells.
 * - **Who has ended is left out:** while none can come in the place of a worker, which is tried again every second, the
 *   others do the work. The pool ends when none is left.
 * - **Pulled:** a worker that has room takes what comes next, so none is idle while there is work. What it has not begun
 *   another one takes from it.
 * - **In batches:** the inputs of `map()` travel several at once, as many as take about two milliseconds.
 * - **Workers on demand:** the first job starts the first worker; they go when they have been idle for `idleMs`.
 * - **Threads or processes:** see {@linkcode PoolOptions.placement}.
 * - **Scope:** `await using` waits for all jobs, then ends the workers.
 *
 * @example Squares on all cores
 * ```ts
 * import { Pool, task } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * export const square = task(import.meta, "square", (x: number) => x * x);
 *
 * // Threads import this module too: only the main one makes the pool.
 * if (import.meta.main) {
 *   await using pool = new Pool({ size: 2 });
 *   assertEquals(await pool.map(square, [1, 2, 3]), [1, 4, 9]);
 *   assertEquals(await pool.run(square, [4]), 16);
 * }
 * ```
 */
export class Pool implements AsyncDisposable {
  /** The class's tag. */
  readonly [Symbol.toStringTag] = "Pool";
  readonly #options: CheckedPoolOptions;
  readonly #core: PoolCore;

  /**
   * Makes a pool; no worker starts yet, but for `minSize` of them.
   *
   * @param options How many workers, and how they are treated.
   * @throws {InvalidOptionError} If an option is out of its bounds, or there is none of its name.
   * @throws {DataCloneError} If `initArgs` cannot travel.
   */
  constructor(options: PoolOptions = {}) {
    this.#options = checkPoolOptions(options);
    this.#core = new PoolCore(this.#options);
  }

  /** The most workers it has. */
  get size(): number {
    return this.#options.size;
  }

  /**
   * Starts all workers and waits until they are up and have loaded the package; else the first jobs start them.
   *
   * @returns A promise without a value.
   * @throws {PoolBrokenError} If they do not come up: the promise rejects. Those that did go on; without any the pool ends.
   * @throws {PoolClosedError} If the pool is closed.
   */
  warm(): Promise<void> {
    return this.#core.warm();
  }

  /**
   * Runs a task once.
   *
   * @typeParam A The arguments.
   * @typeParam R What the task returns; a promise is awaited there.
   * @param task What `task()` or `remote()` returned.
   * @param args Its arguments, which are copied when a worker takes the task: leave them alone until then.
   * @param options Its deadline, signal and priority.
   * @returns A promise of its result that can be watched and cancelled.
   * @throws {InvalidOptionError} If `task` is no handle, `args` is no array, or an option is out of its bounds.
   * @throws {PoolClosedError} If the pool is closed.
   * @throws {PoolBrokenError} If its workers do not start.
   *
   * @example Give up after 100 ms
   * ```ts
   * import { current, Pool, task } from "@troupe/actors";
   * import { assertEquals } from "@std/assert";
   *
   * export const search = task(import.meta, "search", () => {
   *   // Deno cannot stop a thread that computes: it has to look.
   *   for (let tried = 0;; tried++) if (current.signal.aborted) return tried;
   * });
   *
   * // Threads import this module too: only the main one makes the pool.
   * if (import.meta.main) {
   *   await using pool = new Pool({ size: 1 });
   *   const job = pool.run(search, [], { timeout: 100 });
   *   assertEquals(await job.catch((error) => error.name), "TimeoutError");
   * }
   * ```
   */
  run<A extends unknown[], R>(
    task: Task<A, R>,
    args: A,
    options?: RunOptions,
  ): Job<Awaited<R>> {
    return this.#core.run(task, args, options) as Job<Awaited<R>>;
  }

  /**
   * Runs a task for each input, and promises all results in the order of the inputs.
   *
   * - **All or nothing:** the first error rejects, and what has not begun never does.
   * - **Read at once:** an iterable is read before anything runs, and an error of it is that of the job.
   *
   * @typeParam T An input.
   * @typeParam R What the task returns; a promise is awaited there.
   * @param task What `task()` or `remote()` returned; it takes one argument.
   * @param inputs The inputs; copies of them are sent.
   * @param options How many are sent at once; deadline, signal and priority.
   * @returns A promise of the results that can be watched and cancelled.
   * @throws {InvalidOptionError} If `task` is no handle, `inputs` is not iterable, or an option is out of its bounds.
   * @throws {PoolClosedError} If the pool is closed.
   * @throws {PoolBrokenError} If its workers do not start.
   */
  map<T, R>(
    task: Task<[T], R>,
    inputs: Inputs<T>,
    options: MapOptions = {},
  ): Job<Awaited<R>[]> {
    return this.#core.map(task, inputs, options, false) as Job<Awaited<R>[]>;
  }

  /**
   * As {@linkcode Pool.map}, for a task of several arguments: each input is the list of them.
   *
   * @typeParam A The arguments.
   * @typeParam R What the task returns; a promise is awaited there.
   * @param task What `task()` or `remote()` returned.
   * @param inputs The lists of arguments.
   * @param options How many are sent at once; deadline, signal and priority.
   * @returns A promise of the results that can be watched and cancelled.
   * @throws {InvalidOptionError} If `task` is no handle, `inputs` is not iterable, or an option is out of its bounds.
   * @throws {PoolClosedError} If the pool is closed.
   * @throws {PoolBrokenError} If its workers do not start.
   *
   * @example Two arguments each
   * ```ts
   * import { Pool, task } from "@troupe/actors";
   * import { assertEquals } from "@std/assert";
   *
   * export const power = task(import.meta, "power", (x: number, n: number) => x ** n);
   *
   * // Threads import this module too: only the main one makes the pool.
   * if (import.meta.main) {
   *   await using pool = new Pool({ size: 2 });
   *   assertEquals(await pool.starmap(power, [[2, 8], [3, 2]]), [256, 9]);
   * }
   * ```
   */
  starmap<A extends unknown[], R>(
    task: Task<A, R>,
    inputs: Inputs<A>,
    options: MapOptions = {},
  ): Job<Awaited<R>[]> {
    return this.#core.map(task, inputs, options, true) as Job<Awaited<R>[]>;
  }

  /**
   * Runs a task for each input, and gives the results one by one.
   *
   * - **Lazy:** no input is read before the first result is wanted, and at most `readAhead` beyond those taken. From
   *   then on the pool is not closed before the stream has ended, or its reader has left; of a pool that was closed before
   *   it is a `PoolClosedError`.
   * - **An error comes in its place:** of an ordered stream the results of the inputs before it come first. So does an
   *   error of the inputs themselves. A `timeout` or `signal` comes after all that is there, also when the inputs hang.
   * - **Leaving the loop** closes the inputs, and what has not begun never does. An input that is waited for is not waited
   *   for any longer: the inputs close when it comes.
   *
   * @typeParam T An input.
   * @typeParam R What the task returns; a promise is awaited there.
   * @param task What `task()` or `remote()` returned; it takes one argument.
   * @param inputs The inputs; copies of them are sent.
   * @param options `ordered`, `readAhead`, and how many are sent at once.
   * @returns An iterator of the results.
   * @throws {InvalidOptionError} If `task` is no handle, `inputs` is not iterable, or an option is out of its bounds.
   * @throws {PoolClosedError} If the pool is closed.
   * @throws {PoolBrokenError} If its workers do not start.
   *
   * @example Results as they come
   * ```ts
   * import { Pool, task } from "@troupe/actors";
   * import { assertEquals } from "@std/assert";
   *
   * export const square = task(import.meta, "square", (x: number) => x * x);
   *
   * // Threads import this module too: only the main one makes the pool.
   * if (import.meta.main) {
   *   await using pool = new Pool({ size: 2 });
   *   function* numbers() {
   *     for (let i = 1;; i++) yield i;
   *   }
   *   let sum = 0;
   *   for await (const x of pool.stream(square, numbers())) {
   *     if (x > 100) break;
   *     sum += x;
   *   }
   *   assertEquals(sum, 385);
   * }
   * ```
   */
  stream<T, R>(
    task: Task<[T], R>,
    inputs: Inputs<T>,
    options: StreamOptions = {},
  ): AsyncIterableIterator<Awaited<R>> {
    return this.#core.stream(task, inputs, options) as unknown as (
      AsyncIterableIterator<Awaited<R>>
    );
  }

  /**
   * Runs a task once, and gives what it yields one by one: of an async generator, or of anything else that can be iterated.
   *
   * - **On demand:** the task begins when the first element is wanted, and is at most `readAhead` ahead of its reader.
   *   From then on the pool is not closed before it has ended, or its reader has left; of a pool that was closed before
   *   it is a `PoolClosedError`.
   * - **Holds its worker** until it has ended: read on, or leave. What is forgotten half read keeps the program alive, and
   *   what it feeds to the same pool needs a second worker.
   * - **Retried** only as long as nothing of it was read.
   *
   * @typeParam A The arguments.
   * @typeParam R What the task returns.
   * @param task What `task()` or `remote()` returned.
   * @param args Its arguments, which are copied when a worker takes the task: leave them alone until then.
   * @param options `readAhead`; its deadline, signal and priority.
   * @returns The elements; {@linkcode TaskStream} tells how they are read.
   * @throws {InvalidOptionError} If `task` is no handle, `args` is no array, or an option is out of its bounds.
   * @throws {PoolClosedError} If the pool is closed.
   * @throws {PoolBrokenError} If its workers do not start.
   */
  generate<A extends unknown[], R>(
    task: Task<A, R>,
    args: A,
    options: GenerateOptions = {},
  ): TaskStream<ElementOf<Awaited<R>>> {
    return this.#core.generate(task, args, options) as (
      TaskStream<unknown>
    ) as TaskStream<ElementOf<Awaited<R>>>;
  }

  /**
   * Runs a task for each input and drops the results.
   *
   * @typeParam T An input.
   * @param task What `task()` or `remote()` returned; it takes one argument.
   * @param inputs The inputs, read as they are needed.
   * @param options `readAhead`, and how many are sent at once.
   * @returns A promise of how many there were. It rejects with the first error.
   */
  async forEach<T>(
    task: Task<[T], unknown>,
    inputs: Inputs<T>,
    options: StreamOptions = {},
  ): Promise<number> {
    let count = 0;
    const all = this.#core.stream(task, inputs, { ordered: false, ...options });
    for await (const _ of all) count++;
    return count;
  }

  /**
   * Runs a task for each input, and folds the results into one, in the order of the inputs.
   *
   * @typeParam T An input.
   * @typeParam R What the task returns; a promise is awaited there.
   * @typeParam S What it is all folded into.
   * @param task What `task()` or `remote()` returned; it takes one argument.
   * @param inputs The inputs, read as they are needed.
   * @param fold Puts a result to what there is so far; runs here.
   * @param initial What there is at first, also if it is `undefined`.
   * @param options `readAhead`, and how many are sent at once.
   * @returns A promise of what there is in the end. It rejects with the first error, also of `fold`.
   */
  reduce<T, R, S>(
    task: Task<[T], R>,
    inputs: Inputs<T>,
    fold: (so: S, result: Awaited<R>) => S | PromiseLike<S>,
    initial: S,
    options?: StreamOptions,
  ): Promise<S>;
  /**
   * As the other one, beginning with the first result: of no inputs the promise rejects with a `TypeError`, as
   * `Array.prototype.reduce()` throws one.
   */
  reduce<T, R>(
    task: Task<[T], R>,
    inputs: Inputs<T>,
    fold: (
      so: Awaited<R>,
      result: Awaited<R>,
    ) => Awaited<R> | PromiseLike<Awaited<R>>,
  ): Promise<Awaited<R>>;
  async reduce(
    task: Task<[unknown], unknown>,
    inputs: Inputs<unknown>,
    fold: (so: unknown, result: unknown) => unknown,
    ...start: [initial?: unknown, options?: StreamOptions]
  ): Promise<unknown> {
    checkFold(task, fold);
    const results = this.stream(task, inputs, start[1]);
    return await foldAll(task, results, fold, start);
  }

  /**
   * Runs `body` with a scope whose jobs all end with it.
   *
   * - **Waits:** for every job that the body has started, also for those it does not await.
   * - **One fails, all end:** an error of a job or of the body cancels the others, and is what the scope rejects with. One
   *   that is cancelled has failed.
   *
   * @typeParam R What the body returns.
   * @param body Starts jobs with `scope.run()`, `scope.map()` and the like.
   * @returns A promise of what the body returns, when nothing of it runs any more.
   *
   * @example Both or none
   * ```ts
   * import { Pool, task } from "@troupe/actors";
   * import { assertEquals } from "@std/assert";
   *
   * export const square = task(import.meta, "square", (x: number) => x * x);
   *
   * // Threads import this module too: only the main one makes the pool.
   * if (import.meta.main) {
   *   await using pool = new Pool({ size: 2 });
   *   const sum = await pool.scope(async (scope) => {
   *     const jobs = [scope.run(square, [3]), scope.run(square, [4])];
   *     const [a, b] = await Promise.all(jobs);
   *     return a! + b!;
   *   });
   *   assertEquals(sum, 25);
   * }
   * ```
   */
  scope<R>(body: (scope: PoolScope) => PromiseLike<R> | R): Promise<R> {
    return runScope(this, body);
  }

  /**
   * How it stands.
   *
   * @returns Its workers, jobs and tasks, and how long they took.
   */
  stats(): PoolStats {
    return this.#core.stats();
  }

  /**
   * Takes no more jobs, waits for those there are, then ends the workers.
   *
   * - **Idempotent:** each further call returns the promise of the first.
   *
   * @param options `cancelPending`: cancels the jobs of which nothing has begun; they reject with `PoolClosedError`.
   * @returns A promise that resolves when all jobs have settled and all workers have ended; it never rejects.
   */
  close(options: { cancelPending?: boolean } = {}): Promise<void> {
    checkOptionNames<{ cancelPending?: boolean }>(
      "Cannot close the pool",
      options,
      { cancelPending: true },
    );
    return this.#core.close(options.cancelPending === true);
  }

  /**
   * Ends the workers at once; the jobs that have not settled reject with `PoolClosedError`. A thread that computes runs on,
   * as told at {@linkcode PoolOptions.killAfterMs}.
   *
   * @returns A promise that resolves when all workers have ended; it never rejects.
   */
  terminate(): Promise<void> {
    return this.#core.terminate();
  }

  /** Waits for all jobs and ends the workers, as {@linkcode Pool.close} does. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

keepHere(Pool, "a Pool: run its tasks here, or make another one there");
