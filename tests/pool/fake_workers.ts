/** Workers of a pool without threads: each does a step when it is told to, and may die at any. */
import type { Cell, CellSpec } from "../../src/actor/cell.ts";
import type { Spawner } from "../../src/actor/offspring.ts";
import { errorToWire } from "../../src/error_wire.ts";
import { ActorCrashedError, type ExitReport } from "../../mod.ts";
import { cancelledBatch, wordsOf } from "../../src/pool/cancel_note.ts";
import { beginNext, recall } from "../../src/pool/claims.ts";
import { writeFound } from "../../src/pool/load_watch.ts";
import { LogWriter } from "../../src/pool/result_log.ts";
import {
  APART,
  type BatchAnswer,
  PoolWorker,
  STOPS,
} from "../../src/pool/pool_worker.ts";

/** A batch at a fake worker. */
interface FakeBatch {
  readonly id: number;
  readonly slot: number;
  readonly stops: boolean;
  readonly apart: boolean;
  readonly args: readonly unknown[];
  readonly values: unknown[];
  readonly failures: [number, ReturnType<typeof errorToWire>][];
  readonly answer: PromiseWithResolvers<BatchAnswer>;
  /** The task that runs. */
  running: number;
}

/** A worker that does what the test says. */
export class FakeWorker implements Cell {
  /** See {@link Cell.name}. */
  readonly name: string;
  /** See {@link Cell.incarnation}. */
  readonly incarnation = 1;
  /** See {@link Cell.onEnded}. */
  onEnded: ((report: ExitReport, asked: boolean) => void) | undefined;
  /** See {@link Cell.ref}. */
  readonly ref: unknown;
  /** Whether it has not ended. */
  alive = true;
  readonly #owner: FakeWorkers;
  readonly #words: Int32Array;
  readonly #log: LogWriter;
  readonly #batches: FakeBatch[] = [];
  readonly #exited: PromiseWithResolvers<ExitReport> = Promise.withResolvers();
  readonly #started: PromiseWithResolvers<void> = Promise.withResolvers();
  #up = false;

  /** A worker of `owner` that has not started. */
  constructor(owner: FakeWorkers, { id, args }: CellSpec) {
    this.#owner = owner;
    this.name = id;
    this.#words = wordsOf(args[2] as SharedArrayBuffer);
    this.#log = new LogWriter(this.#words);
    const ref = {
      with: () => ref,
      exited: this.#exited.promise,
      ask: {
        work: (
          id: number,
          slot: number,
          flags: number,
          _sliceMs: number,
          _task: unknown,
          args: readonly unknown[],
        ): Promise<BatchAnswer> => {
          if (!this.alive) return Promise.reject(this.#endedError());
          const answer = Promise.withResolvers<BatchAnswer>();
          const stops = (flags & STOPS) !== 0;
          const apart = (flags & APART) !== 0;
          const rest = { values: [], failures: [], running: -1 };
          this.#batches.push({ id, slot, stops, apart, args, answer, ...rest });
          return answer.promise;
        },
      },
    };
    this.ref = ref;
  }

  /** See {@link Cell.start}. */
  start(): Promise<void> {
    return this.#started.promise;
  }

  /** See {@link Cell.end}. */
  end(_reason: unknown, how: unknown): Promise<ExitReport> {
    const kind = how === "kill" ? "killed" : "stopped";
    this.die({ kind, code: 0 }, false);
    return Promise.resolve({ kind, code: 0 });
  }

  /** See {@link Cell.retire}. */
  retire(report: ExitReport): void {
    this.alive = false;
    this.#exited.resolve(report);
  }

  /** Whether it can do a step. */
  get busy(): boolean {
    return this.alive && (!this.#up || this.#batches.length > 0);
  }

  /** Whether a task runs there. */
  get runs(): boolean {
    return this.alive && this.#batches.some(({ running }) => running >= 0);
  }

  /** Does one step: starts, begins a task, ends it, or answers. */
  step(): void {
    if (!this.#up) {
      this.#up = true;
      return this.#started.resolve();
    }
    const batch = this.#batches[0];
    if (batch === undefined) return;
    if (batch.running < 0) {
      writeFound(this.#words, batch.id);
      batch.running = beginNext(this.#words, batch.slot);
      if (batch.running === 0 && batch.apart) this.#log.open(batch.slot);
      if (batch.running >= 0) {
        return this.#owner.begun(batch.args[batch.running]);
      }
      this.#batches.shift();
      const { values, failures } = batch;
      return batch.answer.resolve([values, failures, 0.01, 0]);
    }
    this.#finish(batch);
  }

  /** Ends it as `report` says. */
  die(report: ExitReport, unasked = true): void {
    if (!this.alive) return;
    this.alive = false;
    const error = this.#endedError();
    for (const { answer } of this.#batches.splice(0)) answer.reject(error);
    if (!this.#up) this.#started.reject(error);
    if (unasked) this.onEnded?.(report, false);
  }

  #endedError(): Error {
    const about = { actor: this.name, incarnation: 1 };
    return new ActorCrashedError(`"${this.name}" ended`, about);
  }

  #finish(batch: FakeBatch): void {
    const { values, failures, args, running } = batch;
    const input = args[running];
    batch.running = -1;
    const cancelled = cancelledBatch(this.#words) === batch.id;
    if (this.#owner.fails(input) || cancelled) {
      failures.push([values.length, errorToWire(new RangeError("Unlucky"))]);
      values.push(undefined);
      if (batch.stops) recall(this.#words, batch.slot);
    } else {
      const value = this.#owner.valueOf(input);
      values.push(value);
      if (batch.apart) this.#log.write(value);
    }
  }
}

/** Starts fake workers, and knows what they did. */
export class FakeWorkers {
  /** All that were started. */
  readonly all: FakeWorker[] = [];
  /** How often each input was begun. */
  readonly begins: Map<number, number> = new Map();

  /** What a pool is given as its `system`. */
  get spawner(): Spawner {
    return { open: (spec: CellSpec) => this.#open(spec) } as Spawner;
  }

  /** Those that have not ended. */
  get alive(): FakeWorker[] {
    return this.all.filter(({ alive }) => alive);
  }

  /** A task was begun. */
  begun(given: unknown): void {
    const input = inputOf(given);
    this.begins.set(input, (this.begins.get(input) ?? 0) + 1);
  }

  /** Whether the task of that input fails. */
  fails(given: unknown): boolean {
    return inputOf(given) % 10 === 7;
  }

  /** The result of the task of that input. */
  valueOf(given: unknown): number {
    return inputOf(given) * 2;
  }

  #open(spec: CellSpec): Cell {
    if (spec.actor !== PoolWorker) return new FakeDesk();
    const worker = new FakeWorker(this, spec);
    this.all.push(worker);
    return worker;
  }
}

/** Nobody reports to it. */
class FakeDesk implements Cell {
  readonly name = "desk";
  readonly incarnation = 1;
  readonly ref = undefined;
  onEnded: undefined;

  start(): Promise<void> {
    return Promise.resolve();
  }

  end(): Promise<ExitReport> {
    return Promise.resolve({ kind: "stopped", code: 0 });
  }

  retire(): void {}
}

/** What a task is given: a number, or the list of its one argument. */
function inputOf(given: unknown): number {
  return Number(Array.isArray(given) ? given[0] : given);
}
