/**
 * The pool: some workers that run the tasks of many jobs.
 *
 * @module
 */
import type { Task } from "../actor/define.ts";
import type { Errand } from "../actor/errand.ts";
import { Job } from "../actor/job.ts";
import { InvalidOptionError } from "../errors.ts";
import { checkOptionNames } from "../option_names.ts";
import { Crew } from "./crew.ts";
import { Dispatcher } from "./dispatcher.ts";
import { MapWork } from "./map_work.ts";
import { PoolBrokenError, PoolClosedError } from "./pool_errors.ts";
import {
  type CheckedJobOptions,
  type CheckedPoolOptions,
  checkMapOptions,
  checkPoolOptions,
  checkRunOptions,
  type MapOptions,
  type PoolOptions,
  type RunOptions,
} from "./pool_options.ts";
import { RunWork } from "./run_work.ts";
import { TaskBook, type TaskFacts } from "./task_facts.ts";
import type { Work, WorkOptions } from "./work.ts";

/** The longest that a timer can wait, in milliseconds. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The inputs of a map: one after the other, now or later. */
export type Inputs<T> = Iterable<T> | AsyncIterable<T>;

/** A task, whatever it takes and gives. */
// deno-lint-ignore no-explicit-any -- any task
type AnyTask = Task<any, unknown>;

