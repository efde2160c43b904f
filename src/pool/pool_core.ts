/**
 * What a pool is made of: its queue, its workers and its end.
 *
 * @module
 */
import type { Task } from "../actor/define.ts";
import { Job } from "../actor/job.ts";
import { Crew } from "./crew.ts";
import { Dispatcher } from "./dispatcher.ts";
import { PoolBrokenError, PoolClosedError } from "./pool_errors.ts";
import { checkArgs, checkInputs, type Inputs } from "./inputs.ts";
import {
  type CheckedJobOptions,
  checkGenerateOptions,
  checkMapOptions,
  checkRunOptions,
  checkStreamOptions,
  type GenerateOptions,
  type MapOptions,
  type RunOptions,
  type StreamOptions,
} from "./job_options.ts";
import { GenerateWork } from "./generate_work.ts";
import { MapWork } from "./map_work.ts";
import type { CheckedPoolOptions } from "./pool_options.ts";
import { type PoolStats, Tally } from "./pool_stats.ts";
import { RunWork } from "./run_work.ts";
import { startFailure } from "./start_failure.ts";
import { StreamWork } from "./stream_work.ts";
import { TaskBook, type TaskFacts } from "./task_facts.ts";
import type { Work, WorkOptions } from "./work.ts";

/** The longest that a timer can wait, in milliseconds. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Any task. */
// deno-lint-ignore no-explicit-any -- any task
export type AnyTask = Task<any, unknown>;

/** The queue and the workers of one pool. */
export class PoolCore {
  /** Who gives out the work. */
  readonly dispatcher: Dispatcher;
  readonly #options: CheckedPoolOptions;
  readonly #crew: Crew;
  readonly #tasks: TaskBook = new TaskBook();
  readonly #tally: Tally = new Tally();
  #jobs = 0;
  #turn = 0;
  #state: "open" | "closing" | "broken" = "open";
  #cause: unknown;
  #closing: Promise<void> | undefined;
  #drained: PromiseWithResolvers<void> = Promise.withResolvers();
  #warm: PromiseWithResolvers<void> | undefined;
  #pumping = false;
  #later: ReturnType<typeof setTimeout> | undefined;

  /** Nothing runs yet. */
  constructor(options: CheckedPoolOptions) {
    this.#options = options;
    this.dispatcher = new Dispatcher(options.size, {
      wanted: (count, seats) => this.#crew.want(count, seats),
      soon: (then) => this.#soon(then),
      later: (ms, then) => this.#afterMs(ms, then),
      now: () => performance.now(),
      settled: (work) => this.#tally.settled(work),
      drained: () => {
        clearTimeout(this.#later);
        this.#later = undefined;
        this.#drained.resolve();
      },
    });
    this.#crew = new Crew(options, {
      joined: (seat) => {
        this.dispatcher.join(seat);
        this.#checkWarm();
        this.#keepUp();
      },
      left: (seat) => this.dispatcher.leave(seat),
      free: () => this.dispatcher.free(),
      again: () => {
        this.dispatcher.free();
        this.#keepUp();
      },
      short: (cause, seats) => this.#goShort(cause, seats),
      broken: (cause) => this.#break(cause),
    }, () => this.#tasks.modules);
    this.#keepUp();
  }

  /** See `Pool.run()`. */
  run(
    task: AnyTask,
    args: unknown[],
    options: RunOptions | undefined,
  ): Job<unknown> {
    const facts = this.#facts(task);
    const { retries } = this.#options;
    const { transfer, ...checked } = checkRunOptions(
      facts.name,
      options,
      retries,
    );
    checkArgs(facts.name, args);
    const asked = this.#optionsFor(checked);
    const id = ++this.#jobs;
    const desk = this.dispatcher;
    const work = new RunWork(desk, id, facts, asked, args, transfer);
    this.#take(work, checked);
    if (!work.over) desk.queue(work);
    return new Job(work);
  }

