import { assert, assertEquals } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import {
  type Job,
  Pool,
  PoolBrokenError,
  PoolClosedError,
  remote,
  type Task,
  WorkerDiedError,
} from "../../mod.ts";
import { SaidLines } from "../fixtures/said_lines.ts";
import { seeded } from "../supervisor/seeded.ts";
import { type FakeWorker, FakeWorkers } from "./fake_workers.ts";

/** How many schedules are tried. */
const SCHEDULES = 10_000;
/** What happens in each before all is let run to its end. */
const STEPS = 40;

const CRASH = { kind: "crashed", code: 3 } as const;
const { twice } = remote<{ twice: Task<[number], number> }>("file:///twice.ts");

/** A job, what it was given, and what was done to it. */
interface Order {
  readonly job: Job<unknown>;
  readonly inputs: readonly number[];
  readonly retries: number;
  cancelled: "no" | "pending" | "running";
  settled: number;
}

/** Who reads one by one what a task yields, and how far it comes. */
interface Reader {
  readonly input: number;
  readonly retries: number;
  /** How many elements it reads before it leaves. */
  readonly most: number;
  readonly got: number[];
  settled: number;
  error?: unknown;
}

/** One schedule of submitting, reading, cancelling, working, dying and closing. */
class Schedule {
  readonly #random: () => number;
  readonly #workers = new FakeWorkers();
  readonly #pool: Pool;
  readonly #orders: Order[] = [];
  readonly #readers: Reader[] = [];
  readonly #time: FakeTime;
  /** How many of the workers fail to start. */
  readonly #fragile: number;
  #inputs = 0;
  #closing: Promise<void> | undefined;

