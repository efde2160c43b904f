/**
 * Counting with nothing but atomics.
 *
 * @module
 */
import { clock, type Stretch } from "./count_clock.ts";

/** Words of the gate and of the number, on cache lines of their own. */
const GATE = 0;
const NUMBER = 16;

/** Adds one so many times, as soon as two are at the gate. */
export function count(words: Int32Array, times: number): Stretch {
  Atomics.add(words, GATE, 1);
  while (Atomics.load(words, GATE) < 2);
  const from = clock();
  for (let i = 0; i < times; i++) Atomics.add(words, NUMBER, 1);
  return { from, to: clock() };
}
