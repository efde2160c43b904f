/**
 * The names of all options of supervisors and their children.
 *
 * @module
 */
import type { OptionNames } from "../option_names.ts";
import type { BackoffOptions } from "./backoff.ts";
import type { ChildSpec, SupervisorOptions } from "./child_spec.ts";
import type { FailureRule } from "./failure_rule.ts";

/** Of a {@linkcode ChildSpec}. */
export const CHILD_NAMES: OptionNames<ChildSpec> = {
  id: true,
  actor: true,
  args: true,
  options: true,
  supervisor: true,
  restart: true,
  shutdownMs: true,
  significant: true,
  maxRestarts: true,
  withinMs: true,
  onFailure: true,
};

/** Of {@linkcode SupervisorOptions}. */
export const SUPERVISOR_NAMES: OptionNames<SupervisorOptions> = {
  name: true,
  strategy: true,
  maxRestarts: true,
  withinMs: true,
  backoff: true,
  onFailure: true,
  autoShutdown: true,
  restartStopped: true,
  stopOrder: true,
  stopWithinMs: true,
  maxChildren: true,
  now: true,
  children: true,
  template: true,
};

/** Of {@linkcode BackoffOptions}. */
export const BACKOFF_NAMES: OptionNames<BackoffOptions> = {
  minMs: true,
  maxMs: true,
  randomFactor: true,
  resetAfterMs: true,
};

/** Of a {@linkcode FailureRule}. */
export const RULE_NAMES: OptionNames<FailureRule> = {
  error: true,
  then: true,
  maxRestarts: true,
  withinMs: true,
  backoff: true,
};

/** Of a start from a template. */
export const START_NAMES: OptionNames<{ id: string; actor: unknown }> = {
  id: true,
  actor: true,
};
