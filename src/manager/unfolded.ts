import { type Effect, takesObject } from "./effect.ts";
import { ListPlaces } from "./list_places.ts";
import type { State } from "./state.ts";
import type { StateRows } from "./state_rows.ts";

/** What happened to a key: `again` if it came after it had gone, and so is the last of its map. */
type Turn = "set" | "gone" | "again";

/**
 * Which rows do not say yet what the state does: however often a key was written, it has one row.
 *
 * The keys are in the order in which new ones came, as that is the order of their rows.
 */
export class Unfolded {
  readonly #maps: Map<string, Map<unknown, Turn>> = new Map();
  readonly #lists: Map<string, ListPlaces> = new Map();
  /** Those lists that were written. */
  readonly #written: Set<ListPlaces> = new Set();
  #size = 0;
  #isUrgent = false;

  /** How many rows are to be changed, about. */
  get size(): number {
    return this.#size;
  }

  /** Whether the log does not say enough: of a key that is an object, see {@link takesObject}, which its row is found by. */
  get isUrgent(): boolean {
    return this.#isUrgent;
  }

  /** The places of a list. */
  placesOf(list: string): ListPlaces {
    let places = this.#lists.get(list);
    if (places === undefined) {
      this.#lists.set(list, places = new ListPlaces(list));
    }
    return places;
  }

  /** Notes what is written. */
  note(effect: Effect): void {
    switch (effect[0]) {
      case "set":
        return this.#set(this.#turnsOf(effect[1]), effect[2]);
      case "delete":
        this.#isUrgent ||= takesObject(effect);
        return this.#delete(this.#turnsOf(effect[1]), effect[2]);
      case "splice": {
        const [, list, start, count, items] = effect;
        const places = this.placesOf(list);
        const before = places.size;
        places.splice(start, count, items);
        this.#written.add(places);
        this.#size += places.size - before;
      }
    }
  }

  /** Has the rows say what `state` does, by which all that was noted has been done. */
  fold(rows: StateRows, state: State): void {
    for (const [map, turns] of this.#maps) {
      for (const [key, turn] of turns) {
        if (turn !== "set") rows.delete(map, key);
        const entry = state.entry(map, key);
        if (entry !== undefined) rows.set(map, key, entry);
      }
    }
    for (const places of this.#written) {
      places.fold(rows, state.items(places.list));
    }
    this.#maps.clear();
    this.#written.clear();
    this.#size = 0;
    this.#isUrgent = false;
  }

  #set(turns: Map<unknown, Turn>, key: unknown): void {
    const turn = turns.get(key);
    if (turn === undefined) {
      turns.set(key, "set");
      this.#size++;
    } else if (turn === "gone") {
      turns.delete(key);
      turns.set(key, "again");
    }
  }

  #delete(turns: Map<unknown, Turn>, key: unknown): void {
    if (!turns.has(key)) this.#size++;
    turns.set(key, "gone");
  }

  #turnsOf(map: string): Map<unknown, Turn> {
    let turns = this.#maps.get(map);
    if (turns === undefined) this.#maps.set(map, turns = new Map());
    return turns;
  }
}
