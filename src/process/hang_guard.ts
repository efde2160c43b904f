/** Finds out that the other end of a connection does not return to its event loop. */
export class HangGuard {
  readonly #timer: ReturnType<typeof setInterval>;
  #heard = performance.now();
  #asking = false;

  /**
   * Begins to look.
   *
   * @param ping Asks the other end for an answer.
   * @param hung Called once, when none came for `hangMs` milliseconds.
   */
  constructor(hangMs: number, ping: () => Promise<unknown>, hung: () => void) {
    this.#timer = setInterval(() => {
      if (this.#asking) {
        if (performance.now() - this.#heard <= hangMs) return;
        this.end();
        return hung();
      }
      this.#asking = true;
      this.#heard = performance.now();
      ping().then(() => this.#asking = false, () => this.end());
    }, Math.max(25, Math.min(hangMs / 4, 1_000)));
  }

  /** Looks no more. */
  end(): void {
    clearInterval(this.#timer);
  }
}
