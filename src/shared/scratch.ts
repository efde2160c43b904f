import type { Views } from "../memory/kind.ts";
import type { Rec, RecInit, RecordLayout } from "../memory/record.ts";
import { viewsOf } from "../memory/record_accessors.ts";

/**
 * One struct in memory of this thread's own: values are written here first, with everything of theirs that can fail, and
 * then go to shared memory as bytes.
 */
export class Scratch<F> {
  readonly #layout: RecordLayout<F>;
  readonly #views: Views;
  readonly #bytes: Uint8Array;

  /** Makes room for a struct. */
  constructor(layout: RecordLayout<F>) {
    this.#layout = layout;
    const { byteLength } = layout;
    // Every kind has a view of a whole number of elements.
    this.#views = viewsOf(new ArrayBuffer(Math.ceil(byteLength / 8) * 8));
    this.#bytes = this.#views.u8.subarray(0, byteLength);
  }

  /**
   * The bytes of a struct with these values; they are valid until the next call.
   *
   * @throws As {@linkcode RecordLayout.write} does.
   */
  bytesOf(values: RecInit<F>): Uint8Array {
    // What a shorter text or array leaves free is zero.
    this.#bytes.fill(0);
    this.#layout.write(this.#views, 0, values);
    return this.#bytes;
  }

  /** A record over a copy of the struct at a byte of shared memory, to be changed; {@link bytes} has the result. */
  load(from: Uint8Array, at: number): Rec<F> {
    this.#bytes.set(from.subarray(at, at + this.#bytes.length));
    return this.#layout.at(this.#views, 0);
  }

  /** The bytes of the struct. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }
}
