/**
 * The actor that runs a pool's tasks, on its own thread.
 *
 * @module
 */
import type { Context } from "../actor/current.ts";
import { actor, type ActorClass } from "../actor/define.ts";
import { isThenable } from "../actor/is_thenable.ts";
import { sourceOf, type StreamSource } from "../actor/stream/stream_source.ts";
import { errorToWire, type WireError } from "../error_wire.ts";
import {
  APART,
  type BatchAnswer,
  type BatchOrder,
  SPREAD,
  STOPS,
  type TaskName,
} from "./batch_order.ts";
import type { Words } from "../memory/cells.ts";
import {
  cancelledBatch,
  nextCancel,
  readCancel,
  wordsOf,
} from "./cancel_note.ts";
import type { ActorRef } from "../actor/ref.ts";
import type { PoolDeskActor } from "./pool_desk.ts";
import { beginNext, recall } from "./claims.ts";
import {
  type AnyFunction,
  findTask,
  type InitTask,
  runInit,
} from "./find_task.ts";
import { writeFound } from "./load_watch.ts";
import { noElements, refusal } from "./refusal.ts";
import { ReportLine } from "./report_line.ts";
import { LogWriter } from "./result_log.ts";
import { RunningTask } from "./running_task.ts";

/** The most tasks between two looks at the clock. */
const MAX_STRIDE = 32;

/** A batch that is being worked through. */
interface InHand {
  readonly order: BatchOrder;
  readonly run: AnyFunction;
  readonly args: unknown[];
  readonly values: unknown[];
  readonly begun: number;
  /** After how many results the clock is looked at. */
  lookAt: number;
  failures: [number, WireError][] | undefined;
}

/** See {@linkcode PoolWorker}. */
export class PoolWorkerActor {
  readonly #words: Words;
  readonly #log: LogWriter;
  readonly #place: number;
  readonly #desk: ActorRef<PoolDeskActor>;
  readonly #reports: ReportLine;
  readonly #running: RunningTask;
  readonly #init: InitTask | undefined;
  readonly #initArgs: readonly unknown[];
  readonly #tasks: Map<number, AnyFunction> = new Map();
  #name = "";
  /** Whether it is told when something is cancelled. */
  #watches = false;
  /** The task that was begun and is looked for; -1 for none. */
  #claimed = -1;

  /**
   * The worker at `place`, which reports to `desk` and begins its tasks by the words of `memory`; `init` is called first,
   * with `initArgs`.
   */
  constructor(
    place: number,
    desk: ActorRef<PoolDeskActor>,
    memory: SharedArrayBuffer,
    init?: InitTask,
    initArgs: readonly unknown[] = [],
  ) {
    this.#place = place;
    this.#desk = desk;
    this.#reports = new ReportLine(desk, place);
    this.#running = new RunningTask(this.#reports, () => this.#look());
    this.#words = wordsOf(memory);
    this.#log = new LogWriter(this.#words);
    this.#init = init;
    this.#initArgs = initArgs;
  }

