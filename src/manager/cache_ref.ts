import { deepFreeze } from "../actor/light/deep_freeze.ts";
import { checkOptionNames } from "../option_names.ts";
import type { CacheStats } from "./caches.ts";
import { checkTtl } from "./check_limits.ts";
import type { SetOptions } from "./map_plan.ts";
import { placeOf } from "./places.ts";
import { defineProxy, Proxied } from "./proxied.ts";

/** How much a cache holds, and for how long. */
export interface CacheOptions {
  /** The most keys; a whole number from 1 to 16,777,216. One more takes the place of that which was not used for longest. */
  readonly capacity: number;
  /** Milliseconds after which a key is gone, more than 0. Default: it stays until its place is taken. */
  readonly ttlMs?: number;
}

/**
 * A map that the Manager holds, bounded in size and time.
 *
 * - **Bounded:** a write that makes it too large takes away the keys that were not read or written for longest.
 * - **Counted:** how often there was a value, since the thread of the Manager was started.
 * - **Frozen copies:** what is read is a copy; changing it is a `TypeError`.
 *
 * @typeParam K The keys; strings, numbers and other primitives.
 * @typeParam V The values; whatever can travel.
 *
 * @example The last two pages
 * ```ts
 * import { Manager, System } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * await using system = new System();
 * await using manager = await Manager.start({ system });
 * const pages = manager.cache<string, string>("pages", { capacity: 2 });
 * await pages.set("a", "A");
 * await pages.set("b", "B");
 * await pages.get("a");
 * await pages.set("c", "C");
 * assertEquals([await pages.get("b"), await pages.get("a")], [undefined, "A"]);
 * const { hits, misses, evicted } = await pages.stats();
 * assertEquals([hits, misses, evicted], [2, 1, 1]);
 * ```
 */
export class CacheRef<K, V> extends Proxied {
  readonly #options: CacheOptions;

  /**
   * A way to the cache `name`; `Manager.cache()` makes them.
   *
   * @param vault The Manager's actor.
   * @param name Name of the cache.
   * @param options How much it holds.
   */
  constructor(
    vault: ConstructorParameters<typeof Proxied>[0],
    name: string,
    options: CacheOptions,
  ) {
    super(vault, name);
    this.#options = options;
  }

  /**
   * The value under `key`, which counts as used.
   *
   * @param key The key.
   * @returns A promise of a copy of the value, or of `undefined`.
   */
  async get(key: K): Promise<V | undefined> {
    return deepFreeze(await this.vault.ask.look(this.#map, key)) as
      | V
      | undefined;
  }

  /**
   * Puts a value.
   *
   * @param key The key.
   * @param value What replaces the value there.
   * @param options When it ends, if not as the others do.
   * @returns A promise that resolves when it is done.
   * @throws {DataCloneError} If the key or the value cannot travel.
   * @throws {InvalidOptionError} If `ttlMs` is out of its bounds.
   */
  async set(key: K, value: V, options: SetOptions = {}): Promise<void> {
    const what = `Cannot set a key of "${this.name}"`;
    checkOptionNames<SetOptions>(what, options, { ttlMs: true });
    checkTtl(what, options.ttlMs);
    const { capacity } = this.#options;
    const ttlMs = options.ttlMs ?? this.#options.ttlMs;
    await this.vault.ask.store(this.#map, key, value, capacity, ttlMs);
  }

  /**
   * Removes a key.
   *
   * @param key The key.
   * @returns A promise of whether it was there.
   */
  delete(key: K): Promise<boolean> {
    return this.vault.ask.delete(this.#map, key);
  }

  /**
   * Removes all keys in one step.
   *
   * @returns A promise of how many there were.
   */
  clear(): Promise<number> {
    return this.vault.ask.clear(this.#map) as Promise<number>;
  }

  /**
   * How it has done.
   *
   * @returns A promise of the counts.
   */
  stats(): Promise<CacheStats> {
    return this.vault.ask.stats(this.#map);
  }

  /** How much it holds. */
  protected override rest(): unknown {
    return this.#options;
  }

  get #map(): string {
    return placeOf("cache", this.name);
  }
}

defineProxy(
  "CacheRef",
  (vault, name, rest) => new CacheRef(vault, name, rest as CacheOptions),
);
