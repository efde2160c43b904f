import type { Letter, OutTrack, Written } from "./track.ts";

/** Messages that are sent one after the other, as many at once as there is room for. */
export class ManyLetters<T> implements Letter {
  readonly #track: OutTrack<T>;
  readonly #values: readonly T[];
  readonly #told: () => void;
  #sent = 0;

  /** Those messages; `told` is called when some of them can be received. */
  constructor(track: OutTrack<T>, values: readonly T[], told: () => void) {
    this.#track = track;
    this.#values = values;
    this.#told = told;
  }

  /** How many were sent. */
  get sent(): number {
    return this.#sent;
  }

  /** Those that were not sent. */
  get rest(): T[] {
    return this.#values.slice(this.#sent);
  }

  /** See {@linkcode Letter.write}. */
  write(): Written {
    while (this.#sent < this.#values.length) {
      const count = this.#track.writeMany(this.#values, this.#sent);
      if (count < 0) return "sealed";
      if (count === 0) return "full";
      this.#sent += count;
      this.#told();
    }
    return "written";
  }

  /** What was not sent was not encoded either. */
  drop(): void {}
}
