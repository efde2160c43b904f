/**
 * How a pool is made and how it is asked, and the checks at the door.
 *
 * @module
 */
import type { Task } from "../actor/define.ts";
import type { Spawner } from "../actor/offspring.ts";
import { InvalidOptionError } from "../errors.ts";
import { checkOptionNames, type OptionNames } from "../option_names.ts";
import { MAX_BATCH } from "./claims.ts";

/** The most workers that a pool can have. */
const MAX_SIZE = 1_024;

/** How the workers of a pool come by their tasks; see {@linkcode PoolOptions.strategy}. */
export type PoolStrategy = "pull" | "roundRobin" | "leastBusy";

const STRATEGIES: readonly PoolStrategy[] = ["pull", "roundRobin", "leastBusy"];

/** How a pool is made. A value out of its bounds is refused with `InvalidOptionError`, and nothing starts. */
export interface PoolOptions {
  /**
   * The most workers it has; a whole number from 1 to 1,024. They are started when there is work for them.
   *
   * @default {navigator.hardwareConcurrency}
   */
  readonly size?: number;
  /**
   * Workers that are kept when there is nothing to do; a whole number from 0 to `size`.
   *
   * @default {0}
   */
  readonly minSize?: number;
  /**
   * How long a worker that has nothing to do is kept, in milliseconds, more than 0: what keeps a program alive that has
   * forgotten its pool, and no longer. `Infinity` keeps all of them.
   *
   * @default {2000}
   */
  readonly idleMs?: number;
  /**
   * What its workers are called, with a number: `name-0`. With a name they are part of the system's tree.
   *
   * @default {"pool", outside of the tree}
   */
  readonly name?: string;
  /** A task that each worker runs before any other; its module is loaded first. What it throws fails the start. */
  // deno-lint-ignore no-explicit-any -- arguments of any kind
  readonly init?: Task<any, unknown>;
  /**
   * The arguments of `init`.
   *
   * @default {[]}
   */
  readonly initArgs?: readonly unknown[];
  /**
   * Longest time for a worker to start, `init` included, in milliseconds; more than 0.
   *
   * @default {5000}
   */
  readonly initTimeout?: number;
  /**
   * Tasks that a worker runs before another takes its place; a whole number of 1 or more.
   *
   * @default {Infinity}
   */
  readonly maxTasksPerWorker?: number;
  /**
   * How often a task is begun again, on another worker, when its worker died while it ran; 0 or more. It may have run.
   *
   * @default {0}
   */
  readonly retries?: number;
  /**
   * How long a task that was cancelled may run on before its worker is killed, in milliseconds; 0 or more.
   *
   * @default {1000}
   */
  readonly killAfterMs?: number;
  /**
   * Who gets what comes: `"pull"`, whoever has nothing to do; `"roundRobin"`, each in turn; `"leastBusy"`, who has the
   * fewest tasks. One that has nothing to do takes what another has not begun.
   *
   * @default {"pull"}
   */
  readonly strategy?: PoolStrategy;
  /**
   * Where its workers live.
   *
   * @default {the default system, or the actor that makes the pool}
   */
  readonly system?: Spawner;
}

/** {@link PoolOptions} with every default filled in. */
export interface CheckedPoolOptions {
  /** See {@link PoolOptions.size}. */
  readonly size: number;
  /** See {@link PoolOptions.minSize}. */
  readonly minSize: number;
  /** See {@link PoolOptions.idleMs}. */
  readonly idleMs: number;
  /** See {@link PoolOptions.name}. */
  readonly name: string | undefined;
  /** See {@link PoolOptions.init}. */
  // deno-lint-ignore no-explicit-any -- arguments of any kind
  readonly init: Task<any, unknown> | undefined;
  /** See {@link PoolOptions.initArgs}. */
  readonly initArgs: readonly unknown[];
  /** See {@link PoolOptions.initTimeout}. */
  readonly initTimeout: number;
  /** See {@link PoolOptions.maxTasksPerWorker}. */
  readonly maxTasksPerWorker: number;
  /** See {@link PoolOptions.retries}. */
  readonly retries: number;
  /** See {@link PoolOptions.killAfterMs}. */
  readonly killAfterMs: number;
  /** See {@link PoolOptions.strategy}. */
  readonly strategy: PoolStrategy;
  /** See {@link PoolOptions.system}. */
  readonly system: Spawner | undefined;
}

