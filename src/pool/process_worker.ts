/**
 * The worker of a pool whose tasks run in a process of its own.
 *
 * The worker itself is a thread, and shares the words of its pool like any other: it begins the tasks, hears of cancels and
 * keeps the log of results. The process is given tasks that were begun, some at once when they take little, and shares
 * nothing.
 *
 *   pool ── claims, cancel note, log ── this thread ── its keeper ── the process, with the tasks
 *
 * When the process ends the worker ends in the same way; when the worker is killed the process is.
 *
 * @module
 */
import type { Context } from "../actor/current.ts";
import { actor, type ActorClass } from "../actor/define.ts";
import { isEnd } from "../actor/ends_as.ts";
import type { ActorRef } from "../actor/ref.ts";
import { errorToWire, registerError, type WireError } from "../error_wire.ts";
import { DataCloneError, TroupeError } from "../errors.ts";
import type { Words } from "../memory/cells.ts";
import { passUnknownPortables } from "../memory/portable.ts";
import {
  cancelledBatch,
  nextCancel,
  readCancel,
  wordsOf,
} from "./cancel_note.ts";
import { beginNext, giveUp, recall } from "./claims.ts";
import type { InitTask } from "./find_task.ts";
import { writeFound } from "./load_watch.ts";
import type { PoolDeskActor } from "./pool_desk.ts";
import {
  APART,
  type BatchAnswer,
  SPREAD,
  STOPS,
  type TaskName,
} from "./batch_order.ts";
import { LogWriter } from "./result_log.ts";
import {
  type KnownTask,
  type ProcessPlan,
  TaskProcess,
} from "./task_process.ts";

/** What the tasks that are sent to the process at once are to take, in milliseconds. */
const SOME_MS = 4;
/** The most of them. */
const MAX_SOME = 4_096;
/** A batch that is being worked through. */
interface InHand {
  readonly batch: number;
  readonly slot: number;
  readonly flags: number;
  readonly sliceMs: number;
  readonly args: unknown[];
  readonly values: unknown[];
  readonly failures: [number, WireError][];
  readonly begun: number;
  /** Milliseconds that those with a value took there. */
  ms: number;
  /** Tasks that were begun; those without a value run, or are about to. */
  claimed: number;
  /** Whether all was begun that is to be. */
  whole: boolean;
  reports: number;
}

/** See {@linkcode ProcessWorker}. */
export class ProcessWorkerActor {
  readonly #place: number;
  readonly #desk: ActorRef<PoolDeskActor>;
  readonly #words: Words;
  readonly #log: LogWriter;
  readonly #process: TaskProcess;
  #context!: Context;
  /** Whether it is told when something is cancelled. */
  #watches = false;
  /** The batch of which tasks run, and which. */
  #batch = -1;
  #from = 0;
  #to = 0;

  /** As of `PoolWorkerActor`, with the process that `plan` describes. */
  constructor(
    place: number,
    desk: ActorRef<PoolDeskActor>,
    memory: SharedArrayBuffer,
    init: InitTask | undefined,
    initArgs: readonly unknown[],
    plan: ProcessPlan,
  ) {
    this.#place = place;
    this.#desk = desk;
    this.#words = wordsOf(memory);
    this.#log = new LogWriter(this.#words);
    this.#process = new TaskProcess(plan, [place, desk, init, initArgs]);
  }

  /** Starts the process, which runs the pool's `init`. */
  async onStart(context: Context): Promise<void> {
    // The modules that define what is sent through this thread are loaded in the process.
    passUnknownPortables();
    registerError(ProcessDiedError);
    this.#context = context;
    await this.#process.start(context);
  }

  /** Lets the process end. */
  async onStop(): Promise<void> {
    await this.#process.stop();
  }

