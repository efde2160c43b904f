/**
 * The table of endpoints: who has which address. `layout.ts` draws its words.
 *
 * An endpoint is the address of one mailbox. It outlives the threads that serve
 * it: a restarted actor keeps its row.
 *
 * @module
 */
import { InvalidOptionError, ThreadLimitError } from "../errors.ts";
import { add, cas, load, peek, poke, store } from "./cells.ts";
import {
  ENDPOINT,
  ENDPOINT_STATE,
  ENDPOINT_TABLE,
  ENDPOINT_USED,
  LAYOUT_VERSION,
} from "./layout.ts";

export { ENDPOINT, ENDPOINT_STATE as STATE } from "./layout.ts";

const { FREEZE, HINT, OUTPUT, ROW_WORDS, ROWS, VERSION } = ENDPOINT_TABLE;
const { FREE, TAKEN } = ENDPOINT_USED;

/** How many endpoints one system can have at the same time. */
export const MAX_ENDPOINTS: 8192 = ENDPOINT_TABLE.MAX_ENDPOINTS;

/**
 * The shared table of endpoints of one system.
 *
 * - **Open to all:** any thread claims a row without asking anybody; no two get the same.
 * - **Stale is known:** a row that has a new owner has another life.
 *
 * @example
 * ```ts
 * import { EndpointTable } from "@troupe/actors/memory";
 * import { assertEquals } from "@std/assert";
 *
 * const table = new EndpointTable();
 * const { endpoint, life } = table.open();
 * table.release(endpoint);
 * assertEquals({ endpoint, life }, { endpoint: 0, life: 0 });
 * ```
 */
export class EndpointTable {
  /** The words of the table; share `words.buffer` with other threads. */
  readonly words: Int32Array<SharedArrayBuffer>;

  /**
   * Makes a table of {@linkcode MAX_ENDPOINTS} free rows, or looks at the one in `memory`.
   *
   * @param memory The memory of a table made on another thread.
   * @throws {InvalidOptionError} If `memory` is not a table of this version.
   */
  constructor(memory?: SharedArrayBuffer) {
    if (memory === undefined) {
      const rowsBytes = MAX_ENDPOINTS * ROW_WORDS * 4;
      this.words = new Int32Array(new SharedArrayBuffer(ROWS * 4 + rowsBytes));
      // Plain: nobody else can see the memory yet, and handing it over publishes it.
      poke(this.words, VERSION, LAYOUT_VERSION);
      return;
    }
    this.words = new Int32Array(memory);
    const version = peek(this.words, VERSION);
    if (version === LAYOUT_VERSION) return;
    throw new InvalidOptionError(
      `Cannot read the table of endpoints as its version must be ${LAYOUT_VERSION}: current value is ${version}`,
      { option: "memory", value: memory },
    );
  }

  /** The memory of the table, to hand to another thread. */
  get memory(): SharedArrayBuffer {
    return this.words.buffer;
  }

  /** Whether what actors of one thread send each other is frozen. */
  get freezes(): boolean {
    return load(this.words, FREEZE) === 1;
  }

  /** Has it frozen on all threads that look at the table later. */
  freeze(): void {
    store(this.words, FREEZE, 1);
  }

  /** Whether what processes write is told to the thread that made the system. */
  get tellsOutput(): boolean {
    return load(this.words, OUTPUT) === 1;
  }

  /** Has all threads that look at the table later tell it. */
  tellOutput(): void {
    store(this.words, OUTPUT, 1);
  }

  /**
   * The index of a field in {@link words}, for a doorbell on it.
   *
   * @param endpoint The row, below {@linkcode MAX_ENDPOINTS}; not checked.
   * @param field One of {@linkcode ENDPOINT}.
   */
  at(endpoint: number, field: number): number {
    return ROWS + endpoint * ROW_WORDS + field;
  }

  /** Reads a field; see {@link at}. */
  get(endpoint: number, field: number): number {
    return load(this.words, this.at(endpoint, field));
  }

  /** Writes a field; who may is in `layout.ts`. */
  set(endpoint: number, field: number, value: number): void {
    store(this.words, this.at(endpoint, field), value);
  }

  /** Adds to a field in one step; it wraps at 2^32. */
  add(endpoint: number, field: number, amount: number): void {
    add(this.words, this.at(endpoint, field), amount);
  }

  /** Adds one to a field in one step and returns what it held before. */
  bump(endpoint: number, field: number): number {
    return add(this.words, this.at(endpoint, field), 1);
  }

  /**
   * Claims a free row. Any thread may call it, without asking anybody.
   *
   * @returns The endpoint, and the life it has for as long as it is claimed.
   * @throws {ThreadLimitError} If all {@linkcode MAX_ENDPOINTS} rows are taken.
   */
  open(): { endpoint: number; life: number } {
    const start = load(this.words, HINT);
    for (let i = 0; i < MAX_ENDPOINTS; i++) {
      const endpoint = (start + i) % MAX_ENDPOINTS;
      const used = this.at(endpoint, ENDPOINT.USED);
      if (cas(this.words, used, FREE, TAKEN) !== FREE) continue;
      // Others may have moved the hint on meanwhile: it saves steps and decides nothing.
      store(this.words, HINT, endpoint + 1);
      this.set(endpoint, ENDPOINT.STATE, ENDPOINT_STATE.OPEN);
      // What people are shown is the new owner's, not that of the one before.
      this.set(endpoint, ENDPOINT.HANDLED, 0);
      this.set(endpoint, ENDPOINT.DEPTH, 0);
      this.set(endpoint, ENDPOINT.CALLER, 0);
      this.set(endpoint, ENDPOINT.POLICY, 0);
      return { endpoint, life: this.get(endpoint, ENDPOINT.LIFE) };
    }
    throw new ThreadLimitError(
      `Cannot open one more actor as all addresses are taken: the limit is ${MAX_ENDPOINTS}, stop some first`,
      { limit: MAX_ENDPOINTS },
    );
  }

  /** Frees a row for the next owner; called once by its owner. Refs to it are stale from now on. */
  release(endpoint: number): void {
    this.set(endpoint, ENDPOINT.STATE, ENDPOINT_STATE.GONE);
    this.bump(endpoint, ENDPOINT.LIFE);
    this.bump(endpoint, ENDPOINT.EPOCH);
    // Publishes the life and the epoch: whoever claims the row reads those of its own.
    this.set(endpoint, ENDPOINT.USED, FREE);
  }
}
