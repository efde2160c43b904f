import { deepFreeze } from "../actor/light/deep_freeze.ts";
import { InvalidOptionError } from "../errors.ts";
import { checkOptionNames } from "../option_names.ts";
import { type Change, checkChange } from "./change.ts";
import { checkFunction, checkTtl, checkVersion } from "./check_limits.ts";
import type { MapChange } from "./map_change.ts";
import { type MapPlan, planOf, type SetOptions } from "./map_plan.ts";
import { defineProxy, Proxied } from "./proxied.ts";
import type { Reducer } from "./reducer.ts";
import type { Step } from "./step.ts";
import { VersionConflictError } from "./version_conflict_error.ts";
import { checkWatching, mapChanges, type MapWatchOptions } from "./watching.ts";

/**
 * A value with the number of the write that made it.
 *
 * @typeParam V The value.
 */
export interface Versioned<V> {
  /** The value. */
  readonly value: V;
  /** Larger than that of every write before it, of any key of the Manager. */
  readonly version: number;
}

/**
 * A map that the Manager holds.
 *
 * - **Atomic:** each call is one step; no two of them mix.
 * - **Frozen copies:** what is read is a copy; changing it is a `TypeError`.
 * - **By snapshot:** `for await` reads the entries as of one moment.
 *
 * @typeParam K The keys; strings, numbers and other primitives. An object is a copy each time and is never found again.
 * @typeParam V The values; whatever can travel.
 *
 * @example A map that two tasks could share
 * ```ts
 * import { Manager, Refusal, System } from "@troupe/actors";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * await using system = new System();
 * await using manager = await Manager.start({ system });
 * const stock = manager.map<string, number>("stock");
 *
 * await stock.set("apples", 3);
 * assertEquals(await stock.update("apples", { add: -1 }), 2);
 * await assertRejects(() => stock.update("pears", { add: 1 }), Refusal);
 * assertEquals([await stock.size(), await stock.get("pears")], [1, undefined]);
 * ```
 */
export class MapRef<K, V> extends Proxied {
  /** Steps of transactions on this map. */
  get plan(): MapPlan<K, V> {
    return planOf<K, V>(this.vault, this.name);
  }

  /**
   * The value under `key`.
   *
   * @param key The key.
   * @returns A promise of a copy of the value, or of `undefined`.
   */
  async get(key: K): Promise<V | undefined> {
    return deepFreeze(await this.vault.ask.get(this.name, key)) as
      | V
      | undefined;
  }

  /**
   * The value under `key` and its version, to write it only if it is still that one.
   *
   * @param key The key.
   * @returns A promise of both, or of `undefined`.
   */
  async entry(key: K): Promise<Versioned<V> | undefined> {
    return deepFreeze(await this.vault.ask.entry(this.name, key)) as
      | Versioned<V>
      | undefined;
  }

  /**
   * Whether there is a key.
   *
   * @param key The key.
   * @returns A promise of it.
   */
  has(key: K): Promise<boolean> {
    return this.vault.ask.has(this.name, key);
  }

  /**
   * Puts a value.
   *
   * @param key The key.
   * @param value What replaces the value there.
   * @param options When it ends. A value without that stays, also if the one before did not.
   * @returns A promise that resolves when it is done.
   * @throws {DataCloneError} If the key or the value cannot travel.
   * @throws {InvalidOptionError} If `ttlMs` is out of its bounds.
   */
  async set(key: K, value: V, options?: SetOptions): Promise<void> {
    if (options === undefined) {
      await this.vault.ask.set(this.name, key, value);
      return;
    }
    const what = `Cannot set a key of "${this.name}"`;
    checkOptionNames<SetOptions>(what, options, { ttlMs: true });
    checkTtl(what, options.ttlMs);
    await this.#do({ deed: "set", key, value, ttlMs: options.ttlMs });
  }

  /**
   * Puts many values in one step.
   *
   * @param entries The keys and their values.
   * @returns A promise that resolves when it is done.
   * @throws {DataCloneError} If one of them cannot travel; nothing was put.
   * @throws {InvalidOptionError} If they are no pairs; nothing was put.
   */
  async setAll(entries: Iterable<readonly [K, V]>): Promise<void> {
    const pairs = pairsOf(`Cannot set keys of "${this.name}"`, entries);
    await this.vault.ask.setAll(this.name, pairs);
  }

