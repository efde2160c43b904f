/** Workers of a pool without threads: each does a step when it is told to, and may die at any. */
import type { Cell, CellSpec } from "../../src/actor/cell.ts";
import type { Spawner } from "../../src/actor/offspring.ts";
import { errorToWire } from "../../src/error_wire.ts";
import { ActorCrashedError, type ExitReport } from "../../src/actor/mod.ts";
import { cancelledBatch, wordsOf } from "../../src/pool/cancel_note.ts";
import { beginNext, recall } from "../../src/pool/claims.ts";
import { writeFound } from "../../src/pool/load_watch.ts";
import { PoolDesk, PoolDeskActor } from "../../src/pool/pool_desk.ts";
import { LogWriter } from "../../src/pool/result_log.ts";
import { APART, type BatchAnswer, STOPS } from "../../src/pool/batch_order.ts";
import { FakeStream } from "./fake_stream.ts";

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
  /** What is read of its one task; of any other batch nothing. */
  readonly stream?: FakeStream;
  /** Elements that its one task has yielded. */
  yielded: number;
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
  readonly #place: number;
  readonly #log: LogWriter;
  readonly #batches: FakeBatch[] = [];
  readonly #exited: PromiseWithResolvers<ExitReport> = Promise.withResolvers();
  readonly #started: PromiseWithResolvers<void> = Promise.withResolvers();
  #up = false;

  /** A worker of `owner` that has not started. */
  constructor(owner: FakeWorkers, { id, args }: CellSpec) {
    this.#owner = owner;
    this.name = id;
    this.#place = args[0] as number;
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
          const kind = { stops, apart };
          this.#take({ id, slot, args, answer, ...kind });
          return answer.promise;
        },
      },
      stream: {
        generate: (
          id: number,
          slot: number,
          _task: unknown,
          args: readonly unknown[],
        ): FakeStream => {
          const stream = new FakeStream();
          if (!this.alive) stream.end(this.#endedError());
          const answer = Promise.withResolvers<BatchAnswer>();
          const kind = { stops: true, apart: false, stream };
          this.#take({ id, slot, args: [args], answer, ...kind });
          return stream;
        },
      },
    };
    this.ref = ref;
  }

  #take(
    batch: Omit<FakeBatch, "values" | "failures" | "running" | "yielded">,
  ): void {
    const begin = { values: [], failures: [], running: -1, yielded: 0 };
    this.#batches.push({ ...batch, ...begin });
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

  /** Whether it has not come up yet. */
  get starts(): boolean {
    return this.alive && !this.#up;
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
      const { values, failures, stream } = batch;
      if (stream !== undefined) return this.#over(batch, undefined);
      return batch.answer.resolve([values, failures, 0.01, 0]);
    }
    if (batch.stream === undefined) this.#finish(batch);
    else this.#yield(batch, batch.stream);
  }

  /** Ends it as `report` says. */
  die(report: ExitReport, unasked = true): void {
    if (!this.alive) return;
    this.alive = false;
    const error = this.#endedError();
    for (const { answer, stream } of this.#batches.splice(0)) {
      if (stream === undefined) answer.reject(error);
      else stream.end(error);
    }
    if (!this.#up) this.#started.reject(error);
    if (unasked) this.onEnded?.(report, false);
  }

  #endedError(): Error {
    const about = { actor: this.name, incarnation: 1 };
    return new ActorCrashedError(`"${this.name}" ended`, about);
  }

  /** Yields one element, if there is room and one more to yield; else the task is over. */
  #yield(batch: FakeBatch, stream: FakeStream): void {
    const input = batch.args[0];
    const cancelled = cancelledBatch(this.#words) === batch.id;
    const all = this.#owner.elementsOf(input);
    if (!stream.left && !cancelled && batch.yielded < all.length) {
      if (stream.ahead < 2) stream.push(all[batch.yielded++]!);
      return;
    }
    this.#batches.shift();
    const failed = !stream.left && !cancelled && this.#owner.fails(input);
    this.#over(batch, failed ? new RangeError("Unlucky") : undefined);
  }

  /** The word of the end and the end of what is read come one after the other, in either order. */
  #over({ id, stream, slot }: FakeBatch, error: Error | undefined): void {
    const failure = error === undefined ? null : errorToWire(error);
    if (slot % 2 === 0) stream!.end();
    this.#owner.desk?.ended(this.#place, id, failure);
    if (slot % 2 !== 0) stream!.end();
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

  /** Where they leave word. */
  desk: PoolDeskActor | undefined;

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

  /** What the task of that input yields. */
  elementsOf(given: unknown): number[] {
    const input = inputOf(given);
    return Array.from({ length: input % 5 }, (_, at) => input + at);
  }

  #open(spec: CellSpec): Cell {
    if (spec.actor === PoolDesk) {
      this.desk = new PoolDeskActor(spec.args[0] as number);
      return new FakeDesk();
    }
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
