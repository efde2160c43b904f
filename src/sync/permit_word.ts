/**
 * The word WORD of a semaphore: permits that are taken for good and added without a section, as long as nobody waits.
 *
 * It is free permits times 2; bit 0, closed: only sections write it.
 *
 *   from               to                   by               how    means
 *   free, bit 0 clear  free - 1             taker            CAS    a permit is taken for good; no section
 *   free, bit 0 clear  free + 1             releaser         CAS    one more; no section
 *   free, bit 0 clear  free, bit 0 set      any              CAS    a section begins
 *   bit 0 set          any                  in a section     write
 *   bit 0 set          the same, clear      in a section     store  after its undo log: nobody waits
 *
 * @module
 */
import { cas, load, type Words } from "../memory/cells.ts";
import { PRIMITIVE } from "./layout.ts";

/** The index of the word. */
export const WORD: typeof PRIMITIVE.WORD = PRIMITIVE.WORD;
/** The most that a semaphore can count. */
export const LIMIT: number = 2 ** 29;

const CLOSED = 1;

/** The word of so many free permits. */
export function wordOf(free: number, isClosed: boolean): number {
  return free << 1 | (isClosed ? CLOSED : 0);
}

/** The same word, when nobody waits. */
export function opened(word: number): number {
  return word & ~CLOSED;
}

/** How many permits are free. */
export function freeOf(word: number): number {
  return word >> 1;
}

/** Takes a free permit for good; `false` if there is none or somebody waits. */
export function takeFree(words: Words): boolean {
  for (let seen = load(words, WORD); seen !== 0 && (seen & CLOSED) === 0;) {
    const found = cas(words, WORD, seen, seen - 2);
    if (found === seen) return true;
    seen = found;
  }
  return false;
}

/** Adds a permit to those of a semaphore without a bound; `false` if there are too many or somebody waits. */
export function addFree(words: Words): boolean {
  let seen = load(words, WORD);
  while ((seen & CLOSED) === 0 && seen >> 1 < LIMIT) {
    const found = cas(words, WORD, seen, seen + 2);
    if (found === seen) return true;
    seen = found;
  }
  return false;
}

/** In a section: from here on only sections write the word. */
export function close(words: Words): void {
  for (let seen = load(words, WORD); (seen & CLOSED) === 0;) {
    const found = cas(words, WORD, seen, seen | CLOSED);
    if (found === seen) return;
    seen = found;
  }
}
