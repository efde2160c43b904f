/** What came for one subscriber and waits to be fetched. */
export interface Batch {
  /** The values, oldest first. */
  readonly values: unknown[];
  /** How many were dropped before them, as the subscriber was too slow. */
  readonly missed: number;
}

/**
 * What waits for one subscriber, at most `capacity` values: the oldest make room for new ones.
 *
 *   open → open     push, next
 *   open → closed   close: whoever waits gets `undefined`, and so does everybody after
 */
export class Feed {
  readonly #capacity: number;
  #values: unknown[] = [];
  #missed = 0;
  #waiter: ((batch: Batch | undefined) => void) | undefined;
  #closed = false;

  /** An empty feed. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Adds a value, for who waits or for later. */
  push(value: unknown): void {
    this.#values.push(value);
    if (this.#values.length > this.#capacity) {
      this.#values.shift();
      this.#missed++;
    }
    const waiter = this.#waiter;
    this.#waiter = undefined;
    waiter?.(this.#take());
  }

  /** Everything that waits, as soon as there is something; `undefined` when it is closed. One call at a time. */
  next(): Promise<Batch | undefined> {
    if (this.#closed) return Promise.resolve(undefined);
    if (this.#values.length > 0) return Promise.resolve(this.#take());
    return new Promise((resolve) => {
      this.#waiter = resolve;
    });
  }

  /** Gives up what waits. */
  close(): void {
    this.#closed = true;
    this.#values = [];
    this.#waiter?.(undefined);
    this.#waiter = undefined;
  }

  #take(): Batch {
    const batch = { values: this.#values, missed: this.#missed };
    this.#values = [];
    this.#missed = 0;
    return batch;
  }
}
