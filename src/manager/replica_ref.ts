import { deepFreeze } from "../actor/light/deep_freeze.ts";
import type { ActorRef } from "../actor/ref.ts";
import type { SharedMap } from "../shared/shared_map.ts";
import { MapRef } from "./map_ref.ts";
import { defineProxy } from "./proxied.ts";
import { readReplica, type ReplicaValue } from "./replica.ts";
import type { Vault } from "./vault.ts";

/**
 * A map of the Manager that is also published in shared memory: a read costs a memory read, and asks nobody.
 *
 * - **As fresh as an ask:** a write is published before it is acknowledged, so a read sees every write that was
 *   acknowledged before it, one's own above all. It may see one that is about to be. Of a Manager with a file it sees only what
 *   is on disk.
 * - **Lock-free:** a reader waits for nobody, not for the Manager either; while that is restarted it sees what was last.
 * - **Whole:** a read gives one value of a key, never parts of two. Two reads may be of two moments; `entries()`
 *   and all others ask the Manager.
 * - **Bounded:** texts as keys, and only so many and so large values as the Manager was started with; others are refused.
 *
 * @typeParam V The values; whatever can travel and holds no shared memory.
 *
 * @example Settings that are read all the time
 * ```ts
 * import { Manager, System } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * await using system = new System();
 * await using manager = await Manager.start({
 *   system,
 *   replicas: { settings: { capacity: 100 } },
 * });
 * const settings = manager.replica<{ limit: number }>("settings");
 * await settings.set("web", { limit: 10 });
 * // No promise: nobody is asked.
 * assertEquals(settings.read("web"), { limit: 10 });
 * assertEquals(settings.read("mail"), undefined);
 * ```
 */
export class ReplicaRef<V> extends MapRef<string, V> {
  readonly #map: SharedMap<ReplicaValue>;

  /**
   * A way to the map `name`; `Manager.replica()` makes them.
   *
   * @param vault The Manager's actor.
   * @param name Name of the map.
   * @param map The memory that it is published in.
   */
  constructor(
    vault: ActorRef<Vault>,
    name: string,
    map: SharedMap<ReplicaValue>,
  ) {
    super(vault, name);
    this.#map = map;
  }

  /**
   * The value under `key`, from memory.
   *
   * @param key The key.
   * @returns A frozen copy of the value, or `undefined`.
   * @throws {InvalidOptionError} If the key is no string.
   */
  read(key: string): V | undefined {
    return deepFreeze(readReplica(this.#map, key)) as V | undefined;
  }

  /** As {@linkcode ReplicaRef.read}, for who expects any map. */
  // deno-lint-ignore require-await -- what it throws is a rejection
  override async get(key: string): Promise<V | undefined> {
    return this.read(key);
  }

  /** The memory. */
  protected override rest(): unknown {
    return this.#map;
  }
}

defineProxy(
  "ReplicaRef",
  (vault, name, map) =>
    new ReplicaRef(vault, name, map as SharedMap<ReplicaValue>),
);
