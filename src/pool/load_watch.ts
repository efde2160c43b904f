/**
 * Whether a worker finds the task it is to run in time: importing its module may take for ever.
 *
 * The worker says so in a word of its memory before it runs the task, so that it
 * is known also when the pool's own thread had no time to hear of it.
 *
 * @module
 */
import { load, store, type Words } from "../memory/cells.ts";
import type { Out } from "./batch.ts";
import { FOUND } from "./cancel_note.ts";

/** The longest that a timer can wait, in milliseconds. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The worker of `words` has looked for the task of that batch, and runs it if there is one. */
export function writeFound(words: Words, batch: number): void {
  store(words, FOUND, batch);
}

/** Watches the first batch of a worker, which is the one that it is at. */
export class LoadWatch {
  readonly #words: Words;
  readonly #limitMs: number;
  readonly #late: (out: Out) => void;
  #first: Out | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Calls `late` for a batch whose task the worker of `words` has not found after `limitMs` milliseconds. */
  constructor(words: Words, limitMs: number, late: (out: Out) => void) {
    this.#words = words;
    this.#limitMs = Math.min(limitMs, MAX_TIMER_MS);
    this.#late = late;
  }

  /** `first` is the first batch of the worker now. */
  look(first: Out | undefined): void {
    if (first === this.#first) return;
    clearTimeout(this.#timer);
    this.#first = first;
    if (first?.loads !== true) return;
    this.#timer = setTimeout(() => {
      if (load(this.#words, FOUND) !== first.id) this.#late(first);
    }, this.#limitMs);
  }
}
