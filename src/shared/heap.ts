import { DataCloneError } from "../errors.ts";
import { checkOptionNames, type OptionNames } from "../option_names.ts";
import { portable } from "../memory/portable.ts";
import { roundUp } from "../memory/record_fields.ts";
import { checkWhole } from "../memory/view_on.ts";
import { FreeSpans, type Span } from "./free_spans.ts";
import { HeapBlock } from "./heap_block.ts";

/** Blocks begin on a multiple of so many bytes: every kind of number may lie there. */
const ALIGNMENT = 8;
const MAX_BYTES = 2 ** 31;
const MAX_ARENA_BYTES = 2 ** 22;

/** How a heap gets its memory. */
export interface HeapOptions {
  /**
   * Bytes of the first arena, 8 to 4,194,304; each further one has twice as many, up to that, or as many as a block needs.
   * @default {65536}
   */
  readonly arenaBytes?: number;
}

const OPTIONS: OptionNames<HeapOptions> = { arenaBytes: true };

/** What a heap has and has done. */
export interface HeapUse {
  /** Blocks allocated so far. */
  readonly allocations: number;
  /** Blocks freed so far. */
  readonly frees: number;
  /** Arenas there are. */
  readonly arenas: number;
  /** Bytes of all arenas. */
  readonly totalBytes: number;
  /** Bytes of all blocks, with what aligns them. */
  readonly usedBytes: number;
  /** Bytes of all gaps; they and `usedBytes` are `totalBytes`. */
  readonly freeBytes: number;
}

/**
 * Cuts many small blocks out of few shared memories: a `SharedArrayBuffer` of its own for each costs a microsecond and a page.
 *
 * - **Zeros:** a block holds zeros, whatever was there before.
 * - **Merged:** a freed block joins its neighbours. A memory without blocks is given back.
 * - **Best fit:** of the gaps the smallest that is large enough, found in the logarithm of their number.
 * - **One thread allocates and frees;** blocks and views of them travel to all. A block must be free of users before it is
 *   freed: the heap cannot know who looks at it.
 *
 * @example A block for another thread
 * ```ts
 * import { Heap } from "@troupe/actors/shared";
 * import { assertEquals } from "@std/assert";
 *
 * const heap = new Heap();
 * {
 *   using block = heap.allocate(24);
 *   const numbers = block.view(Float64Array);
 *   assertEquals([numbers.length, heap.use.usedBytes], [3, 24]);
 * }
 * assertEquals([heap.use.usedBytes, heap.use.arenas], [0, 0]);
 * ```
 */
export class Heap {
  readonly #spans = new FreeSpans();
  readonly #arenas = new Map<SharedArrayBuffer, Span>();
  #nextBytes: number;
  #allocations = 0;
  #frees = 0;
  #usedBytes = 0;
  #totalBytes = 0;

  /**
   * Makes a heap without memory.
   *
   * @throws {InvalidOptionError} If an option is out of its bounds.
   */
  constructor(options: HeapOptions = {}) {
    checkOptionNames("Cannot make a heap", options, OPTIONS);
    const { arenaBytes = 65_536 } = options;
    checkWhole("arenaBytes", arenaBytes, ALIGNMENT, MAX_ARENA_BYTES);
    this.#nextBytes = roundUp(arenaBytes, ALIGNMENT);
  }

  /** What it has and has done. */
  get use(): HeapUse {
    return {
      allocations: this.#allocations,
      frees: this.#frees,
      arenas: this.#arenas.size,
      totalBytes: this.#totalBytes,
      usedBytes: this.#usedBytes,
      freeBytes: this.#totalBytes - this.#usedBytes,
    };
  }

  /**
   * Allocates a block of zeros; it begins on a multiple of 8 bytes.
   *
   * @param bytes How long, 0 to 2^31.
   * @throws {InvalidOptionError} If `bytes` is no such number.
   * @throws {RangeError} If there is not so much memory.
   */
  allocate(bytes: number): HeapBlock {
    checkWhole("bytes", bytes, 0, MAX_BYTES);
    // A block of nothing takes place as well, so that it can be freed.
    const size = roundUp(Math.max(bytes, 1), ALIGNMENT);
    const span = this.#spans.takeFit(size) ?? this.#grow(size);
    this.#cut(span, size);
    span.isFree = false;
    this.#allocations++;
    this.#usedBytes += size;
    const place = { memory: span.memory, byteOffset: span.from };
    const block = new HeapBlock(
      { ...place, byteLength: bytes },
      () => this.#free(span),
    );
    block.bytes.fill(0);
    return block;
  }

  /** Every block and gap, in the order of memory, by arena: what there is without holes and overlaps. */
  *spans(): IterableIterator<
    {
      readonly memory: SharedArrayBuffer;
      readonly from: number;
      readonly to: number;
      readonly isFree: boolean;
    }
  > {
    for (const first of this.#arenas.values()) {
      for (
        let span: Span | undefined = first;
        span !== undefined;
        span = span.next
      ) {
        const { memory, from, to, isFree } = span;
        yield { memory, from, to, isFree };
      }
    }
  }

  static {
    Object.defineProperty(this.prototype, portable, {
      value: () => {
        throw new DataCloneError(
          "Cannot send a heap as one thread alone allocates from it: send its blocks, or views of them",
          { path: "value" },
        );
      },
    });
  }

  /** Leaves `size` bytes of a span, and makes a gap of the rest. */
  #cut(span: Span, size: number): void {
    const { memory, from, to, next } = span;
    if (to - from === size) return;
    span.to = from + size;
    const rest: Span = {
      memory,
      from: span.to,
      to,
      isFree: true,
      previous: span,
      next,
    };
    span.next = rest;
    if (next !== undefined) next.previous = rest;
    this.#spans.add(rest);
  }

  #grow(size: number): Span {
    const bytes = Math.max(this.#nextBytes, size);
    const memory = new SharedArrayBuffer(bytes);
    this.#nextBytes = Math.min(this.#nextBytes * 2, MAX_ARENA_BYTES);
    const span: Span = {
      memory,
      from: 0,
      to: bytes,
      isFree: true,
      previous: undefined,
      next: undefined,
    };
    this.#arenas.set(memory, span);
    this.#totalBytes += bytes;
    return span;
  }

  #free(span: Span): void {
    this.#frees++;
    this.#usedBytes -= span.to - span.from;
    span.isFree = true;
    const { previous, next } = span;
    if (next?.isFree === true) {
      this.#spans.remove(next);
      join(span, next);
    }
    let gap = span;
    if (previous?.isFree === true) {
      this.#spans.remove(previous);
      join(previous, span);
      gap = previous;
    }
    if (gap.previous !== undefined || gap.next !== undefined) {
      this.#spans.add(gap);
    } else {
      this.#arenas.delete(gap.memory);
      this.#totalBytes -= gap.to;
    }
  }
}

/** Makes one span of two neighbours, the first of them. */
function join(first: Span, second: Span): void {
  first.to = second.to;
  first.next = second.next;
  if (second.next !== undefined) second.next.previous = first;
}
