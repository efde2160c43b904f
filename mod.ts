/**
 * Actors on Deno workers, with supervisors and shared state.
 *
 * - {@linkcode actor} and {@linkcode task} give a class or a function a name that other threads know.
 * - {@linkcode spawn} and {@linkcode run} start them on a thread of their own, in a {@linkcode System}.
 * - An {@linkcode ActorRef} asks and tells; {@linkcode Asks} lists what an ask rejects with.
 * - {@linkcode Streams} are read: `for await (const x of ref.stream.method())`.
 * - {@linkcode watch} and {@linkcode monitor} tell of the end of an actor, once and after its last message.
 * - {@linkcode supervise} restarts what fails. The messages that wait are kept.
 * - A {@linkcode Pool} runs the tasks of many jobs on some workers.
 * - A {@linkcode Registry} gives actors names, groups and topics.
 * - A {@linkcode Manager} holds the state that they share.
 *
 * | what                           | default                                            | bounds                           | set by                                |
 * |--------------------------------|----------------------------------------------------|----------------------------------|---------------------------------------|
 * | deadline of an ask             | 5,000 ms                                           | 0 or more, `Infinity`            | `ref.with({ timeout })`               |
 * | wait of a message for room     | 5,000 ms, the sender's event loop goes on          | 0 or more, `Infinity`            | `ref.with({ timeout })`               |
 * | elements of a stream ahead of its reader | 64                                       | 1 to 65,536                      | `ref.with({ credit })`                |
 * | wait for an element of a stream | none                                              | 0 or more, `Infinity`            | `ref.with({ timeout })`               |
 * | messages that may wait         | 1,024 for each sending thread                      | 1 to 1,048,576                   | `SpawnOptions.mailbox.capacity`       |
 * | largest message                | 64 MiB as encoded                                  | 1 to 2,147,483,647 bytes         | `SpawnOptions.mailbox.maxMessageBytes` |
 * | messages handled at once       | 1                                                  | 1 to 1,048,576                   | `SpawnOptions.concurrency`            |
 * | time to start                  | 5,000 ms for module, constructor and `onStart`     | more than 0                      | `SpawnOptions.initTimeout`            |
 * | time to stop                   | 5,000 ms, then the actor is killed                 | 0 or more, `Infinity`            | `System.close()`, `ChildSpec.shutdownMs` |
 * | silence that counts as a hang  | none: long computation is no fault by itself       | more than 0                      | `SpawnOptions.hangMs`                 |
 * | workers kept warm              | 1                                                  | 0 to 64                          | `SystemOptions.spares`                |
 * | actors and tasks of a system   |                                                    | 8,192 addresses                  |                                       |
 *
 * A value out of its bounds is refused with {@linkcode InvalidOptionError}, and nothing starts.
 *
 * @example Define an actor, supervise it, ask it
 * ```ts
 * import { actor, ActorCrashedError, supervise } from "@troupe/actors";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * class CounterActor {
 *   #sum = 0;
 *   add(count: number): number {
 *     if (!Number.isFinite(count)) throw new RangeError("Cannot count that");
 *     return this.#sum += count;
 *   }
 * }
 * export const Counter = actor(import.meta, "Counter", CounterActor);
 *
 * // Threads import this module too: only the main one starts the actor.
 * if (import.meta.main) {
 *   await using tree = await supervise({
 *     children: [{ id: "counter", actor: Counter, args: [] }],
 *   });
 *   const counter = tree.ref("counter", Counter);
 *   assertEquals(await counter.ask.add(1), 1);
 *   await assertRejects(() => counter.ask.add(NaN), ActorCrashedError);
 *   // A fresh instance answers.
 *   assertEquals(await counter.ask.add(2), 2);
 * }
 * ```
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
export type {
  ActorRef,
  ActorStream,
  Askable,
  Asks,
  Correspondent,
  DeadLetter,
  DeadLetterReason,
  DeadLetters,
  ElementOf,
  Hook,
  IsStream,
  Method,
  SendOptions,
  Sends,
  Streams,
  Tells,
  Tries,
} from "./src/actor/mod.ts";
export {
  asCompleted,
  type Settled,
  settleFirst,
  type SettleOptions,
} from "./src/actor/settled.ts";
export { StreamMethodError } from "./src/actor/stream/stream_method_error.ts";
export type {
  Cell,
  CellFactory,
  CellSpec,
  CrashDetail,
  ResumedFailure,
  Tied,
} from "./src/actor/cell.ts";
export type {
  EveryOptions,
  Timer,
  TimerOptions,
  Timers,
} from "./src/actor/timers.ts";
export { batch, type BatchOptions } from "./src/channel/batch.ts";
export { type Broadcast, broadcast } from "./src/channel/broadcast.ts";
export type {
  BroadcastOptions,
  BroadcastOverflow,
} from "./src/channel/broadcast_memory.ts";
export {
  type Channel,
  channel,
  type ChannelOptions,
  type TypedChannel,
  type TypedChannelOptions,
} from "./src/channel/channel.ts";
export { ChannelAbortedError } from "./src/channel/channel_aborted_error.ts";
export { ChannelClosedError } from "./src/channel/channel_closed_error.ts";
export { ChannelFullError } from "./src/channel/channel_full_error.ts";
export { EndInUseError } from "./src/channel/end_in_use_error.ts";
export { EndMovedError } from "./src/channel/end_moved_error.ts";
export type { Overflow } from "./src/channel/overflow.ts";
export type {
  ClaimOptions,
  ClaimSyncOptions,
  PutHow,
  PutOptions,
  PutSyncOptions,
} from "./src/channel/put_options.ts";
export { Queue } from "./src/channel/queue.ts";
export type { Lease } from "./src/channel/lease.ts";
export { LeaseOverError } from "./src/channel/lease_over_error.ts";
export { NotBytesError } from "./src/channel/not_bytes_error.ts";
export type { RegionQueueOptions } from "./src/channel/queue_in_region.ts";
export type {
  QueueOptions,
  QueueOverflow,
} from "./src/channel/queue_memory.ts";
export { MessageOverCapacityError } from "./src/channel/message_over_capacity_error.ts";
export { OverDoneError } from "./src/channel/over_done_error.ts";
export { UnsendableError } from "./src/channel/unsendable_error.ts";
export { UnsentError } from "./src/channel/unsent_error.ts";
export type { Claim } from "./src/channel/claim.ts";
export { ClaimOverError } from "./src/channel/claim_over_error.ts";
export { QueueClosedError } from "./src/channel/queue_closed_error.ts";
export { QueueFullError } from "./src/channel/queue_full_error.ts";
export { after, every } from "./src/channel/clock.ts";
export { merge, type Mergeable } from "./src/channel/merge.ts";
export {
  pipeTo,
  type PipeToOptions,
  type Sink,
} from "./src/channel/pipe_to.ts";
export {
  type Choice,
  type Chosen,
  type ChosenEnd,
  type ChosenMessage,
  type IndexOf,
  select,
  type Sources,
} from "./src/channel/select.ts";
export { selectEach } from "./src/channel/select_each.ts";
export {
  type Selectable,
  selectable,
  type Selected,
  type Selection,
} from "./src/channel/selectable.ts";
export {
  type IterableSource,
  type Source,
  sourceOf,
  type ValueOf,
} from "./src/channel/sources.ts";
export { ParcelLostError } from "./src/channel/parcel_lost_error.ts";
export { PeerDiedError } from "./src/channel/peer_died_error.ts";
export { pipe, type PipeEnd } from "./src/channel/pipe.ts";
export type { Receiver } from "./src/channel/receiver.ts";
export type {
  ChannelSendOptions,
  ChannelSendSyncOptions,
  TransferOption,
} from "./src/channel/send_options.ts";
export type { Sender } from "./src/channel/sender.ts";
export type { Subscription } from "./src/channel/subscription.ts";
export { rateLimit, type RateLimitOptions } from "./src/channel/rate_limit.ts";
export { SubscriptionLimitError } from "./src/channel/subscription_limit_error.ts";
export type { TypedReceiver, TypedSender } from "./src/channel/typed_ends.ts";
export type { Placement, SpawnOptions } from "./src/actor/spawn_options.ts";
export type {
  Clauses,
  Received,
  ReceiveOptions,
  Receiving,
} from "./src/actor/receive.ts";
export { ReceiveError } from "./src/actor/receive_error.ts";
export type { Stashing } from "./src/actor/stash.ts";
export { StashFullError } from "./src/actor/stash_full_error.ts";
export type { StopOptions } from "./src/actor/stop_options.ts";
export { type Context, current } from "./src/actor/current.ts";
export { Job } from "./src/actor/job.ts";
export type { JobState } from "./src/actor/errand.ts";
export type { Exit } from "./src/actor/links.ts";
export { System } from "./src/actor/system.ts";
export type { OutputLine } from "./src/actor/output_line.ts";
export type { SystemOptions } from "./src/actor/system_options.ts";
export {
  type Down,
  monitor,
  type Restarted,
  watch,
  type WatchOptions,
} from "./src/actor/watch.ts";
export type { Spawner, TreeNode } from "./src/actor/offspring.ts";
export { defaultSystem, run, spawn } from "./src/actor/default_system.ts";
export type { ExitKind, ExitReport } from "./src/exit_report.ts";
export { registerError } from "./src/error_wire.ts";
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
} from "./src/supervisor/child_spec.ts";
export type { CrashReport } from "./src/supervisor/crash_report.ts";
export type {
  Directive,
  ErrorClass,
  FailureRule,
} from "./src/supervisor/failure_rule.ts";
export {
  partitionId,
  partitions,
  type PartitionSpec,
} from "./src/supervisor/partition.ts";
export { StartDeclined } from "./src/supervisor/start_declined.ts";
export { type CacheOptions, CacheRef } from "./src/manager/cache_ref.ts";
export type { CacheStats } from "./src/manager/caches.ts";
export type { Change } from "./src/manager/change.ts";
export { CounterRef } from "./src/manager/counter_ref.ts";
export { ListRef } from "./src/manager/list_ref.ts";
export { HeldLock, LockRef } from "./src/manager/lock_ref.ts";
export { Manager } from "./src/manager/manager.ts";
export type { ManagerOptions } from "./src/manager/manager_options.ts";
export type { MapChange } from "./src/manager/map_change.ts";
export type { MapPlan, Planned, SetOptions } from "./src/manager/map_plan.ts";
export { MapRef, type Versioned } from "./src/manager/map_ref.ts";
export { NamespaceRef } from "./src/manager/namespace_ref.ts";
export { PresenceRef } from "./src/manager/presence_ref.ts";
export { Proxied } from "./src/manager/proxied.ts";
export { QueueRef } from "./src/manager/queue_ref.ts";
export { type Reducer, reducer } from "./src/manager/reducer.ts";
export type { ReplicaOptions } from "./src/manager/replica.ts";
export { ReplicaRef } from "./src/manager/replica_ref.ts";
export { InDoubtError } from "./src/manager/remote/in_doubt_error.ts";
export { NotPermittedError } from "./src/manager/remote/not_permitted_error.ts";
export { RemoteManager } from "./src/manager/remote/remote_manager.ts";
export { SetRef } from "./src/manager/set_ref.ts";
export {
  StateFileError,
  type StateFileReason,
} from "./src/manager/state_file_error.ts";
export { type TopicItem, TopicRef } from "./src/manager/topic_ref.ts";
export { ValueRef } from "./src/manager/value_ref.ts";
export type { Vault } from "./src/manager/vault.ts";
export { VersionConflictError } from "./src/manager/version_conflict_error.ts";
export type {
  MapWatchOptions,
  WatchingOptions,
} from "./src/manager/watching.ts";
export {
  FileLock,
  lockFile,
  type LockFileOptions,
} from "./src/process/lock_file.ts";
export { NotInProcessError } from "./src/actor/not_in_process_error.ts";
export { AlreadyRegisteredError } from "./src/registry/already_registered_error.ts";
export { register, unregister, whereis } from "./src/registry/by_name.ts";
export type { GroupChange } from "./src/registry/group_change.ts";
export { Registry } from "./src/registry/registry.ts";
export { RegistryStream } from "./src/registry/stream.ts";
export type {
  OwnedStream,
  RegistryStreamOptions,
} from "./src/registry/stream_options.ts";
export type { Kind, NumberOf, ViewClass, Views } from "./src/memory/kind.ts";
export { LayoutMismatchError } from "./src/memory/layout_mismatch_error.ts";
export {
  type FieldInit,
  type Fields,
  type FieldSpec,
  type FieldValue,
  type Rec,
  type RecInit,
  RecordLayout,
} from "./src/memory/record.ts";
export type { FieldPlace, FieldTable } from "./src/memory/record_fields.ts";
export {
  NamedMemoryUnavailableError,
  RegionClosedError,
  RegionDamagedError,
  RegionError,
  RegionExistsError,
  RegionNoRoomError,
  RegionNotFoundError,
} from "./src/memory/region_errors.ts";
export type { Region } from "./src/memory/region_room.ts";
export { type Place, viewOn } from "./src/memory/view_on.ts";
export { ViewRangeError } from "./src/memory/view_range_error.ts";
export type { GuardOptions } from "./src/shared/guard.ts";
export { Heap, type HeapOptions, type HeapUse } from "./src/shared/heap.ts";
export { type BlockPlace, HeapBlock } from "./src/shared/heap_block.ts";
export { type Initial, sharedArray } from "./src/shared/shared_array.ts";
export { MapFullError } from "./src/shared/map_full_error.ts";
export { SharedCounters } from "./src/shared/shared_counters.ts";
export { SharedMap, type SharedMapOptions } from "./src/shared/shared_map.ts";
export type { Slot } from "./src/shared/list_layout.ts";
export {
  SharedList,
  type SharedListOptions,
  type SlotOf,
} from "./src/shared/shared_list.ts";
export type {
  FileMemoryOptions,
  OpenMemoryOptions,
  SharedMemoryOptions,
} from "./src/shared/create_region.ts";
export { SharedMemory } from "./src/shared/shared_memory.ts";
export { SharedMemoryManager } from "./src/shared/shared_memory_manager.ts";
export { SharedText } from "./src/shared/shared_text.ts";
export { type BitsOf, SharedValue } from "./src/shared/shared_value.ts";
export { Snapshot } from "./src/shared/snapshot.ts";
export { Struct, struct, type StructRegion } from "./src/shared/struct.ts";
export { type Rows, StructArray } from "./src/shared/struct_array.ts";
export { type RingOptions, StructRing } from "./src/shared/struct_ring.ts";
export { Barrier } from "./src/sync/barrier.ts";
export type {
  BarrierOptions,
  BarrierSyncWait,
  BarrierWait,
} from "./src/sync/barrier_options.ts";
export { BrokenBarrierError } from "./src/sync/broken_barrier_error.ts";
export { Condition } from "./src/sync/condition.ts";
export { DeadlockError } from "./src/sync/deadlock_error.ts";
export { EventFlag } from "./src/sync/event_flag.ts";
export { FencedError } from "./src/sync/fenced_error.ts";
export type { Held } from "./src/sync/held.ts";
export { Latch } from "./src/sync/latch.ts";
export { MainThreadWaitError } from "./src/sync/main_thread_wait_error.ts";
export { Mutex } from "./src/sync/mutex.ts";
export { NotHeldError } from "./src/sync/not_held_error.ts";
export { Once } from "./src/sync/once.ts";
export { OverReleasedError } from "./src/sync/over_released_error.ts";
export { ReentrantMutex } from "./src/sync/reentrant_mutex.ts";
export { RwLock } from "./src/sync/rw_lock.ts";
export { Semaphore } from "./src/sync/semaphore.ts";
export type { SemaphoreOptions } from "./src/sync/semaphore_options.ts";
export type { SyncWait, Wait } from "./src/sync/wait.ts";
export { WaitTimeoutError } from "./src/sync/wait_timeout_error.ts";
export {
  type GenerateOptions,
  type Histogram,
  type Inputs,
  type JobOptions,
  type JobProgress,
  type MapOptions,
  Pool,
  PoolBrokenError,
  PoolClosedError,
  type PoolOptions,
  PoolScope,
  type PoolStats,
  type PoolStrategy,
  type RunOptions,
  type StreamOptions,
  type TaskStream,
} from "./src/pool/mod.ts";
export { ProcessDiedError, type ProcessOptions } from "./src/process/mod.ts";
export {
  AddressInUseError,
  AuthenticationError,
  connect,
  Connection,
  ConnectionClosedError,
  type ConnectionEnd,
  type ConnectionOptions,
  type ConnectOptions,
  listen,
  Listener,
  type ListenOptions,
  NotPublishedError,
  type Publications,
  type ServerCertificate,
  type TrustedCertificates,
} from "./src/connection/mod.ts";
