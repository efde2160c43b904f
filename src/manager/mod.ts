/**
 * Shared state in one actor: maps, lists, values and counters that every thread reads and changes by name.
 *
 * - **Atomic:** a change is one message, and the {@linkcode Manager} handles one at a time: no two of them mix.
 * - **Portable:** a {@linkcode MapRef}, {@linkcode ListRef}, {@linkcode ValueRef} or {@linkcode CounterRef} may travel
 *   inside any message, and leads to the same state from there.
 * - **Copies:** what is read is a copy; changing it changes nothing in the Manager.
 * - **In memory:** the state ends with the Manager.
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
export type { ActorRef } from "../actor/ref.ts";
export type { ActorClass } from "../actor/define.ts";
export type { System } from "../actor/system.ts";
export { Manager, VaultActor } from "./manager.ts";
export { CounterRef, ListRef, MapRef, Proxied, ValueRef } from "./proxies.ts";
export { type Change, Vault } from "./vault.ts";
