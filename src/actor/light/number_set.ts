/** A set of numbers that only grows and is dense: a bit for each. */
export class NumberSet {
  #words: Uint32Array = new Uint32Array(32);

  /** Whether `number` is in it. */
  has(number: number): boolean {
    return ((this.#words[number >>> 5] ?? 0) >>> (number & 31) & 1) === 1;
  }

  /** Puts `number` into it. */
  add(number: number): void {
    const at = number >>> 5;
    if (at >= this.#words.length) {
      const more = new Uint32Array(Math.max(at + 1, this.#words.length * 2));
      more.set(this.#words);
      this.#words = more;
    }
    this.#words[at]! |= 1 << (number & 31);
  }
}