  /**
   * Puts a value if nobody has written the key since it was read.
   *
   * @param key The key.
   * @param value What replaces the value there.
   * @param version What {@linkcode MapRef.entry} said; 0: the key must not be there.
   * @returns A promise of the new version, or of `undefined` if the key has another one: then nothing was changed.
   * @throws {DataCloneError} If the key or the value cannot travel.
   * @throws {InvalidOptionError} If the version is none.
   *
   * @example Change what was read
   * ```ts
   * import { Manager, System } from "@troupe/actors";
   * import { assertEquals } from "@std/assert";
   *
   * await using system = new System();
   * await using manager = await Manager.start({ system });
   * const map = manager.map<string, string>("texts");
   * const version = await map.setIf("a", "one", 0);
   * assertEquals(await map.entry("a"), { value: "one", version: version! });
   * await map.set("a", "two");
   * assertEquals(await map.setIf("a", "three", version!), undefined);
   * ```
   */
  async setIf(key: K, value: V, version: number): Promise<number | undefined> {
    checkVersion(`Cannot set a key of "${this.name}"`, version);
    try {
      return await this.#do({ deed: "set", key, value, version }) as number;
    } catch (error) {
      if (error instanceof VersionConflictError) return undefined;
      throw error;
    }
  }

  /**
   * Changes a value in one step.
   *
   * @param key The key.
   * @param change What to do.
   * @returns A promise of what the value is now.
   * @throws {Refusal} If the kind of the value does not fit the change; nothing was changed.
   * @throws {InvalidOptionError} If the change is none.
   */
  async update(key: K, change: Change<V>): Promise<V> {
    checkChange(`Cannot update a key of "${this.name}"`, change as Change);
    const value = await this.vault.ask.update(
      this.name,
      key,
      change as Change,
    );
    return deepFreeze(value) as V;
  }

  /**
   * Changes a value by a function that runs in the Manager; see `reducer()`.
   *
   * @param key The key.
   * @param by What `reducer()` returned.
   * @param args What it is given after the value.
   * @param init What it is given when there is no value.
   * @returns A promise of what the value is now.
   * @throws {Refusal} If the reducer throws, cannot be found, or returns a promise; nothing was changed.
   * @throws {InvalidOptionError} If `by` is no reducer, or `args` are no array.
   */
  async reduce<A extends unknown[]>(
    key: K,
    by: Reducer<V, A>,
    args: A,
    init?: V,
  ): Promise<V> {
    const { step } = this.plan.reduce(key, by, args, init);
    return await this.#do(step) as V;
  }

  /**
   * Removes a key.
   *
   * @param key The key.
   * @returns A promise of whether it was there.
   */
  delete(key: K): Promise<boolean> {
    return this.vault.ask.delete(this.name, key);
  }

  /**
   * Removes all keys in one step.
   *
   * @returns A promise of how many there were.
   */
  clear(): Promise<number> {
    return this.vault.ask.clear(this.name) as Promise<number>;
  }

  /**
   * Removes the key that was written first.
   *
   * @returns A promise of it and its value, which is frozen, or of `undefined` when the map is empty.
   */
  async popItem(): Promise<[K, V] | undefined> {
    const item = await this.vault.ask.popItem(this.name) as [K, V] | undefined;
    deepFreeze(item?.[1]);
    return item;
  }

  /**
   * All keys with their values, as of one moment.
   *
   * @returns A promise of the pairs, in the order of their first write. The values are frozen, the array is one's own.
   */
  async entries(): Promise<[K, V][]> {
    const entries = await this.vault.ask.entries(this.name) as [K, V][];
    for (const [, value] of entries) deepFreeze(value);
    return entries;
  }

  /**
   * All keys, as of one moment.
   *
   * @returns A promise of them, in the order of their first write.
   */
  keys(): Promise<K[]> {
    return this.vault.ask.keys(this.name) as Promise<K[]>;
  }

  /**
   * All values, as of one moment.
   *
   * @returns A promise of them, in the order of the first write of their keys.
   */
  async values(): Promise<V[]> {
    return (await this.entries()).map(([, value]) => value);
  }

  /**
   * How many keys it has.
   *
   * @returns A promise of their number.
   */
  size(): Promise<number> {
    return this.vault.ask.size(this.name);
  }

