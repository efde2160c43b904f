/**
 * Typed ways to the state of a Manager. They travel inside any message.
 *
 * @module
 */
import type { ActorRef } from "../actor/ref.ts";
import {
  definePortable,
  portable,
  type PortableData,
} from "../memory/portable.ts";
import type { Change, Vault } from "./vault.ts";

/**
 * What all proxies are made of: the Manager's actor and a name.
 *
 * - **Portable:** it may travel inside any message, and leads to the same state from there.
 * - **Asks:** each call is one ask with the default deadline of 5,000 ms, and rejects as every ask may; see `Asks`.
 * - **Closed:** only the four classes of this module can travel; do not extend them.
 */
export abstract class Proxied {
  /** The Manager's actor. */
  protected readonly vault: ActorRef<Vault>;
  /** Name of the map, list, value or counter. */
  readonly name: string;

  /**
   * A way to `name`; the methods of `Manager` make them.
   *
   * @param vault The Manager's actor.
   * @param name Name of the state.
   */
  constructor(vault: ActorRef<Vault>, name: string) {
    this.vault = vault;
    this.name = name;
  }

  /**
   * What else it needs to be made anew where it arrives.
   *
   * @returns `undefined` when there is nothing else.
   */
  protected rest(): unknown {
    return undefined;
  }

  static {
    Object.defineProperty(this.prototype, portable, {
      value(this: Proxied): PortableData {
        const data = [this.vault, this.name, this.rest()];
        return { kind: this.constructor.name, data };
      },
    });
  }
}

/**
 * A map that the Manager holds.
 *
 * - **Atomic:** each call is one step; no two of them mix.
 * - **Copies:** what is read is a copy.
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
  /**
   * The value under `key`.
   *
   * @param key The key.
   * @returns A promise of a copy of the value, or of `undefined`.
   */
  get(key: K): Promise<V | undefined> {
    return this.vault.ask.get(this.name, key) as Promise<V | undefined>;
  }

  /**
   * Puts a value.
   *
   * @param key The key.
   * @param value What replaces the value there.
   * @returns A promise that resolves when it is done.
   * @throws {DataCloneError} If the key or the value cannot travel.
   */
  async set(key: K, value: V): Promise<void> {
    await this.vault.ask.set(this.name, key, value);
  }

  /**
   * Changes a value in one step.
   *
   * @param key The key.
   * @param change What to do.
   * @returns A promise of what the value is now.
   * @throws {Refusal} If the kind of the value does not fit the change; nothing was changed.
   */
  update(key: K, change: Change<V>): Promise<V> {
    return this.vault.ask.update(this.name, key, change) as Promise<V>;
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
   * All keys with their values, as of one moment.
   *
   * @returns A promise of the pairs, in the order of their first write.
   */
  entries(): Promise<[K, V][]> {
    return this.vault.ask.entries(this.name) as Promise<[K, V][]>;
  }

  /**
   * How many keys it has.
   *
   * @returns A promise of their number.
   */
  size(): Promise<number> {
    return this.vault.ask.size(this.name);
  }
}

/**
 * A list that the Manager holds.
 *
 * - **Atomic:** each call is one step; no two of them mix.
 * - **Grows only:** items are appended and replaced, never removed.
 *
 * @typeParam T The items; whatever can travel.
 *
 * @example Append, replace and read
 * ```ts
 * import { Manager, Refusal, System } from "@troupe/actors";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * await using system = new System();
 * await using manager = await Manager.start({ system });
 * const log = manager.list<string>("log");
 *
 * assertEquals(await log.push("a", "b"), 2);
 * await log.set(0, "c");
 * assertEquals([await log.at(-1), await log.slice()], ["b", ["c", "b"]]);
 * await assertRejects(() => log.set(2, "d"), Refusal);
 * ```
 */
export class ListRef<T> extends Proxied {
  /**
   * Appends in one step.
   *
   * @param values The items, in order.
   * @returns A promise of the new length.
   * @throws {DataCloneError} If an item cannot travel; nothing was appended.
   */
  push(...values: T[]): Promise<number> {
    return this.vault.ask.push(this.name, values);
  }

  /**
   * One item.
   *
   * @param index Its place from 0; a negative one counts from the end.
   * @returns A promise of a copy of the item, or of `undefined` when there is none.
   */
  at(index: number): Promise<T | undefined> {
    return this.vault.ask.at(this.name, index) as Promise<T | undefined>;
  }

