/**
 * Unique names, groups and topics for actors, on all threads of a system.
 *
 * | what                      | call                                                | what an end does                  |
 * |---------------------------|-----------------------------------------------------|-----------------------------------|
 * | a name for one actor      | `register()`, `whereis()`, `unregister()`           | frees its names                   |
 * | a group of actors         | `join()`, `leave()`, `members()`                    | takes it out of its groups        |
 * | what changes, as a stream | `listing()`, `changes()`, `following()`             | ends the streams that it reads    |
 * | messages for all who care | `subscribe()`, `publish()`                          | ends the streams that it reads    |
 *
 * `Registry.of()` is the registry that each system has by itself: `register()`, `whereis()` and `unregister()` use it on
 * any thread. `Registry.start()` makes another one.
 *
 * All of that is done before anybody is told of the end. A restart is no end: names and memberships stay.
 *
 * A stream of an actor ends with the incarnation that made it; after an `await` where threads are shared, `{ owner: context }`
 * says which.
 *
 * @example Talk to every member of a group
 * ```ts
 * import { System } from "@troupe/actors";
 * import { VaultActor } from "@troupe/actors/manager";
 * import { Registry } from "@troupe/actors/registry";
 * import { assertEquals } from "@std/assert";
 *
 * await using system = new System();
 * await using registry = await Registry.start({ system });
 * for (const name of ["a", "b"]) {
 *   const vault = await system.spawn(VaultActor, [], { name });
 *   await registry.join("vaults", vault);
 * }
 * const vaults = await registry.members("vaults", VaultActor);
 * await Promise.all(vaults.map(({ ask }) => ask.push("list", [1])));
 * assertEquals(vaults.map(({ name }) => name), ["a", "b"]);
 * ```
 *
 * @module
 */
export type { ActorClass } from "../actor/define.ts";
export type { Spawner } from "../actor/offspring.ts";
export type { ActorRef } from "../actor/ref.ts";
export { ActorStoppedError, InvalidOptionError } from "../errors.ts";
export { AlreadyRegisteredError } from "./already_registered_error.ts";
export { register, unregister, whereis } from "./by_name.ts";
export type { GroupChange } from "./group_change.ts";
export { Registry } from "./registry.ts";
export { RegistryStream } from "./stream.ts";
export type { OwnedStream, RegistryStreamOptions } from "./stream_options.ts";
