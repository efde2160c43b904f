/** What waits, first come first served, each for so long and no longer. */
export class WaitingLine<T extends { readonly until: number }> {
  #items: T[] = [];
  /** Those before it are gone: taking the first of many must not move the rest. */
  #head = 0;

  /** How many wait. */
  get size(): number {
    return this.#items.length - this.#head;
  }

  /** Puts one at the end. */
  push(item: T): void {
    this.#items.push(item);
  }

  /** The first. */
  get first(): T | undefined {
    return this.#items[this.#head];
  }

  /** Takes the first. */
  shift(): T | undefined {
    const item = this.#items[this.#head];
    if (item === undefined) return undefined;
    this.#head++;
    if (this.#head * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  /** When the time of the first one is over, `Infinity` if none waits. */
  get next(): number {
    let next = Infinity;
    for (let i = this.#head; i < this.#items.length; i++) {
      next = Math.min(next, this.#items[i]!.until);
    }
    return next;
  }

  /** Takes those that `wanted` wants. */
  take(wanted: (item: T) => boolean): T[] {
    const items = this.#items.slice(this.#head);
    this.#head = 0;
    this.#items = items.filter((item) => !wanted(item));
    return items.filter(wanted);
  }

  /** Takes those whose time is over. */
  takeLate(now: number): T[] {
    return this.take(({ until }) => until <= now);
  }

  /** Takes all. */
  takeAll(): T[] {
    return this.take(() => true);
  }
}
