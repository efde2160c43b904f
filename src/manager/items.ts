/** How many items are given to one call at once: more would not fit the stack. */
const AT_ONCE = 10_000;
/** The least that may be gone from the front before the rest is moved there. */
const MIN_GONE = 32;

/**
 * A list whose first items go as cheaply as its last: of a queue of a million each would move all others.
 *
 * What is gone from the front leaves its place empty, until half of all places are.
 */
export class Items<T> {
  #places: (T | undefined)[] = [];
  /** How many places at the front are empty. */
  #gone = 0;

  /** How many there are. */
  get length(): number {
    return this.#places.length - this.#gone;
  }

  /** The item at a place, as of `Array.prototype.at`. */
  at(index: number): T | undefined {
    const place = Math.trunc(index) || 0;
    const from = place < 0 ? this.length + place : place;
    return from < 0 ? undefined : this.#places[this.#gone + from];
  }

  /** A copy of some, as of `Array.prototype.slice`. */
  slice(start: number = 0, end: number = this.length): T[] {
    const from = this.#placeOf(start);
    return this.#places.slice(from, Math.max(from, this.#placeOf(end))) as T[];
  }

  /** Puts another item at a place that has one. */
  put(index: number, item: T): void {
    this.#places[this.#gone + index] = item;
  }

  /** Takes `count` out from `start` on, and puts others there; gives those that are gone. */
  splice(start: number, count: number, items: readonly T[]): T[] {
    if (start === 0 && items.length === 0) return this.#shift(count);
    const at = this.#gone + start;
    if (at === this.#places.length) {
      for (const item of items) this.#places.push(item);
      return [];
    }
    if (items.length <= AT_ONCE) {
      return this.#places.splice(at, count, ...items) as T[];
    }
    const rest = this.#places.splice(at);
    for (const item of items) this.#places.push(item);
    for (let i = count; i < rest.length; i++) this.#places.push(rest[i]);
    return rest.slice(0, count) as T[];
  }

  #shift(count: number): T[] {
    const taken = this.slice(0, count);
    this.#places.fill(undefined, this.#gone, this.#gone + taken.length);
    this.#gone += taken.length;
    if (this.#gone > MIN_GONE && 2 * this.#gone > this.#places.length) {
      this.#places = this.#places.slice(this.#gone);
      this.#gone = 0;
    }
    return taken;
  }

  #placeOf(index: number): number {
    const place = Math.trunc(index) || 0;
    return this.#gone + (place < 0 ? Math.max(0, this.length + place) : place);
  }
}
