/**
 * Which threads live: the table by which a waiter knows that the holder of a lock is dead. `layout.ts` draws its words.
 *
 * The thread that is asked for first makes the table; all threads of its systems
 * are given it at birth, with a name of their own. Whoever fences a thread ends
 * its life here, which wakes all who wait for anything.
 *
 * @module
 */
import { InvalidOptionError, ThreadLimitError } from "../errors.ts";
import { add, cas, load, notify, peek, poke, store } from "../memory/cells.ts";
import { LIFE, LIVES, SYNC_VERSION } from "./layout.ts";

const { DEATHS, GROUPS, HINT, MAX_ROWS, PARCELS, ROOT, ROW_WORDS } = LIVES;
const { ROWS, VERSION } = LIVES;

/** The lives of all threads of a program. */
export class Lives {
  /** The words of the table. */
  readonly words: Int32Array;
  /** Whether who is dead runs no more. Otherwise it may have been given up, and run on. */
  readonly certain: boolean = false;
  readonly #rows: number;

  /**
   * Makes a table, or looks at the one in `memory`.
   *
   * @param memory The memory of a table made on another thread, or the words of one in a region, which has no version.
   * @param rows How many threads a new table has room for, and one.
   * @throws {InvalidOptionError} If `memory` is not a table of this version.
   */
  constructor(
    memory?: SharedArrayBuffer | Int32Array,
    rows: number = MAX_ROWS,
  ) {
    const isTable = memory instanceof Int32Array;
    this.words = isTable ? memory : new Int32Array(
      memory ?? new SharedArrayBuffer((ROWS + rows * ROW_WORDS) * 4),
    );
    this.#rows = (this.words.length - ROWS) / ROW_WORDS;
    if (memory === undefined) {
      // Plain: handing the memory over publishes it.
      poke(this.words, VERSION, SYNC_VERSION);
      poke(this.words, ROOT, crypto.getRandomValues(new Int32Array(1))[0]! | 1);
      return;
    }
    const version = peek(this.words, VERSION);
    if (isTable || version === SYNC_VERSION) return;
    throw new InvalidOptionError(
      `Cannot read the table of lives as its version must be ${SYNC_VERSION}: current value is ${version}`,
      { option: "memory", value: memory },
    );
  }

  /** The memory of the table, to hand to another thread. */
  get memory(): SharedArrayBuffer {
    return this.words.buffer as SharedArrayBuffer;
  }

  /** How many rows it has; row 0 is nobody's. */
  get rows(): number {
    return this.#rows;
  }

  /** Tells this table from others. */
  get root(): number {
    return peek(this.words, ROOT);
  }

  /** How many lives have ended. */
  get deaths(): number {
    return load(this.words, DEATHS);
  }

  /** A number by which threads can be ended together. */
  newGroup(): number {
    return (add(this.words, GROUPS, 1) + 1) & 0x3fffffff;
  }

  /** A number for what a record cannot carry: no integer of 32 bits but 0, and no other's among the last 2^32. */
  newParcel(): number {
    return (add(this.words, PARCELS, 1) + 1) | 0 || this.newParcel();
  }

  /**
   * Begins a life; any thread may.
   *
   * @returns The name of the thread.
   * @throws {ThreadLimitError} If all rows are taken.
   */
  claim(group: number): number {
    const start = load(this.words, HINT);
    const { words } = this;
    for (let i = 0; i < this.#rows - 1; i++) {
      const row = 1 + (start + i) % (this.#rows - 1);
      const at = this.#at(row);
      const seen = load(words, at);
      if ((seen & 1) !== 0 || cas(words, at, seen, seen | 1) !== seen) continue;
      store(words, HINT, row);
      store(words, at + LIFE.GROUP, group << 1);
      return (seen >> 1) << LIFE.ROW_BITS | row;
    }
    throw new ThreadLimitError(
      `Cannot name one more thread as all names are taken: the limit is ${
        this.#rows - 1
      }, stop some first`,
      { limit: this.#rows - 1 },
    );
  }

  /** Whether `who` may act. */
  alive(who: number): boolean {
    return load(this.words, this.indexOf(who)) === aliveWord(who);
  }

  /** Whether `who`, which is dead, ended abnormally; `false` when that is so long ago that another has its row. */
  crashed(who: number): boolean {
    const at = this.indexOf(who);
    const next = ((who >> LIFE.ROW_BITS) + 1) & LIFE.GENERATION_MASK;
    const flag = load(this.words, at + LIFE.GROUP) & 1;
    return flag === 1 && load(this.words, at) === next << 1;
  }

  /** Ends the life of `who` and wakes all who wait. Once it has ended, further calls do nothing. */
  end(who: number, crashed: boolean): void {
    const at = this.indexOf(who);
    const { words } = this;
    if (crashed && this.alive(who)) {
      store(words, at + LIFE.GROUP, load(words, at + LIFE.GROUP) | 1);
    }
    const next = ((who >> LIFE.ROW_BITS) + 1) & LIFE.GENERATION_MASK;
    const alive = aliveWord(who);
    if (cas(words, at, alive, next << 1) !== alive) return;
    add(words, DEATHS, 1);
    notify(words, DEATHS);
  }

  /** Ends all lives of a group. */
  endAll(group: number): void {
    for (let row = 1; row < this.#rows; row++) {
      const seen = load(this.words, this.#at(row));
      if ((seen & 1) === 0) continue;
      if (load(this.words, this.#at(row) + LIFE.GROUP) >> 1 !== group) continue;
      this.end((seen >> 1) << LIFE.ROW_BITS | row, true);
    }
  }

  /** The index in {@link words} of the life of `who`. */
  indexOf(who: number): number {
    return this.#at(who & LIFE.ROW_MASK);
  }

  #at(row: number): number {
    return ROWS + row * ROW_WORDS;
  }
}

/** What the row of `who` holds while it lives. */
function aliveWord(who: number): number {
  return (who >> LIFE.ROW_BITS) << 1 | 1;
}

/** The life of one thread, as it sees it. */
export class Life {
  /** The table it is in. */
  readonly lives: Lives;
  /** Its name. */
  readonly who: number;
  readonly #words: Int32Array;
  readonly #index: number;
  readonly #alive: number;

  /** The life of `who` in `lives`. */
  constructor(lives: Lives, who: number) {
    this.lives = lives;
    this.who = who;
    this.#words = lives.words;
    this.#index = lives.indexOf(who);
    this.#alive = aliveWord(who);
  }

  /** Whether this thread was given up: nothing it does may count any more. */
  get fenced(): boolean {
    return load(this.#words, this.#index) !== this.#alive;
  }
}

let here: Life | undefined;

/** The life of this thread; the first thread that asks makes the table. */
export function ownLife(): Life {
  if (here === undefined) {
    const lives = new Lives();
    here = new Life(lives, lives.claim(0));
  }
  return here;
}

/** Says which life is this thread's. Called by the runtime before anything of a user runs here. */
export function enterLife(memory: SharedArrayBuffer, who: number): void {
  here = new Life(new Lives(memory), who);
}
