/**
 * Who may begin which task of a batch: one word for each batch that a worker has.
 *
 *   bits     field   written by            meaning
 *    0-15    BEGUN   the worker, +1 each   tasks that it has begun; the next one is that index. Beyond LIMIT it only has
 *                                          asked: once each time that it was told that there is no more
 *   16-30    LIMIT   the pool, worker      tasks that it may begin; only ever goes down
 *
 * A task is begun by one addition to the word, and taken back by an exchange of it: it is
 * never both, whichever of the two threads is faster, and however the worker ends.
 *
 * @module
 */
import { add, cas, load, store, type Words } from "../memory/cells.ts";

/** Batches that a worker can have at the same time. */
export const SLOTS = 32;
/** Tasks that a batch can have. */
export const MAX_BATCH = 0x7fff;

const BEGUN = 0xffff;

/** A batch of `count` tasks is about to be sent; none of it is begun. */
export function openClaim(words: Words, slot: number, count: number): void {
  store(words, slot, count << 16);
}

/** The index of the next task of the batch, which is begun from now on; -1 if there is none. */
export function beginNext(words: Words, slot: number): number {
  const word = add(words, slot, 1);
  const begun = word & BEGUN;
  return begun < word >>> 16 ? begun : -1;
}

/**
 * Takes back the tasks from index `keep` on that are not begun.
 *
 * @returns How many the batch has now: those from there on will never begin.
 */
export function recall(words: Words, slot: number, keep = 0): number {
  for (let word = load(words, slot);;) {
    const begun = word & BEGUN;
    const limit = Math.max(begun, keep);
    if (limit >= word >>> 16) return word >>> 16;
    // No more than that was begun: it has not asked for more than there is.
    const found = cas(words, slot, word, limit << 16 | begun);
    if (found === word) return limit;
    word = found;
  }
}

/** The worker has begun the tasks from index `begun` on, and nothing of them was done: they are to begin elsewhere. */
export function giveUp(words: Words, slot: number, begun: number): void {
  for (let word = load(words, slot);;) {
    const found = cas(words, slot, word, (word & ~BEGUN) | begun);
    if (found === word) return;
    word = found;
  }
}

/** How many tasks of the batch are begun. */
export function begunOf(words: Words, slot: number): number {
  const word = load(words, slot);
  return Math.min(word & BEGUN, word >>> 16);
}
