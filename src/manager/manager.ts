/**
 * The Manager: an actor that holds shared state, and typed ways to it.
 *
 * @module
 */
import { spawn } from "../actor/default_system.ts";
import { actor, type ActorClass } from "../actor/define.ts";
import type { ActorRef } from "../actor/ref.ts";
import type { Spawner } from "../actor/offspring.ts";
import { CounterRef, ListRef, MapRef, ValueRef } from "./proxies.ts";
import { type Change, Vault } from "./vault.ts";

/** The actor behind a {@link Manager}. Each call is one message, so each is atomic. */
export const VaultActor: ActorClass<[], Vault> = actor(
  import.meta,
  "VaultActor",
  Vault,
);

/**
 * Shared state that every actor can read and change.
 *
 * - **Atomic:** an update is one message; no two of them mix.
 * - **Portable:** its maps, lists, values and counters may travel inside any message.
 *
 * @example
 * ```ts ignore
 * await using manager = await Manager.start();
 * const hits = manager.map<string, number>("hits");
 * await hits.update("/", { add: 1, init: 0 });
 * ```
 */
export class Manager implements AsyncDisposable {
  readonly #ref: ActorRef<Vault>;

  private constructor(ref: ActorRef<Vault>) {
    this.#ref = ref;
  }

  /** Starts a Manager on a thread of its own, in `system` or the default one. */
  static async start(options: { system?: Spawner } = {}): Promise<Manager> {
    const name = { name: "manager" };
    const { system } = options;
    return new Manager(
      system === undefined
        ? await spawn(VaultActor, [], name)
        : await system.spawn(VaultActor, [], name),
    );
  }

  /** The map of that name; it exists from its first write. */
  map<K, V>(name: string): MapRef<K, V> {
    return new MapRef<K, V>(this.#ref, name);
  }

  /** The list of that name. */
  list<T>(name: string): ListRef<T> {
    return new ListRef<T>(this.#ref, name);
  }

  /** The value of that name; it is `initial` until it is set. */
  value<T>(name: string, initial: T): ValueRef<T> {
    return new ValueRef<T>(this.#ref, name, initial);
  }

  /** The counter of that name; it begins at 0. */
  counter(name: string): CounterRef {
    return new CounterRef(this.#ref, name);
  }

  /** Stops the Manager; its state is gone. */
  async stop(): Promise<void> {
    await this.#ref.stop();
  }

  /** Stops the Manager. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

export type { Change };
