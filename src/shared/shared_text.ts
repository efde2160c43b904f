import { InvalidOptionError } from "../errors.ts";
import { load, peek, poke, store } from "../memory/cells.ts";
import { ViewRangeError } from "../memory/view_range_error.ts";
import { checkWhole } from "../memory/view_on.ts";
import { Handles } from "./handles.ts";
import { writeAlone } from "./writer_word.ts";

/**
 * A text: a header, then two copies, of which one is read while the other is written.
 *
 *   byte  word  field     written by      meaning
 *      0     0  HEAD      creator, once   "ST"; see handles.ts
 *     12     3  CAPACITY  creator, once   bytes of a copy
 *     16     4  WRITER    every writer    see writer_word.ts
 *     20     5  VERSION   writer          counts the texts, mod 2^32; its lowest bit says which copy is current
 *     24     6  LENGTHS   writer, plain   bytes of the text in copy 0, then in copy 1
 *     32     8  COPIES    writer, plain   CAPACITY bytes, rounded up to 4, twice
 *
 * A reader reads VERSION, the copy, and VERSION again: if it is the same, nobody wrote what it read.
 */
export const TEXT: {
  readonly CAPACITY: 3;
  readonly WRITER: 4;
  readonly VERSION: 5;
  readonly LENGTHS: 6;
  readonly COPIES_BYTES: 32;
} = { CAPACITY: 3, WRITER: 4, VERSION: 5, LENGTHS: 6, COPIES_BYTES: 32 };
const TAG = 0x53_54_01_00;
const MAX_BYTES = 2 ** 30;

const encoder = new TextEncoder();
// What is stored comes back, a byte order mark too.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Set by the class below. */
let handles: Handles<SharedText>;

/**
 * A text that all threads share, of at most so many bytes in UTF-8: Python's `Array("c")`, without its holes.
 *
 * - **Whole:** a reader sees one text or the next, never a mixture, and waits for nobody.
 * - **Exact:** what is stored comes back. Zeros are characters like any other, and characters of 4 bytes stay in one piece.
 *   Lone surrogates, which are no text, become U+FFFD.
 * - **Travels** inside any message, and two handles of one text are one object on each thread.
 *
 * @example A text and its bytes
 * ```ts
 * import { SharedText } from "@troupe/actors/shared";
 * import { assertEquals } from "@std/assert";
 *
 * const text = new SharedText(16, "no\0end\0");
 * assertEquals(text.value, "no\0end\0");
 * text.value = "Grüße 🎭";
 * assertEquals([text.value, text.byteLength], ["Grüße 🎭", 12]);
 * ```
 */
export class SharedText {
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #copies: readonly [Uint8Array, Uint8Array];

  /**
   * Makes a text.
   *
   * @param capacity The most bytes it may have in UTF-8, up to 2^30.
   * @param initial What it begins with; empty by default.
   * @throws {InvalidOptionError} If `capacity` is no such number.
   * @throws {ViewRangeError} If `initial` has more bytes.
   */
  constructor(capacity: number, initial: string = "") {
    const memory = handles.arrival()?.memory;
    checkWhole("capacity", capacity, 0, MAX_BYTES);
    const room = (capacity + 3) & ~3;
    const from = TEXT.COPIES_BYTES;
    const buffer = memory ?? new SharedArrayBuffer(from + 2 * room);
    this.#words = new Int32Array(buffer, 0, from / 4);
    this.#copies = [
      new Uint8Array(buffer, from, capacity),
      new Uint8Array(buffer, from + room, capacity),
    ];
    if (memory === undefined) {
      poke(this.#words, TEXT.CAPACITY, capacity);
      handles.begin(this.#words);
      this.value = initial;
    }
    handles.note(this.#words, this);
  }

  /** The most bytes it may have. */
  get capacity(): number {
    return this.#copies[0].length;
  }

  /** How many bytes the text has now. */
  get byteLength(): number {
    return this.#read((bytes) => bytes.length);
  }

  /** The text. Setting it throws {@linkcode ViewRangeError} if it has too many bytes; it stays as it was then. */
  get value(): string {
    return this.#read((bytes) => decoder.decode(bytes));
  }

  set value(text: string) {
    checkText(text);
    this.#write(text, undefined);
  }

  /**
   * Replaces the text by what `change` makes of it, in one step.
   *
   * Another thread may have been faster: `change` then runs again with the new text, so it must only compute.
   *
   * @returns The new text.
   * @throws What `change` throws, and {@linkcode ViewRangeError} if the new text has too many bytes; the text is as it was.
   */
  update(change: (text: string) => string): string {
    for (;;) {
      const version = load(this.#words, TEXT.VERSION);
      const text = change(this.value);
      checkText(text);
      // Had the text changed after `version` was read, it has another one now.
      if (this.#write(text, version)) return text;
    }
  }

  static {
    handles = new Handles(this.prototype, {
      name: "SharedText",
      tag: TAG,
      parts: (text) => ({ memory: text.#words.buffer }),
      revive: ({ memory }) =>
        new SharedText(new Int32Array(memory, 0, 8)[TEXT.CAPACITY]!),
      show: ({ value }) => `SharedText(${JSON.stringify(value)})`,
    });
  }

  #read<T>(take: (bytes: Uint8Array) => T): T {
    for (;;) {
      const version = load(this.#words, TEXT.VERSION);
      const copy = version & 1;
      const length = peek(this.#words, TEXT.LENGTHS + copy);
      const taken = take(this.#copies[copy]!.subarray(0, length));
      if (load(this.#words, TEXT.VERSION) === version) return taken;
    }
  }

  /** Returns false, and has written nothing, if the text is not of version `only` any more. */
  #write(text: string, only: number | undefined): boolean {
    const words = this.#words;
    return writeAlone(words, TEXT.WRITER, () => {
      const version = load(words, TEXT.VERSION);
      if (only !== undefined && only !== version) return false;
      const other = (version + 1) & 1;
      const { read, written } = encoder.encodeInto(text, this.#copies[other]!);
      if (read < text.length) this.#refuse(text);
      poke(words, TEXT.LENGTHS + other, written);
      // Publishes the copy and its length.
      store(words, TEXT.VERSION, version + 1);
      return true;
    });
  }

  #refuse(text: string): never {
    const needed = encoder.encode(text).length;
    throw new ViewRangeError(
      `Cannot store the text as it does not fit: ${needed} bytes are needed, ${this.capacity} are available`,
      { needed, available: this.capacity },
    );
  }
}

function checkText(text: unknown): void {
  if (typeof text === "string") return;
  throw new InvalidOptionError(
    `Cannot store that as a text must be a string: current type is ${typeof text}`,
    { option: "value", value: text },
  );
}