  /** Works through a batch. */
  async work(
    batch: number,
    slot: number,
    flags: number,
    sliceMs: number,
    task: TaskName,
    args: unknown[],
  ): Promise<BatchAnswer> {
    const hand: InHand = {
      batch,
      slot,
      flags,
      sliceMs,
      args,
      values: [],
      failures: [],
      begun: performance.now(),
      ms: 0,
      claimed: 0,
      whole: false,
      reports: 0,
    };
    if ((flags & APART) !== 0) this.#log.open(slot);
    // Nobody takes back what may hang.
    const looks = !this.#process.knows(task);
    if (looks && !this.#claim(hand)) return [[], undefined, 0, 0];
    const known = await this.#find(slot, task);
    if (looks) writeFound(this.#words, batch);
    if (!("costMs" in known)) return this.#failAll(hand, known);
    while (this.#claimSome(hand, known)) {
      if (!await this.#some(hand, known)) break;
    }
    return answerOf(hand);
  }

  /** Runs one task and gives what it yields; how it ends the desk is told. */
  async *generate(
    batch: number,
    slot: number,
    task: TaskName,
    args: unknown[],
  ): AsyncGenerator<unknown, void> {
    let failure: WireError | null | undefined = null;
    try {
      if (beginNext(this.#words, slot) < 0) return;
      const found = await this.#find(slot, task);
      writeFound(this.#words, batch);
      if (!("costMs" in found)) return void (failure = found);
      if (this.#noteOf(batch, 0, 1) !== undefined) return;
      this.#enter(batch, 0, 1);
      yield* this.#process.generate(batch, found, args);
      failure = await this.#process.failure();
    } catch (thrown) {
      const error = await this.#process.endOf(thrown);
      failure = undefined;
      if (isEnd(error)) throw error;
      failure = errorToWire(explained(error, task[2]!));
    } finally {
      this.#batch = -1;
      // Of the end of the process that of this worker tells.
      if (failure !== undefined) {
        await this.#desk.send.ended(this.#place, batch, failure);
      }
    }
  }

  /** Has the process look for the task of the batch at `slot`, of which none has run. */
  async #find(slot: number, task: TaskName): Promise<KnownTask | WireError> {
    try {
      return await this.#process.find(this.#context, task);
    } catch (error) {
      // Not if it ended the process: it would end the next one too.
      if (this.#process.unheard) giveUp(this.#words, slot, 0);
      throw error;
    }
  }

  #claim(hand: InHand): boolean {
    if (!hand.whole && beginNext(this.#words, hand.slot) >= 0) {
      hand.claimed++;
    } else hand.whole = true;
    return !hand.whole;
  }

  /** Begins what the process is to run next. Returns whether there is anything. */
  #claimSome(hand: InHand, { costMs }: KnownTask): boolean {
    // Of several jobs only that one dies with the process which runs.
    const apart = (hand.flags & APART) !== 0;
    const some = apart || Number.isNaN(costMs)
      ? 1
      : Math.min(Math.max(1, Math.floor(SOME_MS / costMs)), MAX_SOME);
    while (
      hand.claimed - hand.values.length < some && this.#claim(hand)
    );
    return hand.claimed > hand.values.length;
  }

  /** Has the process run what was begun. Returns whether the batch goes on. */
  async #some(hand: InHand, task: KnownTask): Promise<boolean> {
    const { batch, slot, values, claimed } = hand;
    const from = values.length;
    const note = this.#noteOf(batch, from, claimed);
    if (note !== undefined) {
      return this.#fail(hand, errorToWire(note.reason, this.#context.name));
    }
    const args = hand.args.slice(from, claimed);
    let ended: boolean;
    try {
      ended = await this.#send(hand, task, from, args);
    } catch (error) {
      if (this.#process.unheard) giveUp(this.#words, slot, from);
      if (isEnd(error)) throw error;
      if (args.length === 1) {
        const told = explained(error, task.name);
        return this.#fail(hand, errorToWire(told));
      }
      // One of them cannot be sent: each goes alone.
      ended = false;
      for (const [at, each] of args.entries()) {
        ended ||= !await this.#alone(hand, task, from + at, each);
      }
    } finally {
      this.#batch = -1;
    }
    const late = performance.now() - hand.begun > hand.sliceMs;
    if (ended || late) recall(this.#words, slot);
    return !ended && !late;
  }

  async #alone(
    hand: InHand,
    task: KnownTask,
    index: number,
    arg: unknown,
  ): Promise<boolean> {
    try {
      return !await this.#send(hand, task, index, [arg]);
    } catch (error) {
      if (isEnd(error)) throw error;
      const told = explained(error, task.name);
      return this.#fail(hand, errorToWire(told));
    }
  }

  /** Sends tasks that were begun. Returns whether that ended the batch. */
  async #send(
    hand: InHand,
    task: KnownTask,
    from: number,
    args: unknown[],
  ): Promise<boolean> {
    const { batch, slot, flags } = hand;
    const order = {
      batch,
      from,
      id: task.id,
      spread: (flags & SPREAD) !== 0,
      stops: (flags & STOPS) !== 0,
      sliceMs: SOME_MS * 2,
    };
    this.#enter(batch, from, from + args.length);
    const answer = await this.#process.run(order, args);
    const [values, failures, ms, reports, ended] = answer;
    task.costMs = ms / values.length;
    hand.ms += ms;
    hand.reports += reports;
    for (const [at, error] of failures) hand.failures.push([from + at, error]);
    for (const value of values) {
      hand.values.push(value);
      if ((flags & APART) === 0) continue;
      if (!this.#log.write(value)) recall(this.#words, slot);
    }
    return ended;
  }

  #fail(hand: InHand, error: WireError): boolean {
    hand.failures.push([hand.values.length, error]);
    hand.values.push(undefined);
    if ((hand.flags & STOPS) === 0) return true;
    recall(this.#words, hand.slot);
    return false;
  }

  /** There is no such task. */
  #failAll(hand: InHand, error: WireError): BatchAnswer {
    do {
      if (!this.#fail(hand, error)) break;
    } while (this.#claim(hand));
    return answerOf(hand);
  }

  #enter(batch: number, from: number, to: number): void {
    this.#batch = batch;
    this.#from = from;
    this.#to = to;
    if (!this.#watches) void this.#watch();
  }

  /** Tells the process whenever something is cancelled that runs there. */
  async #watch(): Promise<void> {
    this.#watches = true;
    while (this.#batch >= 0) {
      const seen = cancelledBatch(this.#words);
      const note = this.#noteOf(this.#batch, this.#from, this.#to);
      if (note !== undefined) {
        this.#process.cancel(this.#batch, note.index, note.reason);
      }
      await nextCancel(this.#words, seen);
    }
    this.#watches = false;
  }

  /** What is said of a cancel of any of those tasks, if one was cancelled. */
  #noteOf(
    batch: number,
    from: number,
    to: number,
  ): { index: number; reason: unknown } | undefined {
    if (cancelledBatch(this.#words) !== batch) return undefined;
    const note = readCancel(this.#words);
    return note.index >= from && note.index < to ? note : undefined;
  }
}

/** What is said of arguments that cannot leave the process, in the words of whoever made the pool. */
function explained(error: unknown, task: string): unknown {
  if (!(error instanceof DataCloneError)) return error;
  const message = error.message
    // Where it is in the batch means nothing to them.
    .replace(/Cannot send args\S*/, () => `Cannot send args of "${task}"`)
    .replace("start the actor on a thread", 'use the placement "thread"');
  return new DataCloneError(message, { path: "args", cause: error.cause });
}

function answerOf({ values, failures, ms, reports }: InHand): BatchAnswer {
  return [values, failures.length === 0 ? undefined : failures, ms, reports];
}

/** Stands for the error of that name on its way through this thread, which does not know it. */
class ProcessDiedError extends TroupeError {}

/** Runs the tasks of a pool in a process of its own; started by pools only. */
export const ProcessWorker: ActorClass<
  [
    place: number,
    desk: ActorRef<PoolDeskActor>,
    memory: SharedArrayBuffer,
    init: InitTask | undefined,
    initArgs: readonly unknown[],
    plan: ProcessPlan,
  ],
  ProcessWorkerActor
> = actor(import.meta, "ProcessWorker", ProcessWorkerActor);
