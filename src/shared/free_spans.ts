/** A part of an arena: a block or a gap. */
export interface Span {
  /** The arena. */
  readonly memory: SharedArrayBuffer;
  /** Its first byte. */
  from: number;
  /** The first byte behind it. */
  to: number;
  /** Whether it is a gap. */
  isFree: boolean;
  /** Its neighbours in the arena. */
  previous: Span | undefined;
  /** See {@link previous}. */
  next: Span | undefined;
}

/** Gaps by their size. */
export class FreeSpans {
  /** The sizes there are gaps of, the smallest first. */
  readonly #sizes: number[] = [];
  readonly #bySize = new Map<number, Set<Span>>();

  /** Adds a gap. */
  add(span: Span): void {
    const size = span.to - span.from;
    const same = this.#bySize.get(size);
    if (same !== undefined) {
      same.add(span);
      return;
    }
    this.#bySize.set(size, new Set([span]));
    this.#sizes.splice(this.#rank(size), 0, size);
  }

  /** Takes a gap away. */
  remove(span: Span): void {
    const size = span.to - span.from;
    const same = this.#bySize.get(size)!;
    same.delete(span);
    if (same.size > 0) return;
    this.#bySize.delete(size);
    this.#sizes.splice(this.#rank(size), 1);
  }

  /** Takes the smallest gap of at least `size` bytes, if there is one. */
  takeFit(size: number): Span | undefined {
    const fit = this.#sizes[this.#rank(size)];
    if (fit === undefined) return undefined;
    const [span] = this.#bySize.get(fit)!;
    this.remove(span!);
    return span;
  }

  /** How many sizes are smaller. */
  #rank(size: number): number {
    let low = 0;
    let high = this.#sizes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#sizes[middle]! < size) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
