/**
 * The table of endpoints: one row of words for every address a system can have,
 * in one shared region that each thread holds from birth.
 *
 * An endpoint is the address of one mailbox. It outlives the threads that serve
 * it: a restarted actor keeps its row.
 *
 *   row 0 (header)
 *   word  field     written by     meaning
 *     0   AWAKE     every thread   how many threads are not parked
 *     1   HINT      any opener     where the search for a free row starts
 *
 *   row 1 + endpoint, 64 bytes
 *   word  field     written by     meaning
 *     0   SLEEP     consumer, ringers   0 awake, else the token of who is parked (see doorbell.ts)
 *     1   USED      opener, nursery     0 free, 1 taken (opener by CAS; freed by the nursery)
 *     2   LIFE      nursery             counts the owners of this row; a ref of another life is stale
 *     3   EPOCH     nursery             incarnation that may act; only ever goes up
 *     4   PROGRESS  consumer            turns of its event loop; stands still when it hangs
 *     5   STATE     nursery, consumer   0 open, 1 stopping, 2 gone
 *     6   HANDLED   consumer            messages handled (statistics)
 *     7   EXIT      consumer            1 + exit code given to Deno.exit, 0 when none
 *     8   DEPTH     consumer            messages that waited at its last turn (statistics)
 *     9   CAPACITY  opener              messages that each sender may have waiting
 *    10   MAX_BYTES opener              largest message, in bytes; 0 for no limit
 *  11-15  reserved  nobody              zero
 *
 * @module
 */
import { add, cas, load, store } from "./cells.ts";
import { ThreadLimitError } from "../errors.ts";

/** How many endpoints one system can have at the same time. */
export const MAX_ENDPOINTS = 8_192;

const ROW_WORDS = 16;

/** Offsets, in words, of the fields of a row. */
export const ENDPOINT: {
  readonly SLEEP: 0;
  readonly USED: 1;
  readonly LIFE: 2;
  readonly EPOCH: 3;
  readonly PROGRESS: 4;
  readonly STATE: 5;
  readonly HANDLED: 6;
  readonly EXIT: 7;
  readonly DEPTH: 8;
  readonly CAPACITY: 9;
  readonly MAX_BYTES: 10;
} = {
  SLEEP: 0,
  USED: 1,
  LIFE: 2,
  EPOCH: 3,
  PROGRESS: 4,
  STATE: 5,
  HANDLED: 6,
  EXIT: 7,
  DEPTH: 8,
  CAPACITY: 9,
  MAX_BYTES: 10,
};

/** Values of the STATE word. `OPEN → STOPPING → GONE`, and back to `OPEN` when a new incarnation starts. */
export const STATE: {
  readonly OPEN: 0;
  readonly STOPPING: 1;
  readonly GONE: 2;
} = { OPEN: 0, STOPPING: 1, GONE: 2 };

/** The shared table of endpoints of one system. */
export class EndpointTable {
  /** The words of the table; share `words.buffer` with other threads. */
  readonly words: Int32Array<SharedArrayBuffer>;

  /** Makes a table, or looks at the one in `memory`. */
  constructor(memory?: SharedArrayBuffer) {
    this.words = new Int32Array(
      memory ?? new SharedArrayBuffer((MAX_ENDPOINTS + 1) * ROW_WORDS * 4),
    );
  }

  /** The memory of the table, to hand to another thread. */
  get memory(): SharedArrayBuffer {
    return this.words.buffer;
  }

  /** The index of `field` of `endpoint` in {@link words}. */
  at(endpoint: number, field: number): number {
    return (1 + endpoint) * ROW_WORDS + field;
  }

  /** Reads a field. */
  get(endpoint: number, field: number): number {
    return load(this.words, this.at(endpoint, field));
  }

  /** Writes a field. */
  set(endpoint: number, field: number, value: number): void {
    store(this.words, this.at(endpoint, field), value);
  }

  /** Adds to a field. */
  add(endpoint: number, field: number, amount: number): void {
    add(this.words, this.at(endpoint, field), amount);
  }

  /** Adds one to a field and returns what it held before. */
  bump(endpoint: number, field: number): number {
    return add(this.words, this.at(endpoint, field), 1);
  }

  /**
   * Claims a free row. Any thread may call it, without asking anybody.
   *
   * @returns The endpoint and the life it now has.
   * @throws {ThreadLimitError} If all rows are taken.
   */
  open(): { endpoint: number; life: number } {
    const start = load(this.words, 1);
    for (let i = 0; i < MAX_ENDPOINTS; i++) {
      const endpoint = (start + i) % MAX_ENDPOINTS;
      if (cas(this.words, this.at(endpoint, ENDPOINT.USED), 0, 1) === 0) {
        store(this.words, 1, endpoint + 1);
        this.set(endpoint, ENDPOINT.STATE, STATE.OPEN);
        return { endpoint, life: this.get(endpoint, ENDPOINT.LIFE) };
      }
    }
    throw new ThreadLimitError(
      `Cannot open one more actor as all addresses are taken: the limit is ${MAX_ENDPOINTS}, stop some first`,
      { limit: MAX_ENDPOINTS },
    );
  }

  /** Frees a row for the next owner. Its refs are stale from now on. */
  release(endpoint: number): void {
    this.set(endpoint, ENDPOINT.STATE, STATE.GONE);
    this.bump(endpoint, ENDPOINT.LIFE);
    this.bump(endpoint, ENDPOINT.EPOCH);
    this.set(endpoint, ENDPOINT.USED, 0);
  }
}
