import { exchange, load } from "../memory/cells.ts";
import { rouse } from "../sync/parker.ts";

/** Wakes who sleeps on a word that is 1 while somebody does. Costs one load otherwise. */
export function ring(words: Int32Array, index: number): void {
  if (load(words, index) === 0) return;
  if (exchange(words, index, 0) !== 0) rouse(words, index);
}
