/**
 * Actors on Deno workers, with supervisors and shared state.
 *
 * @module
 */
export {
  actor,
  type ActorClass,
  type Remote,
  remote,
  type Task,
  task,
} from "./src/actor/define.ts";
export type { ActorRef, Asks, Hook, Method, Tells } from "./src/actor/ref.ts";
export type { SendOptions } from "./src/actor/send.ts";
export type { Cell, CellFactory } from "./src/actor/cell.ts";
export type { SpawnOptions } from "./src/actor/spawn_options.ts";
export { type Context, current } from "./src/actor/current.ts";
export { Job } from "./src/actor/job.ts";
export { System, type SystemOptions } from "./src/actor/system.ts";
export type { Spawner, TreeNode } from "./src/actor/offspring.ts";
export { run, spawn } from "./src/actor/default_system.ts";
export type { ExitKind, ExitReport } from "./src/exit_report.ts";
export { registerError } from "./src/error_wire.ts";
export {
  ActorCrashedError,
  ActorInitError,
  ActorStoppedError,
  AskTimeoutError,
  DataCloneError,
  InitTimeoutError,
  InvalidOptionError,
  MailboxFullError,
  MessageTooLargeError,
  ModuleLoadError,
  Refusal,
  RemoteError,
  SupervisorGaveUpError,
  SystemClosedError,
  ThreadLimitError,
  TopLevelSpawnError,
  TroupeError,
  UnknownExportError,
  UnknownHandleError,
  UnknownMethodError,
  WorkerDiedError,
} from "./src/errors.ts";
export { supervise } from "./src/supervisor/supervise.ts";
export type {
  Supervisor,
  SupervisorState,
} from "./src/supervisor/supervisor.ts";
export type { ChildCounts } from "./src/supervisor/roster.ts";
export type { ChildInfo, ChildState } from "./src/supervisor/child.ts";
export type {
  SupervisorEvent,
  SupervisorListener,
} from "./src/supervisor/supervisor_event.ts";
export type { Backoff, BackoffOptions } from "./src/supervisor/backoff.ts";
export type { RestartType, Strategy } from "./src/supervisor/strategy.ts";
export {
  ChildError,
  type ChildErrorReason,
} from "./src/supervisor/child_error.ts";
export type {
  AutoShutdown,
  ChildSpec,
  Shutdown,
  SupervisorOptions,
} from "./src/supervisor/child_spec.ts";
export { type Change, Manager } from "./src/manager/manager.ts";
export type { Vault } from "./src/manager/vault.ts";
export {
  CounterRef,
  ListRef,
  MapRef,
  Proxied,
  ValueRef,
} from "./src/manager/proxies.ts";
