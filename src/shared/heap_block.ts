import { InvalidOptionError } from "../errors.ts";
import type { ViewClass } from "../memory/kind.ts";
import { definePortable, portable } from "../memory/portable.ts";
import { type Place, viewOn } from "../memory/view_on.ts";

/** Where a block lies. */
export interface BlockPlace {
  /** The memory. */
  readonly memory: SharedArrayBuffer;
  /** The first byte. */
  readonly byteOffset: number;
  /** Bytes of the block. */
  readonly byteLength: number;
}

/** A part of a shared memory, from {@linkcode Heap.allocate}. Elsewhere it is as good for views, and cannot be freed. */
export class HeapBlock implements Disposable {
  /** The bytes of the block. */
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  #free: (() => void) | undefined;
  readonly #isOwn: boolean;

  /** A block at a place; `free` gives it back, where that can be done. */
  constructor(place: BlockPlace, free?: () => void) {
    const { memory, byteOffset, byteLength } = place;
    this.bytes = new Uint8Array(memory, byteOffset, byteLength);
    this.#free = free;
    this.#isOwn = free !== undefined;
  }

  /** Bytes of the block. */
  get byteLength(): number {
    return this.bytes.length;
  }

  /** Whether it was freed here. */
  get isFreed(): boolean {
    return this.#isOwn && this.#free === undefined;
  }

  /**
   * A typed array over the block.
   *
   * @throws {ViewRangeError} If it does not fit.
   * @throws {InvalidOptionError} If the block was freed, or the offset is not a multiple of the size of an element.
   */
  view<V>(View: ViewClass<V>, place?: Place): V {
    if (this.isFreed) {
      throw new InvalidOptionError(
        "Cannot look into a block that was freed: current value of its memory is another block's; allocate a new one",
        { option: "block", value: this.byteLength },
      );
    }
    return viewOn(View, this.bytes, place);
  }

  /**
   * Gives the block back. Nobody may use its views any more.
   *
   * @returns False if it had been freed already.
   * @throws {InvalidOptionError} If it was allocated by another thread.
   */
  free(): boolean {
    if (!this.#isOwn) {
      throw new InvalidOptionError(
        "Cannot free a block on another thread than the one that allocated it: current owner is elsewhere; tell it",
        { option: "block", value: this.byteLength },
      );
    }
    const free = this.#free;
    this.#free = undefined;
    free?.();
    return free !== undefined;
  }

  /** Frees it, unless that was done already. */
  [Symbol.dispose](): void {
    this.free();
  }

  static {
    Object.defineProperty(this.prototype, portable, {
      value(this: HeapBlock) {
        const { buffer: memory, byteOffset, byteLength } = this.bytes;
        return { kind: "HeapBlock", data: { memory, byteOffset, byteLength } };
      },
    });
  }
}

definePortable("HeapBlock", (data) => new HeapBlock(data as BlockPlace));
