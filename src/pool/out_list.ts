import type { Out } from "./batch.ts";

/**
 * Batches in the order sent, of which there are few and which come and go.
 *
 * No `Set`, for the reason that {@link ./line.ts} tells.
 */
export class OutList implements Iterable<Out> {
  readonly #all: Out[] = [];

  /** How many there are. */
  get size(): number {
    return this.#all.length;
  }

  /** Whether `out` is one of them. */
  has(out: Out): boolean {
    return this.#all.includes(out);
  }

  /** Takes `out` on, which is none of them. */
  add(out: Out): void {
    this.#all.push(out);
  }

  /** Takes `out` off. */
  delete(out: Out): void {
    const at = this.#all.indexOf(out);
    if (at < 0) return;
    // By hand: no list is made of the one that is taken off.
    for (let i = at + 1; i < this.#all.length; i++) {
      this.#all[i - 1] = this.#all[i]!;
    }
    this.#all.pop();
  }

  /** All of them. */
  [Symbol.iterator](): ArrayIterator<Out> {
    return this.#all[Symbol.iterator]();
  }
}
