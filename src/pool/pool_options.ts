/**
 * How a pool is made, and the checks at the door.
 *
 * @module
 */
import type { Task } from "../actor/define.ts";
import type { Spawner } from "../actor/offspring.ts";
import { checkProcess } from "../actor/check_process.ts";
import {
  plainPermissions,
  type ProcessOptions,
} from "../actor/process_order.ts";
import { checkOptionNames, type OptionNames } from "../option_names.ts";
import { checkInitArgs } from "./check_init_args.ts";
import { duration, refuse, whole } from "./check_option.ts";

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
   * Workers that are kept when there is nothing to do; a whole number from 0 to `size`. They keep the program alive until
   * the pool is closed.
   *
   * @default {0}
   */
  readonly minSize?: number;
  /**
   * How long a worker that has nothing to do is kept, in milliseconds, more than 0: what keeps a program alive that has
   * forgotten its pool, and no longer, as long as nothing of it runs: see `minSize` and `generate()`. `Infinity` keeps all.
   *
   * @default {2000}
   */
  readonly idleMs?: number;
  /**
   * What its workers are called, with a number: `name-0`. With a name they are part of the system's tree. It need not be
   * the name of one pool only.
   *
   * @default {"pool", outside of the tree}
   */
  readonly name?: string;
  /** A task that each worker runs before any other; its module is loaded first. What it throws fails the start. */
  // deno-lint-ignore no-explicit-any -- arguments of any kind
  readonly init?: Task<any, unknown>;
  /**
   * The arguments of `init`; copies of them are sent to each worker.
   *
   * @default {[]}
   */
  readonly initArgs?: readonly unknown[];
  /**
   * Longest time for a worker to start, `init` included, and as much to import the module of a task, in milliseconds; more
   * than 0. A task whose module takes longer rejects with `InitTimeoutError`, and another worker comes in the place.
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
   * How long a task that was cancelled may run on before its worker is killed, in milliseconds; 0 or more. Another worker
   * comes in the place. Deno cannot stop a thread that is in synchronous code, though: as long as that runs the program
   * does not end by itself, but by `Deno.exit()` or at the end of `System.run(main)`.
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
   * Where the tasks run.
   *
   * - `"thread"`: each worker is a thread of this program.
   * - `"process"`: each worker has a process of its own, which can be killed for certain, also in synchronous code, and
   *   whose memory and permissions are its own. What only threads can share is refused with `DataCloneError`, as argument
   *   and as result. It starts in tenths of a second, and a message takes tenths of a millisecond. A task that computes
   *   hears of a cancel only when it awaits. Those inputs of `map()` and `stream()` that take little are begun some at
   *   once, and all of them die with the process.
   *
   * @default {"thread"}
   */
  readonly placement?: "thread" | "process";
  /**
   * What a process of its workers may do: `"inherit"`, `"none"`, or a list for each permission. What can only be granted
   * in part by whoever runs this program is not inherited. The modules of tasks are loaded all the same; for one that the
   * pool has not met before, and that the process may not read, it is started anew, with `init`. Threads have what
   * the program has: Deno gives a thread fewer permissions only behind a flag, and ends the program where that is missing.
   *
   * @default {"inherit"}
   */
  readonly permissions?: Deno.PermissionOptions;
  /** How the processes are run: environment, directory, flags and memory; for the placement `"process"`. */
  readonly process?: ProcessOptions;
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
  /** See {@link PoolOptions.placement}. */
  readonly placement: "thread" | "process";
  /** See {@link PoolOptions.permissions}. */
  readonly permissions: Deno.PermissionOptions | undefined;
  /** See {@link PoolOptions.process}. */
  readonly process: ProcessOptions | undefined;
  /** See {@link PoolOptions.system}. */
  readonly system: Spawner | undefined;
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
  placement: true,
  permissions: true,
  process: true,
  system: true,
};

/** Refuses what no worker of that placement can have. */
function checkPlace(
  what: string,
  { placement = "thread", permissions, process, name = "pool" }: PoolOptions,
): Pick<CheckedPoolOptions, "placement" | "permissions" | "process"> {
  if (placement !== "thread" && placement !== "process") {
    refuse(what, "placement", '"thread" or "process"', placement);
  }
  const own = permissions === "inherit" ? undefined : permissions;
  if (own !== undefined && placement === "thread") {
    refuse(
      what,
      "permissions",
      '"inherit", as a thread has those of its program: use the placement "process"',
      permissions,
    );
  }
  checkProcess(name, placement, own, process);
  return {
    placement,
    permissions: own instanceof Object ? plainPermissions(own) : own,
    process,
  };
}

function isTask(value: unknown): boolean {
  const { module, task } = Object(value);
  return typeof module === "string" && typeof task === "string";
}

/**
 * Checks how a pool is to be made, and fills in the defaults.
 *
 * @throws {InvalidOptionError} If an option is out of its bounds, or there is none of its name.
 * @throws {DataCloneError} If `initArgs` cannot travel.
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
  const place = checkPlace(what, options);
  checkInitArgs(initArgs, place.placement);
  if (system !== undefined && typeof Object(system).open !== "function") {
    refuse(what, "system", "a System or what makes actors", system);
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
    ...place,
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
