/** One word by which a test and an actor wait for each other, wherever the actor lives. */

import { changeOf, sharedWords, tell } from "../fixtures/words.ts";

/** A word that counts up. */
export class SharedWord {
  /** What travels. */
  readonly words: Int32Array;

  /** A word at 0, or the one that came in `words`. */
  constructor(words: Int32Array = sharedWords(1)) {
    this.words = words;
  }

  /** Its value. */
  get value(): number {
    return Atomics.load(this.words, 0);
  }

  /** Sets it and wakes all that wait. */
  set(value: number): void {
    Atomics.store(this.words, 0, value);
    tell(this.words);
  }

  /** Adds one, wakes all that wait, and returns the new value. */
  bump(): number {
    const value = Atomics.add(this.words, 0, 1) + 1;
    tell(this.words);
    return value;
  }

  /** Resolves when it is `value` or more. */
  async reaches(value: number): Promise<void> {
    for (;;) {
      const now = this.value;
      if (now >= value) return;
      await changeOf(this.words, 0, now);
    }
  }
}
