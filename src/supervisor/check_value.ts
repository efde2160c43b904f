import { InvalidOptionError } from "../errors.ts";
import { checkOptionNames } from "../option_names.ts";
import { type Backoff, fillBackoff } from "./backoff.ts";
import type { CheckedRule, FailureRule } from "./failure_rule.ts";
import type { RestartBudget } from "./intensity.ts";
import { BACKOFF_NAMES, RULE_NAMES } from "./spec_names.ts";

/** The longest delay that `setTimeout` keeps to, in milliseconds. */
export const MAX_TIMER_MS: number = 2 ** 31 - 1;

/** What to say of a value that is refused. */
export interface Fault {
  /** What cannot be done, with the name of the supervisor or child. */
  readonly where: string;
  /** The way out. */
  readonly must: string;
}

/** The error that refuses `value` for `option`. */
export function refuse(
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

/** @throws {InvalidOptionError} Unless `value` is a number that is `good`. */
export function checkNumber(
  value: unknown,
  fault: Fault & { option: string },
  good: (n: number) => boolean,
): number {
  // NaN fails every comparison, so it is never good.
  if (typeof value === "number" && good(value)) return value;
  throw refuse(fault.option, value, fault);
}

/** @throws {InvalidOptionError} Unless `value` is one of `words`. */
export function checkWord<Word extends string>(
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

/** Completes a budget from `fallback`. @throws {InvalidOptionError} If it allows no sense. */
export function checkBudget(
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

/** The budget that `value` asks for beside `fallback`; none if it says nothing of one. */
export function checkOwnBudget(
  value: { maxRestarts?: number; withinMs?: number },
  fallback: RestartBudget,
  where: string,
): RestartBudget | undefined {
  return value.maxRestarts === undefined && value.withinMs === undefined
    ? undefined
    : checkBudget(value, fallback, where);
}

/** Completes a backoff. @throws {InvalidOptionError} If a delay is none that a timer can keep to. */
export function checkBackoff(value: unknown, where: string): Backoff | false {
  if (value === false) return false;
  if (value !== undefined && (typeof value !== "object" || value === null)) {
    throw refuse("backoff", value, { where, must: "pass options or false" });
  }
  checkOptionNames(where, value ?? {}, BACKOFF_NAMES, "backoff");
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

/** Completes rules; a rule's budget from that of `supervisor`. @throws {InvalidOptionError} On the first malformed one. */
export function checkRules(
  rules: unknown,
  supervisor: { readonly budget: RestartBudget; readonly where: string },
): readonly CheckedRule[] {
  const { where } = supervisor;
  if (rules !== undefined && !Array.isArray(rules)) {
    throw refuse("onFailure", rules, { where, must: "pass an array of rules" });
  }
  const checked = (rules ?? []).map((rule: unknown) => {
    if (typeof rule !== "object" || rule === null) {
      throw refuse("onFailure", rule, {
        where,
        must: 'pass rules such as { error: TypeError, then: "stop" }',
      });
    }
    return checkRule(rule, supervisor);
  });
  checkReached(checked, where);
  return checked;
}

/** @throws {InvalidOptionError} If whatever matches a rule matches one before it. */
function checkReached(rules: readonly CheckedRule[], where: string): void {
  for (const [at, { error }] of rules.entries()) {
    const before = rules.slice(0, at).findIndex((each) =>
      each.error === undefined || each.error === error ||
      error?.prototype instanceof each.error
    );
    if (before < 0) continue;
    const name = (rule: CheckedRule["error"]) => rule?.name ?? "every failure";
    throw new InvalidOptionError(
      `${where}: current value of onFailure[${at}] is for ${
        name(error)
      }, which onFailure[${before}], for ${
        name(rules[before]!.error)
      }, matches before it: put it first, or leave one of them out`,
      { option: `onFailure[${at}]`, value: error },
    );
  }
}

function checkRule(
  rule: FailureRule,
  { budget, where }: {
    readonly budget: RestartBudget;
    readonly where: string;
  },
): CheckedRule {
  checkOptionNames(where, rule, RULE_NAMES, "onFailure");
  const { error } = rule;
  if (error !== undefined && !isErrorClass(error)) {
    throw refuse("onFailure.error", error, {
      where,
      must: "pass a class that extends Error",
    });
  }
  const then = checkWord(
    rule.then ?? "restart",
    ["restart", "resume", "stop", "escalate"],
    { option: "onFailure.then", where },
  );
  const counts = checkOwnBudget(rule, budget, where);
  const { backoff } = rule;
  const counted = counts !== undefined || backoff !== undefined;
  if (counted && (then === "stop" || then === "escalate")) {
    throw refuse("onFailure.then", then, {
      where,
      must: "leave out maxRestarts, withinMs and backoff, as nothing restarts",
    });
  }
  return {
    error,
    then,
    budget: counts,
    backoff: backoff === undefined ? undefined : checkBackoff(backoff, where),
  };
}

function isErrorClass(value: unknown): boolean {
  return value === Error ||
    typeof value === "function" && value.prototype instanceof Error;
}
