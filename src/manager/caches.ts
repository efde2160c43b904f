import type { Draft } from "./draft.ts";
import type { Effect, Entry } from "./effect.ts";
import type { State } from "./state.ts";

/** How a cache has done since the thread of the Manager was started. */
export interface CacheStats {
  /** Keys that are there. */
  readonly size: number;
  /** Reads that found a value. */
  readonly hits: number;
  /** Reads that found none. */
  readonly misses: number;
  /** Keys that went as there were too many. */
  readonly evicted: number;
  /** Keys that went as their time was over. */
  readonly expired: number;
}

type Counts = { -readonly [Name in keyof CacheStats]: number };

/** Which keys of a cache were used last, and how often there was one. */
export class Caches {
  readonly #state: State;
  readonly #counts: Map<string, Counts> = new Map();

  /** For the maps of `state`. */
  constructor(state: State) {
    this.#state = state;
  }

  /** A read of a cache: the key is the last one to go now. */
  look(map: string, key: unknown): Entry | undefined {
    const counts = this.#of(map);
    const entries = this.#state.maps.get(map);
    const entry = entries?.get(key);
    if (entry === undefined) {
      counts.misses++;
      return undefined;
    }
    counts.hits++;
    this.#use(map, key, entry);
    return entry;
  }

  /** Makes room for a key that is to be written: those that were not used for longest go. */
  makeRoom(draft: Draft, map: string, key: unknown, capacity: number): void {
    // From its first write on it is known as one whose keys are counted when they go.
    this.#of(map);
    const entries = this.#state.maps.get(map);
    const entry = entries?.get(key);
    if (entry !== undefined) this.#use(map, key, entry);
    let over = (entries?.size ?? 0) + (entry === undefined ? 1 : 0) - capacity;
    for (const old of entries?.keys() ?? []) {
      if (over-- <= 0) break;
      if (old !== key) draft.delete(map, old, "evicted");
    }
  }

  /** Counts what is gone. */
  tell(effects: readonly Effect[]): void {
    if (this.#counts.size === 0) return;
    for (const effect of effects) {
      if (effect[0] !== "delete") continue;
      const counts = this.#counts.get(effect[1]);
      if (counts === undefined) continue;
      if (effect[4] === "evicted") counts.evicted++;
      if (effect[4] === "expired") counts.expired++;
    }
  }

  /** How a cache has done. */
  stats(map: string): CacheStats {
    const size = this.#state.maps.get(map)?.size ?? 0;
    return { ...this.#of(map), size };
  }

  /** A `Map` keeps the order in which keys were put in: the first one was not used for longest. */
  #use(map: string, key: unknown, entry: Entry): void {
    const entries = this.#state.maps.get(map)!;
    entries.delete(key);
    entries.set(key, entry);
  }

  #of(map: string): Counts {
    let counts = this.#counts.get(map);
    if (counts === undefined) {
      counts = { size: 0, hits: 0, misses: 0, evicted: 0, expired: 0 };
      this.#counts.set(map, counts);
    }
    return counts;
  }
}
