/**
 * How far a job is, as whoever wants to know is told.
 *
 * @module
 */

/** How far a job is. */
export interface JobProgress {
  /** Tasks of it that are done. */
  readonly done: number;
  /** Tasks that it has, as far as is known. */
  readonly total: number;
  /** What a task gave to `current.report()`, if that is what there is to tell. */
  readonly report?: unknown;
  /** Tasks done per second since the job began. */
  readonly rate: number;
  /** Milliseconds that what is left takes at this rate; `NaN` when that is not known. */
  readonly etaMs: number;
}

/** Events that a reader may be behind; the oldest are left out. */
const MAX_BEHIND = 1_024;

/** Tells each of its readers what happens from when it began to read, until the end. */
export class ProgressFeed implements AsyncIterable<JobProgress> {
  readonly #readers: Set<{ events: JobProgress[]; ring: () => void }> =
    new Set();
  #over = false;

  /** Whether anybody reads. */
  get read(): boolean {
    return this.#readers.size > 0;
  }

  /** Tells all who read. */
  tell(progress: JobProgress): void {
    for (const { events, ring } of this.#readers) {
      events.push(progress);
      if (events.length > MAX_BEHIND) events.shift();
      ring();
    }
  }

  /** There is nothing more to tell. */
  end(): void {
    this.#over = true;
    for (const { ring } of this.#readers) ring();
  }

  /** What happens from now on. */
  [Symbol.asyncIterator](): AsyncIterableIterator<JobProgress> {
    let turn = Promise.withResolvers<void>();
    const reader = { events: [] as JobProgress[], ring: () => turn.resolve() };
    if (!this.#over) this.#readers.add(reader);
    const leave = (): void => void this.#readers.delete(reader);
    const over = (): boolean => this.#over;
    return (async function* () {
      try {
        for (;;) {
          const event = reader.events.shift();
          if (event !== undefined) yield event;
          else if (over()) return;
          else {
            await turn.promise;
            turn = Promise.withResolvers();
          }
        }
      } finally {
        leave();
      }
    })();
  }
}
