/** What an outlet gives beside what is pushed. */
export interface OutletOptions<T> {
  /** The most that may wait for the reader. */
  readonly capacity: number;
  /** What to wait for before a resync may be asked for, if there is anything. Default: nothing. */
  readonly untold?: () => Promise<void> | undefined;
  /** What stands for all that was dropped as too much waited. */
  readonly resync: (missed: number) => T;
  /** The reader is gone, or the outlet was closed. */
  readonly onClose: () => void;
}

/** What one reader is given, in batches: as much as waits when it asks. */
export class Outlet<T> {
  /** What the reader reads. */
  readonly stream: ReadableStream<T[]>;
  readonly #options: OutletOptions<T>;
  #waiting: T[] = [];
  /** How many were dropped since the reader was last given something. */
  #missed = 0;
  #wake: (() => void) | undefined;
  #over = false;

  /** Begins with `first`. */
  constructor(first: T[], options: OutletOptions<T>) {
    this.#options = options;
    this.#waiting = first;
    this.stream = new ReadableStream<T[]>({
      pull: (controller) => this.#pull(controller),
      cancel: () => this.#end(),
    }, { highWaterMark: 0 });
  }

  /** Gives something; if too much waits, all of that is dropped, and the reader told by a resync. */
  push(item: T): void {
    if (this.#missed > 0) this.#missed++;
    else if (this.#waiting.push(item) > this.#options.capacity) {
      this.#missed = this.#waiting.length;
      this.#waiting = [];
    }
    this.#wake?.();
  }

  /** The reader is told of the end after what waits. */
  close(): void {
    this.#end();
    this.#wake?.();
  }

  async #pull(controller: ReadableStreamDefaultController<T[]>): Promise<void> {
    while (this.#waiting.length === 0 && this.#missed === 0) {
      if (this.#over) return controller.close();
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
    // What comes meanwhile is missed too.
    const { untold } = this.#options;
    for (let wait; this.#missed > 0 && (wait = untold?.()) !== undefined;) {
      await wait;
    }
    const batch = this.#missed > 0
      ? [this.#options.resync(this.#missed)]
      : this.#waiting;
    this.#waiting = [];
    this.#missed = 0;
    controller.enqueue(batch);
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#options.onClose();
    this.#wake?.();
  }
}
