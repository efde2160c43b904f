/**
 * Actors and tasks on threads of their own: how they are defined, started, asked and told.
 *
 * | what                             | default                                                        |
 * |----------------------------------|----------------------------------------------------------------|
 * | deadline of an ask               | 5,000 ms                                                       |
 * | wait of a message for room       | 5,000 ms, without blocking the sender's event loop             |
 * | messages that may wait           | 1,024 for each sending thread                                  |
 * | largest message                  | 64 MiB as encoded                                              |
 * | time to start                    | 5,000 ms for module, constructor and `onStart`                 |
 * | time to stop                     | 5,000 ms, then the actor is killed                             |
 * | messages handled at once         | 1                                                              |
 * | silence that counts as a hang    | none: long computation is no fault by itself                   |
 *
 * An actor of a {@linkcode System} that fails stays ended; `@troupe/actors/supervisor` restarts what fails. To place
 * actors elsewhere than on a thread, or in a test nowhere at all, implement {@linkcode Cell} and {@linkcode CellFactory}.
 *
 * @example Define an actor, start it, ask it
 * ```ts
 * import { actor, type ActorClass, System } from "@troupe/actors/actor";
 *
 * class CounterActor {
 *   #sum = 0;
 *   add(count: number): number {
 *     return this.#sum += count;
 *   }
 * }
 * export const Counter: ActorClass<[], CounterActor> = actor(
 *   import.meta,
 *   "Counter",
 *   CounterActor,
 * );
 *
 * // Threads import this module too: only the main one starts the actor.
 * if (import.meta.main) {
 *   await using system = new System();
 *   const counter = await system.spawn(Counter, []);
 *   counter.tell.add(1);
 *   console.log(await counter.ask.add(2)); // 3
 * }
 * ```
 *
 * @module
 */
export { registerError } from "../error_wire.ts";
export {
  ActorCrashedError,
  ActorInitError,
  ActorStoppedError,
  AskCycleError,
  AskTimeoutError,
  DataCloneError,
  InitTimeoutError,
  InvalidOptionError,
  LinkedExitError,
  MailboxFullError,
  MessageTooLargeError,
  ModuleLoadError,
  Refusal,
  RemoteError,
  SystemClosedError,
  ThreadLimitError,
  TopLevelSpawnError,
  TroupeError,
  UnknownExportError,
  UnknownMethodError,
  WorkerDiedError,
} from "../errors.ts";
export type { ExitKind, ExitReport } from "../exit_report.ts";
export type {
  Cell,
  CellFactory,
  CellSpec,
  CrashDetail,
  ResumedFailure,
  Tied,
} from "./cell.ts";
export { type Context, current } from "./current.ts";
export { defaultSystem, run, spawn } from "./default_system.ts";
export {
  actor,
  type ActorClass,
  type Remote,
  remote,
  type Task,
  task,
} from "./define.ts";
export { Job } from "./job.ts";
export type { Exit } from "./links.ts";
export type { Spawner, TreeNode } from "./offspring.ts";
export type { Asks, Hook, Method, Sends, Tells, Tries } from "./messages.ts";
export type { ActorRef } from "./ref.ts";
export {
  asCompleted,
  type Settled,
  settleFirst,
  type SettleOptions,
} from "./settled.ts";
export type { SendOptions } from "./mail/send.ts";
export type { ActorStream } from "./stream/actor_stream.ts";
export { StreamMethodError } from "./stream/stream_method_error.ts";
export type {
  Askable,
  ElementOf,
  IsStream,
  Streams,
} from "./stream/streams.ts";
export type {
  Correspondent,
  DeadLetter,
  DeadLetterReason,
} from "./mail/dead_letter.ts";
export type { DeadLetters } from "./mail/dead_letters.ts";
export type { EveryOptions, Timer, TimerOptions, Timers } from "./timers.ts";
export type { Overflow } from "../channel/overflow.ts";
export type { Placement, SpawnOptions } from "./spawn_options.ts";
export type {
  Clauses,
  Received,
  ReceiveOptions,
  Receiving,
} from "./receive.ts";
export { ReceiveError } from "./receive_error.ts";
export type { Stashing } from "./stash.ts";
export { StashFullError } from "./stash_full_error.ts";
export type { StopOptions } from "./stop_options.ts";
export { System } from "./system.ts";
export type { OutputLine } from "./output_line.ts";
export type { SystemOptions } from "./system_options.ts";
export {
  type Down,
  monitor,
  type Restarted,
  watch,
  type WatchOptions,
} from "./watch.ts";
export type { ProcessOptions } from "./process_order.ts";
