/**
 * The Manager: an actor that holds shared state, and typed ways to it.
 *
 * @module
 */
import { spawn } from "../actor/default_system.ts";
import { actor, type ActorClass } from "../actor/define.ts";
import type { ActorRef } from "../actor/ref.ts";
import type { Spawner } from "../actor/offspring.ts";
import { checkOptionNames } from "../option_names.ts";
import { CounterRef, ListRef, MapRef, ValueRef } from "./proxies.ts";
import { type Change, Vault } from "./vault.ts";

/**
 * The actor behind a {@link Manager}. Each call is one message, so each is atomic.
 *
 * Start it yourself to put it under a supervisor; a restart begins with empty state.
 */
export const VaultActor: ActorClass<[], Vault> = actor(
  import.meta,
  "VaultActor",
  Vault,
);

/**
 * Shared state that every actor can read and change.
 *
 * - **Atomic:** an update is one message; no two of them mix.
 * - **Portable:** its maps, lists, values and counters may travel inside any message. The Manager itself stays.
 * - **By name:** two of one kind and one name are the same state, on whatever thread they were made.
 * - **Copies:** what is read is a copy; changing it changes nothing in the Manager.
 * - **In memory:** the state ends with the Manager.
 * - **A refusal harms nobody:** a change that does not fit rejects with {@linkcode Refusal} and changes nothing.
 *
 * Its calls are asks with the default deadline of 5,000 ms. They reject as every ask may: with `DataCloneError` for what
 * cannot travel, with `ActorStoppedError` after the end, and so on; see `Asks`.
 *
 * @example Count, keep and list
 * ```ts
 * import { Manager, System } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * await using system = new System();
 * await using manager = await Manager.start({ system });
 *
 * const hits = manager.map<string, number>("hits");
 * await hits.update("/", { add: 1, init: 0 });
 * assertEquals(await hits.entries(), [["/", 1]]);
 *
 * assertEquals(await manager.counter("visits").add(2), 2);
 * assertEquals(await manager.list<string>("log").push("begun"), 1);
 * assertEquals(await manager.value("limit", 10).get(), 10);
 * ```
 */
export class Manager implements AsyncDisposable {
  readonly #ref: ActorRef<Vault>;

  private constructor(ref: ActorRef<Vault>) {
    this.#ref = ref;
  }

  /**
   * Starts a Manager on a thread of its own.
   *
   * @param options `system`: where it lives. Default: the default system, or the actor that makes the call.
   * @returns A promise of the Manager, which is empty.
   * @throws {ThreadLimitError} If all 8,192 addresses of the system are taken.
   * @throws {InitTimeoutError} If it is not up within 5,000 ms.
   * @throws {SystemClosedError} If the system is closed.
   * @throws {TopLevelSpawnError} If a worker is loading the module that makes the call.
   * @throws {InvalidOptionError} If there is an option of another name.
   */
  static async start(options: { system?: Spawner } = {}): Promise<Manager> {
    const name = { name: "manager" };
    checkOptionNames<{ system?: Spawner }>("Cannot start a Manager", options, {
      system: true,
    });
    const { system } = options;
    return new Manager(
      system === undefined
        ? await spawn(VaultActor, [], name)
        : await system.spawn(VaultActor, [], name),
    );
  }

  /**
   * The map of that name; nothing is sent. It is empty until its first write.
   *
   * @typeParam K The keys; strings, numbers and other primitives. An object is a copy each time and is never found again.
   * @typeParam V The values; whatever can travel.
   * @param name Any string, except one that begins with `troupe:`.
   * @returns A way to it, which may travel.
   */
  map<K, V>(name: string): MapRef<K, V> {
    return new MapRef<K, V>(this.#ref, name);
  }

  /**
   * The list of that name; nothing is sent. It is empty until its first write.
   *
   * @typeParam T The items; whatever can travel.
   * @param name Any string.
   * @returns A way to it, which may travel.
   */
  list<T>(name: string): ListRef<T> {
    return new ListRef<T>(this.#ref, name);
  }

  /**
   * The value of that name; nothing is sent. It is `initial` until it is set.
   *
   * @typeParam T The value; whatever can travel.
   * @param name Any string, except one that begins with `counter:`.
   * @param initial What is read before the first change. It belongs to this way, not to the Manager.
   * @returns A way to it, which may travel.
   */
  value<T>(name: string, initial: T): ValueRef<T> {
    return new ValueRef<T>(this.#ref, name, initial);
  }

  /**
   * The counter of that name; nothing is sent. It begins at 0.
   *
   * @param name Any string.
   * @returns A way to it, which may travel.
   */
  counter(name: string): CounterRef {
    return new CounterRef(this.#ref, name);
  }

  /**
   * Stops the Manager after the call that it handles; its state is gone. Calls that wait reject with
   * `ActorStoppedError`. Idempotent.
   *
   * @returns A promise that resolves at its end; it never rejects.
   */
  async stop(): Promise<void> {
    await this.#ref.stop();
  }

  /** Stops the Manager, as {@linkcode Manager.stop} does. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

export type { Change };
