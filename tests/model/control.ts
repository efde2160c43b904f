import type { Cells } from "../../src/memory/cells.ts";

/**
 * The words through which the explorer and its threads talk, one block a thread.
 *
 *   word  field    written by        meaning
 *      0  STATE    both              RUNNING, READY, BLOCKED, DONE, DIED, THREW
 *      1  GO       explorer          counts up: take your next step
 *      2  COMMAND  explorer          STEP or DIE, read after GO
 *      3  OP       thread            the operation it stands before, an index into OPS
 *      4  BUFFER   thread            which shared memory the operation touches
 *      5  INDEX    thread            which word of it
 *      6  STAMP    thread            when it blocked, for waking in arrival order
 *      7  RUN      explorer          counts up: begin a run; negative: end
 *      8  LENGTH   thread            how many values LOG has
 *      9  TIMED    thread            1 while it is BLOCKED in a wait with a time limit
 *     10- LOG      thread            what it logged, or the text of what it threw
 *    208- WAITS    both              12 waits without the thread, see WAIT
 *
 * A RUNNING thread is the only one that runs: the explorer waits until it is not.
 */
export const BLOCK = {
  STATE: 0,
  GO: 1,
  COMMAND: 2,
  OP: 3,
  BUFFER: 4,
  INDEX: 5,
  STAMP: 6,
  RUN: 7,
  LENGTH: 8,
  TIMED: 9,
  LOG: 10,
  WAITS: 208,
  WORDS: 256,
} as const;

/**
 * A wait without the thread: four words.
 *
 *   word  field    meaning
 *      0  STATE    0: none; 1: it waits, set by its thread; 2: it was notified, set by a notifier
 *      1  BUFFER   which shared memory
 *      2  INDEX    which word of it
 *      3  STAMP    when it began, for waking in arrival order
 */
export const WAIT = {
  STATE: 0,
  BUFFER: 1,
  INDEX: 2,
  STAMP: 3,
  WORDS: 4,
  COUNT: 12,
} as const;

/** States of a thread. RUNNING to any other by the thread; READY to RUNNING by the explorer; BLOCKED to READY by a notifier. */
export const STATE = {
  RUNNING: 0,
  READY: 1,
  BLOCKED: 2,
  DONE: 3,
  DIED: 4,
  THREW: 5,
} as const;

/** What the explorer says with GO. */
export const COMMAND = { STEP: 0, DIE: 1, TIME_OUT: 2 } as const;

/** Names of operations, for printed schedules. */
export const OPS: readonly string[] = [
  "load",
  "store",
  "add",
  "sub",
  "or",
  "and",
  "exchange",
  "cas",
  "wait",
  "notify",
  "wakes from wait",
  "waitAsync",
  "wakes from its waits",
];

/** What a thread of a scenario is given. */
export interface ThreadContext {
  /** The shared memory that the scenario's `setup` made, as it was when the run began. */
  readonly memory: readonly SharedArrayBuffer[];
  /** Notes a value for the outcome of the run. No scheduling point. */
  readonly log: (value: number) => void;
  /** Puts a fault into this thread's door to atomics: how broken variants of real code are made. */
  readonly bend: (change: (cells: Cells) => Cells) => void;
}

/**
 * A thread of a scenario: prepares (unseen by the explorer, before any thread
 * takes a step) and returns the body whose every operation is a step. A body may
 * be asynchronous: what it awaits are waits of the model and microtasks, no timers.
 */
export type Thread = (context: ThreadContext) => () => void | Promise<void>;
