/**
 * Sections: several words changed as if they were one, whoever dies when.
 *
 * - **Alone:** one thread at a time is in a section of a memory.
 * - **All or nothing:** what a thread that died inside had begun is undone by the next one.
 * - **Short:** a section never waits; it takes about a microsecond, so that even the main thread may wait to enter one.
 *
 * A section must not throw: what it wants to say it returns. `layout.ts` draws the words.
 *
 * @module
 */
import {
  cas,
  load,
  notify,
  patience,
  peek,
  poke,
  store,
  wait,
} from "../memory/cells.ts";
import {
  BLOCKING,
  CONTENDED,
  PLACE,
  PLACE_STATE,
  PRIMITIVE,
  SYNC_VERSION,
} from "./layout.ts";
import { type Life, type Lives, ownLife } from "./lives.ts";
import { rouse } from "./parker.ts";
import { type Ground, Plot } from "./plot.ts";
import { RoomLine } from "./room_line.ts";

const { GRANTED, INHERITED } = PLACE_STATE;
const { ARRIVALS, CAPACITY, ENTRIES, FIELDS, GUARD, HIGH, LOG, UNDO } =
  PRIMITIVE;

/** Looks at a guard that is taken, before it sleeps. */
const LOOKS = 200;
/** Longest sleep in front of a guard, in milliseconds: a wake-up that a dying thread owed is made good after it. */
const SLICE_MS = 5;
/** A thread that is dead for so many slices inside a section never leaves it: it takes a microsecond to. */
const QUARANTINE = 200;

/** How many can wait at one primitive in sections' memory; see `room_line.ts` for more. */
const PLACES = 256;

/** What is made beside the places. */
export interface MonitorExtra {
  /** How often a section may write for each place: 4, and for a primitive with more to do more. */
  readonly writes?: number;
  /** Words behind the places. */
  readonly words?: number;
}

/** Every place may be written so often in one section, and the other words once or twice. */
function entriesFor(places: number, writes: number): number {
  return writes * places + 64;
}

/** Where that begins which lies behind the places. */
function extraAt(places: number, entries: number): number {
  return (LOG + 2 * entries + places * PLACE.WORDS + 15) & ~15;
}

let serial = 0;

/** The sections of one memory. */
export class Monitor {
  /** The memory. */
  readonly words: Int32Array<SharedArrayBuffer>;
  /** Where it is; `undefined` for the memory of one program. */
  readonly plot: Plot | undefined;
  readonly #capacity: number;
  readonly #places: number;
  /** The index of the first word behind the places. */
  readonly extra: number;
  /** Words to notify when the section is left. */
  #woken: number[] = [];
  /** Places whose threads must be alive for that to mean anything. */
  #granted: number[] = [];
  #last = -1;
  #lastValue = 0;
  /** Who of this thread waits for room. */
  readonly line: RoomLine = new RoomLine();
  /** Runs in a section when threads have died: frees their places and gives what they held to others. */
  onDeath: () => void = () => {};
  /** Runs in a section when one who waited has seen that it has what it wanted, and its place is free. */
  onTaken: (arg: number) => void = () => {};
  /** Runs in a section when one who waited has given up, and its place is free: others may have waited behind it. */
  onGivenUp: () => void = () => {};