  /**
   * What is there, and then each change, in order.
   *
   * - **Snapshot first:** all keys that are watched, then what happens to them. Nothing is missed in between.
   * - **Backpressure:** what the watcher does not read waits at the Manager. More than `capacity` changes are dropped, and a
   *   new snapshot stands for them: nobody is kept waiting, and who applies what it is told knows the map.
   * - **Goes on** after a restart of the Manager, with a snapshot. Ends when the Manager has stopped.
   *
   * @param options Which keys, how many changes may wait, and a signal that ends it.
   * @returns The changes.
   * @throws {InvalidOptionError} If an option is out of its bounds.
   *
   * @example Follow a part of a map
   * ```ts
   * import { Manager, System } from "@troupe/actors";
   * import { assertEquals } from "@std/assert";
   *
   * await using system = new System();
   * await using manager = await Manager.start({ system });
   * const users = manager.map<string, number>("users");
   * await users.set("user.1", 10);
   * const seen: string[] = [];
   * for await (const change of users.watch({ prefix: "user." })) {
   *   seen.push(change.type);
   *   if (change.type === "snapshot") {
   *     assertEquals(change.entries, [["user.1", 10]]);
   *     await users.set("other", 1);
   *     await users.set("user.2", 20);
   *   } else break;
   * }
   * assertEquals(seen, ["snapshot", "set"]);
   * ```
   */
  async *watch(
    options: MapWatchOptions = {},
  ): AsyncGenerator<MapChange<K, V>, void, void> {
    for await (const batch of this.#batches(options)) yield* batch;
  }

  /**
   * A value that is computed of the map, each time that it is another one.
   *
   * It is computed here, of a copy that follows the map: after each batch of changes, not after each of them.
   *
   * @typeParam T What is computed.
   * @param compute Makes it of the entries that are watched; it must only compute.
   * @param options Which keys, and how they are watched.
   * @returns The values; one that `Object.is()` the last is left out.
   * @throws {InvalidOptionError} If an option is out of its bounds, or `compute` is no function.
   *
   * @example A sum that follows
   * ```ts
   * import { Manager, System } from "@troupe/actors";
   * import { assertEquals } from "@std/assert";
   *
   * await using system = new System();
   * await using manager = await Manager.start({ system });
   * const stock = manager.map<string, number>("stock");
   * const total = stock.derive((all) => all.values().reduce((a, b) => a + b, 0));
   * assertEquals((await total.next()).value, 0);
   * await stock.set("tea", 3);
   * assertEquals((await total.next()).value, 3);
   * await total.return();
   * ```
   */
  async *derive<T>(
    compute: (entries: ReadonlyMap<K, V>) => T,
    options: MapWatchOptions = {},
  ): AsyncGenerator<T, void, void> {
    checkFunction(`Cannot derive of "${this.name}"`, "compute", compute);
    const copy = new Map<K, V>();
    let last: { readonly value: T } | undefined;
    for await (const batch of this.#batches(options)) {
      for (const change of batch) follow(copy, change);
      const value = compute(copy);
      if (last !== undefined && Object.is(value, last.value)) continue;
      last = { value };
      yield value;
    }
  }

  /** Reads the entries as of the moment that the loop begins. */
  async *[Symbol.asyncIterator](): AsyncGenerator<[K, V], void, void> {
    yield* await this.entries();
  }

  #batches(options: MapWatchOptions): AsyncGenerator<MapChange<K, V>[]> {
    checkWatching(`Cannot watch "${this.name}"`, options);
    const changes = mapChanges(this.vault, this.name, options);
    return changes as AsyncGenerator<MapChange<K, V>[]>;
  }

  async #do(step: Omit<Step, "map">): Promise<unknown> {
    const whole = { ...step, map: this.name };
    const [result] = await this.vault.ask.transact([whole]);
    return deepFreeze(result);
  }
}

/** Does in a copy of a map what a watcher is told. */
function follow<K, V>(copy: Map<K, V>, change: MapChange<K, V>): void {
  if (change.type === "set") copy.set(change.key, change.value);
  else if (change.type === "delete") copy.delete(change.key);
  else {
    copy.clear();
    for (const [key, value] of change.entries) copy.set(key, value);
  }
}

defineProxy("MapRef", (vault, name) => new MapRef(vault, name));

/** The pairs of what is iterable: an object is not, and would be an empty list to `Array.from()`. */
function pairsOf<K, V>(
  what: string,
  entries: Iterable<readonly [K, V]>,
): [K, V][] {
  const given: unknown = entries;
  const isMany = typeof given === "object" && given !== null &&
    Symbol.iterator in given;
  const pairs = isMany ? [...entries] : [];
  if (
    isMany && pairs.every((pair) => Array.isArray(pair) && pair.length === 2)
  ) {
    return pairs.map(([key, value]) => [key, value]);
  }
  throw new InvalidOptionError(
    `${what} as 'entries' must be pairs of a key and a value, such as a Map or Object.entries(): current value is ${
      Deno.inspect(given, { depth: 1, iterableLimit: 3 })
    }`,
    { option: "entries", value: given },
  );
}
