import { Items } from "./items.ts";
import type { StateRows } from "./state_rows.ts";

/** How far from each other the positions of neighbours are: so many halvings leave room for another item. */
const GAP = 2 ** 10;

/** Where the items of a list are in a file, and what its rows do not say yet. */
export class ListPlaces {
  /** Name of the list. */
  readonly list: string;
  #positions: Items<number> = new Items();
  /** Positions whose rows are to go. */
  readonly #gone: Set<number> = new Set();
  /** Positions whose rows are to come, with what they hold; some may be where others go. */
  readonly #coming: Map<number, unknown> = new Map();
  /** Whether there was no place between two neighbours: all of its rows are made anew. */
  #isAnew = false;

  /** Of a list without rows. */
  constructor(list: string) {
    this.list = list;
  }

  /** How many rows are to be changed, but for a list whose rows are all made anew. */
  get size(): number {
    return this.#gone.size + this.#coming.size;
  }

  /** Notes the row of the next item. */
  found(position: number): void {
    this.#positions.splice(this.#positions.length, 0, [position]);
  }

  /** Notes that items were replaced. */
  splice(start: number, count: number, items: readonly unknown[]): void {
    if (this.#isAnew) return;
    for (const position of this.#positions.splice(start, count, [])) {
      // One that came since the last fold leaves nothing behind.
      if (!this.#coming.delete(position)) this.#gone.add(position);
    }
    if (items.length === 0) return;
    const before = start === 0 ? undefined : this.#positions.at(start - 1);
    const after = this.#positions.at(start);
    const places = placesBetween(before, after, items.length);
    if (places === undefined) {
      this.#isAnew = true;
      this.#gone.clear();
      this.#coming.clear();
      return;
    }
    this.#positions.splice(start, 0, places);
    for (const [i, place] of places.entries()) {
      this.#coming.set(place, items[i]);
    }
  }

  /** Has the rows say what the list holds, which is `items`. */
  fold(rows: StateRows, items: Items<unknown>): void {
    const list = this.list;
    if (this.#isAnew) {
      rows.removeAll(list);
      const places = placesBetween(undefined, undefined, items.length)!;
      for (const [i, place] of places.entries()) {
        rows.insert(list, place, items.at(i));
      }
      this.#positions = new Items();
      this.#positions.splice(0, 0, places);
      this.#isAnew = false;
      return;
    }
    for (const position of this.#gone) rows.remove(list, position);
    for (const [place, item] of this.#coming) rows.insert(list, place, item);
    this.#gone.clear();
    this.#coming.clear();
  }
}

/** So many positions between two neighbours, in order; `undefined` if there is no room. */
function placesBetween(
  before: number | undefined,
  after: number | undefined,
  count: number,
): number[] | undefined {
  let [first, step] = [(before ?? 0) + GAP, GAP];
  if (after !== undefined) {
    if (before === undefined) first = after - count * GAP;
    else {
      step = Math.min(GAP, Math.floor((after - before) / (count + 1)));
      first = before + step;
    }
  }
  const last = first + (count - 1) * step;
  const isRoom = step > 0 && Number.isSafeInteger(first) &&
    Number.isSafeInteger(last);
  return isRoom
    ? Array.from({ length: count }, (_, i) => first + i * step)
    : undefined;
}