  constructor(seed: number, time: FakeTime) {
    this.#random = seeded(seed);
    this.#time = time;
    this.#fragile = this.#one([0, 0, 0.1, 0.5, 0.9]);
    this.#pool = new Pool({
      system: this.#workers.spawner,
      size: 1 + this.#below(3),
      idleMs: Infinity,
      killAfterMs: Infinity,
      initTimeout: Infinity,
      strategy: this.#one(["pull", "roundRobin", "leastBusy"] as const),
      ...(this.#random() < 0.3
        ? { maxTasksPerWorker: 1 + this.#below(5) }
        : {}),
    });
  }

  async run(): Promise<void> {
    for (let step = 0; step < STEPS; step++) {
      this.#act();
      // Sometimes several things happen before anybody hears of any.
      if (this.#random() < 0.6) await turn();
      if (this.#random() < 0.3) this.#time.tick(this.#below(40));
    }
    this.#closing ??= this.#close();
    await this.#settle();
    await this.#closing;
    this.#check();
  }

  #act(): void {
    const dice = this.#random();
    if (dice < 0.25) this.#submit();
    else if (dice < 0.3) this.#read();
    else if (dice < 0.38) this.#cancel();
    else if (dice < 0.43) this.#kill();
    else if (dice < 0.435) this.#closing ??= this.#close();
    else for (let i = this.#below(6); i >= 0; i--) this.#work();
  }

  #submit(): void {
    const retries = this.#below(3);
    const options = {
      retries,
      priority: this.#below(2),
      ...(this.#random() < 0.2 ? { key: this.#below(3) } : {}),
    };
    const many = this.#random() < 0.4;
    const count = many ? this.#below(12) : 1;
    const inputs = Array.from({ length: count }, () => this.#inputs++);
    let job: Job<unknown>;
    try {
      job = many
        ? this.#pool.map(twice, inputs, {
          ...options,
          ...(this.#random() < 0.5 ? { chunk: 1 + this.#below(5) } : {}),
        })
        : this.#pool.run(twice, [inputs[0]!], options);
    } catch (error) {
      return this.#checkRefusal(error);
    }
    const order: Order = { job, inputs, retries, cancelled: "no", settled: 0 };
    const settled = (): void => void order.settled++;
    job.then(settled, settled);
    this.#orders.push(order);
  }

  #read(): void {
    const retries = this.#below(3);
    const input = this.#inputs++;
    const most = this.#below(7);
    const reader: Reader = { input, retries, most, got: [], settled: 0 };
    let elements: AsyncIterable<unknown>;
    try {
      const readAhead = 1 + this.#below(3);
      elements = this.#pool.generate(twice, [input], { retries, readAhead });
    } catch (error) {
      return this.#checkRefusal(error);
    }
    this.#readers.push(reader);
    void readOf(reader, elements);
  }

  #checkRefusal(error: unknown): void {
    const closed = error instanceof PoolClosedError;
    assert(error instanceof PoolBrokenError || closed && this.#closing);
  }

  #cancel(): void {
    const order = this.#one(this.#orders);
    if (order === undefined) return;
    const { state } = order.job;
    const open = state === "pending" || state === "running";
    assertEquals(order.job.cancel(), open || state === "cancelled");
    if (open) order.cancelled = state;
  }

  #kill(): void {
    const idle = this.#random() < 0.2;
    const all = this.#workers.alive.filter(({ starts, runs }) =>
      !starts && runs !== idle
    );
    this.#one(all)?.die(CRASH);
  }

  #work(): void {
    const worker = this.#one(this.#workers.alive.filter(({ busy }) => busy));
    if (worker !== undefined) this.#step(worker);
  }

  #step(worker: FakeWorker): void {
    if (worker.starts && this.#random() < this.#fragile) worker.die(CRASH);
    else worker.step();
  }

  #close(): Promise<void> {
    const dice = this.#random();
    return dice < 0.2
      ? this.#pool.terminate()
      : this.#pool.close({ cancelPending: dice < 0.4 });
  }

  /** Lets all run to its end. */
  async #settle(): Promise<void> {
    let over = false;
    this.#closing!.then(() => over = true);
    for (let turns = 0; !over; turns++) {
      assert(turns < 10_000, "it does not end");
      for (const worker of this.#workers.alive) this.#step(worker);
      await turn();
      this.#time.tick(10);
    }
  }

  #check(): void {
    for (const order of this.#orders) this.#checkOrder(order);
    for (const reader of this.#readers) this.#checkReader(reader);
    const { jobs, pending, running, done, failed, cancelled, queued } = this
      .#pool.stats();
    assertEquals([pending, running, queued], [0, 0, 0]);
    assertEquals(done + failed + cancelled, jobs);
    const read = this.#readers.filter(({ most }) => most > 0);
    assertEquals(jobs, this.#orders.length + read.length);
    assertEquals(this.#workers.alive.length, 0, "a worker is left");
  }

  #checkOrder({ job, inputs, retries, cancelled, settled }: Order): void {
    assertEquals(settled, 1, `${job} settled ${settled} times`);
    if (cancelled === "pending") assertEquals(job.state, "cancelled");
    for (const input of inputs) {
      const begins = this.#workers.begins.get(input) ?? 0;
      assert(begins <= retries + 1, `${job} began ${begins} times`);
      if (cancelled === "pending" && retries === 0) assertEquals(begins, 0);
      if (job.state === "done") assert(begins >= 1, `${job} never began`);
    }
  }

  #checkReader(reader: Reader): void {
    const { input, retries, most, got, settled, error } = reader;
    assertEquals(settled, 1, `the reading of ${input} ended ${settled} times`);
    const all = this.#workers.elementsOf(input).slice(0, most);
    const begins = this.#workers.begins.get(input) ?? 0;
    assert(begins <= retries + 1, `${input} began ${begins} times`);
    if (error === undefined) return assertEquals(got, all);
    assertEquals(got, all.slice(0, got.length));
    const unlucky = error instanceof RangeError && this.#workers.fails(input);
    assert(unlucky || isEnd(error), `${error}`);
  }

  /** What came of the jobs, which is to be right. */
  async results(): Promise<void> {
    for (const { job, inputs } of this.#orders) {
      const value = await job.catch((error) => error);
      if (job.state === "done") {
        const expected = inputs.map((x) => this.#workers.valueOf(x));
        assertEquals([value].flat(), expected);
      } else if (job.state === "failed") {
        const unlucky = inputs.some((x) => this.#workers.fails(x));
        assert(isEnd(value) || unlucky, `${value}`);
      }
    }
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  #one<T>(all: readonly T[]): T;
  #one<T>(all: readonly T[]): T | undefined {
    return all[this.#below(all.length)];
  }
}

/** Whether an error tells of the end of a worker or of the pool. */
function isEnd(error: unknown): boolean {
  return error instanceof WorkerDiedError || error instanceof PoolBrokenError ||
    error instanceof PoolClosedError;
}

async function readOf(
  reader: Reader,
  elements: AsyncIterable<unknown>,
): Promise<void> {
  const { most, got } = reader;
  try {
    if (most === 0) return;
    for await (const value of elements) {
      if (got.push(value as number) === most) break;
    }
  } catch (error) {
    reader.error = error;
  } finally {
    reader.settled++;
  }
}

/** Whatever was to happen has happened. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

Deno.test(`Pool: in ${SCHEDULES} random schedules every job settles once, and nothing is left`, async () => {
  using _said = new SaidLines();
  using time = new FakeTime();
  const { now } = performance;
  performance.now = () => Date.now();
  try {
    for (let seed = 1; seed <= SCHEDULES; seed++) {
      try {
        const schedule = new Schedule(seed, time);
        await schedule.run();
        await schedule.results();
      } catch (error) {
        throw new Error(`With seed ${seed}: ${error}`, { cause: error });
      }
    }
  } finally {
    performance.now = now;
  }
});
