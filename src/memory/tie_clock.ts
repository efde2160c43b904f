/**
 * Which came first, a link, an unlink or an end: each link and each unlink is one tick of a clock that all threads of a system
 * see; `layout.ts` draws the word.
 *
 * @module
 */
import { add, load } from "./cells.ts";
import type { EndpointTable } from "./endpoints.ts";
import { ENDPOINT_TABLE } from "./layout.ts";

const { TIES } = ENDPOINT_TABLE;

/** The clock of the links of one system. */
export class TieClock {
  readonly #words: Int32Array<SharedArrayBuffer>;

  /** The clock in `table`. */
  constructor({ words }: EndpointTable) {
    this.#words = words;
  }

  /** A link is made or ended: the time of that, which no other has. */
  tick(): number {
    return (add(this.#words, TIES, 1) + 1) | 0;
  }

  /** The time of an end. */
  get now(): number {
    return load(this.#words, TIES);
  }
}

/** Whether the time `one` is before the time `other`. */
export function isBefore(one: number, other: number): boolean {
  return ((one - other) | 0) < 0;
}
