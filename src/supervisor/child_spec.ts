import type { ActorClass } from "../actor/define.ts";
import type { SpawnOptions } from "../actor/spawn_options.ts";
import type { Backoff, BackoffOptions } from "./backoff.ts";
import type { CheckedRule, FailureRule } from "./failure_rule.ts";
import type { RestartBudget } from "./intensity.ts";
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

/**
 * How the children of a supervisor are stopped.
 *
 * - `"reverse"`: one after the other, the last one started first. The default.
 * - `"together"`: all at once, for children that do not need each other.
 */
export type StopOrder = "reverse" | "together";

/** What every child has, be it an actor or a supervisor. */
export interface ChildSettings {
  /** Unique among the children; not empty. */
  id: string;
  /** Defaults to `"permanent"`. */
  restart?: RestartType;
  /** Defaults to 5,000 ms, for a supervisor to its `stopWithinMs`. */
  shutdownMs?: Shutdown;
  /** Counts for the supervisor's `autoShutdown`; not for permanent children. Defaults to false. */
  significant?: boolean;
  /**
   * A restart budget of its own, of which the supervisor's is then not spent. `withinMs` defaults to the supervisor's.
   */
  maxRestarts?: number;
  /** Window of the own budget in milliseconds. `maxRestarts` defaults to the supervisor's. */
  withinMs?: number;
  /** What to do by kind of failure: the first rule that matches, then the supervisor's rules, then a restart. */
  onFailure?: readonly FailureRule[];
}

/** A child that is an actor. */
// deno-lint-ignore no-explicit-any -- any actor, whatever it takes
export interface ActorChild<A extends unknown[] = any, C = any>
  extends ChildSettings {
  /** What to run, as made by `actor()`. */
  actor: ActorClass<A, C>;
  /** Arguments of every incarnation: a restart gets the original ones. Defaults to none. */
  args?: readonly [...A];
  /** How it is spawned. */
  options?: SpawnOptions;
  /** Not for an actor. */
  supervisor?: never;
}

/**
 * A child that is a supervisor with children of its own.
 *
 * - **Give-up:** a failure of this child; the chain of the inner one is kept in the `error` of its report.
 * - **Restart:** all of its `children` come back at the same addresses; children added later are gone.
 * - **Kept states:** the children get what their `checkpoint()` gave last, but for those whose failures it gave up for, one
 *   that does not come up with it, and those that were stopped by hand: they begin anew. So does all below a supervisor
 *   that itself failed too often, and all below one that is restarted by hand.
 * - **Budgets multiply:** 3 restarts outside times 3 inside are 15 starts of a child that always fails.
 */
export interface SupervisorChild extends ChildSettings {
  /** What the inner supervisor is made of. `name` defaults to the child's id, `now` to the outer one's. */
  supervisor: SupervisorOptions;
  /** Not for a supervisor. */
  actor?: never;
  /** Not for a supervisor. */
  args?: never;
  /** Not for a supervisor. */
  options?: never;
}

/** One child of a supervisor: what to run and what to do when it ends. */
export type ChildSpec = ActorChild | SupervisorChild;

/**
 * What the children of a dynamic supervisor have in common.
 *
 * `id` begins the ids they are given, `"child"` by default; the arguments of a start are appended to `args`.
 */
export type ChildTemplate =
  | Omit<ActorChild, "id"> & { id?: string }
  | Omit<SupervisorChild, "id"> & { id?: string };

/** What every supervisor has, be its children known from the start or not. */
export interface SupervisorSettings {
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
  /** What to do by kind of failure, for children without a rule of their own that matches. Defaults to a restart. */
  onFailure?: readonly FailureRule[];
  /** Defaults to `"never"`. */
  autoShutdown?: AutoShutdown;
  /** A group restart also starts children that were stopped by hand or ended normally. Defaults to false. */
  restartStopped?: boolean;
  /** Defaults to `"reverse"`, for a dynamic supervisor to `"together"`. */
  stopOrder?: StopOrder;
  /** For a stop as a whole, in milliseconds: what is left then is killed. Defaults to `"infinity"`. */
  stopWithinMs?: number | "infinity";
  /** Children known at one time, running or not; the next one is refused. Defaults to `Infinity`. */
  maxChildren?: number;
  /** A clock in milliseconds that never goes back, for tests. Defaults to `performance.now`. */
  now?: () => number;
}

/** What a supervisor is made of: either the children it starts with, or the template of those that come later. */
export type SupervisorOptions =
  & SupervisorSettings
  & (
    | {
      /** Started in this order, stopped in the reverse one. */
      children: readonly ChildSpec[];
      /** Not beside children. */
      template?: never;
    }
    | {
      /** What every child is made of: the supervisor starts without any. */
      template: ChildTemplate;
      /** Not beside a template. */
      children?: never;
    }
  );

/** A {@linkcode ChildSpec} that has been checked, with every default filled in, but for what is to run. */
export interface CheckedChild {
  /** See {@linkcode ChildSettings.id}. */
  readonly id: string;
  /** See {@linkcode ChildSettings.restart}. */
  readonly restart: RestartType;
  /** See {@linkcode ChildSettings.shutdownMs}. */
  readonly shutdownMs: Shutdown;
  /** See {@linkcode ChildSettings.significant}. */
  readonly significant: boolean;
  /** The child's own budget, if it has one. */
  readonly budget: RestartBudget | undefined;
  /** See {@linkcode ChildSettings.onFailure}. */
  readonly onFailure: readonly CheckedRule[];
}

/** What a child runs. */
export interface CheckedBody {
  /** See {@linkcode ActorChild.actor}. */
  readonly actor: unknown;
  /** A frozen copy of {@linkcode ActorChild.args}. */
  readonly args: readonly unknown[];
  /** See {@linkcode ActorChild.options}. */
  readonly options: unknown;
  /** See {@linkcode SupervisorChild.supervisor}; it has been checked too. */
  readonly supervisor: SupervisorOptions | undefined;
}

/** A child that has been checked, together with what it runs. */
export interface CheckedSpec {
  /** What its supervisor goes by for as long as it knows the child. */
  readonly child: CheckedChild;
  /** What its cell is opened with, and nobody keeps for a child that is never opened again. */
  readonly body: CheckedBody;
}

/** {@linkcode SupervisorOptions} that have been checked, with every default filled in. */
export interface CheckedOptions {
  /** See {@linkcode SupervisorSettings.name}. */
  readonly name: string;
  /** See {@linkcode SupervisorSettings.strategy}. */
  readonly strategy: Strategy;
  /** The supervisor's own budget. */
  readonly budget: RestartBudget;
  /** False restarts at once. */
  readonly backoff: Backoff | false;
  /** See {@linkcode SupervisorSettings.onFailure}. */
  readonly onFailure: readonly CheckedRule[];
  /** See {@linkcode SupervisorSettings.autoShutdown}. */
  readonly autoShutdown: AutoShutdown;
  /** See {@linkcode SupervisorSettings.restartStopped}. */
  readonly restartStopped: boolean;
  /** See {@linkcode SupervisorSettings.stopOrder}. */
  readonly stopOrder: StopOrder;
  /** See {@linkcode SupervisorSettings.stopWithinMs}. */
  readonly stopWithinMs: number | "infinity";
  /** See {@linkcode SupervisorSettings.maxChildren}. */
  readonly maxChildren: number;
  /** In start order. */
  readonly children: readonly CheckedSpec[];
  /** What later children are made of, in a dynamic supervisor. */
  readonly template: ChildTemplate | undefined;
  /** See {@linkcode SupervisorSettings.now}. */
  readonly now: () => number;
}
