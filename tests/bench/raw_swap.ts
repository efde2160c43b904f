/**
 * Two words between two workers: the least that an ask can cost.
 *
 * @module
 */

/** Looks at the word that often before it parks. */
const POLLS = 1_000;

/**
 * The words, each on a cache line of its own.
 *
 *   word   0  ASK           first    the number asked
 *         16  ASK_SLEEP     second   1 while it is parked on ASK
 *         32  ANSWER        second   the number answered
 *         48  ANSWER_SLEEP  first    1 while it is parked on ANSWER
 */
const ASK = 0;
const ANSWER = 32;
const SLEEP_OFFSET = 16;
const WORDS = 64;

/** Fresh words for one exchange. */
export function makeSwapWords(): Int32Array<SharedArrayBuffer> {
  return new Int32Array(
    new SharedArrayBuffer(WORDS * Int32Array.BYTES_PER_ELEMENT),
  );
}

function awaitWord(words: Int32Array, index: number, value: number): void {
  for (let polls = 0;; polls++) {
    const seen = Atomics.load(words, index);
    if (seen === value) return;
    if (polls < POLLS) continue;
    Atomics.store(words, index + SLEEP_OFFSET, 1);
    Atomics.wait(words, index, seen);
    Atomics.store(words, index + SLEEP_OFFSET, 0);
  }
}

function setWord(words: Int32Array, index: number, value: number): void {
  Atomics.store(words, index, value);
  if (Atomics.load(words, index + SLEEP_OFFSET) === 1) {
    Atomics.notify(words, index);
  }
}

/**
 * Plays one side of `count` exchanges: the first asks with 1 to `count`, the second answers with the same number.
 *
 * @returns Microseconds of an exchange. Every number was seen in its order, or this would not have returned.
 */
export function swap(
  words: Int32Array,
  first: boolean,
  count: number,
): number {
  const start = performance.now();
  for (let i = 1; i <= count; i++) {
    if (first) {
      setWord(words, ASK, i);
      awaitWord(words, ANSWER, i);
    } else {
      awaitWord(words, ASK, i);
      setWord(words, ANSWER, i);
    }
  }
  return (performance.now() - start) * 1_000 / count;
}
