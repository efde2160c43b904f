/**
 * Which came first, a link or an end: each link is one tick of a clock that all threads of a system see; `layout.ts` draws
 * the word.
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

  /** A link is made: the time of it, which no other has. */
  tick(): number {
    return (add(this.#words, TIES, 1) + 1) | 0;
  }

  /** The time of an end. */
  get now(): number {
    return load(this.#words, TIES);
  }
}

/** Whether an end at the time `end` came before a link at the time `link`. */
export function endedBefore(end: number, link: number): boolean {
  return ((end - link) | 0) < 0;
}
