/** Longest and shortest poll, in milliseconds. A wake-up costs 0.02 and more. */
const MAX_MS = 0.06;
const MIN_MS = 0.001;
/** One poll in so many is a long one, to find out whether polling pays again. */
const PROBE_EVERY = 32;

/**
 * How long to poll for something before parking.
 *
 * Polling pays when who is waited for runs on another core and answers at once.
 * When all cores are taken it only keeps them from running. Which of the two it
 * is shows in what polls find: after one that found something the next may last
 * long, each in vain halves it, and now and then a long one asks again.
 */
export class Patience {
  #ms = MAX_MS;
  #polls = 0;

  /** How long to poll this time, in milliseconds. */
  next(): number {
    return ++this.#polls % PROBE_EVERY === 0 ? MAX_MS : this.#ms;
  }

  /** Whether the poll found something. */
  learn(found: boolean): void {
    this.#ms = found ? MAX_MS : Math.max(MIN_MS, this.#ms / 2);
  }
}
