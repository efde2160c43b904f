/**
 * One word that lets a consumer sleep and many producers wake it.
 *
 *   0      awake
 *   token  the consumer of that token is parked, or about to be
 *
 *   from        to     by                 how
 *   0, older    token  arm(), consumer    CAS    after it found nothing
 *   token       0      disarm(), it       CAS    its second look found something
 *   any token   0      ring(), producer   swap   who gets the token notifies
 *   any         0      rouse()            swap   and notifies in any case
 *
 * Consumer: look; arm; look again; park only if there is still nothing.
 * Producer: publish; ring. Either the producer sees the token and wakes the
 * consumer, or the consumer's second look sees what was published: both orders
 * of the two writes are covered, so no wake-up is lost.
 *
 * The word outlives consumers. A consumer that was replaced but runs on cannot
 * take its successor's token away, as it only ever takes its own, and cannot
 * put its own over a newer one. A producer may die between its swap and its
 * notify; whoever buries it rouses all whom it may have owed.
 *
 * @module
 */
import {
  cas,
  exchange,
  load,
  notify,
  wait,
  waitAsync,
} from "../memory/cells.ts";

/**
 * Wakes the consumer that is parked on `words[index]`, if one is. Costs one load otherwise.
 *
 * @returns Whether this call woke it.
 */
export function ring(words: Int32Array, index: number): boolean {
  if (load(words, index) === 0) return false;
  if (exchange(words, index, 0) === 0) return false;
  notify(words, index);
  return true;
}

/** Wakes the consumer that is parked on `words[index]` even if someone took its token and died before the notify. */
export function rouse(words: Int32Array, index: number): void {
  exchange(words, index, 0);
  notify(words, index);
}

/** The consumer's side of a doorbell. */
export class Doorbell {
  readonly #words: Int32Array;
  readonly #index: number;
  readonly #token: number;

  /**
   * A doorbell on `words[index]`.
   *
   * @param generation Tells this consumer from those before it on the same word: higher is newer, and it may wrap at 2^31.
   */
  constructor(words: Int32Array, index: number, generation = 0) {
    this.#words = words;
    this.#index = index;
    this.#token = (generation << 1) | 1;
  }

  /**
   * Says that this consumer is about to park. It must look once more before it does.
   *
   * @returns `false` when a newer consumer has taken the word: do not park.
   */
  arm(): boolean {
    let seen = load(this.#words, this.#index);
    for (;;) {
      if (seen === this.#token) return true;
      if (seen !== 0 && ((seen - this.#token) | 0) > 0) return false;
      const found = cas(this.#words, this.#index, seen, this.#token);
      if (found === seen) return true;
      seen = found;
    }
  }

  /** Says that this consumer stays awake. */
  disarm(): void {
    cas(this.#words, this.#index, this.#token, 0);
  }

  /** Wakes this consumer; see {@link ring}. */
  ring(): boolean {
    return ring(this.#words, this.#index);
  }

  /** Wakes this consumer in any case; see {@link rouse}. */
  rouse(): void {
    rouse(this.#words, this.#index);
  }

  /**
   * Blocks the thread until rung or `timeoutMs` passed. May wake early.
   * Never call it on the main thread.
   */
  park(timeoutMs: number): void {
    wait(this.#words, this.#index, this.#token, timeoutMs);
  }

  /**
   * A promise that settles when rung; `undefined` when it was rung already.
   * It does not keep the program alive.
   */
  parkAsync(): Promise<unknown> | undefined {
    const waiting = waitAsync(this.#words, this.#index, this.#token);
    return waiting.async ? waiting.value : undefined;
  }
}
