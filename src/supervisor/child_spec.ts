import { InvalidOptionError } from "../errors.ts";
import { type Backoff, type BackoffOptions, fillBackoff } from "./backoff.ts";
import { DEFAULT_BUDGET, type RestartBudget } from "./intensity.ts";
import type { RestartType, Strategy } from "./strategy.ts";

/**
 * How long a child may take to stop: milliseconds, after which it is killed; `"kill"` gives it no time, `"infinity"`
 * any time.
 */
export type Shutdown = number | "kill" | "infinity";

/**
 * Whether the end of significant children stops the supervisor.
 *
 * - `"never"`: no. The default.
 * - `"anySignificant"`: when the first one ends and is not restarted.
 * - `"allSignificant"`: when the last one that was up ends and is not restarted.
 */
export type AutoShutdown = "never" | "anySignificant" | "allSignificant";

/** One child of a supervisor: what to run and what to do when it ends. */
export interface ChildSpec {
  /** Unique among the children; not empty. */
  id: string;
  /** What to run, as made by `actor()`. */
  actor: unknown;
  /** Arguments of every incarnation: a restart gets the original ones. Defaults to none. */
  args?: readonly unknown[];
  /** Defaults to `"permanent"`. */
  restart?: RestartType;
  /** Defaults to 5,000 ms. */
  shutdownMs?: Shutdown;
  /** Counts for the supervisor's `autoShutdown`; not for permanent children. Defaults to false. */
  significant?: boolean;
  /** Passed to the actor's spawn. */
  options?: unknown;
  /**
   * A restart budget of its own, of which the supervisor's is then not spent. `withinMs` defaults to the supervisor's.
   */
  maxRestarts?: number;
  /** Window of the own budget in milliseconds. `maxRestarts` defaults to the supervisor's. */
  withinMs?: number;
}

/** What a supervisor is made of. */
export interface SupervisorOptions {
  /** Shown in events and errors. Defaults to `"supervisor"`. */
  name?: string;
  /** Who is restarted along with a failed child. Defaults to `"oneForOne"`. */
  strategy?: Strategy;
  /** Restarts allowed within `withinMs`; one more and the supervisor gives up. Defaults to 3. */
  maxRestarts?: number;
  /** Window of the budget in milliseconds. Defaults to 5,000. */
  withinMs?: number;
  /** Delays before restarts; `false` restarts at once. Defaults to 50 ms doubling to 30 s, random factor 0.2. */
  backoff?: BackoffOptions | false;
  /** Defaults to `"never"`. */
  autoShutdown?: AutoShutdown;
  /** A group restart also starts children that were stopped by hand or ended normally. Defaults to false. */
  restartStopped?: boolean;
  /** Started in this order, stopped in the reverse one. */
  children: readonly ChildSpec[];
  /** A clock in milliseconds that never goes back, for tests. Defaults to `performance.now`. */
  now?: () => number;
}

/** A {@linkcode ChildSpec} that has been checked, with every default filled in. */
export interface CheckedChild {
  /** See {@linkcode ChildSpec.id}. */
  readonly id: string;
  /** See {@linkcode ChildSpec.actor}. */
  readonly actor: unknown;
  /** A frozen copy of {@linkcode ChildSpec.args}. */
  readonly args: readonly unknown[];
  /** See {@linkcode ChildSpec.restart}. */
  readonly restart: RestartType;
  /** See {@linkcode ChildSpec.shutdownMs}. */
  readonly shutdownMs: Shutdown;
  /** See {@linkcode ChildSpec.significant}. */
  readonly significant: boolean;
  /** See {@linkcode ChildSpec.options}. */
  readonly options: unknown;
  /** The child's own budget, if it has one. */
  readonly budget: RestartBudget | undefined;
}

/** {@linkcode SupervisorOptions} that have been checked, with every default filled in. */
export interface CheckedOptions {
  /** See {@linkcode SupervisorOptions.name}. */
  readonly name: string;
  /** See {@linkcode SupervisorOptions.strategy}. */
  readonly strategy: Strategy;
  /** The supervisor's own budget. */
  readonly budget: RestartBudget;
  /** False restarts at once. */
  readonly backoff: Backoff | false;
  /** See {@linkcode SupervisorOptions.autoShutdown}. */
  readonly autoShutdown: AutoShutdown;
  /** See {@linkcode SupervisorOptions.restartStopped}. */
  readonly restartStopped: boolean;
  /** In start order. */
  readonly children: readonly CheckedChild[];
  /** See {@linkcode SupervisorOptions.now}. */
  readonly now: () => number;
}

