/** What has a number. */
export interface Numbered {
  /** Its number; 0 before it has one. */
  id: number;
}

/** Numbers that there are: a reply names one in 24 bits, and its sender's epoch in 8 more. */
const NUMBERS = 0xffffff;
/** Places at first. */
const PLACES = 64;

/**
 * What waits, by numbers that go up: each is at the place that the last bits of its number say.
 *
 * No `Map`: each table that one outgrows refers to the next, also when what it held came and went. One that has become old
 * so keeps all that came after it from being collected as young: of 10,000 questions in a row 9 MB were moved, to no end.
 */
export class AskTable<T extends Numbered> {
  readonly #prefix: number;
  #places: (T | undefined)[] = new Array(PLACES).fill(undefined);
  #counter = 0;
  #size = 0;

  /** Nothing yet; `prefix` is what every number begins with. */
  constructor(prefix: number) {
    this.#prefix = prefix;
  }

  /** How many there are. */
  get size(): number {
    return this.#size;
  }

  /** Gives `one` the next number whose place is free, and keeps it. */
  add(one: T): void {
    if (this.#size * 2 >= this.#places.length) this.#grow();
    const mask = this.#places.length - 1;
    do this.#counter = this.#counter % NUMBERS + 1; while (
      this.#places[this.#counter & mask] !== undefined
    );
    one.id = this.#prefix | this.#counter;
    this.#places[one.id & mask] = one;
    this.#size++;
  }

  /** What has that number. */
  get(id: number): T | undefined {
    const one = this.#places[id & (this.#places.length - 1)];
    return one?.id === id ? one : undefined;
  }

  /** Takes out what has that number. */
  delete(id: number): T | undefined {
    const one = this.get(id);
    if (one === undefined) return undefined;
    this.#places[id & (this.#places.length - 1)] = undefined;
    this.#size--;
    return one;
  }

  /** All there are now, those that came first at the front. */
  all(): T[] {
    const mask = this.#places.length - 1;
    const all: T[] = [];
    for (let at = 1; at <= mask + 1; at++) {
      const one = this.#places[(this.#counter + at) & mask];
      if (one !== undefined) all.push(one);
    }
    return all;
  }

  /** Takes out all. */
  clear(): void {
    this.#places = new Array(PLACES).fill(undefined);
    this.#size = 0;
  }

  /** Numbers that differ in their last bits differ in one bit more. */
  #grow(): void {
    const places = new Array(this.#places.length * 2).fill(undefined);
    for (const one of this.#places) {
      if (one !== undefined) places[one.id & (places.length - 1)] = one;
    }
    this.#places = places;
  }
}
