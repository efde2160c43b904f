/**
 * A line whose members come and go in any order.
 *
 * No `Set`: each table that one outgrows refers to the next, also when what it held came and went. One that has become old
 * so keeps all that came after it from being collected as young: of jobs of which 64 were open at any time thousands were
 * moved, to no end, which took a third of the time of all. A place that was left refers to nothing.
 *
 * @module
 */

/** The place of one member. */
export interface Place<T> {
  /** Whose it is. */
  readonly member: T;
  /** The place before it. */
  before: Place<T> | undefined;
  /** The place behind it. */
  after: Place<T> | undefined;
}

/** Members in the order in which they came. */
export class Line<T> implements Iterable<T> {
  #first: Place<T> | undefined;
  #last: Place<T> | undefined;
  #size = 0;

  /** The first place. */
  get first(): Place<T> | undefined {
    return this.#first;
  }

  /** How many members there are. */
  get size(): number {
    return this.#size;
  }

  /** Puts `member` at the end. Returns its place, by which it leaves. */
  add(member: T): Place<T> {
    const place: Place<T> = { member, before: this.#last, after: undefined };
    if (this.#last === undefined) this.#first = place;
    else this.#last.after = place;
    this.#last = place;
    this.#size++;
    return place;
  }

  /** Takes out who has `place`, which is one of this line; once. */
  delete(place: Place<T>): void {
    const { before, after } = place;
    if (before === undefined) this.#first = after;
    else before.after = after;
    if (after === undefined) this.#last = before;
    else after.before = before;
    place.before = place.after = undefined;
    this.#size--;
  }

  /** All of them; who is given may leave meanwhile, nobody else. */
  *[Symbol.iterator](): Generator<T> {
    for (let place = this.#first; place !== undefined;) {
      const { member, after } = place;
      yield member;
      place = after;
    }
  }
}
