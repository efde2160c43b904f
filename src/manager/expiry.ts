import type { State } from "./state.ts";

interface Due {
  readonly at: number;
  readonly map: string;
  readonly key: unknown;
}

/** The longest that a timer can wait. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Which keys end when: a heap, the first one on top. What was written again meanwhile is found when its time comes. */
export class Expiry {
  readonly #heap: Due[] = [];
  readonly #onDue: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #timerAt = Infinity;

  /** None yet; `onDue` is called when one has ended. */
  constructor(onDue: () => void) {
    this.#onDue = onDue;
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
    this.#arm();
  }

  /** Takes out the keys that have ended by `now`, as far as `state` says so. */
  *take(state: State, now: number): IterableIterator<Due> {
    while (this.isDue(now)) {
      const due = this.#pop();
      // It may have been written again since, and then has another time or none.
      if (state.entry(due.map, due.key)?.expires === due.at) yield due;
    }
    this.#arm();
  }

  /** Nothing is told any more. */
  close(): void {
    clearTimeout(this.#timer);
    this.#heap.length = 0;
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