  /** Sections of `memory`; without it, of a new one for a primitive of that kind. */
  constructor(
    memory: Ground | number,
    places: number = PLACES,
    { writes = 4, words = 0 }: MonitorExtra = {},
  ) {
    if (typeof memory === "number") {
      const entries = entriesFor(places, writes);
      const size = extraAt(places, entries) + words;
      this.words = new Int32Array(new SharedArrayBuffer(size * 4));
      const { who, lives } = ownLife();
      // Plain: handing the memory over publishes it.
      poke(this.words, PRIMITIVE.VERSION, SYNC_VERSION);
      poke(this.words, PRIMITIVE.KIND, memory);
      poke(this.words, PRIMITIVE.ROOT, lives.root);
      poke(this.words, PRIMITIVE.MAKER, who);
      poke(this.words, PRIMITIVE.SERIAL, ++serial);
      poke(this.words, CAPACITY, places);
      poke(this.words, ENTRIES, entries);
    } else if (memory instanceof Plot) {
      this.plot = memory;
      // Mapped memory is no SharedArrayBuffer, but all that is done with one is done with it too.
      this.words = memory.words as unknown as Int32Array<SharedArrayBuffer>;
    } else this.words = new Int32Array(memory);
    this.#capacity = peek(this.words, CAPACITY);
    const entries = peek(this.words, ENTRIES);
    this.#places = LOG + 2 * entries;
    this.extra = extraAt(this.#capacity, entries);
  }

  /**
   * The life of this thread where the memory is.
   *
   * @throws {RegionClosedError} If that is a region that was closed.
   */
  get life(): Life {
    return this.plot === undefined ? ownLife() : this.plot.life;
  }

  /**
   * Runs `body` in a section.
   *
   * @returns What it returned.
   */
  run<T>(body: () => T): T {
    this.#enter();
    const result = body();
    if (peek(this.words, UNDO) !== 0) store(this.words, UNDO, 0);
    if (this.#last >= 0) {
      store(this.words, this.#last, this.#lastValue);
      this.#last = -1;
    }
    this.#leave();
    if (this.#woken.length > 0 && this.#wake()) this.bury();
    return result;
  }

  /** Frees the places of the dead and gives what they held to others. */
  bury(): void {
    this.run(this.onDeath);
  }

  /** In a section: reads a word. */
  get(index: number): number {
    return peek(this.words, index);
  }

  /** In a section: writes a word, so that it is undone if this thread dies inside. */
  set(index: number, value: number): void {
    const { words } = this;
    const entries = peek(words, UNDO);
    const at = LOG + 2 * entries;
    poke(words, at, index);
    poke(words, at + 1, peek(words, index));
    poke(words, UNDO, entries + 1);
    poke(words, index, value);
  }

  /** In a section: a word to write when all else has been, just before the section is left. */
  setLast(index: number, value: number): void {
    this.#last = index;
    this.#lastValue = value;
  }

  /** The index of a word of the primitive's own, 0 to 11. */
  field(n: number): number {
    return FIELDS + n;
  }

  /** How many places there are. */
  get capacity(): number {
    return this.#capacity;
  }

  /** In a section: how many places may be in use. */
  get high(): number {
    return peek(this.words, HIGH);
  }

  /** In a section: tells all that wait, and whose ARG and WHO are meant. */
  tellEach(
    state: number,
    isMeant: (arg: number, who: number) => boolean,
  ): void {
    for (let place = this.high - 1; place >= 0; place--) {
      if (this.of(place, PLACE.STATE) !== PLACE_STATE.WAITING) continue;
      const arg = this.of(place, PLACE.ARG);
      if (isMeant(arg, this.of(place, PLACE.WHO))) this.tell(place, state);
    }
  }

  /** The index of a field of a place. */
  at(place: number, field: number): number {
    return this.#places + place * PLACE.WORDS + field;
  }

  /** In a section: reads a field of a place. */
  of(place: number, field: number): number {
    return peek(this.words, this.at(place, field));
  }

  /**
   * In a section: takes a free place for this thread.
   *
   * @returns The place, or -1 if all are taken.
   */
  take(state: number, arg: number): number {
    const { high } = this;
    let place = 0;
    while (place < high && this.of(place, PLACE.WHO) !== 0) place++;
    if (place === this.#capacity) return -1;
    if (place === high) this.set(HIGH, high + 1);
    const stamp = (this.get(ARRIVALS) + 1) | 0;
    this.set(ARRIVALS, stamp);
    this.set(this.at(place, PLACE.WHO), this.life.who);
    this.set(this.at(place, PLACE.STATE), state);
    this.set(this.at(place, PLACE.STAMP), stamp);
    this.set(this.at(place, PLACE.ARG), arg);
    return place;
  }

  /** In a section: frees a place. */
  free(place: number): void {
    this.set(this.at(place, PLACE.WHO), 0);
    this.set(this.at(place, PLACE.STATE), PLACE_STATE.FREE);
    let { high } = this;
    if (place !== high - 1) return;
    while (high > 0 && this.of(high - 1, PLACE.WHO) === 0) high--;
    this.set(HIGH, high);
  }

  /** In a section: frees the place of one who waited and has given up; a wait that is still under way ends. */
  abandon(place: number): void {
    this.free(place);
    this.#woken.push(this.at(place, PLACE.STATE));
  }

  /** In a section: tells one who waits how its wait ended; wakes it when the section is left. */
  tell(place: number, state: number): void {
    this.set(this.at(place, PLACE.STATE), state);
    this.#woken.push(this.at(place, PLACE.STATE));
    this.#granted.push(this.of(place, PLACE.WHO));
  }

  /** In a section: the one who has waited longest, or -1; `skip` leaves places out. The dead are not among them. */
  oldest(skip?: (place: number) => boolean): number {
    const { lives } = this.life;
    let found = -1;
    for (let place = this.high - 1; place >= 0; place--) {
      if (this.of(place, PLACE.STATE) !== PLACE_STATE.WAITING) continue;
      if (!lives.alive(this.of(place, PLACE.WHO))) continue;
      if (skip?.(place)) continue;
      if (found < 0 || this.isBefore(place, found)) found = place;
    }
    return found;
  }

  /**
   * In a section: whose turn it is, or -1. One who blocks goes before the others of its thread, which cannot go on.
   *
   * @param skip Leaves places out.
   */
  next(skip?: (place: number) => boolean): number {
    const first = this.oldest(skip);
    if (first < 0) return first;
    const who = this.of(first, PLACE.WHO);
    const blocking = this.oldest((place) =>
      this.of(place, PLACE.WHO) !== who ||
      (this.of(place, PLACE.ARG) & BLOCKING) === 0 || skip?.(place) === true
    );
    return blocking < 0 ? first : blocking;
  }

  /**
   * In a section: a caller who blocks takes what was given to a waiter of its own thread who has not seen it yet, and
   * cannot before this thread goes on. That one waits again.
   *
   * @param mask Which bits of ARG must be those of `arg`.
   * @returns GRANTED or INHERITED, or 0 if there is none.
   */
  overtake(mask = 0, arg = 0): number {
    const { who } = this.life;
    for (let place = this.high - 1; place >= 0; place--) {
      if (this.of(place, PLACE.WHO) !== who) continue;
      if (((this.of(place, PLACE.ARG) ^ arg) & mask) !== 0) continue;
      const state = this.of(place, PLACE.STATE);
      if (state !== GRANTED && state !== INHERITED) continue;
      this.set(this.at(place, PLACE.STATE), PLACE_STATE.WAITING);
      return state;
    }
    return 0;
  }

  /** In a section: the place where what a thread holds is written, or -1. */
  holding(who: number): number {
    for (let place = this.high - 1; place >= 0; place--) {
      if (this.of(place, PLACE.WHO) !== who) continue;
      if (this.of(place, PLACE.STATE) === PLACE_STATE.HOLDING) return place;
    }
    return -1;
  }

  /**
   * In a section: writes down that this thread holds so much more, or less; the place is free when it is nothing.
   *
   * @returns Whether there was a place to write it.
   */
  hold(amount: number): boolean {
    const { who } = this.life;
    const place = this.holding(who);
    if (place < 0) return this.take(PLACE_STATE.HOLDING, amount) >= 0;
    const left = this.of(place, PLACE.ARG) + amount;
    if (left === 0) this.free(place);
    else this.set(this.at(place, PLACE.ARG), left);
    return true;
  }

  /** In a section: whether who is at `place` came before who is at `other`. */
  isBefore(place: number, other: number): boolean {
    const stamp = this.of(place, PLACE.STAMP);
    return ((stamp - this.of(other, PLACE.STAMP)) | 0) < 0;
  }

  /** In a section: calls `visit` with each place whose thread is dead. */
  eachDead(visit: (place: number) => void): void {
    const { lives } = this.life;
    for (let place = this.high - 1; place >= 0; place--) {
      const who = this.of(place, PLACE.WHO);
      if (who !== 0 && !lives.alive(who)) visit(place);
    }
  }

  #enter(): void {
    const { words } = this;
    const { who, lives } = this.life;
    const mine = who << 1;
    if (cas(words, GUARD, 0, mine) !== 0) this.#wait(mine, lives);
    if (peek(words, UNDO) !== 0) this.#undo();
  }

  #wait(mine: number, lives: Lives): void {
    const { words } = this;
    for (let i = patience(LOOKS); i > 0; i--) {
      if (load(words, GUARD) === 0 && cas(words, GUARD, 0, mine) === 0) return;
    }
    const limit = lives.certain ? 0 : patience(QUARANTINE);
    for (let still = 0;;) {
      let seen = load(words, GUARD);
      if (seen === 0) {
        if (cas(words, GUARD, 0, mine | CONTENDED) === 0) return;
        continue;
      }
      // Its own: something threw through a section of this thread.
      const own = seen >> 1 === mine >> 1;
      if (own || (still > limit && !lives.alive(seen >> 1))) {
        if (cas(words, GUARD, seen, mine | CONTENDED) === seen) return;
        continue;
      }
      if ((seen & CONTENDED) === 0) {
        if (cas(words, GUARD, seen, seen | CONTENDED) !== seen) continue;
        seen |= CONTENDED;
      }
      const slept = wait(words, GUARD, seen, SLICE_MS);
      still = slept === "timed-out" ? still + 1 : 0;
    }
  }

  #undo(): void {
    const { words } = this;
    for (let entry = peek(words, UNDO) - 1; entry >= 0; entry--) {
      const at = LOG + 2 * entry;
      poke(words, peek(words, at), peek(words, at + 1));
    }
    store(words, UNDO, 0);
  }

  /** Leaves, unless this thread was dead for so long that another is in its place. */
  #leave(): void {
    const { words } = this;
    const mine = this.life.who << 1;
    if (cas(words, GUARD, mine, 0) === mine) return;
    const contended = mine | CONTENDED;
    if (cas(words, GUARD, contended, 0) === contended) notify(words, GUARD, 1);
  }

  /** Wakes those who were told. Returns whether one of them died before it could hear. */
  #wake(): boolean {
    const woken = this.#woken;
    const granted = this.#granted;
    this.#woken = [];
    this.#granted = [];
    for (const index of woken) rouse(this.words, index);
    const { lives } = this.life;
    return granted.some((who) => !lives.alive(who));
  }
}
