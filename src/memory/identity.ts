/**
 * Who is who among handles: two that stand for the same memory are one object.
 *
 * Shared memory that arrives in two messages is two `SharedArrayBuffer`s over the
 * same bytes, and nothing in JavaScript says so. Memory that is to be known again
 * therefore bears an identity, written once before anybody else can see it.
 *
 * @module
 */
import { peek, poke, type Words } from "./cells.ts";

const drawn = new Uint32Array(2);

/**
 * Draws an identity and writes it to two words; only before the memory is handed on.
 *
 * @param words The memory.
 * @param at The first of the two words.
 */
export function giveIdentity(words: Words, at: number): void {
  crypto.getRandomValues(drawn);
  // Plain: nobody else can see the memory yet, and handing it over publishes it.
  poke(words, at, drawn[0] as number);
  // 53 bits: a number holds both words, and a billion handles share none with a chance of 5 in 100.
  poke(words, at + 1, (drawn[1] as number) & 0x1f_ffff);
}

/** The handles of one class in this isolate, by the identity of their memory; those that nobody uses are forgotten. */
export class HandleBook<H extends object> {
  readonly #at: number;
  readonly #known = new Map<number, WeakRef<H>>();
  readonly #gone: FinalizationRegistry<number>;

  /** Makes an empty book; `at` is the first of the two words of an identity. */
  constructor(at: number) {
    this.#at = at;
    this.#gone = new FinalizationRegistry((identity) => {
      // A second handle may have taken the place of the one that went.
      if (this.#known.get(identity)?.deref() === undefined) {
        this.#known.delete(identity);
      }
    });
  }

  /** Notes the handle of a memory. */
  note(words: Words, handle: H): void {
    const identity = this.#identityOf(words);
    this.#known.set(identity, new WeakRef(handle));
    this.#gone.register(handle, identity);
  }

  /** The handle of a memory in this isolate, if there is one. */
  find(words: Words): H | undefined {
    return this.#known.get(this.#identityOf(words))?.deref();
  }

  #identityOf(words: Words): number {
    const low = peek(words, this.#at) >>> 0;
    return peek(words, this.#at + 1) * 2 ** 32 + low;
  }
}
