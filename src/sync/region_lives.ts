/**
 * Which threads of which processes have a region open: the table by which a waiter knows that the holder of a lock in it is dead.
 *
 * Nobody tells of the death of a process. Whoever waits, or finds a lock taken, asks the system whether all are still there, at
 * most every 50 ms, and ends the lives of those who are not. `memory/region_room.ts` draws the words.
 *
 * @module
 */
import { ThreadLimitError } from "../errors.ts";
import { cas, load, peek, poke, store } from "../memory/cells.ts";
import { threadNumber, useFutex } from "../memory/futex.ts";
import { mayLive, type Owner, ownThread } from "../memory/region_owner.ts";
import { type RegionRoom, ROOM, ROOM_OWNER } from "../memory/region_room.ts";
import { LIFE, LIVES } from "./layout.ts";
import { Life, Lives } from "./lives.ts";

const { THREAD, START, SPACE, WORDS } = ROOM_OWNER;

/** How often to ask the system, at most, in milliseconds. */
const ASK_MS = 50;

/** Who knows which threads are there. */
export interface Register {
  /** Whether one may still be there. */
  mayLive(owner: Owner): boolean;
  /** The space of numbers that this thread is in. */
  readonly space: number;
}

/** The lives of all threads that have a region open. */
export class RegionLives extends Lives {
  /** Who is dead here runs no more: nobody was given up. */
  override readonly certain = true;
  readonly #owners: Int32Array;
  readonly #register: Register;
  #asked = -Infinity;

  /** The table in these words, and who is at its rows. */
  constructor(
    table: Int32Array,
    owners: Int32Array,
    register: Register,
  ) {
    super(table);
    this.#owners = owners;
    this.#register = register;
  }

  /** How many lives have ended, of all that the system knew to have ended a moment ago. */
  override get deaths(): number {
    this.#ask();
    return super.deaths;
  }

  /** See {@link Lives.alive}; of who died a moment ago it may say otherwise. */
  override alive(who: number): boolean {
    this.#ask();
    return super.alive(who);
  }

  /**
   * Begins the life of a thread of the system.
   *
   * @returns Its name.
   * @throws {ThreadLimitError} If all rows are taken.
   */
  enter(owner: Owner): number {
    const who = this.#enter(owner);
    if (who !== 0) return who;
    this.survey();
    const again = this.#enter(owner);
    if (again !== 0) return again;
    const limit = this.rows - 1;
    throw new ThreadLimitError(
      `Cannot use the locks of the region as too many threads do: the limit is ${limit}, close it in some first`,
      { limit },
    );
  }

  /** Ends the life of who leaves by itself. */
  leave(who: number): void {
    const at = (who & LIFE.ROW_MASK) * WORDS;
    const thread = load(this.#owners, at + THREAD);
    if (!super.alive(who)) return;
    this.end(who, false);
    cas(this.#owners, at + THREAD, thread, 0);
  }

  /** Ends the lives of those who are not there any more. */
  survey(): void {
    for (let row = 1; row < this.rows; row++) {
      const thread = load(this.#owners, row * WORDS + THREAD);
      if (thread !== 0 && this.#isDead(row, thread)) this.#bury(row, thread);
    }
  }

  #ask(): void {
    const now = performance.now();
    if (now - this.#asked < ASK_MS) return;
    this.#asked = now;
    this.survey();
  }

  #enter(owner: Owner): number {
    const owners = this.#owners;
    const living = owner.pid << 1;
    for (let row = 1; row < this.rows; row++) {
      const at = row * WORDS;
      if (cas(owners, at + THREAD, 0, living | 1) !== 0) continue;
      poke(owners, at + START, owner.start | 0);
      poke(owners, at + START + 1, Math.floor(owner.start / 2 ** 32));
      poke(owners, at + SPACE, owner.space | 0);
      // Publishes the two. Somebody of another space of numbers may have taken it for dead.
      if (cas(owners, at + THREAD, living | 1, living) !== (living | 1)) {
        continue;
      }
      const word = this.indexOf(row);
      store(this.words, word + LIFE.GROUP, 0);
      const seen = store(this.words, word, load(this.words, word) | 1);
      return (seen >> 1) << LIFE.ROW_BITS | row;
    }
    return 0;
  }

  #isDead(row: number, thread: number): boolean {
    const at = row * WORDS;
    const isEntering = (thread & 1) === 1;
    const start = peek(this.#owners, at + START + 1) * 2 ** 32 +
      (peek(this.#owners, at + START) >>> 0);
    const space = peek(this.#owners, at + SPACE) >>> 0;
    // What was read belongs to who is there now, or to nobody.
    if (load(this.#owners, at + THREAD) !== thread) return false;
    const pid = thread >> 1;
    const register = this.#register;
    return !register.mayLive(
      isEntering
        ? { pid, start: 0, space: register.space }
        : { pid, start, space },
    );
  }

  /** Once its thread is dead, nothing of it changes but by who buries it. */
  #bury(row: number, thread: number): void {
    const at = row * WORDS + THREAD;
    const life = load(this.words, this.indexOf(row));
    if (load(this.#owners, at) !== thread) return;
    if ((life & 1) === 1) {
      this.end((life >> 1) << LIFE.ROW_BITS | row, true);
    }
    // Only now, so that who finds it free finds no life there.
    cas(this.#owners, at, thread, 0);
  }
}

/** The life of one thread in a region, until that is closed. */
export class RegionLife extends Life {
  readonly #room: RegionRoom;

  /** The life of `who`. */
  constructor(lives: RegionLives, who: number, room: RegionRoom) {
    super(lives, who);
    this.#room = room;
  }

  /** Whether it is over. */
  override get fenced(): boolean {
    return this.#room.closed || super.fenced;
  }
}

/** The lives of this thread that end with it. */
const open: Map<RegionLives, number> = new Map();
const known: WeakMap<RegionRoom, RegionLife> = new WeakMap();
let listens = false;

/** The life of this thread in a room; it begins with the first question. */
export function lifeIn(room: RegionRoom): RegionLife {
  return known.get(room) ?? begin(room);
}

function begin(room: RegionRoom): RegionLife {
  useFutex();
  const { words } = room;
  const table = words.subarray(
    ROOM.LIVES,
    ROOM.LIVES + LIVES.ROWS + ROOM.ROWS * LIVES.ROW_WORDS,
  );
  const { ROOT } = LIVES;
  if (load(table, ROOT) === 0) {
    cas(table, ROOT, 0, crypto.getRandomValues(new Int32Array(1))[0]! | 1);
  }
  const owners = words.subarray(
    ROOM.OWNERS,
    ROOM.OWNERS + ROOM.ROWS * WORDS,
  );
  const me = ownThread(threadNumber());
  const lives = new RegionLives(table, owners, { mayLive, space: me.space });
  const who = lives.enter(me);
  const life = new RegionLife(lives, who, room);
  known.set(room, life);
  open.set(lives, who);
  room.onClose(() => {
    open.delete(lives);
    lives.leave(who);
  });
  if (!listens) globalThis.addEventListener("unload", leaveAll);
  listens = true;
  return life;
}

/** A program that ends as it should says so, and nobody need ask. */
function leaveAll(): void {
  for (const [lives, who] of open) lives.leave(who);
  open.clear();
}
