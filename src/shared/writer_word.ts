import {
  cas,
  exchange,
  notify,
  patience,
  wait,
  type Words,
} from "../memory/cells.ts";

/**
 * The word by which writers take turns.
 *
 *   from        to   by       how       means
 *   0           1    writer   CAS       it writes
 *   0, 1 or 2   2    writer   exchange  from 0: it writes, and others may sleep; else it sleeps until the word changes
 *   1 or 2      0    writer   exchange  it has written, and wakes one if there was 2
 */
const FREE = 0;
const WRITING = 1;
const AWAITED = 2;

/** How often a writer looks whether another has done: it is done within microseconds unless it was put off its core. */
const LOOKS = 200;
/** Longest sleep of a writer, in milliseconds. */
const SLICE_MS = 5;

/**
 * Runs `write` while no other writer of a word does.
 *
 * For a few plain writes only, which call nobody's code, within one synchronous call: Deno ends no thread within one. Readers
 * have nothing to do with it.
 */
export function writeAlone<T>(words: Words, word: number, write: () => T): T {
  let free = cas(words, word, FREE, WRITING) === FREE;
  for (let i = patience(LOOKS); !free && i > 0; i--) {
    free = cas(words, word, FREE, WRITING) === FREE;
  }
  while (!free && exchange(words, word, AWAITED) !== FREE) {
    wait(words, word, AWAITED, SLICE_MS);
  }
  try {
    return write();
  } finally {
    if (exchange(words, word, FREE) === AWAITED) notify(words, word, 1);
  }
}
