interface Waiter<T> {
  readonly settle: (given: T | undefined) => void;
}

/** Those who wait for something, in the order they came. */
export class Line<T> {
  readonly #waiters: Map<string, Waiter<T>> = new Map();

  /** How many wait. */
  get size(): number {
    return this.#waiters.size;
  }

  /**
   * Waits for a turn.
   *
   * @param ticket Names who waits.
   * @param timeoutMs The longest that it waits; 0 does not.
   * @param hold Has `leave` called when who waits has ended; returns what takes that back.
   * @returns What it was given; `undefined` if it left, or the time was over.
   */
  wait(
    ticket: string,
    timeoutMs: number,
    hold: (leave: () => void) => () => void,
  ): Promise<T | undefined> {
    if (!(timeoutMs > 0)) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const leave = (): void => this.leave(ticket);
      const timer = timeoutMs < 2 ** 31
        ? setTimeout(leave, timeoutMs)
        : undefined;
      const letGo = hold(leave);
      const settle = (given: T | undefined): void => {
        clearTimeout(timer);
        letGo();
        resolve(given);
      };
      this.#waiters.set(ticket, { settle });
    });
  }

  /** Who waits longest, if anybody does. */
  first(): string | undefined {
    return this.#waiters.keys().next().value;
  }

  /** Gives it to one who waits. */
  give(ticket: string, given: T | undefined): void {
    const waiter = this.#waiters.get(ticket);
    this.#waiters.delete(ticket);
    waiter?.settle(given);
  }

  /** One does not wait any more. */
  leave(ticket: string): void {
    this.give(ticket, undefined);
  }

  /** Nobody waits any more. */
  close(): void {
    for (const ticket of [...this.#waiters.keys()]) this.leave(ticket);
  }
}
