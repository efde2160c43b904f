import type { ActorStream } from "../actor/stream/actor_stream.ts";
import { errorFromWire } from "../error_wire.ts";
import type { ExitReport } from "../exit_report.ts";
import type { BatchAnswer } from "./batch_order.ts";
import type { OutList } from "./out_list.ts";
import type { TaskFacts } from "./task_facts.ts";
import type { Work } from "./work.ts";

/** Tasks that one worker is given at once. What becomes of each is told once. */
export interface Batch {
  /** Whose tasks these are. */
  readonly works: readonly Work[];
  /** Whether each task is of another job, so that one that ends harms no other. */
  readonly apart: boolean;
  /** Which of its tasks is that of `work`; -1 if several are. */
  indexOf(work: Work): number;
  /** The task. */
  readonly facts: TaskFacts;
  /** The arguments of each. */
  readonly args: unknown[];
  /** Whether those are lists of arguments. */
  readonly spread: boolean;
  /** Whether an error ends the batch. */
  readonly stops: boolean;
  /** After how many milliseconds the tasks that have not begun are given back. */
  readonly sliceMs: number;
  /** What is moved instead of copied. */
  readonly transfer: Transferable[] | undefined;
  /** Of a task whose elements are read one by one: how many it may be ahead. Its batch has no other task. */
  readonly readAhead?: number;
  /** Such a task was sent: here it is read; its first element was asked for. */
  attach?(
    stream: ActorStream<unknown>,
    first: Promise<IteratorResult<unknown, undefined>>,
  ): void;
  /** The results of the tasks from index `from` on; one at least. */
  done(from: number, values: readonly unknown[]): void;
  /** The error of a task. */
  failed(index: number, error: unknown): void;
  /** Its worker ended: the task was begun, and its result will never come. */
  died(index: number, worker: string, report: ExitReport): void;
  /** So many have ended, of which `done` have a result. */
  ended(count: number, done: number): void;
  /** A task says something. */
  reported(index: number, report: unknown): void;
  /** These have not begun, and never will as part of this batch. */
  returned(from: number, to: number): void;
  /** The batch could not be sent; nothing was. */
  refused(error: unknown): void;
}

/** A batch at a worker. */
export interface Out {
  /** The batch. */
  readonly batch: Batch;
  /** Its number. */
  readonly id: number;
  /** The word of its claims. */
  readonly slot: number;
  /** When it was sent. */
  readonly sentAt: number;
  /** Tasks that it has, those that were taken back left out. */
  limit: number;
  /** Where it is. */
  readonly seat: BatchSeat;
  /** Whether its worker may have to import the task first. */
  readonly loads: boolean;
  /** Reports of its tasks that have come. */
  reports: number;
  /** Why its worker is ended, if that is its own fault. */
  fault?: Error;
  /** Called when another one has come. */
  onReport?: () => void;
  /** Called when it is there no more. */
  over?: () => void;
}

/** Who runs batches: a worker, or what stands in for one. */
export interface BatchSeat {
  /** Its place in the pool. */
  readonly index: number;
  /** Its batches, in the order sent. */
  readonly outs: OutList;
  /** Batches of which it may still begin something, or runs something. */
  readonly busy: number;
  /** Batches that it may be given now. */
  readonly room: number;
  /** Tasks that it may be given before it is replaced. */
  readonly left: number;
  /** How many tasks of a batch are begun. */
  begun(out: Out): number;
  /** Takes back what is not begun, but for the first `keep`. Returns how many are left. */
  recall(out: Out, keep?: number): number;
  /** Gives it a batch. */
  send(batch: Batch): void;
  /** Tells the task that runs in a batch that it was cancelled; it is killed if that changes nothing. */
  cancel(out: Out, work: Work, reason: unknown): void;
  /** Ends it at once. */
  kill(): void;
}

/** Tells a batch what became of those of its tasks that a worker has answered for. */
export function tellResults(
  batch: Batch,
  [values, failures = []]: BatchAnswer,
): void {
  let from = 0;
  for (const [index, error] of failures) {
    if (index > from) batch.done(from, values.slice(from, index));
    batch.failed(index, errorFromWire(error));
    from = index + 1;
  }
  if (from === values.length) return;
  batch.done(from, from === 0 ? values : values.slice(from));
}
