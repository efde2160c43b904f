import { store } from "../memory/cells.ts";
import { ownLife } from "../sync/lives.ts";
import { parkAsync, rouse } from "../sync/parker.ts";

/** Who keeps a vigil. */
export interface Keeper {
  /** Does what can be done by now. Returns whether anybody waits still. */
  serve(): boolean;
  /** Whether the death of a thread changes anything. */
  mourns(): boolean;
  /** This thread was given up: nobody need wait. */
  fenced(): void;
}

/**
 * Waits at one end of a channel, without the thread, for as long as anybody does.
 *
 * The word is 1 while it sleeps. Whoever changes something after that takes the 1 away and wakes it, and it looks once more
 * after it has set it: so no change is missed.
 */
export class Vigil {
  readonly #words: Int32Array;
  readonly #index: number;
  readonly #keeper: Keeper;
  #kept = false;

  /** A vigil on `words[index]`. */
  constructor(words: Int32Array, index: number, keeper: Keeper) {
    this.#words = words;
    this.#index = index;
    this.#keeper = keeper;
  }

  /** Begins, unless it has. */
  begin(): void {
    if (!this.#kept) void this.#keep();
  }

  /** Looks again: something has changed on this thread. */
  wake(): void {
    if (!this.#kept) return;
    store(this.#words, this.#index, 0);
    rouse(this.#words, this.#index);
  }

  async #keep(): Promise<void> {
    this.#kept = true;
    const { lives } = ownLife();
    for (;;) {
      const { deaths } = lives;
      store(this.#words, this.#index, 1);
      if (!this.#keeper.serve()) break;
      const cell = { words: this.#words, index: this.#index, value: 1 };
      const outcome = await parkAsync(cell, {}, deaths, () => {
        if (this.#keeper.mourns()) store(this.#words, this.#index, 0);
      });
      if (outcome === "fenced") this.#keeper.fenced();
    }
    store(this.#words, this.#index, 0);
    this.#kept = false;
  }
}
