/**
 * Names without a registry in hand: those of the registry that each system has by itself.
 *
 * @module
 */
import type { ActorClass } from "../actor/define.ts";
import type { ActorRef } from "../actor/ref.ts";
import { checkName, checkRef } from "./check_registry.ts";
import { registryOf } from "./registry.ts";

/**
 * Gives a name to an actor, in the registry of its system; see `Registry.of()`.
 *
 * @param name A non-empty string.
 * @param ref The actor.
 * @returns A promise that resolves when the name is its own; for the rest it is `Registry.register()`.
 * @throws {AlreadyRegisteredError} If another actor has the name: `error.holder`.
 * @throws {ActorStoppedError} If the actor is stopping or has ended.
 * @throws {InvalidOptionError} If `name` is no non-empty string, or `ref` is no ref.
 *
 * @example An actor that finds another one by its name
 * ```ts
 * import { actor, register, spawn, whereis } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * export const Greeter = actor(
 *   import.meta,
 *   "Greeter",
 *   class {
 *     greet(name: string): string {
 *       return `Hello ${name}`;
 *     }
 *   },
 * );
 * export const Caller = actor(
 *   import.meta,
 *   "Caller",
 *   class {
 *     async call(name: string): Promise<string | undefined> {
 *       const greeter = await whereis("greeter", Greeter);
 *       return await greeter?.ask.greet(name);
 *     }
 *   },
 * );
 *
 * // Threads import this module too: only the main one starts the actors.
 * if (import.meta.main) {
 *   await using greeter = await spawn(Greeter, []);
 *   await using caller = await spawn(Caller, []);
 *   await register("greeter", greeter);
 *   assertEquals(await caller.ask.call("you"), "Hello you");
 * }
 * ```
 */
export async function register(
  name: string,
  ref: ActorRef<unknown>,
): Promise<void> {
  checkName("register", name);
  checkRef("register", ref);
  const registry = await registryOf(ref);
  await registry.register(name, ref);
}

/**
 * Takes a name back, in the registry that `Registry.of()` finds here.
 *
 * @param name The name.
 * @returns A promise of whether an actor had it.
 * @throws {InvalidOptionError} If `name` is no non-empty string.
 */
export async function unregister(name: string): Promise<boolean> {
  checkName("unregister", name);
  const registry = await registryOf();
  return await registry.unregister(name);
}

/**
 * Who has a name, in the registry that `Registry.of()` finds here.
 *
 * @typeParam C The instance of the actor's class.
 * @param name The name.
 * @param definition What `actor()` returned, for the type of the ref alone.
 * @returns A promise of the ref, or of `undefined` when nobody has the name.
 * @throws {InvalidOptionError} If `name` is no non-empty string.
 */
export async function whereis<C = unknown>(
  name: string,
  definition?: ActorClass<never, C>,
): Promise<ActorRef<C> | undefined> {
  checkName("find", name);
  const registry = await registryOf();
  return await registry.whereis(name, definition);
}
