import type { State } from "./state.ts";

interface Due {
  readonly at: number;
  readonly map: string;
  readonly key: unknown;
}

/** The longest that a timer can wait. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The least that is looked through for what was written again. */
const MIN_SWEEP = 1_024;

/**
 * Which keys end when: a heap, the first one on top.
 *
 * What was written again is found when its time comes, or when it may be half of all: a key that is written all the time
 * takes no more room than one that is not.
 */
export class Expiry {
  readonly #state: State;
  readonly #onDue: () => void;
  #heap: Due[] = [];
  /** How many there may be before those are looked for that were written again. */
  #most = MIN_SWEEP;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #timerAt = Infinity;

  /** Those of `state` as it is; `onDue` is called when one has ended. */
  constructor(state: State, onDue: () => void) {
    this.#state = state;
    this.#onDue = onDue;
  }

  /** How many are remembered, with those that were written again. */
  get size(): number {
    return this.#heap.length;
  }

  /** Takes over what the state holds by now. */
  follow(): void {
    for (const [map, entries] of this.#state.maps) {
      for (const [key, { expires }] of entries) {
        if (expires !== 0) this.add(map, key, expires);
      }
    }
  }

  /** Whether something has ended by `now`. */
  isDue(now: number): boolean {
    return this.#heap.length > 0 && this.#heap[0]!.at <= now;
  }

  /** A key ends at `at`. */
  add(map: string, key: unknown, at: number): void {
    const heap = this.#heap;
    heap.push({ at, map, key });
    for (let i = heap.length - 1; i > 0;) {
      const parent = (i - 1) >> 1;
      if (heap[parent]!.at <= heap[i]!.at) break;
      this.#swap(i, parent);
      i = parent;
    }
    if (heap.length > this.#most) this.#sweep();
    this.#arm();
  }

  /** Takes out the keys that have ended by `now`. */
  *take(now: number): IterableIterator<Due> {
    while (this.isDue(now)) {
      const due = this.#pop();
      if (this.#isCurrent(due)) yield due;
    }
    this.#arm();
  }

  /** Nothing is told any more. */
  close(): void {
    clearTimeout(this.#timer);
    this.#heap.length = 0;
  }

  /** It may have been written again since, and then has another time or none. */
  #isCurrent({ map, key, at }: Due): boolean {
    return this.#state.entry(map, key)?.expires === at;
  }

  #sweep(): void {
    // What is sorted is a heap.
    this.#heap = this.#heap.filter((due) => this.#isCurrent(due))
      .sort((a, b) => a.at - b.at);
    this.#most = Math.max(MIN_SWEEP, 2 * this.#heap.length);
  }

  #arm(): void {
    const at = this.#heap[0]?.at ?? Infinity;
    if (at === this.#timerAt) return;
    clearTimeout(this.#timer);
    this.#timerAt = at;
    if (at === Infinity) return;
    const ms = Math.min(Math.max(0, at - Date.now()), MAX_TIMER_MS);
    this.#timer = setTimeout(() => {
      this.#timerAt = Infinity;
      this.#onDue();
      this.#arm();
    }, ms);
  }

  #pop(): Due {
    const heap = this.#heap;
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return first;
    heap[0] = last;
    for (let i = 0;;) {
      let least = i;
      for (const child of [2 * i + 1, 2 * i + 2]) {
        if (child < heap.length && heap[child]!.at < heap[least]!.at) {
          least = child;
        }
      }
      if (least === i) return first;
      this.#swap(i, least);
      i = least;
    }
  }

  #swap(a: number, b: number): void {
    const heap = this.#heap;
    [heap[a], heap[b]] = [heap[b]!, heap[a]!];
  }
}
