import { checkOptionNames } from "../option_names.ts";
import { checkActor } from "./check_actor.ts";
import type {
  AutoShutdown,
  CheckedBody,
  CheckedOptions,
  CheckedSpec,
  ChildSpec,
  ChildTemplate,
  Shutdown,
  SupervisorOptions,
} from "./child_spec.ts";
import {
  checkBackoff,
  checkBudget,
  checkNumber,
  checkOwnBudget,
  checkRules,
  checkWord,
  MAX_TIMER_MS,
  refuse,
} from "./check_value.ts";
import { DEFAULT_BUDGET, type RestartBudget } from "./intensity.ts";
import { CHILD_NAMES, START_NAMES, SUPERVISOR_NAMES } from "./spec_names.ts";
import type { RestartType } from "./strategy.ts";

/** What a nested supervisor takes from the one above it, where it says nothing itself. */
export interface Inherited {
  /** The name to go by. */
  readonly name?: string;
  /** The clock. */
  readonly now?: () => number;
}

/**
 * Checks everything about a supervisor and those inside it before anything starts.
 *
 * @throws {InvalidOptionError} On the first malformed value, and on an option that there is not.
 */
export function checkOptions(
  options: SupervisorOptions,
  inherited: Inherited = {},
): CheckedOptions {
  checkOptionNames("Cannot start a supervisor", options, SUPERVISOR_NAMES);
  const name = checkName(options.name ?? inherited.name ?? "supervisor");
  const now = options.now ?? inherited.now ?? (() => performance.now());
  const where = `Cannot start supervisor "${name}"`;
  const budget = checkBudget(options, DEFAULT_BUDGET, where);
  const autoShutdown = checkWord(
    options.autoShutdown ?? "never",
    ["never", "anySignificant", "allSignificant"],
    { option: "autoShutdown", where },
  );
  if (typeof now !== "function") {
    throw refuse("now", now, { where, must: "pass a clock, a function" });
  }
  const dynamic = options.template !== undefined;
  return {
    name,
    strategy: checkStrategy(options, where),
    budget,
    backoff: checkBackoff(options.backoff, where),
    onFailure: checkRules(options.onFailure, { budget, where }),
    autoShutdown,
    restartStopped: checkFlag("restartStopped", options, where),
    stopOrder: checkWord(
      options.stopOrder ?? (dynamic ? "together" : "reverse"),
      ["reverse", "together"],
      { option: "stopOrder", where },
    ),
    stopWithinMs: checkStopWithin(options.stopWithinMs ?? "infinity", where),
    maxChildren: checkMaxChildren(options, where),
    children: checkChildren(options, { autoShutdown, budget, now }, where),
    template: options.template,
    now,
  };
}

function checkName(name: unknown): string {
  if (typeof name === "string" && name !== "") return name;
  throw refuse("name", name, {
    where: "Cannot start a supervisor",
    must: "pass a string that is not empty",
  });
}

function checkFlag(
  option: "restartStopped",
  options: SupervisorOptions,
  where: string,
): boolean {
  const value: unknown = options[option] ?? false;
  if (typeof value === "boolean") return value;
  throw refuse(option, value, { where, must: "pass true or false" });
}

function checkStrategy(
  options: SupervisorOptions,
  where: string,
): CheckedOptions["strategy"] {
  const strategy = checkWord(
    options.strategy ?? "oneForOne",
    ["oneForOne", "oneForAll", "restForOne"],
    { option: "strategy", where },
  );
  if (options.template === undefined || strategy === "oneForOne") {
    return strategy;
  }
  throw refuse("strategy", strategy, {
    where,
    must: 'use "oneForOne" beside a template, whose children are independent',
  });
}

function checkStopWithin(value: unknown, where: string): number | "infinity" {
  if (value === "infinity") return value;
  return checkNumber(value, {
    option: "stopWithinMs",
    where,
    must: `pass milliseconds from 0 to ${MAX_TIMER_MS}, or "infinity"`,
  }, (ms) => ms >= 0 && ms <= MAX_TIMER_MS);
}

function checkMaxChildren(options: SupervisorOptions, where: string): number {
  const least = options.children?.length ?? 0;
  return checkNumber(options.maxChildren ?? Infinity, {
    option: "maxChildren",
    where,
    must: `pass an integer from ${least}, or Infinity`,
  }, (n) => n >= least && (Number.isInteger(n) || n === Infinity));
}

