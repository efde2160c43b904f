/**
 * One word that lets a consumer sleep and many producers wake it.
 *
 *   0 awake · 1 parked, or about to be
 *
 *   0→1 arm()   by the consumer, after it found nothing
 *   1→0 disarm() by the consumer, when its second look found something
 *   1→0 ring()  by one producer, which then notifies
 *
 * Consumer: look; arm; look again; park only if there is still nothing.
 * Producer: publish; ring. Either the producer sees the 1 and wakes the
 * consumer, or the consumer's second look sees what was published: both orders
 * of the two stores are covered, so no wake-up is lost.
 *
 * @module
 */
import {
  exchange,
  load,
  notify,
  store,
  wait,
  waitAsync,
} from "../memory/cells.ts";

/** A doorbell over one word of shared memory. */
export class Doorbell {
  readonly #words: Int32Array;
  readonly #index: number;

  /** A doorbell on `words[index]`. */
  constructor(words: Int32Array, index: number) {
    this.#words = words;
    this.#index = index;
  }

  /** Consumer: says that it is about to park. It must look once more before it does. */
  arm(): void {
    store(this.#words, this.#index, 1);
  }

  /** Consumer: says that it stays awake. */
  disarm(): void {
    store(this.#words, this.#index, 0);
  }

  /**
   * Producer: wakes the consumer if it is parked. Costs one load otherwise.
   *
   * @returns Whether this call woke it.
   */
  ring(): boolean {
    if (load(this.#words, this.#index) !== 1) return false;
    if (exchange(this.#words, this.#index, 0) !== 1) return false;
    notify(this.#words, this.#index);
    return true;
  }

  /**
   * Consumer: blocks the thread until rung or `timeoutMs` passed. May wake early.
   * Never call it on the main thread.
   */
  park(timeoutMs: number): void {
    wait(this.#words, this.#index, 1, timeoutMs);
  }

  /**
   * Consumer: a promise that settles when rung; `undefined` when it was rung already.
   * It does not keep the program alive.
   */
  parkAsync(): Promise<unknown> | undefined {
    const waiting = waitAsync(this.#words, this.#index, 1);
    return waiting.async ? waiting.value : undefined;
  }
}
