/**
 * How jobs are asked for, and the checks at the door.
 *
 * @module
 */
import { checkOptionNames, type OptionNames } from "../option_names.ts";
import { duration, refuse, whole } from "./check_option.ts";
import { MAX_BATCH } from "./claims.ts";

/** How one job is done. */
export interface JobOptions {
  /** Cancels the job, which rejects with its reason. */
  readonly signal?: AbortSignal;
  /**
   * Longest time from now to its end, in milliseconds, 0 or more; then it is cancelled with a `TimeoutError`. What becomes
   * of a task that computes on is told at {@linkcode PoolOptions.killAfterMs}.
   *
   * @default {Infinity}
   */
  readonly timeout?: number;
  /**
   * What comes before what: a larger one first; any number.
   *
   * @default {0}
   */
  readonly priority?: number;
  /**
   * See {@linkcode PoolOptions.retries}.
   *
   * @default {that of the pool}
   */
  readonly retries?: number;
  /** Jobs with the same key are done by the worker in the same place, which keeps what it knows; others may wait meanwhile. */
  readonly key?: string | number;
}

/** How one task is run. */
export interface RunOptions extends JobOptions {
  /** Objects among the arguments that are moved instead of copied; such a task is never retried. */
  readonly transfer?: Transferable[];
}

/** How a task is run for many inputs. */
export interface MapOptions extends JobOptions {
  /**
   * Tasks that a worker is given at once; a whole number from 1 to 32,767.
   *
   * @default {as many as take about two milliseconds}
   */
  readonly chunk?: number;
}

/** How results are taken one by one. */
export interface StreamOptions extends MapOptions {
  /**
   * Whether the results come in the order of the inputs; else in the order in which they are there.
   *
   * @default {true}
   */
  readonly ordered?: boolean;
  /**
   * Inputs that are read beyond the results that were taken; a whole number from 1 to 1,048,576.
   *
   * @default {64 for each worker}
   */
  readonly readAhead?: number;
}

/** How one task is run whose elements are read one by one. */
export interface GenerateOptions extends RunOptions {
  /**
   * Elements that the task may be ahead of its reader; a whole number from 1 to 65,536.
   *
   * @default {64}
   */
  readonly readAhead?: number;
}

const JOB: OptionNames<JobOptions> = {
  signal: true,
  timeout: true,
  priority: true,
  retries: true,
  key: true,
};
const RUN: OptionNames<RunOptions> = { ...JOB, transfer: true };
const GENERATE: OptionNames<GenerateOptions> = { ...RUN, readAhead: true };
const MAP: OptionNames<MapOptions> = { ...JOB, chunk: true };
const STREAM: OptionNames<StreamOptions> = {
  ...MAP,
  ordered: true,
  readAhead: true,
};

/** {@link JobOptions} with the defaults that do not depend on the pool. */
export interface CheckedJobOptions {
  /** See {@link JobOptions.signal}. */
  readonly signal: AbortSignal | undefined;
  /** See {@link JobOptions.timeout}. */
  readonly timeout: number;
  /** See {@link JobOptions.priority}. */
  readonly priority: number;
  /** See {@link JobOptions.retries}. */
  readonly retries: number;
  /** See {@link JobOptions.key}. */
  readonly key: string | number | undefined;
}

function checkJob(
  what: string,
  options: JobOptions,
  retries: number,
): CheckedJobOptions {
  const { signal, timeout = Infinity, priority = 0, key } = options;
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    refuse(what, "signal", "an AbortSignal", signal);
  }
  if (typeof priority !== "number" || Number.isNaN(priority)) {
    refuse(what, "priority", "a number", priority);
  }
  if (key !== undefined && typeof key !== "string" && typeof key !== "number") {
    refuse(what, "key", "a string or a number", key);
  }
  return {
    signal,
    priority,
    key,
    timeout: duration(what, "timeout", timeout, true),
    retries: whole(what, "retries", options.retries ?? retries, 0, Infinity),
  };
}

/** Of a call without any. */
const NONE: CheckedJobOptions = {
  signal: undefined,
  timeout: Infinity,
  priority: 0,
  retries: 0,
  key: undefined,
};

/**
 * Checks how a task is to be run.
 *
 * @throws {InvalidOptionError} If an option is out of its bounds, or there is none of its name.
 */
export function checkRunOptions(
  task: string,
  options: RunOptions | undefined,
  retries: number,
): CheckedJobOptions & { transfer: Transferable[] | undefined } {
  if (options === undefined) return { ...NONE, retries, transfer: undefined };
  const what = `Cannot run "${task}"`;
  checkOptionNames(what, options, RUN);
  const transfer = checkTransfer(what, options);
  return { ...checkJob(what, options, retries), transfer };
}

function checkTransfer(
  what: string,
  { transfer }: RunOptions,
): Transferable[] | undefined {
  if (transfer === undefined) return undefined;
  const fits = Array.isArray(transfer) &&
    transfer.every((each) => Object(each) === each);
  if (!fits) refuse(what, "transfer", "an array of objects", transfer);
  return transfer;
}

/** Elements that are made ahead of who reads them. */
const ELEMENTS_AHEAD = 64;
/** The most of them. */
const MAX_ELEMENTS_AHEAD = 65_536;

/**
 * Checks how a task is to be run whose elements are read.
 *
 * @throws {InvalidOptionError} If an option is out of its bounds, or there is none of its name.
 */
export function checkGenerateOptions(
  task: string,
  options: GenerateOptions,
  retries: number,
): CheckedJobOptions & {
  readAhead: number;
  transfer: Transferable[] | undefined;
} {
  const what = `Cannot run "${task}"`;
  checkOptionNames(what, options, GENERATE);
  const { readAhead = ELEMENTS_AHEAD } = options;
  whole(what, "readAhead", readAhead, 1, MAX_ELEMENTS_AHEAD);
  const transfer = checkTransfer(what, options);
  return { ...checkJob(what, options, retries), readAhead, transfer };
}

/**
 * Checks how a task is to be run for many inputs.
 *
 * @throws {InvalidOptionError} If an option is out of its bounds, or there is none of its name.
 */
export function checkMapOptions(
  task: string,
  options: MapOptions,
  retries: number,
): CheckedJobOptions & { chunk: number | undefined } {
  const what = `Cannot map "${task}"`;
  checkOptionNames(what, options, MAP);
  const { chunk } = options;
  if (chunk !== undefined) whole(what, "chunk", chunk, 1, MAX_BATCH);
  return { ...checkJob(what, options, retries), chunk };
}

/** Inputs that are read ahead for each worker. */
const READ_AHEAD = 64;

/**
 * Checks how results are to be taken one by one.
 *
 * @throws {InvalidOptionError} If an option is out of its bounds, or there is none of its name.
 */
export function checkStreamOptions(
  task: string,
  options: StreamOptions,
  { retries, size }: { retries: number; size: number },
): CheckedJobOptions & {
  chunk: number | undefined;
  ordered: boolean;
  readAhead: number;
} {
  const what = `Cannot stream "${task}"`;
  checkOptionNames(what, options, STREAM);
  const { chunk, ordered = true, readAhead = size * READ_AHEAD } = options;
  if (chunk !== undefined) whole(what, "chunk", chunk, 1, MAX_BATCH);
  if (typeof ordered !== "boolean") {
    refuse(what, "ordered", "true or false", ordered);
  }
  whole(what, "readAhead", readAhead, 1, 2 ** 20);
  return { ...checkJob(what, options, retries), chunk, ordered, readAhead };
}
