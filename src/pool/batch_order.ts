/**
 * What a worker is told of a batch, and what it answers.
 *
 * @module
 */
import type { WireError } from "../error_wire.ts";

/** A task as it travels: its number in the pool, and where it is found when the worker does not know that yet. */
export type TaskName = readonly [id: number, module?: string, name?: string];

/** What a worker is to do with a batch. */
export interface BatchOrder {
  /** Number of the batch, of the pool. */
  readonly batch: number;
  /** Its word of the claims. */
  readonly slot: number;
  /** Whether each argument is the list of all arguments. */
  readonly spread: boolean;
  /** Whether an error ends the batch. */
  readonly stops: boolean;
  /** Whether each task is of another job, whose result is written down before the next one begins. */
  readonly apart: boolean;
  /** After how many milliseconds the tasks that have not begun are given back. */
  readonly sliceMs: number;
}

/** What became of the tasks of a batch that were begun. */
export type BatchAnswer = readonly [
  values: readonly unknown[],
  failures: readonly (readonly [index: number, error: WireError])[] | undefined,
  ms: number,
  reports: number,
];

/** Flag of a batch: each argument is the list of all arguments. */
export const SPREAD = 1;
/** Flag of a batch: an error ends it. */
export const STOPS = 2;
/** Flag of a batch: each task is of another job. */
export const APART = 4;