/**
 * Some workers that run the tasks of many jobs: Python's `Pool` and `concurrent.futures`.
 *
 * - **Every job settles:** with its result, the task's error, or `WorkerDiedError` when its worker ended: by a throw
 *   outside of the task, `self.close()`, `Deno.exit()`, a kill. Only what had begun there rejects; the rest goes on
 *   elsewhere, and another worker takes the place.
 * - **Pulled:** a worker that has room takes what comes next, so none is idle while there is work. What it has not begun
 *   another one takes from it.
 * - **In batches:** the inputs of `map()` travel several at once, as many as take about a millisecond.
 * - **Workers on demand:** the first job starts the first worker; they go when they have been idle for `idleMs`.
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
  readonly #options: CheckedPoolOptions;
  readonly #dispatcher: Dispatcher;
  readonly #crew: Crew;
  readonly #tasks: TaskBook = new TaskBook();
  #jobs = 0;
  #state: "open" | "closing" | "broken" = "open";
  #cause: unknown;
  #closing: Promise<void> | undefined;
  #drained: PromiseWithResolvers<void> = Promise.withResolvers();
  #warm: PromiseWithResolvers<void> | undefined;

  /**
   * Makes a pool; no worker starts yet.
   *
   * @param options How many workers, and how they are treated.
   * @throws {InvalidOptionError} If an option is out of its bounds, or there is none of its name.
   */
  constructor(options: PoolOptions = {}) {
    this.#options = checkPoolOptions(options);
    let pumping = false;
    let later: ReturnType<typeof setTimeout> | undefined;
    this.#dispatcher = new Dispatcher(this.#options.size, {
      wanted: (count) => this.#crew.want(count),
      soon: (then) => {
        if (pumping) return;
        pumping = true;
        queueMicrotask(() => {
          pumping = false;
          then();
        });
      },
      later: (ms, then) => {
        later ??= setTimeout(() => {
          later = undefined;
          then();
        }, ms);
      },
      now: () => performance.now(),
      drained: () => {
        clearTimeout(later);
        later = undefined;
        this.#drained.resolve();
      },
    });
    this.#crew = new Crew(this.#options, {
      joined: (seat) => {
        this.#dispatcher.join(seat);
        this.#checkWarm();
      },
      left: (seat) => this.#dispatcher.leave(seat),
      free: () => this.#dispatcher.free(),
      again: () => {
        this.#dispatcher.free();
        if (this.#warm !== undefined) this.#crew.want(this.#options.size);
      },
      broken: (cause) => this.#break(cause),
    });
  }

  /** The most workers it has. */
  get size(): number {
    return this.#options.size;
  }

  /**
   * Starts all workers and waits until they are up; else the first jobs start them.
   *
   * @returns A promise without a value.
   * @throws {PoolBrokenError} If they do not come up: the promise rejects, and none is left.
   * @throws {PoolClosedError} If the pool is closed.
   */
  warm(): Promise<void> {
    this.#refuse("start the workers");
    this.#warm ??= Promise.withResolvers();
    const { promise } = this.#warm;
    this.#checkWarm();
    this.#crew.want(this.#options.size - this.#crew.up);
    return promise;
  }

  /**
   * Runs a task once.
   *
   * @typeParam A The arguments.
   * @typeParam R What the task returns; a promise is awaited there.
   * @param task What `task()` or `remote()` returned.
   * @param args Its arguments; copies of them are sent.
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
    const entry = this.#entry(task);
    const { retries } = this.#options;
    const { transfer, ...checked } = checkRunOptions(
      entry.name,
      options,
      retries,
    );
    if (!Array.isArray(args)) {
      throw new InvalidOptionError(
        `Cannot run "${entry.name}" as its arguments must be an array: current value is ${
          Deno.inspect(args, { depth: 1 })
        }`,
        { option: "args", value: args },
      );
    }
    const work = new RunWork(
      this.#dispatcher,
      ++this.#jobs,
      entry,
      optionsOf(checked),
      args,
      transfer,
    );
    this.#take(work, checked);
    if (!work.over) this.#dispatcher.queue(work);
    return new Job(work as Errand<Awaited<R>>);
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
    return this.#map(task, inputs, options, false) as Job<Awaited<R>[]>;
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
    return this.#map(task, inputs, options, true) as Job<Awaited<R>[]>;
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
    if (this.#state === "open") this.#state = "closing";
    if (options.cancelPending === true) {
      for (const work of [...this.#dispatcher.open]) {
        if (!work.begun) work.cancel(closedError(work.name, "was closed"));
      }
    }
    return this.#closing ??= this.#close();
  }

  /**
   * Ends the workers at once; the jobs that have not settled reject with `PoolClosedError`.
   *
   * @returns A promise that resolves when all workers have ended; it never rejects.
   */
  async terminate(): Promise<void> {
    if (this.#state === "open") this.#state = "closing";
    for (const work of [...this.#dispatcher.open]) {
      work.cancel(closedError(work.name, "was terminated"));
    }
    await this.#crew.close("kill");
    await this.close();
  }

  /** Waits for all jobs and ends the workers, as {@linkcode Pool.close} does. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    this.#warm?.promise.catch(() => {});
    this.#warm?.reject(closedError("its workers", "was closed"));
    if (this.#dispatcher.open.size > 0) {
      this.#drained = Promise.withResolvers();
      await this.#drained.promise;
    }
    await this.#crew.close("stop");
  }

  #refuse(what: string): void {
    if (this.#state === "broken") throw this.#brokenError(what);
    if (this.#state === "closing") {
      throw new PoolClosedError(
        `Cannot ${what} as the pool is closed: make a new one`,
      );
    }
  }

  #entry(task: AnyTask): TaskFacts {
    const entry = this.#tasks.entry(task);
    this.#refuse(`run "${entry.name}"`);
    return entry;
  }

  #map(
    task: AnyTask,
    inputs: Inputs<unknown>,
    options: MapOptions,
    spread: boolean,
  ): Job<unknown> {
    const entry = this.#entry(task);
    const { retries } = this.#options;
    const { chunk, ...checked } = checkMapOptions(entry.name, options, retries);
    checkInputs(entry.name, inputs);
    const work = new MapWork(this.#dispatcher, ++this.#jobs, entry, {
      ...optionsOf(checked),
      chunk,
      spread,
    });
    this.#take(work, checked);
    void work.read(inputs);
    return new Job(work);
  }

  #take(
    work: Work,
    { signal, timeout }: CheckedJobOptions,
  ): void {
    this.#dispatcher.add(work);
    work.listen(signal);
    if (timeout === Infinity || work.over) return;
    work.within(Math.min(timeout, MAX_TIMER_MS));
  }

  #checkWarm(): void {
    if (this.#crew.up < this.#options.size) return;
    this.#warm?.resolve();
    this.#warm = undefined;
  }

  #brokenError(what: string): PoolBrokenError {
    const cause = this.#cause;
    return new PoolBrokenError(
      `Cannot ${what} as the workers of the pool do not start: ${
        cause instanceof Error ? cause.message : String(cause)
      }`,
      { cause },
    );
  }

  #break(cause: unknown): void {
    if (this.#state === "broken") return;
    this.#cause = cause;
    const wasOpen = this.#state === "open";
    if (wasOpen) this.#state = "broken";
    for (const work of [...this.#dispatcher.open]) {
      work.reject(this.#brokenError(`run "${work.name}"`));
    }
    this.#warm?.reject(this.#brokenError("start the workers"));
    this.#warm = undefined;
    void this.#crew.close("kill");
  }
}

function optionsOf({ priority, retries }: CheckedJobOptions): WorkOptions {
  return { priority, retries, seat: undefined };
}

function closedError(name: string, how: string): PoolClosedError {
  return new PoolClosedError(`Cannot run "${name}" as the pool ${how}`);
}

function checkInputs(task: string, inputs: unknown): void {
  const iterable = typeof inputs === "string" ||
    typeof inputs === "object" && inputs !== null &&
      (Symbol.iterator in inputs || Symbol.asyncIterator in inputs);
  if (iterable) return;
  throw new InvalidOptionError(
    `Cannot map "${task}" as its inputs must be iterable: current value is ${
      Deno.inspect(inputs, { depth: 1 })
    }`,
    { option: "inputs", value: inputs },
  );
}
