import { keepHere } from "../memory/keep_here.ts";
import { BulkWork } from "./bulk_work.ts";
import type { BulkOptions } from "./bulk_work.ts";
import type { TaskFacts } from "./task_facts.ts";
import type { Desk } from "./work.ts";

/** How inputs become results one by one. */
export interface StreamWorkOptions extends BulkOptions {
  /** Whether the results come in the order of the inputs. */
  readonly ordered: boolean;
  /** Inputs that are read beyond the results that were taken. */
  readonly readAhead: number;
}

/** Where inputs come from. */
interface Source {
  next(): IteratorResult<unknown> | Promise<IteratorResult<unknown>>;
  return?(): unknown;
}

/** Why no more results come. */
type Stop = { readonly at: number; readonly error: unknown };

/** One task for inputs that are read as the results are taken. */
export class StreamWork extends BulkWork
  implements AsyncIterableIterator<unknown> {
  declare readonly options: StreamWorkOptions;
  readonly #source: Source;
  /** Inputs that were read and are not done. */
  readonly #inputs: Map<number, unknown> = new Map();
  /** Results that were not taken yet; of an ordered stream by index, else in the order they came. */
  readonly #results: Map<number, unknown> = new Map();
  #read = 0;
  #taken = 0;
  #arrived = 0;
  #reading = false;
  #ended = false;
  #begun = false;
  readonly #begin: (work: StreamWork) => void;
  #stop: Stop | undefined;
  #ring: PromiseWithResolvers<void> = Promise.withResolvers();
  /** Whether a result is asked for; those who ask meanwhile wait for their turn. */
  #asked = false;
  readonly #turns: (() => void)[] = [];

  /** The task for what `inputs` gives; when the first result is wanted `begin` is called, and nothing is read before. */
  constructor(
    desk: Desk,
    id: number,
    facts: TaskFacts,
    options: StreamWorkOptions,
    inputs: Iterable<unknown> | AsyncIterable<unknown>,
    begin: (work: StreamWork) => void,
  ) {
    super(desk, id, facts, options);
    this.heed();
    this.#begin = begin;
    this.#source = Symbol.asyncIterator in Object(inputs)
      ? (inputs as AsyncIterable<unknown>)[Symbol.asyncIterator]()
      : (inputs as Iterable<unknown>)[Symbol.iterator]();
    // Cancelled from outside: what has come is given first.
    this.result.then(() => {}, (error) => this.#stopAt(Infinity, error));
  }

  /** Itself. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The next result; it may be called again before the one before has come. */
  next(): Promise<IteratorResult<unknown, undefined>> {
    if (!this.#asked) return this.#next();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#turns.push(resolve);
    return promise.then(() => this.#next());
  }

  async #next(): Promise<IteratorResult<unknown, undefined>> {
    this.#asked = true;
    try {
      if (!this.#begun) {
        this.#begun = true;
        if (!this.over) this.#begin(this);
      }
      return await this.#give();
    } finally {
      const turn = this.#turns.shift();
      if (turn === undefined) this.#asked = false;
      else turn();
    }
  }

  async #give(): Promise<IteratorResult<unknown, undefined>> {
    for (;;) {
      if (!this.#ended && !this.over) void this.#fill();
      const at = this.options.ordered ? this.#taken : firstOf(this.#results);
      if (at !== undefined && this.#results.has(at)) {
        const value = this.#results.get(at);
        this.#results.delete(at);
        this.#taken++;
        return { done: false, value };
      }
      const stop = this.#stop;
      if (stop !== undefined && (this.over || stop.at <= this.#behind)) {
        this.#stop = { at: 0, error: OVER };
        if (stop.error === OVER) return { done: true, value: undefined };
        this.reject(stop.error);
        await this.#close();
        throw stop.error;
      }
      if (this.#ended && this.#taken === this.#read) {
        this.resolve(undefined);
        return { done: true, value: undefined };
      }
      await this.#ring.promise;
      this.#ring = Promise.withResolvers();
    }
  }

  /** No more results are wanted: what has not begun never does. */
  async return(): Promise<IteratorResult<unknown, undefined>> {
    if (this.#begun && !this.over) this.cancel(undefined);
    this.#results.clear();
    this.#stop = { at: 0, error: OVER };
    this.#ring.resolve();
    await this.#close();
    this.#begun = true;
    return { done: true, value: undefined };
  }

  /** See {@link BulkWork.inputs}. */
  protected override inputs(from: number, to: number): unknown[] {
    const inputs: unknown[] = [];
    for (let i = from; i < to; i++) inputs.push(this.#inputs.get(i));
    return inputs;
  }

  /** See {@link BulkWork.deliver}. */
  protected override deliver(from: number, values: readonly unknown[]): void {
    for (const [i, value] of values.entries()) {
      this.#inputs.delete(from + i);
      this.#results.set(from + i, value);
    }
    this.#arrived += values.length;
    this.#ring.resolve();
  }

  /** See {@link BulkWork.fail}. */
  protected override fail(index: number, error: unknown): void {
    this.#stopAt(this.options.ordered ? index : 0, error);
  }

  /** See {@link Work.forget}. */
  protected override forget(): void {
    super.forget();
    this.#inputs.clear();
  }

  /** How many results the reader has had, or could have had. */
  get #behind(): number {
    return this.options.ordered ? this.#taken : this.#arrived;
  }

  /** No more than `at` results come: of an ordered stream the first ones. */
  #stopAt(at: number, error: unknown): void {
    this.#ring.resolve();
    if (this.#stop !== undefined && this.#stop.at <= at) return;
    this.#stop = { at, error };
    this.truncate(at);
  }

  /** Reads as many inputs as there may be ahead. */
  async #fill(): Promise<void> {
    const { readAhead } = this.options;
    const room = (): number => readAhead - (this.#read - this.#taken);
    // Not one by one: those that are read together are sent together.
    if (this.#reading || room() < Math.max(1, readAhead >> 2)) return;
    this.#reading = true;
    try {
      while (room() > 0 && this.#stop === undefined && !this.#ended) {
        const next = this.#source.next();
        const step = next instanceof Promise ? await this.#late(next) : next;
        if (step.done === true) this.#ended = true;
        else this.#inputs.set(this.#read++, step.value);
      }
    } catch (error) {
      this.#ended = true;
      this.#stopAt(this.#read, error);
    } finally {
      this.#reading = false;
    }
    if (!this.over) this.extend(this.#read);
    this.#ring.resolve();
  }

  /** An input that has to be waited for; what was read before is begun meanwhile. */
  async #late(
    next: Promise<IteratorResult<unknown>>,
  ): Promise<IteratorResult<unknown>> {
    if (!this.over) this.extend(this.#read);
    return await next;
  }

  async #close(): Promise<void> {
    if (this.#ended || !this.#begun) return;
    this.#ended = true;
    const closed = this.#source.return?.();
    if (!this.#reading) return void await closed;
    // Inputs that are waited for close when the next one is there, which may be never.
    Promise.resolve(closed).catch(() => {});
  }
}

keepHere(
  StreamWork,
  "a stream of results: read it here and send what it yields",
);

/** Marks the end of a stream that has told all. */
const OVER: unique symbol = Symbol("over");

function firstOf(results: Map<number, unknown>): number | undefined {
  for (const index of results.keys()) return index;
  return undefined;
}
