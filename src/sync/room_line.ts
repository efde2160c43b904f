/** One who waits for room. */
export interface LinePlace {
  /** Lets it look again. */
  call: () => void;
}

/**
 * Those of one thread who found all places of a primitive taken, in the order in which they came.
 *
 * The first of them looks again when a place that this thread had is free, and every few milliseconds: another thread that
 * frees one does not say so.
 */
export class RoomLine {
  readonly #line: Set<LinePlace> = new Set();

  /** Whether nobody of this thread waits for room. */
  get isEmpty(): boolean {
    return this.#line.size === 0;
  }

  /** Takes the last place. */
  join(): LinePlace {
    const place: LinePlace = { call: () => {} };
    this.#line.add(place);
    return place;
  }

  /** Leaves, and lets the next one look. */
  leave(place: LinePlace): void {
    if (this.#line.delete(place)) this.call();
  }

  /** Whether it is the first. */
  isFirst(place: LinePlace): boolean {
    return this.#first() === place;
  }

  /** Lets the first one look again. */
  call(): void {
    this.#first()?.call();
  }

  /**
   * Waits until it is called, for at most `ms` milliseconds or, if it is the first, `firstMs`; or until the signal aborts.
   */
  async called(
    place: LinePlace,
    ms: number,
    firstMs: number,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    place.call = resolve;
    const most = this.isFirst(place) ? Math.min(ms, firstMs) : ms;
    const timer = most <= MAX_TIMER_MS ? setTimeout(resolve, most) : undefined;
    const abort = () => resolve();
    signal?.addEventListener("abort", abort);
    await promise;
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
    place.call = () => {};
  }

  #first(): LinePlace | undefined {
    return this.#line.values().next().value;
  }
}

/** Longer timers fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;
