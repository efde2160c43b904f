/**
 * Which rows of the table of endpoints belong to host workers; `layout.ts` draws the words.
 *
 *   0 → row   whoever needs a host first   CAS    the row was opened before; its epoch is even
 *   row → 0   nursery                      CAS    the host is given up; its row is freed after
 *
 * A host's epoch is odd while an incarnation of it runs, and even between two.
 *
 * @module
 */
import { cas, load, peek, poke } from "./cells.ts";
import type { EndpointTable } from "./endpoints.ts";
import { ENDPOINT, ENDPOINT_TABLE } from "./layout.ts";

const { HOST, HOSTS } = ENDPOINT_TABLE;

/** How many host workers one system can have. */
export const MAX_HOSTS: 64 = ENDPOINT_TABLE.MAX_HOSTS;

/** The rows of the hosts of one system. Any thread may look, and opens one that is not there. */
export class HostRows {
  readonly #table: EndpointTable;

  /** The hosts in `table`. */
  constructor(table: EndpointTable) {
    this.#table = table;
  }

  /** How many there may be. */
  get limit(): number {
    return peek(this.#table.words, HOSTS);
  }

  /** Says how many there may be; before any other thread has the table. */
  allow(limit: number): void {
    poke(this.#table.words, HOSTS, limit);
  }

  /**
   * The host with the fewest light actors, the first of several. A host that is not there yet has none.
   *
   * @throws {ThreadLimitError} If it is not there yet and all rows are taken.
   */
  least(): { endpoint: number; life: number } {
    let best = 0;
    let fewest = Infinity;
    for (let i = 0; i < this.limit && fewest > 0; i++) {
      const row = load(this.#table.words, HOST + i);
      const count = row === 0 ? 0 : this.#table.get(row, ENDPOINT.LOAD);
      if (count >= fewest) continue;
      best = i;
      fewest = count;
    }
    const endpoint = this.#open(best);
    return { endpoint, life: this.#table.get(endpoint, ENDPOINT.LIFE) };
  }

  /** The host that has the row `endpoint` is given up: the next look opens another. */
  forget(endpoint: number): void {
    for (let i = 0; i < this.limit; i++) {
      cas(this.#table.words, HOST + i, endpoint, 0);
    }
  }

  #open(index: number): number {
    const known = load(this.#table.words, HOST + index);
    if (known !== 0) return known;
    const { endpoint } = this.#table.open();
    if ((this.#table.get(endpoint, ENDPOINT.EPOCH) & 1) === 1) {
      this.#table.bump(endpoint, ENDPOINT.EPOCH);
    }
    for (const field of [ENDPOINT.LOAD, ENDPOINT.TURN, ENDPOINT.CAPACITY]) {
      this.#table.set(endpoint, field, 0);
    }
    this.#table.set(endpoint, ENDPOINT.MAX_BYTES, 0);
    // From here on others may start it.
    const first = cas(this.#table.words, HOST + index, 0, endpoint);
    if (first === 0) return endpoint;
    this.#table.release(endpoint);
    return first;
  }
}