function checkChildren(
  options: SupervisorOptions,
  supervisor: {
    autoShutdown: AutoShutdown;
    budget: CheckedOptions["budget"];
    now: () => number;
  },
  where: string,
): readonly CheckedSpec[] {
  const { children, template } = options as {
    children?: unknown;
    template?: unknown;
  };
  if (template !== undefined) {
    if (children !== undefined) {
      throw refuse("children", children, {
        where,
        must:
          "leave them out, as there is a template: start each with startChild()",
      });
    }
    // Refused here rather than at the first start: nothing of it can change until then.
    checkChild(fromTemplate(template, "child"), supervisor);
    return [];
  }
  if (!Array.isArray(children)) {
    throw refuse("children", children, {
      where,
      must: "pass an array of child specs, which may be empty, or a template",
    });
  }
  const specs = children.map((spec, index) =>
    checkChild(spec, { ...supervisor, index })
  );
  checkUnique(specs, where);
  return specs;
}

/** A spec with an id of its own: what is malformed about `template` is left for `checkChild()` to find. */
function fromTemplate(
  template: unknown,
  id: string,
): ChildSpec {
  const spec = typeof template === "object" && template !== null
    ? { id, ...template }
    : template;
  return spec as ChildSpec;
}

function checkUnique(specs: readonly CheckedSpec[], where: string): void {
  const seen = new Set<string>();
  for (const { child: { id } } of specs) {
    if (seen.has(id)) {
      throw refuse("id", id, {
        where: `${where} with two children "${id}"`,
        must: "give each child an id of its own",
      });
    }
    seen.add(id);
  }
}

/** What a child spec is checked against. */
export interface SpecContext {
  /** The supervisor's. */
  readonly autoShutdown: AutoShutdown;
  /** The supervisor's. */
  readonly budget: RestartBudget;
  /** The supervisor's. */
  readonly now: () => number;
  /** The child's place among the others, for the error. */
  readonly index?: number;
}

/**
 * Checks one child spec against the supervisor it is for.
 *
 * @throws {InvalidOptionError} Naming the child's id, the value and the way out.
 */
export function checkChild(
  spec: ChildSpec,
  supervisor: SpecContext,
): CheckedSpec {
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
  checkOptionNames(where, spec, CHILD_NAMES);
  const body = checkBody(spec, supervisor, where);
  const restart = checkWord(
    spec.restart ?? "permanent",
    ["permanent", "transient", "temporary"],
    { option: "restart", where },
  );
  const { autoShutdown, budget } = supervisor;
  return {
    child: {
      id: spec.id,
      restart,
      shutdownMs: checkShutdown(
        spec.shutdownMs ??
          (body.supervisor
            ? body.supervisor.stopWithinMs ?? "infinity"
            : 5_000),
        where,
      ),
      significant: checkSignificant(spec, { restart, autoShutdown, where }),
      budget: checkOwnBudget(spec, budget, where),
      onFailure: checkRules(spec.onFailure, { budget, where }),
    },
    body,
  };
}

/**
 * The spec of a child that a dynamic supervisor starts.
 *
 * @param template What all of them are made of.
 * @param own The child's id, and arguments to append.
 * @throws {InvalidOptionError} If there are arguments but no actor to take them.
 */
export function applyTemplate(
  template: ChildTemplate,
  own: { readonly id: string; readonly args: readonly unknown[] },
): ChildSpec {
  const { id, args } = own;
  if (template.supervisor === undefined) {
    return { ...template, id, args: [...(template.args ?? []), ...args] };
  }
  if (args.length === 0) return { ...template, id };
  throw refuse("args", args, {
    where: `Cannot use child "${id}"`,
    must: "start it without any, as the template is of a supervisor",
  });
}

/**
 * Checks the options beside the arguments of a child that `supervisor` starts from its template.
 *
 * @throws {InvalidOptionError} If there is an option of another name.
 */
export function checkStartOptions(supervisor: string, options: unknown): void {
  const what = `Cannot start a child of supervisor "${supervisor}"`;
  checkOptionNames<{ id: string; actor: unknown }>(what, options, START_NAMES);
}

function checkBody(
  spec: ChildSpec,
  { now }: SpecContext,
  where: string,
): CheckedBody {
  const { actor, args, options, supervisor } = spec;
  if (supervisor === undefined) {
    checkActor(spec, where);
    return {
      actor,
      args: Object.freeze([...(args ?? [])]),
      options,
      supervisor,
    };
  }
  for (const [option, value] of Object.entries({ actor, args, options })) {
    if (value !== undefined) {
      throw refuse(option, value, {
        where,
        must: "leave it out, as the child is a supervisor",
      });
    }
  }
  if (typeof supervisor !== "object" || supervisor === null) {
    throw refuse("supervisor", supervisor, {
      where,
      must: "pass the options of a supervisor",
    });
  }
  checkOptions(supervisor, { name: spec.id, now });
  return {
    actor: undefined,
    args: [],
    options: undefined,
    supervisor: { name: spec.id, now, ...supervisor },
  };
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
