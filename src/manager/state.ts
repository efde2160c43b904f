import type { Effect, Entry } from "./effect.ts";
import { Items } from "./items.ts";

/** Who holds a lock. */
export interface Holding {
  /** Names the grant. */
  readonly ticket: string;
  /** Larger than that of every grant of the lock before. */
  readonly fence: number;
  /** The client; `undefined` for one that is no actor. */
  readonly owner: unknown;
}

/** Maps, lists and held locks by name, as the effects of all writes so far have left them. */
export class State {
  /** The maps that were ever written. */
  readonly maps: Map<string, Map<unknown, Entry>> = new Map();
  /** The lists that were ever written. */
  readonly lists: Map<string, Items<unknown>> = new Map();
  /** The locks that are held. */
  readonly locks: Map<string, Holding> = new Map();
  /** The number of the last write. */
  revision = 0;

  /** The entry under a key. */
  entry(map: string, key: unknown): Entry | undefined {
    return this.maps.get(map)?.get(key);
  }

  /** The items of a list, not to be changed. */
  items(list: string): Items<unknown> {
    return this.lists.get(list) ?? new Items();
  }

  /** Does one step of a write. */
  apply(effect: Effect): void {
    switch (effect[0]) {
      case "set": {
        const [, map, key, value, version, expires] = effect;
        this.#map(map).set(key, { value, version, expires });
        this.#reach(version);
        break;
      }
      case "delete":
        this.maps.get(effect[1])?.delete(effect[2]);
        this.#reach(effect[3]);
        break;
      case "splice": {
        const [, list, start, count, items] = effect;
        this.#list(list).splice(start, count, items);
        break;
      }
      case "hold": {
        const [, lock, ticket, fence, owner] = effect;
        this.locks.set(lock, { ticket, fence, owner });
        this.#reach(fence);
        break;
      }
      case "free":
        if (this.locks.get(effect[1])?.ticket === effect[2]) {
          this.locks.delete(effect[1]);
        }
        break;
      case "revision":
        this.#reach(effect[1]);
    }
  }

  /** Effects that make this state of an empty one. */
  *effects(): IterableIterator<Effect> {
    for (const [map, entries] of this.maps) {
      for (const [key, { value, version, expires }] of entries) {
        yield ["set", map, key, value, version, expires];
      }
    }
    for (const [list, items] of this.lists) {
      if (items.length > 0) yield ["splice", list, 0, 0, items.slice()];
    }
    for (const [lock, { ticket, fence, owner }] of this.locks) {
      yield ["hold", lock, ticket, fence, owner];
    }
    yield ["revision", this.revision];
  }

  #reach(version: number): void {
    if (version > this.revision) this.revision = version;
  }

  #map(name: string): Map<unknown, Entry> {
    let map = this.maps.get(name);
    if (map === undefined) this.maps.set(name, map = new Map());
    return map;
  }

  #list(name: string): Items<unknown> {
    let list = this.lists.get(name);
    if (list === undefined) this.lists.set(name, list = new Items());
    return list;
  }
}
