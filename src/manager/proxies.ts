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

/** What all proxies are made of. */
export abstract class Proxied {
  /** The Manager's actor. */
  protected readonly vault: ActorRef<Vault>;
  /** Name of the map or list. */
  readonly name: string;

  /** A way to `name`. */
  constructor(vault: ActorRef<Vault>, name: string) {
    this.vault = vault;
    this.name = name;
  }

  /** What else it needs to be made anew. */
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

/** A map that the Manager holds. */
export class MapRef<K, V> extends Proxied {
  /** The value under `key`, or `undefined`. */
  get(key: K): Promise<V | undefined> {
    return this.vault.ask.get(this.name, key) as Promise<V | undefined>;
  }

  /** Puts a value. */
  async set(key: K, value: V): Promise<void> {
    await this.vault.ask.set(this.name, key, value);
  }

  /** Changes a value in one step and returns what it is now. */
  update(key: K, change: Change<V>): Promise<V> {
    return this.vault.ask.update(this.name, key, change) as Promise<V>;
  }

  /** Removes a key; whether it was there. */
  delete(key: K): Promise<boolean> {
    return this.vault.ask.delete(this.name, key);
  }

  /** All keys with their values, as of one moment. */
  entries(): Promise<[K, V][]> {
    return this.vault.ask.entries(this.name) as Promise<[K, V][]>;
  }

  /** How many keys it has. */
  size(): Promise<number> {
    return this.vault.ask.size(this.name);
  }
}

/** A list that the Manager holds. */
export class ListRef<T> extends Proxied {
  /** Appends and returns the new length. */
  push(...values: T[]): Promise<number> {
    return this.vault.ask.push(this.name, values);
  }

  /** One item; a negative index counts from the end. */
  at(index: number): Promise<T | undefined> {
    return this.vault.ask.at(this.name, index) as Promise<T | undefined>;
  }

  /** Replaces the item at `index`. */
  async set(index: number, value: T): Promise<void> {
    await this.vault.ask.put(this.name, index, value);
  }

  /** Some of the items. */
  slice(start?: number, end?: number): Promise<T[]> {
    return this.vault.ask.slice(this.name, start, end) as Promise<T[]>;
  }

  /** How many items it has. */
  size(): Promise<number> {
    return this.vault.ask.length(this.name);
  }
}

/** The map that values and counters are kept in. */
const VALUES = "troupe:values";

/** One value that the Manager holds. */
export class ValueRef<T> extends Proxied {
  readonly #initial: T;

  /** A way to the value `name`. */
  constructor(vault: ActorRef<Vault>, name: string, initial: T) {
    super(vault, name);
    this.#initial = initial;
  }

  /** The value. */
  async get(): Promise<T> {
    return await this.vault.ask.get(VALUES, this.name) as T ?? this.#initial;
  }

  /** Replaces the value. */
  async set(value: T): Promise<void> {
    await this.vault.ask.set(VALUES, this.name, value);
  }

  /** Changes the value in one step and returns what it is now. */
  update(change: Change<T>): Promise<T> {
    return this.vault.ask.update(VALUES, this.name, {
      init: this.#initial,
      ...change,
    }) as Promise<T>;
  }

  /** See the base class. */
  protected override rest(): unknown {
    return this.#initial;
  }
}

/** A number that is added to. */
export class CounterRef extends Proxied {
  /** Adds and returns the sum. */
  add(count = 1): Promise<number> {
    return this.vault.ask.update(VALUES, `counter:${this.name}`, {
      add: count,
      init: 0,
    }) as Promise<number>;
  }

  /** The sum. */
  async get(): Promise<number> {
    const key = `counter:${this.name}`;
    return await this.vault.ask.get(VALUES, key) as number | undefined ?? 0;
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
