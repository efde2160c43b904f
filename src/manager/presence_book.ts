import type { Clients, Owner } from "./clients.ts";
import { Draft } from "./draft.ts";
import { type Effect, PRESENCE } from "./effect.ts";
import type { State } from "./state.ts";

/** Which entries go when which client ends. */
export class PresenceBook {
  readonly #state: State;
  readonly #clients: Clients;
  readonly #commit: (effects: readonly Effect[]) => void;
  /** Ends the watch of the owner of each entry. */
  readonly #letGo: Map<string, () => void> = new Map();

  /** For the entries of `state`. */
  constructor(
    state: State,
    clients: Clients,
    commit: (effects: readonly Effect[]) => void,
  ) {
    this.#state = state;
    this.#clients = clients;
    this.#commit = commit;
    for (const [map, entries] of state.maps) {
      if (!map.startsWith(PRESENCE)) continue;
      for (const [key, { value, version }] of entries) {
        this.#guard(map, key, version, (value as [unknown, Owner])[1]);
      }
    }
  }

  /** Makes an entry; answers its version. */
  enter(name: string, key: unknown, value: unknown, owner: Owner): number {
    const map = PRESENCE + name;
    const draft = new Draft(this.#state);
    const version = draft.set(map, key, [value, owner]);
    this.#commit(draft.effects);
    this.#guard(map, key, version, owner);
    return version;
  }

  /** Takes an entry away, whoever made it; answers whether it was there. */
  leave(name: string, key: unknown): boolean {
    const map = PRESENCE + name;
    const draft = new Draft(this.#state);
    const wasThere = draft.delete(map, key);
    this.#commit(draft.effects);
    const place = placeOf(map, key);
    this.#letGo.get(place)?.();
    this.#letGo.delete(place);
    return wasThere;
  }

  #guard(map: string, key: unknown, version: number, owner: Owner): void {
    const place = placeOf(map, key);
    this.#letGo.get(place)?.();
    const letGo = this.#clients.hold(owner, () => {
      this.#letGo.delete(place);
      if (this.#state.entry(map, key)?.version !== version) return;
      const draft = new Draft(this.#state);
      draft.delete(map, key, "left");
      this.#commit(draft.effects);
    });
    this.#letGo.set(place, letGo);
  }
}

function placeOf(map: string, key: unknown): string {
  return JSON.stringify([map, String(key)]);
}