  /** See `Pool.map()` and, with `spread`, `Pool.starmap()`. */
  map(
    task: AnyTask,
    inputs: Inputs<unknown>,
    options: MapOptions,
    spread: boolean,
  ): Job<unknown> {
    const facts = this.#facts(task);
    const { retries } = this.#options;
    const { chunk, ...checked } = checkMapOptions(facts.name, options, retries);
    checkInputs(facts.name, inputs);
    const asked = { ...this.#optionsFor(checked), chunk, spread };
    const work = new MapWork(this.dispatcher, ++this.#jobs, facts, asked);
    this.#take(work, checked);
    void work.read(inputs);
    return new Job(work);
  }

  /** See `Pool.stream()`. */
  stream(
    task: AnyTask,
    inputs: Inputs<unknown>,
    options: StreamOptions,
  ): StreamWork {
    const facts = this.#facts(task);
    const { chunk, ordered, readAhead, ...checked } = checkStreamOptions(
      facts.name,
      options,
      this.#options,
    );
    checkInputs(facts.name, inputs);
    const how = { chunk, spread: false, ordered, readAhead };
    return new StreamWork(
      this.dispatcher,
      ++this.#jobs,
      facts,
      { ...this.#optionsFor(checked), ...how },
      inputs,
      (begun) => this.#takeLate(begun, checked),
    );
  }

  /** See `Pool.generate()`. */
  generate(
    task: AnyTask,
    args: unknown[],
    options: GenerateOptions,
  ): GenerateWork {
    const facts = this.#facts(task);
    const { readAhead, transfer, ...checked } = checkGenerateOptions(
      facts.name,
      options,
      this.#options.retries,
    );
    checkArgs(facts.name, args);
    return new GenerateWork(
      this.dispatcher,
      ++this.#jobs,
      facts,
      { ...this.#optionsFor(checked), readAhead, transfer },
      args,
      (begun) => this.#takeLate(begun, checked),
    );
  }

  /** See `Pool.stats()`. */
  stats(): PoolStats {
    return this.#tally.show(this.dispatcher.open, this.#crew);
  }

  /**
   * What is known of a task that is to be done now.
   *
   * @throws {InvalidOptionError} If it is no handle of a task.
   * @throws {PoolClosedError} If the pool is closed; `PoolBrokenError` if it is broken.
   */
  #facts(task: AnyTask): TaskFacts {
    const facts = this.#tasks.facts(task);
    this.#refuse(`run "${facts.name}"`);
    return facts;
  }

  /** How work is done that was asked for so. */
  #optionsFor(
    { priority, retries, key }: CheckedJobOptions,
  ): WorkOptions {
    return {
      priority,
      retries,
      seat: this.#seatFor(key),
      bound: key !== undefined,
    };
  }

  /** Takes on work; it is queued by itself, unless it is cancelled already. */
  #take(work: Work, { signal, timeout }: CheckedJobOptions): void {
    this.#tally.added();
    this.dispatcher.add(work);
    work.listen(signal);
    if (timeout === Infinity || work.over) return;
    work.within(Math.min(timeout, MAX_TIMER_MS));
  }

  /** Takes on work that was made before, when there may be no pool any more. */
  #takeLate(work: Work, options: CheckedJobOptions): void {
    this.#take(work, options);
    if (work.over || this.#state === "open") return;
    work.reject(this.#refusal(`run "${work.name}"`));
  }

  /** See `Pool.warm()`. */
  warm(): Promise<void> {
    this.#refuse("start the workers");
    this.#warm ??= Promise.withResolvers();
    const { promise } = this.#warm;
    this.#checkWarm();
    this.#keepUp();
    return promise;
  }

  /** See `Pool.close()`. */
  close(cancelPending: boolean): Promise<void> {
    if (this.#state === "open") this.#state = "closing";
    if (cancelPending) {
      for (const work of [...this.dispatcher.open]) {
        if (!work.begun) work.cancel(closedError(work.name, "was closed"));
      }
    }
    return this.#closing ??= this.#close();
  }

  /** See `Pool.terminate()`. */
  async terminate(): Promise<void> {
    if (this.#state === "open") this.#state = "closing";
    for (const work of [...this.dispatcher.open]) {
      work.cancel(closedError(work.name, "was terminated"));
    }
    await this.#crew.close("kill");
    await this.close(false);
  }

  async #close(): Promise<void> {
    this.#warm?.promise.catch(() => {});
    this.#warm?.reject(closedError("its workers", "was closed"));
    this.#warm = undefined;
    if (this.dispatcher.open.size > 0) {
      this.#drained = Promise.withResolvers();
      await this.#drained.promise;
    }
    await this.#crew.close("stop");
  }

  /** The place that work is for, as the strategy says. */
  #seatFor(key: string | number | undefined): number | undefined {
    const { size, strategy } = this.#options;
    if (key !== undefined) return hash(String(key)) % size;
    if (strategy === "roundRobin") return this.#turn++ % size;
    if (strategy === "leastBusy") return this.dispatcher.leastBusy();
    return undefined;
  }

  #soon(then: () => void): void {
    if (this.#pumping) return;
    this.#pumping = true;
    queueMicrotask(() => {
      this.#pumping = false;
      then();
    });
  }

  #afterMs(ms: number, then: () => void): void {
    this.#later ??= setTimeout(() => {
      this.#later = undefined;
      then();
    }, ms);
  }

  #refuse(what: string): void {
    if (this.#state !== "open") throw this.#refusal(what);
  }

  #refusal(what: string): PoolBrokenError | PoolClosedError {
    if (this.#state === "broken") return this.#brokenError(what);
    return new PoolClosedError(
      `Cannot ${what} as the pool is closed: make a new one`,
    );
  }

  /** Starts workers that are to be there also when there is nothing to do. */
  #keepUp(): void {
    const { size, minSize } = this.#options;
    const least = this.#warm === undefined ? minSize : size;
    this.#crew.keepAtLeast(least);
    this.#crew.want(Math.max(0, least - this.#crew.up));
  }

  #checkWarm(): void {
    if (this.#crew.up < this.#options.size) return;
    this.#warm?.resolve();
    this.#settleWarm();
  }

  /** Nobody waits for all workers any more: they may be let go again. */
  #settleWarm(): void {
    this.#warm = undefined;
    this.#crew.keepAtLeast(this.#options.minSize);
  }

  #brokenError(what: string, cause: unknown = this.#cause): PoolBrokenError {
    return new PoolBrokenError(
      `Cannot ${what} as the workers of the pool do not start: ${
        startFailure(cause, this.#options)
      }`,
      { cause },
    );
  }

  /** Those that work go on, and what only others could do is refused. */
  #goShort(cause: unknown, seats: ReadonlySet<number>): void {
    for (const work of [...this.dispatcher.open]) {
      const { bound, seat } = work.options;
      if (!bound || seats.has(seat!)) continue;
      work.reject(this.#brokenError(`run "${work.name}"`, cause));
    }
    this.#warm?.reject(this.#brokenError("start all workers", cause));
    this.#settleWarm();
  }

  #break(cause: unknown): void {
    if (this.#state === "broken") return;
    this.#cause = cause;
    if (this.#state === "open") this.#state = "broken";
    for (const work of [...this.dispatcher.open]) {
      work.reject(this.#brokenError(`run "${work.name}"`));
    }
    this.#warm?.reject(this.#brokenError("start the workers"));
    this.#warm = undefined;
    void this.#crew.close("kill");
  }
}

function closedError(name: string, how: string): PoolClosedError {
  return new PoolClosedError(`Cannot run "${name}" as the pool ${how}`);
}

/** FNV-1a, of 32 bits. */
function hash(text: string): number {
  let sum = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193);
  }
  return sum >>> 0;
}
