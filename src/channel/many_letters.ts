import { Supply } from "./supply.ts";
import type { Letter, OutTrack, Written } from "./track.ts";

/** So many are read ahead of what is not there from the start. */
const AHEAD = 64;

/** Messages that are sent one after the other, as many at once as there is room for. */
export class ManyLetters<T> implements Letter {
  readonly #track: OutTrack<T>;
  readonly #given: Iterable<T>;
  readonly #most: number;
  readonly #told: () => void;
  #supply: Supply<T> | undefined;
  #atOnce = Infinity;
  /** Those that are at hand. */
  #values: readonly T[] = [];
  /** How many of those were sent, and of those before. */
  #at = 0;
  #before = 0;

  /**
   * Those messages.
   *
   * @param most How many are sent in one go, if they are read as they are sent: the event loop has its turn then.
   * @param told Called when some of them can be received.
   */
  constructor(
    track: OutTrack<T>,
    values: Iterable<T>,
    most: number,
    told: () => void,
  ) {
    this.#track = track;
    this.#given = values;
    this.#most = most;
    this.#told = told;
  }

  /**
   * Begins to read them.
   *
   * @throws {InvalidOptionError} If they are not iterable.
   */
  open(): void {
    this.#supply = new Supply("send", this.#given);
    // What is there from the start is unsent from the start.
    if (this.#supply.isWhole) this.#values = this.#supply.next(Infinity);
    else this.#atOnce = this.#most;
  }

  /** How many were sent. */
  get sent(): number {
    return this.#before + this.#at;
  }

  /** Those that were read and not sent. */
  get rest(): T[] {
    return this.#values.slice(this.#at);
  }

  /** See {@linkcode Letter.write}. */
  write(): Written {
    const until = this.sent + this.#atOnce;
    for (;;) {
      if (this.#at === this.#values.length && !this.#more()) return "written";
      // Who receives some of so many tells of it, as if there were no room.
      if (this.sent >= until) return "full";
      const count = this.#track.writeMany(this.#values, this.#at);
      if (count < 0) return "sealed";
      if (count === 0) return "full";
      this.#at += count;
      this.#told();
    }
  }

  #more(): boolean {
    this.#before += this.#at;
    this.#at = 0;
    this.#values = this.#supply?.next(AHEAD) ?? [];
    return this.#values.length > 0;
  }

  /** What was not sent was not encoded either; no more is read. */
  drop(): void {
    this.#supply?.leave();
  }
}
