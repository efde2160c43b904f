import type { Work } from "./work.ts";

/** How a pool stands: a picture of one moment. */
export interface PoolStats {
  /** Workers that can work now. */
  readonly workers: number;
  /** Workers that were started so far. */
  readonly started: number;
  /** Workers that ended otherwise than by their pool: that did not start, died of a task, or while they ran nothing. */
  readonly deaths: number;
  /** Jobs so far: the sum of the five below. */
  readonly jobs: number;
  /** Jobs of which nothing has begun. */
  readonly pending: number;
  /** Jobs that have begun. */
  readonly running: number;
  /** Jobs that came to their result. */
  readonly done: number;
  /** Jobs that failed. */
  readonly failed: number;
  /** Jobs that were cancelled. */
  readonly cancelled: number;
  /** Tasks that wait for a worker. */
  readonly queued: number;
  /** Tasks that were done. */
  readonly tasks: number;
  /** How long jobs waited before they began. */
  readonly wait: Histogram;
  /** How long jobs took from when they began to their end. */
  readonly run: Histogram;
}

/** How often what took how long: of `counts` the n-th is how often it took less than 2 ** n ms, and not less than half of that. */
export interface Histogram {
  /** How often there was anything to count. */
  readonly count: number;
  /** Milliseconds in the middle. */
  readonly meanMs: number;
  /** The longest, in milliseconds. */
  readonly maxMs: number;
  /** How often, by powers of two; the last one counts all that took longer. */
  readonly counts: readonly number[];
}

/** Powers of two that are told apart: the last but one is an hour. */
const BUCKETS = 24;

class Times {
  readonly #counts: number[] = new Array(BUCKETS).fill(0);
  #count = 0;
  #sum = 0;
  #max = 0;

  add(ms: number): void {
    this.#count++;
    this.#sum += ms;
    this.#max = Math.max(this.#max, ms);
    const bucket = ms < 1 ? 0 : Math.floor(Math.log2(ms)) + 1;
    this.#counts[Math.min(bucket, BUCKETS - 1)]!++;
  }

  show(): Histogram {
    const count = this.#count;
    return {
      count,
      meanMs: count === 0 ? 0 : this.#sum / count,
      maxMs: this.#max,
      counts: [...this.#counts],
    };
  }
}

/** Counts what becomes of jobs. */
export class Tally {
  #jobs = 0;
  readonly #ends = { done: 0, failed: 0, cancelled: 0 };
  #tasks = 0;
  readonly #wait: Times = new Times();
  readonly #run: Times = new Times();

  /** One more job. */
  added(): void {
    this.#jobs++;
  }

  /** A job has settled. */
  settled(work: Work): void {
    const { state, begunAt, addedAt } = work;
    if (state !== "pending" && state !== "running") this.#ends[state]++;
    this.#tasks += work.doneCount;
    if (begunAt === undefined) return;
    this.#wait.add(begunAt - addedAt);
    this.#run.add(performance.now() - begunAt);
  }

  /** How it stands, with what is open and who works. */
  show(
    open: Iterable<Work>,
    { up, started, deaths }: { up: number; started: number; deaths: number },
  ): PoolStats {
    let [pending, running, queued, tasks] = [0, 0, 0, this.#tasks];
    for (const work of open) {
      if (work.begun) running++;
      else pending++;
      queued += work.tasks;
      tasks += work.doneCount;
    }
    return {
      workers: up,
      started,
      deaths,
      jobs: this.#jobs,
      pending,
      running,
      ...this.#ends,
      queued,
      tasks,
      wait: this.#wait.show(),
      run: this.#run.show(),
    };
  }
}
