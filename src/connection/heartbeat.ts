/** How many beats in a row nothing may come. */
const SILENT_BEATS = 4;

/** Sees whether the other end of a connection is still there: it answers each beat. */
export class Heartbeat {
  readonly #timer: ReturnType<typeof setInterval> | undefined;
  #silent = 0;

  /**
   * Beats each `ms` milliseconds, never if that is 0.
   *
   * @param beat Asks the other end for anything.
   * @param lost Called once when nothing came for four beats.
   */
  constructor(ms: number, beat: () => void, lost: () => void) {
    if (ms === 0) return;
    this.#timer = setInterval(() => {
      if (++this.#silent < SILENT_BEATS) return beat();
      this.end();
      lost();
    }, ms);
    // It is no reason for a program to go on.
    Deno.unrefTimer(this.#timer);
  }

  /** Something came. */
  heard(): void {
    this.#silent = 0;
  }

  /** Beats no more. */
  end(): void {
    clearInterval(this.#timer);
  }
}
