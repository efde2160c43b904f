import type { ExitReport } from "../exit_report.ts";
import { wrappedErrors } from "../actor/wrapped_errors.ts";
import type { Backoff, BackoffOptions } from "./backoff.ts";
import type { RestartBudget } from "./intensity.ts";

/**
 * What is done about a failure.
 *
 * - `"restart"`: what the restart type says. The default.
 * - `"resume"`: the actor goes on with its state and its next message, and the ask rejects with the error itself. It is
 *   for what a handler throws: an actor that ended otherwise, or out of stack or memory, is restarted.
 * - `"stop"`: the child stays stopped.
 * - `"escalate"`: the supervisor stops everything and fails with this failure at once.
 */
export type Directive = "restart" | "resume" | "stop" | "escalate";

/** An `Error` class, whatever its constructor takes. */
// deno-lint-ignore no-explicit-any -- any constructor signature is welcome
export type ErrorClass = abstract new (...args: any[]) => Error;

/**
 * What to do about one kind of failure, where an end on purpose or a normal one is none.
 *
 * A rule with a budget or a backoff counts the failures that match it apart from all others.
 *
 * @example Bad data stops the child, a lost connection waits longer, anything else ends the supervisor
 * ```ts
 * import type { FailureRule } from "@troupe/actors/supervisor";
 *
 * const onFailure: FailureRule[] = [
 *   { error: SyntaxError, then: "stop" },
 *   { error: Deno.errors.ConnectionRefused, backoff: { minMs: 1_000 } },
 *   { then: "escalate" },
 * ];
 * ```
 */
export interface FailureRule {
  /**
   * Matches errors of this class and of those that extend it, also as the cause of the library's own, such as
   * `ActorInitError`. It keeps its class between threads, as by `registerError()`. A rule that can never match,
   * as one before it matches all of its class, is refused. Defaults to every failure, those without an error too.
   */
  error?: ErrorClass;
  /** Defaults to `"restart"`. */
  then?: Directive;
  /** Restarts allowed for these failures alone. Defaults to the child's budget, or the supervisor's. */
  maxRestarts?: number;
  /** Window of that budget in milliseconds. */
  withinMs?: number;
  /** Delays for these failures alone. Defaults to the supervisor's. */
  backoff?: BackoffOptions | false;
}

/** A {@linkcode FailureRule} that has been checked. */
export interface CheckedRule {
  /** See {@linkcode FailureRule.error}. */
  readonly error: ErrorClass | undefined;
  /** See {@linkcode FailureRule.then}. */
  readonly then: Directive;
  /** The rule's own budget, if it has one. */
  readonly budget: RestartBudget | undefined;
  /** The rule's own backoff, if it says anything about it. */
  readonly backoff: Backoff | false | undefined;
}

/** Whether `report` is of an end that needs no supervisor: done, or stopped. */
export function isNormal(report: ExitReport): boolean {
  return report.kind === "done" || report.kind === "stopped";
}

/**
 * The first of `rules` that matches the failure, if any does.
 *
 * @param report How the child failed.
 * @param rules The child's rules, then its supervisor's.
 */
export function findRule(
  report: ExitReport,
  rules: readonly CheckedRule[],
): CheckedRule | undefined {
  const errors = wrappedErrors(report.error);
  return rules.find(({ error }) =>
    error === undefined || errors.some((each) => each instanceof error)
  );
}