/** The longest delay that `setTimeout` keeps to, in milliseconds. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Checks everything about a supervisor before anything starts; unknown keys are ignored.
 *
 * @throws {InvalidOptionError} On the first malformed value.
 */
export function checkOptions(options: SupervisorOptions): CheckedOptions {
  const name = options.name ?? "supervisor";
  const where = `Cannot start supervisor "${name}"`;
  const budget = checkBudget(options, DEFAULT_BUDGET, where);
  const autoShutdown = checkWord(
    options.autoShutdown ?? "never",
    ["never", "anySignificant", "allSignificant"],
    { option: "autoShutdown", where },
  );
  const strategy = checkWord(
    options.strategy ?? "oneForOne",
    ["oneForOne", "oneForAll", "restForOne"],
    { option: "strategy", where },
  );
  if (!Array.isArray(options.children)) {
    throw refuse("children", options.children, {
      where,
      must: "pass an array of child specs, which may be empty",
    });
  }
  const children = options.children.map((spec, index) =>
    checkChild(spec, { autoShutdown, budget, index })
  );
  checkUnique(children, where);
  return {
    name,
    strategy,
    budget,
    backoff: checkBackoff(options.backoff, where),
    autoShutdown,
    restartStopped: options.restartStopped === true,
    children,
    now: options.now ?? (() => performance.now()),
  };
}

/**
 * Checks one child spec against the supervisor it is for.
 *
 * @throws {InvalidOptionError} Naming the child's id, the value and the way out.
 */
export function checkChild(
  spec: ChildSpec,
  supervisor: {
    readonly autoShutdown: AutoShutdown;
    readonly budget: RestartBudget;
    readonly index?: number;
  },
): CheckedChild {
  const place = supervisor.index === undefined ? "" : ` ${supervisor.index}`;
  if (typeof spec !== "object" || spec === null) {
    throw refuse("children", spec, {
      where: `Cannot use child${place}`,
      must: "pass an object with id, actor and args",
    });
  }
  if (typeof spec.id !== "string" || spec.id === "") {
    throw refuse("id", spec.id, {
      where: `Cannot use child${place}`,
      must: "give it an id, a string that is not empty",
    });
  }
  const where = `Cannot use child "${spec.id}"`;
  checkActor(spec, where);
  const restart = checkWord(
    spec.restart ?? "permanent",
    ["permanent", "transient", "temporary"],
    { option: "restart", where },
  );
  const own = spec.maxRestarts !== undefined || spec.withinMs !== undefined;
  return {
    id: spec.id,
    actor: spec.actor,
    args: Object.freeze([...(spec.args ?? [])]),
    restart,
    shutdownMs: checkShutdown(spec.shutdownMs ?? 5_000, where),
    significant: checkSignificant(spec, {
      restart,
      autoShutdown: supervisor.autoShutdown,
      where,
    }),
    options: spec.options,
    budget: own ? checkBudget(spec, supervisor.budget, where) : undefined,
  };
}

function checkActor(spec: ChildSpec, where: string): void {
  const kind = typeof spec.actor;
  if ((kind !== "object" && kind !== "function") || spec.actor === null) {
    throw refuse("actor", spec.actor, {
      where,
      must: "pass what actor() returned",
    });
  }
  if (spec.args !== undefined && !Array.isArray(spec.args)) {
    throw refuse("args", spec.args, {
      where,
      must: "pass an array of constructor arguments",
    });
  }
}