/** How one job is done. */
export interface JobOptions {
  /** Cancels the job, which rejects with its reason. */
  readonly signal?: AbortSignal;
  /**
   * Longest time from now to its end, in milliseconds, 0 or more; then it is cancelled with a `TimeoutError`.
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

const POOL: OptionNames<PoolOptions> = {
  size: true,
  minSize: true,
  idleMs: true,
  name: true,
  init: true,
  initArgs: true,
  initTimeout: true,
  maxTasksPerWorker: true,
  retries: true,
  killAfterMs: true,
  strategy: true,
  system: true,
};
const JOB: OptionNames<JobOptions> = {
  signal: true,
  timeout: true,
  priority: true,
  retries: true,
  key: true,
};
const RUN: OptionNames<RunOptions> = { ...JOB, transfer: true };
const MAP: OptionNames<MapOptions> = { ...JOB, chunk: true };
const STREAM: OptionNames<StreamOptions> = {
  ...MAP,
  ordered: true,
  readAhead: true,
};

function refuse(
  what: string,
  option: string,
  rule: string,
  value: unknown,
): never {
  throw new InvalidOptionError(
    `${what} as '${option}' must be ${rule}: current value is ${
      Deno.inspect(value, { depth: 1 })
    }`,
    { option, value },
  );
}

function whole(
  what: string,
  option: string,
  value: number,
  min: number,
  max: number,
): number {
  const fits = Number.isInteger(value) && value >= min && value <= max;
  // Where there is no end, none is a value too.
  if (fits || max === Infinity && value === Infinity) return value;
  const upTo = max === Infinity ? "or more" : `to ${max.toLocaleString("en")}`;
  return refuse(what, option, `a whole number of ${min} ${upTo}`, value);
}

function duration(
  what: string,
  option: string,
  value: number,
  zero: boolean,
): number {
  const fits = typeof value === "number" && (zero ? value >= 0 : value > 0);
  if (fits) return value;
  return refuse(what, option, zero ? "0 or more" : "more than 0", value);
}

function isTask(value: unknown): boolean {
  const { module, task } = Object(value);
  return typeof module === "string" && typeof task === "string";
}

/**
 * Checks how a pool is to be made, and fills in the defaults.
 *
 * @throws {InvalidOptionError} If an option is out of its bounds, or there is none of its name.
 */
export function checkPoolOptions(options: PoolOptions): CheckedPoolOptions {
  const what = "Cannot make a pool";
  checkOptionNames(what, options, POOL);
  const { name, init, initArgs = [], system } = options;
  const cores = Math.min(navigator.hardwareConcurrency, MAX_SIZE);
  const size = whole(what, "size", options.size ?? cores, 1, MAX_SIZE);
  if (name !== undefined && (typeof name !== "string" || name === "")) {
    refuse(what, "name", "a non-empty string", name);
  }
  if (init !== undefined && !isTask(init)) {
    refuse(what, "init", "what task() or remote() returned", init);
  }
  if (!Array.isArray(initArgs)) {
    refuse(what, "initArgs", "an array", initArgs);
  }
  const { strategy = "pull" } = options;
  if (!STRATEGIES.includes(strategy)) {
    const known = STRATEGIES.map((each) => `"${each}"`).join(" or ");
    refuse(what, "strategy", known, strategy);
  }
  const max = options.maxTasksPerWorker ?? Infinity;
  return {
    size,
    name,
    init,
    initArgs,
    system,
    strategy,
    minSize: whole(what, "minSize", options.minSize ?? 0, 0, size),
    idleMs: duration(what, "idleMs", options.idleMs ?? 2_000, false),
    initTimeout: duration(
      what,
      "initTimeout",
      options.initTimeout ?? 5_000,
      false,
    ),
    maxTasksPerWorker: whole(what, "maxTasksPerWorker", max, 1, Infinity),
    retries: whole(what, "retries", options.retries ?? 0, 0, Infinity),
    killAfterMs: duration(
      what,
      "killAfterMs",
      options.killAfterMs ?? 1_000,
      true,
    ),
  };
}

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
  const { transfer } = options;
  if (transfer !== undefined && !Array.isArray(transfer)) {
    refuse(what, "transfer", "an array", transfer);
  }
  return { ...checkJob(what, options, retries), transfer };
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
  { retries, size }: CheckedPoolOptions,
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
