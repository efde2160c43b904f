/**
 * Shared state in one actor: maps, lists, queues, locks and more that every thread reads and changes by name.
 *
 * - **Atomic:** a change is one message, and the {@linkcode Manager} handles one at a time: no two of them mix.
 * - **Portable:** a {@linkcode MapRef}, {@linkcode ListRef} or any other of its proxies may travel inside any message, and
 *   leads to the same state from there.
 * - **Frozen copies:** what is read is a copy, and changing it is a `TypeError`: no change gets lost without a word.
 * - **Outlives its thread:** what was acknowledged is there after a restart.
 *
 * | a way to                  | what it is                                                                       |
 * |---------------------------|----------------------------------------------------------------------------------|
 * | {@linkcode MapRef}        | a map: deep updates, reducers, transactions, compare-and-set, watches            |
 * | {@linkcode ReplicaRef}    | a map that is read from shared memory                                            |
 * | {@linkcode ListRef}       | a list                                                                           |
 * | {@linkcode SetRef}        | a set                                                                            |
 * | {@linkcode ValueRef}      | one value                                                                        |
 * | {@linkcode CounterRef}    | a number that is added to                                                        |
 * | {@linkcode NamespaceRef}  | named fields, each of a type of its own                                          |
 * | {@linkcode CacheRef}      | a map that is bounded in size and time, with hit statistics                      |
 * | {@linkcode QueueRef}      | a queue                                                                          |
 * | {@linkcode LockRef}       | a lock that ends with the client that holds it                                   |
 * | {@linkcode PresenceRef}   | entries that end with the client that made them                                  |
 * | {@linkcode TopicRef}      | what is published, to all who listen                                             |
 *
 * `manager.handle(name, make)` lets anything in shared memory be found by its name, `manager.custom(name, Definition)` an
 * actor.
 *
 * - **Writes in one step:** `update(key, { path: ["tags", 0], set: "x" })`, named reducers, `setIf(key, value, version)` and
 *   `transaction([...])`.
 * - **Watches:** `for await (const change of map.watch({ prefix }))` begins with a snapshot; a watcher that lags is given
 *   another one.
 * - **Replicas:** `Manager.start({ replicas: { settings: { capacity: 100 } } })` publishes a map in shared memory before a
 *   write of it is acknowledged, so that `manager.replica("settings").read(key)` asks nobody and sees every write that was:
 *   0.3 µs for a number, 1 µs for a small object, on a busy machine.
 * - **On disk:** `Manager.start({ file: "state.db" })` keeps it in SQLite: a write is synced before it is answered, all that
 *   come together in one commit, and nobody reads what is not on disk. A damaged file is refused with `StateFileError`, as is
 *   one that another Manager has open.
 * - **A restart loses nothing** that was acknowledged: each write is in memory that outlives the Manager's thread before it is
 *   answered, locks that are held included. A lock or an entry of `presence` ends with the actor that took it.
 * - **From other programs:** `Manager.start({ address: "127.0.0.1:0", key })` is reached by `Manager.connect(address, key)`,
 *   with the same proxies. A connection that breaks is made again; what was asked is done once, or `InDoubtError` says that
 *   nobody knows. Locks and presence outlive a break of `awayMs`, not a `kill -9`. From other machines: at
 *   `tls://host:port`, with `listen: { tls: { cert, key } }`, and `Manager.connect(address, key, { tls: { caCerts } })`.
 * - **Guests:** `guests: { ada: { key, read: ["chat.*"], write: ["jobs"] } }` have keys of their own and may do no more than
 *   that: the rest is `NotPermittedError`. A right may be for a part of a map, as `{ name: "users", keys: "ada.*" }`.
 *
 * @example Count from anywhere
 * ```ts
 * import { System } from "@troupe/actors";
 * import { Manager } from "@troupe/actors/manager";
 * import { assertEquals } from "@std/assert";
 *
 * await using system = new System();
 * await using manager = await Manager.start({ system });
 *
 * const hits = manager.map<string, number>("hits");
 * await Promise.all([
 *   hits.update("/", { add: 1, init: 0 }),
 *   hits.update("/", { add: 1, init: 0 }),
 * ]);
 * assertEquals(await hits.get("/"), 2);
 * ```
 *
 * @module
 */
export { Refusal } from "../errors.ts";
export { ConnectionClosedError } from "../connection/connection_closed_error.ts";
export type { ListenOptions } from "../connection/listener.ts";
export type { ConnectOptions } from "../connection/connect.ts";
export type { Context } from "../actor/current.ts";
export { NotInProcessError } from "../actor/not_in_process_error.ts";
export type { ActorRef } from "../actor/ref.ts";
export type { ActorClass } from "../actor/define.ts";
export type { Spawner } from "../actor/offspring.ts";
export type { System } from "../actor/system.ts";
export type { Wait } from "../sync/wait.ts";
export { type CacheOptions, CacheRef } from "./cache_ref.ts";
export type { CacheStats } from "./caches.ts";
export type { Change } from "./change.ts";
export type { Owner } from "./clients.ts";
export { CounterRef } from "./counter_ref.ts";
export type { Gone } from "./effect.ts";
export { ListRef } from "./list_ref.ts";
export type { Grant } from "./lock_book.ts";
export { HeldLock, LockRef } from "./lock_ref.ts";
export { Manager, VaultActor } from "./manager.ts";
export type { ManagerOptions } from "./manager_options.ts";
export type { MapChange } from "./map_change.ts";
export type { MapPlan, Planned, SetOptions } from "./map_plan.ts";
export { MapRef, type Versioned } from "./map_ref.ts";
export { NamespaceRef } from "./namespace_ref.ts";
export { PresenceRef } from "./presence_ref.ts";
export { Proxied } from "./proxied.ts";
export type { Taken } from "./queue_book.ts";
export { QueueRef } from "./queue_ref.ts";
export { type Reducer, reducer, type ReducerName } from "./reducer.ts";
export type { ReplicaMemory, ReplicaOptions, ReplicaValue } from "./replica.ts";
export { ReplicaRef } from "./replica_ref.ts";
export { InDoubtError } from "./remote/in_doubt_error.ts";
export { NotPermittedError } from "./remote/not_permitted_error.ts";
export { RemoteManager, type RemoteOptions } from "./remote/remote_manager.ts";
export type { GuestOptions, Realm, Right } from "./remote/rights.ts";
export { SetRef } from "./set_ref.ts";
export { SharedState } from "./shared_state.ts";
export { StateFileError, type StateFileReason } from "./state_file_error.ts";
export type { Step } from "./step.ts";
export { type TopicItem, TopicRef } from "./topic_ref.ts";
export { ValueRef } from "./value_ref.ts";
export { Vault, type VaultOptions } from "./vault.ts";
export { VersionConflictError } from "./version_conflict_error.ts";
export type { MapWatchOptions, WatchingOptions } from "./watching.ts";