function checkSignificant(
  spec: ChildSpec,
  rest: { restart: RestartType; autoShutdown: AutoShutdown; where: string },
): boolean {
  const significant: unknown = spec.significant ?? false;
  const { where } = rest;
  if (typeof significant !== "boolean") {
    throw refuse("significant", significant, { where, must: "be a boolean" });
  }
  if (significant && rest.restart === "permanent") {
    throw refuse("significant", significant, {
      where,
      must:
        'make it transient or temporary, as restart is "permanent" and a permanent child never ends for good',
    });
  }
  if (significant && rest.autoShutdown === "never") {
    throw refuse("significant", significant, {
      where,
      must:
        'set autoShutdown to "anySignificant" or "allSignificant", as the supervisor has "never"',
    });
  }
  return significant;
}

function checkUnique(children: readonly CheckedChild[], where: string): void {
  const seen = new Set<string>();
  for (const { id } of children) {
    if (seen.has(id)) {
      throw refuse("id", id, {
        where: `${where} with two children "${id}"`,
        must: "give each child an id of its own",
      });
    }
    seen.add(id);
  }
}

function checkShutdown(value: unknown, where: string): Shutdown {
  if (value === "kill" || value === "infinity") return value;
  const must =
    `pass milliseconds from 0 to ${MAX_TIMER_MS}, "kill" or "infinity"`;
  return checkNumber(
    value,
    { option: "shutdownMs", where, must },
    (ms) => ms >= 0 && ms <= MAX_TIMER_MS,
  );
}

function checkBudget(
  value: { maxRestarts?: number; withinMs?: number },
  fallback: RestartBudget,
  where: string,
): RestartBudget {
  return {
    maxRestarts: checkNumber(value.maxRestarts ?? fallback.maxRestarts, {
      option: "maxRestarts",
      where,
      must: "pass an integer from 0, or Infinity",
    }, (n) => n >= 0 && (Number.isInteger(n) || n === Infinity)),
    withinMs: checkNumber(value.withinMs ?? fallback.withinMs, {
      option: "withinMs",
      where,
      must: "pass milliseconds above 0, or Infinity",
    }, (ms) => ms > 0),
  };
}

function checkBackoff(value: unknown, where: string): Backoff | false {
  if (value === false) return false;
  if (value !== undefined && (typeof value !== "object" || value === null)) {
    throw refuse("backoff", value, { where, must: "pass options or false" });
  }
  const backoff = fillBackoff(value ?? {});
  const inTimer = (ms: number): boolean => ms >= 0 && ms <= MAX_TIMER_MS / 2;
  const milliseconds = `pass milliseconds from 0 to ${
    Math.floor(MAX_TIMER_MS / 2)
  }`;
  const check = (
    key: keyof Backoff,
    must: string,
    good: (n: number) => boolean,
  ): number =>
    checkNumber(backoff[key], { option: `backoff.${key}`, where, must }, good);
  check("minMs", milliseconds, inTimer);
  check(
    "maxMs",
    `${milliseconds}, at least minMs (${backoff.minMs})`,
    (ms) => inTimer(ms) && ms >= backoff.minMs,
  );
  check(
    "randomFactor",
    "pass a number from 0 to 1",
    (factor) => factor >= 0 && factor <= 1,
  );
  check(
    "resetAfterMs",
    "pass milliseconds from 0, or Infinity",
    (ms) => ms >= 0,
  );
  return backoff;
}

interface Fault {
  readonly where: string;
  readonly must: string;
}

function checkNumber(
  value: unknown,
  fault: Fault & { option: string },
  good: (n: number) => boolean,
): number {
  // NaN fails every comparison, so it is never good.
  if (typeof value === "number" && good(value)) return value;
  throw refuse(fault.option, value, fault);
}

function checkWord<Word extends string>(
  value: Word,
  words: readonly Word[],
  fault: { where: string; option: string },
): Word {
  if (words.includes(value)) return value;
  const list = words.map((word) => `"${word}"`).join(", ");
  throw refuse(fault.option, value, {
    where: fault.where,
    must: `use one of ${list}`,
  });
}

function refuse(
  option: string,
  value: unknown,
  fault: Fault,
): InvalidOptionError {
  const shown = typeof value === "string" ? JSON.stringify(value) : show(value);
  return new InvalidOptionError(
    `${fault.where}: current value of ${option} is ${shown}, ${fault.must}`,
    { option, value },
  );
}

function show(value: unknown): string {
  return typeof value === "object" && value !== null
    ? Deno.inspect(value, { depth: 0 })
    : String(value);
}
