/**
 * The actor that runs a pool's tasks in a process of its own, for the worker of the pool that has it.
 *
 * @module
 */
import type { Context } from "../actor/current.ts";
import { actor, type ActorClass } from "../actor/define.ts";
import { isThenable } from "../actor/is_thenable.ts";
import { unshared } from "../actor/mail/refuse_shared.ts";
import type { ActorRef } from "../actor/ref.ts";
import { sourceOf, type StreamSource } from "../actor/stream/stream_source.ts";
import { errorToWire, type WireError } from "../error_wire.ts";
import { encode } from "../memory/codec.ts";
import { takeBack } from "../memory/moved_handles.ts";
import {
  type AnyFunction,
  findTask,
  type InitTask,
  runInit,
} from "./find_task.ts";
import { HostReports } from "./host_reports.ts";
import type { PoolDeskActor } from "./pool_desk.ts";
import { noElements, refusal } from "./refusal.ts";
import { RunningTask } from "./running_task.ts";

/** Some tasks of a batch, one after the other. */
export interface HostOrder {
  /** Number of the batch, of the pool. */
  readonly batch: number;
  /** Index of the first of them. */
  readonly from: number;
  /** Number of the task, of the pool. */
  readonly id: number;
  /** Whether each argument is the list of all arguments. */
  readonly spread: boolean;
  /** Whether an error ends the batch. */
  readonly stops: boolean;
  /** After how many milliseconds no other one is begun. */
  readonly sliceMs: number;
}

/** What became of them. Those that have no value here were not begun. */
export type HostAnswer = readonly [
  values: readonly unknown[],
  failures: readonly (readonly [index: number, error: WireError])[],
  ms: number,
  reports: number,
  /** Whether the others of the batch are not to begin. */
  ended: boolean,
];

/** See {@linkcode TaskHost}. */
export class TaskHostActor {
  readonly #reports: HostReports;
  readonly #init: InitTask | undefined;
  readonly #initArgs: readonly unknown[];
  readonly #tasks: Map<number, AnyFunction> = new Map();
  #name = "";
  readonly #running: RunningTask;
  /** Index of the first task of those that were sent together. */
  #from = 0;
  /** Whether what runs was cancelled. */
  #cancelled = false;
  /** How the task that was read last ended. */
  #failure: WireError | null = null;

  /** The process of the worker at `place`, which reports to `desk`; `init` is called first, with `initArgs`. */
  constructor(
    place: number,
    desk: ActorRef<PoolDeskActor>,
    init: InitTask | undefined,
    initArgs: readonly unknown[],
  ) {
    this.#reports = new HostReports(desk, place);
    this.#running = new RunningTask(this.#reports);
    this.#init = init;
    this.#initArgs = initArgs;
  }

  /** Runs the pool's `init`. */
  async onStart(context: Context): Promise<void> {
    this.#name = context.name;
    this.#running.stopBy(context.signal);
    await runInit(this.#init, this.#initArgs);
  }

  /** Looks for a task, which is called `id` from now on. Returns why there is none, if there is none. */
  async find(
    id: number,
    module: string,
    name: string,
  ): Promise<WireError | null> {
    try {
      this.#tasks.set(id, await findTask(module, name));
      return null;
    } catch (error) {
      return errorToWire(error, this.#name);
    }
  }

  /** Works through tasks that are begun by being sent here. */
  async run(order: HostOrder, args: unknown[]): Promise<HostAnswer> {
    const run = this.#tasks.get(order.id)!;
    const begun = performance.now();
    const values: unknown[] = [];
    const failures: [number, WireError][] = [];
    let ended = false;
    this.#enter(order.batch, order.from);
    this.#reports.sent = 0;
    for (const given of args) {
      if (values.length > 0 && performance.now() - begun > order.sliceMs) break;
      this.#running.begin(order.batch, order.from + values.length);
      try {
        const result = order.spread ? run(...given as unknown[]) : run(given);
        const value = isThenable(result) ? await result : result;
        const refused = refusal(value) ?? sharedIn(value);
        if (refused !== undefined) throw refused;
        values.push(value);
      } catch (error) {
        failures.push([values.length, errorToWire(error, this.#name)]);
        values.push(undefined);
        if (order.stops) ended = true;
      }
      ended ||= this.#cancelled;
      if (ended) break;
    }
    this.#running.end();
    const ms = performance.now() - begun;
    await this.#reports.drain();
    return [values, failures, ms, this.#reports.sent, ended];
  }

  /** The task at `index` of a batch was cancelled. */
  cancel(batch: number, index: number, reason: unknown): void {
    if (batch !== this.#running.batch || index < this.#from) return;
    this.#cancelled = true;
    this.#running.cancel(reason);
  }

  /** Runs one task and gives what it yields; {@link failure} says how it ended. */
  async *generate(
    batch: number,
    id: number,
    name: string,
    args: unknown[],
  ): AsyncGenerator<unknown, void> {
    let source: StreamSource | undefined;
    this.#failure = null;
    this.#enter(batch, 0);
    try {
      const made = await this.#tasks.get(id)!(...args);
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
      this.#failure = errorToWire(error, this.#name);
    } finally {
      try {
        await source?.close();
      } catch (error) {
        this.#failure = errorToWire(error, this.#name);
      }
      this.#running.end();
    }
  }

  /** Why the task that was read last ended, when all that it reported has arrived; `null` if it had nothing more to give. */
  async failure(): Promise<WireError | null> {
    await this.#reports.drain();
    return this.#failure;
  }

  #enter(batch: number, from: number): void {
    this.#from = from;
    this.#cancelled = false;
    this.#running.begin(batch, from);
  }
}

/** Why a result that could travel to a thread cannot leave the process, if it cannot. */
function sharedIn(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  if (ArrayBuffer.isView(value) && value.buffer instanceof ArrayBuffer) {
    return undefined;
  }
  const { attachments = [] } = encode(value);
  const shared = attachments.filter((each) => !(each instanceof ArrayBuffer));
  if (shared.length === 0) return undefined;
  takeBack(attachments);
  return unshared(shared, value, "result");
}

/** Runs the tasks of one worker of a pool in its process; started by such workers only. */
export const TaskHost: ActorClass<
  [
    place: number,
    desk: ActorRef<PoolDeskActor>,
    init: InitTask | undefined,
    initArgs: readonly unknown[],
  ],
  TaskHostActor
> = actor(import.meta, "TaskHost", TaskHostActor);
