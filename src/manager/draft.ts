import type { Effect, Entry, Gone } from "./effect.ts";
import type { State } from "./state.ts";

/** A write that is being made: what it reads it reads as if its steps so far had been done. */
export class Draft {
  /** The steps so far. */
  readonly effects: Effect[] = [];
  readonly #state: State;
  /** What the steps so far have made of keys. */
  #own: Map<string, Map<unknown, Entry | undefined>> | undefined;
  #revision: number;

  /** A write that does nothing yet. */
  constructor(state: State) {
    this.#state = state;
    this.#revision = state.revision;
  }

  /** The entry under a key. */
  get(map: string, key: unknown): Entry | undefined {
    const own = this.#own?.get(map);
    return own?.has(key) ? own.get(key) : this.#state.entry(map, key);
  }

  /** Puts a value; answers its version. */
  set(map: string, key: unknown, value: unknown, expires = 0): number {
    const version = ++this.#revision;
    this.effects.push(["set", map, key, value, version, expires]);
    this.#note(map, key, { value, version, expires });
    return version;
  }

  /** Takes a key away; answers whether it was there. */
  delete(map: string, key: unknown, why: Gone = "deleted"): boolean {
    if (this.get(map, key) === undefined) return false;
    this.effects.push(["delete", map, key, ++this.#revision, why]);
    this.#note(map, key, undefined);
    return true;
  }

  #note(map: string, key: unknown, entry: Entry | undefined): void {
    this.#own ??= new Map();
    const own = this.#own.get(map) ?? new Map<unknown, Entry | undefined>();
    this.#own.set(map, own.set(key, entry));
  }
}