  /**
   * Replaces one item.
   *
   * @param index Its place; a whole number from 0 to the length less 1.
   * @param value What replaces it.
   * @returns A promise that resolves when it is done.
   * @throws {Refusal} If there is no item at `index`; nothing was changed.
   * @throws {DataCloneError} If the value cannot travel.
   */
  async set(index: number, value: T): Promise<void> {
    await this.vault.ask.put(this.name, index, value);
  }

  /**
   * Some of the items, as of `Array.prototype.slice`.
   *
   * @param start The first place; default 0. A negative one counts from the end.
   * @param end The place after the last; default the length.
   * @returns A promise of copies, as of one moment.
   */
  slice(start?: number, end?: number): Promise<T[]> {
    return this.vault.ask.slice(this.name, start, end) as Promise<T[]>;
  }

  /**
   * How many items it has.
   *
   * @returns A promise of their number.
   */
  size(): Promise<number> {
    return this.vault.ask.length(this.name);
  }
}

/** The map that values and counters are kept in. */
const VALUES = "troupe:values";
const COUNTERS = "troupe:counters";

/**
 * One value that the Manager holds.
 *
 * - **Atomic:** each call is one step; no two of them mix.
 * - **`undefined` and `null`** read as the initial value: do not use them as values.
 *
 * @typeParam T The value; whatever can travel.
 *
 * @example A limit that everybody reads
 * ```ts
 * import { Manager, System } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * await using system = new System();
 * await using manager = await Manager.start({ system });
 * const limit = manager.value("limit", 10);
 *
 * assertEquals(await limit.get(), 10);
 * assertEquals(await limit.update({ add: 5 }), 15);
 * await limit.set(20);
 * assertEquals(await limit.get(), 20);
 * ```
 */
export class ValueRef<T> extends Proxied {
  readonly #initial: T;

  /**
   * A way to the value `name`; `Manager.value()` makes them.
   *
   * @param vault The Manager's actor.
   * @param name Name of the value.
   * @param initial What is read before the first change.
   */
  constructor(vault: ActorRef<Vault>, name: string, initial: T) {
    super(vault, name);
    this.#initial = initial;
  }

  /**
   * The value.
   *
   * @returns A promise of a copy of it, or of the initial value.
   */
  async get(): Promise<T> {
    return await this.vault.ask.get(VALUES, this.name, this.#initial) as T;
  }

  /**
   * Replaces the value.
   *
   * @param value The new one.
   * @returns A promise that resolves when it is done.
   * @throws {DataCloneError} If the value cannot travel.
   */
  async set(value: T): Promise<void> {
    await this.vault.ask.set(VALUES, this.name, value);
  }

  /**
   * Changes the value in one step; before its first change it is the initial value, or the `init` of the change.
   *
   * @param change What to do.
   * @returns A promise of what the value is now.
   * @throws {Refusal} If the kind of the value does not fit the change; nothing was changed.
   */
  update(change: Change<T>): Promise<T> {
    return this.vault.ask.update(VALUES, this.name, {
      init: this.#initial,
      ...change,
    }) as Promise<T>;
  }

  /** The initial value. */
  protected override rest(): unknown {
    return this.#initial;
  }
}

/**
 * A number that is added to.
 *
 * - **Atomic:** each call is one step; no addition is lost.
 *
 * @example Count
 * ```ts
 * import { Manager, System } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * await using system = new System();
 * await using manager = await Manager.start({ system });
 * const visits = manager.counter("visits");
 * await Promise.all([visits.add(), visits.add(), visits.add(-1)]);
 * assertEquals(await visits.get(), 1);
 * ```
 */
export class CounterRef extends Proxied {
  /**
   * Adds in one step.
   *
   * @param count How much; it may be negative. Default 1.
   * @returns A promise of the sum.
   */
  add(count = 1): Promise<number> {
    return this.vault.ask.update(COUNTERS, this.name, {
      add: count,
      init: 0,
    }) as Promise<number>;
  }

  /**
   * The sum.
   *
   * @returns A promise of it; 0 before the first addition.
   */
  async get(): Promise<number> {
    return await this.vault.ask.get(COUNTERS, this.name, 0) as number;
  }
}

type Data = [ActorRef<Vault>, string, unknown];
definePortable("MapRef", (data) => {
  const [vault, name] = data as Data;
  return new MapRef(vault, name);
});
definePortable("ListRef", (data) => {
  const [vault, name] = data as Data;
  return new ListRef(vault, name);
});
definePortable("ValueRef", (data) => {
  const [vault, name, initial] = data as Data;
  return new ValueRef(vault, name, initial);
});
definePortable("CounterRef", (data) => {
  const [vault, name] = data as Data;
  return new CounterRef(vault, name);
});