  /** Runs the pool's `init`. The first task waits for little more than its own module then. */
  async onStart(context: Context): Promise<void> {
    this.#name = context.name;
    this.#running.stopBy(context.signal);
    // deno-lint-ignore troupe/barrels troupe/layers -- only loaded, as almost every task's module imports it
    await import("../../mod.ts");
    await runInit(this.#init, this.#initArgs);
  }

  /** Works through a batch. */
  work(
    batch: number,
    slot: number,
    flags: number,
    sliceMs: number,
    [id, module = "", name = ""]: TaskName,
    args: unknown[],
  ): BatchAnswer | Promise<BatchAnswer> {
    const spread = (flags & SPREAD) !== 0;
    const stops = (flags & STOPS) !== 0;
    const apart = (flags & APART) !== 0;
    if (apart) this.#log.open(slot);
    const order = { batch, slot, spread, stops, apart, sliceMs };
    const run = this.#tasks.get(id);
    if (run !== undefined) return this.#begin(order, run, args);
    return this.#load(order, [id, module, name], args);
  }

  /** Begins the first task of a batch by looking for it: nobody takes back what may hang. */
  async #load(
    order: BatchOrder,
    [id, module = "", name = ""]: TaskName,
    args: unknown[],
  ): Promise<BatchAnswer> {
    const { batch, slot } = order;
    const index = beginNext(this.#words, slot);
    if (index < 0) return [[], undefined, 0, 0];
    let run: AnyFunction;
    try {
      run = await findTask(module, name);
      this.#tasks.set(id, run);
    } catch (error) {
      run = () => {
        throw error;
      };
    }
    writeFound(this.#words, batch);
    this.#claimed = index;
    return await this.#begin(order, run, args);
  }

  /** Runs one task and gives what it yields; how it ends the desk is told. */
  async *generate(
    batch: number,
    slot: number,
    [id, module = "", name = ""]: TaskName,
    args: unknown[],
  ): AsyncGenerator<unknown, void> {
    let source: StreamSource | undefined;
    let failure: WireError | null = null;
    try {
      if (beginNext(this.#words, slot) < 0) return;
      this.#running.begin(batch, 0);
      void this.#watch();
      let run = this.#tasks.get(id);
      if (run === undefined) {
        run = await findTask(module, name);
        this.#tasks.set(id, run);
      }
      writeFound(this.#words, batch);
      if (this.#running.signal.aborted) return;
      const made = await run(...args);
      source = sourceOf(made);
      if (source === undefined) throw noElements(name, made);
      for (;;) {
        const { done, value } = await source.next();
        if (done === true) break;
        yield value;
      }
      source = undefined;
    } catch (error) {
      source = undefined;
      failure = errorToWire(error, this.#name);
    } finally {
      try {
        await source?.close();
      } catch (error) {
        failure = errorToWire(error, this.#name);
      }
      this.#running.end();
      await this.#reports.drain();
      await this.#desk.send.ended(this.#place, batch, failure);
    }
  }

  /** Aborts the signal of the task that runs, if that was cancelled. */
  #look(): void {
    const running = this.#running;
    if (cancelledBatch(this.#words) !== running.batch) return;
    const { index, reason } = readCancel(this.#words);
    if (index === running.index && !running.aborted) running.cancel(reason);
  }

  /** Looks whenever something is cancelled, while a task is waited for. */
  async #watch(): Promise<void> {
    if (this.#watches) return;
    this.#watches = true;
    while (this.#running.batch >= 0) {
      const seen = cancelledBatch(this.#words);
      this.#look();
      await nextCancel(this.#words, seen);
    }
    this.#watches = false;
  }

  #begin(
    order: BatchOrder,
    run: AnyFunction,
    args: unknown[],
  ): BatchAnswer | Promise<BatchAnswer> {
    const begun = performance.now();
    this.#reports.sent = 0;
    const lookAt = 1;
    return this.#go({
      lookAt,
      order,
      run,
      args,
      values: [],
      begun,
      failures: undefined,
    });
  }

  /** Runs one task after the other, until there is one to wait for. */
  #go(hand: InHand): BatchAnswer | Promise<BatchAnswer> {
    const { apart } = hand.order;
    for (;;) {
      const result = apart ? this.#step(hand) : this.#dash(hand);
      if (result === NOTHING) return this.#answer(hand);
      if (isThenable(result)) return this.#wait(hand, result);
      this.#put(hand, result);
    }
  }

  /**
   * As {@link #step}, after those tasks that give at once what needs no look: with little code between two tasks, as a
   * large batch is over before the engine has compiled much of it.
   */
  #dash(hand: InHand): unknown {
    if (this.#claimed >= 0) return this.#step(hand);
    const { order: { batch, slot, spread }, run, args, values } = hand;
    const words = this.#words;
    const running = this.#running;
    running.begin(batch, -1);
    try {
      // One is left for the next look at the clock.
      while (values.length + 1 < hand.lookAt && !this.#reports.waits) {
        const index = beginNext(words, slot);
        if (index < 0) break;
        running.index = index;
        running.abort = undefined;
        const given = args[index];
        args[index] = undefined;
        const result = spread ? run(...given as unknown[]) : run(given);
        if (!isPlain(result)) return result;
        values.push(result);
      }
    } catch (error) {
      this.#fail(hand, error);
    }
    return this.#step(hand);
  }

  async #wait(
    hand: InHand,
    first: PromiseLike<unknown>,
  ): Promise<BatchAnswer> {
    for (let result: unknown = first; result !== NOTHING;) {
      if (!this.#watches) void this.#watch();
      try {
        this.#put(hand, isThenable(result) ? await result : result);
      } catch (error) {
        this.#fail(hand, error);
      }
      result = this.#step(hand);
    }
    return this.#answer(hand);
  }

  /** Begins the next task; a promise, a result or {@link NOTHING}. */
  #step(hand: InHand): unknown {
    const { order, run, args } = hand;
    for (;;) {
      if (this.#reports.waits) this.#reports.flush();
      const claimed = this.#claimed;
      this.#claimed = -1;
      const index = claimed < 0 ? beginNext(this.#words, order.slot) : claimed;
      if (index < 0) {
        this.#running.end();
        return NOTHING;
      }
      this.#running.begin(order.batch, index);
      const given = args[index];
      // Nobody needs it after this.
      args[index] = undefined;
      try {
        // Cancelled while it was looked for: it was never called.
        if (claimed >= 0) this.#running.signal.throwIfAborted();
        return order.spread ? run(...given as unknown[]) : run(given);
      } catch (error) {
        this.#fail(hand, error);
      }
    }
  }

  #answer(
    { values, failures, begun }: InHand,
  ): BatchAnswer | Promise<BatchAnswer> {
    const ms = performance.now() - begun;
    const reports = this.#reports;
    if (!reports.waits) return [values, failures, ms, reports.sent];
    return reports.drain().then(() => [values, failures, ms, reports.sent]);
  }

  #put(hand: InHand, value: unknown): void {
    const refused = refusal(value);
    if (refused !== undefined) return this.#fail(hand, refused);
    hand.values.push(value);
    const { apart, slot, sliceMs } = hand.order;
    if (apart && !this.#log.write(value)) recall(this.#words, slot);
    else if (hand.values.length >= hand.lookAt && sliceMs < Infinity) {
      // Not at each: a look at the clock takes longer than many a task.
      hand.lookAt += Math.min(hand.lookAt, MAX_STRIDE);
      if (performance.now() - hand.begun > sliceMs) recall(this.#words, slot);
    }
  }

  #fail(hand: InHand, error: unknown): void {
    const wire = errorToWire(error, this.#name);
    (hand.failures ??= []).push([hand.values.length, wire]);
    hand.values.push(undefined);
    if (hand.order.stops) recall(this.#words, hand.order.slot);
  }
}

/** Whether it can travel, and is nothing to wait for, at a glance. */
function isPlain(value: unknown): boolean {
  switch (typeof value) {
    case "number":
    case "string":
    case "boolean":
    case "undefined":
      return true;
    default:
      return value === null;
  }
}

/** No task is left to begin. */
const NOTHING: unique symbol = Symbol("nothing");

/** Runs the tasks of a pool; started by pools only. */
export const PoolWorker: ActorClass<
  [
    place: number,
    desk: ActorRef<PoolDeskActor>,
    memory: SharedArrayBuffer,
    init?: InitTask,
    initArgs?: readonly unknown[],
  ],
  PoolWorkerActor
> = actor(import.meta, "PoolWorker", PoolWorkerActor);
