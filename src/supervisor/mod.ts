/**
 * Supervision: children that are started in order, restarted when they fail and given up on when they fail too often.
 *
 * | what                | default                                                |
 * |---------------------|--------------------------------------------------------|
 * | strategy            | `"oneForOne"`                                          |
 * | restart of a child  | `"permanent"`                                          |
 * | budget              | 3 restarts within 5,000 ms, one for all children       |
 * | backoff             | 50 ms doubling to 30,000 ms, plus up to a fifth of it  |
 * | shutdown of a child | 5,000 ms, then it is killed                            |
 * | shutdown of all     | in reverse start order, for as long as it takes        |
 * | any failure         | a restart                                              |
 *
 * A child is an actor, or a supervisor with children of its own; children that are not known from the start are made
 * of a template.
 *
 * - **Restart:** the messages that wait are kept and handled by the next incarnation. The one in flight is dropped, and its
 *   ask rejects with `ActorCrashedError`: it may have run. With `redeliver: n` it comes again at most n times, before any
 *   other of its sender, and with `mailbox: { onRestart: "drop" }` those that wait are given back at once.
 * - **State over restarts:** a supervisor gives what an actor's `checkpoint()` hook returned last to the `restore(state)` hook
 *   of the next incarnation. By default the state is kept after each message, before the next one begins, so that neither
 *   `Deno.exit()` nor a hang nor a kill loses it; without these hooks every incarnation begins anew. When a supervisor gives
 *   up and the one above it restarts it, the children that failed begin anew, as their state may be why, and the others get
 *   theirs. A start by hand begins anew.
 * - **A child that was stopped by hand keeps its mailbox:** asks to it wait for `restartChild()` until their deadline, and
 *   `AskTimeoutError.begun` says whether they had begun.
 * - **Nested budgets multiply:** 3 restarts outside and 3 inside are 15 restarts of a child that always fails.
 *
 * @example A tree: what fails together is restarted together, and nothing else
 * ```ts
 * import { actor, supervise } from "@troupe/actors";
 *
 * export const Store = actor(import.meta, "Store", class {});
 * export const Session = actor(
 *   import.meta,
 *   "Session",
 *   class {
 *     constructor(readonly user: string) {}
 *   },
 * );
 *
 * if (import.meta.main) {
 *   await using tree = await supervise({
 *     strategy: "restForOne",
 *     children: [
 *       { id: "store", actor: Store },
 *       {
 *         id: "sessions",
 *         supervisor: {
 *           maxChildren: 1_000,
 *           onFailure: [{ error: SyntaxError, then: "stop" }],
 *           template: { actor: Session, restart: "transient" },
 *         },
 *       },
 *     ],
 *   });
 *   const sessions = tree.supervisor("sessions");
 *   await sessions.startChild(["eve"]);
 *   console.log(tree.children(), sessions.children());
 * }
 * ```
 *
 * @module
 */
export type {
  Cell,
  CellFactory,
  CellSpec,
  CrashDetail,
  ResumedFailure,
  Tied,
} from "../actor/cell.ts";
export type { ActorClass } from "../actor/define.ts";
export type { ActorRef } from "../actor/ref.ts";
export { SupervisorGaveUpError, TroupeError } from "../errors.ts";
export type { ExitKind, ExitReport } from "../exit_report.ts";
export type { Backoff, BackoffOptions } from "./backoff.ts";
export type { ChildInfo, ChildState } from "./child.ts";
export { ChildError, type ChildErrorReason } from "./child_error.ts";
export type {
  ActorChild,
  AutoShutdown,
  ChildSettings,
  ChildSpec,
  ChildTemplate,
  Shutdown,
  StopOrder,
  SupervisorChild,
  SupervisorOptions,
  SupervisorSettings,
} from "./child_spec.ts";
export type { CrashReport } from "./crash_report.ts";
export type { Directive, ErrorClass, FailureRule } from "./failure_rule.ts";
export type {
  FittingBranch,
  FittingChild,
  FittingChildren,
  FittingOptions,
  MayTake,
  NamedChildren,
  NoOthers,
  Takes,
} from "./fitting_options.ts";
export { partitionId, partitions, type PartitionSpec } from "./partition.ts";
export { StartDeclined } from "./start_declined.ts";
export type { RestartType, Strategy } from "./strategy.ts";
export type { ChildCounts } from "./roster.ts";
export { superviseWith } from "./supervise_with.ts";
export { Supervisor, type SupervisorState } from "./supervisor.ts";
export type {
  SupervisorEvent,
  SupervisorListener,
} from "./supervisor_event.ts";
export { supervise } from "./supervise.ts";
