/** What a program gets to end in after the first signal, in milliseconds. */
const PATIENCE_MS = 4_500;
/** The exit code of a program that a signal ended before its work was done. */
export const INTERRUPTED = 130;

/**
 * SIGINT and SIGTERM as an abort signal, for as long as it is in scope. A program that has not left the scope 4.5 s
 * after the first, or gets a second, is ended as it stands: nobody should have to reach for `kill -9`.
 */
export class Interrupt implements Disposable {
  readonly #controller = new AbortController();
  readonly #heard = (): void => this.#hear();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    Deno.addSignalListener("SIGINT", this.#heard);
    Deno.addSignalListener("SIGTERM", this.#heard);
  }

  /** Aborted by the first SIGINT or SIGTERM. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Resolves at the first SIGINT or SIGTERM. */
  heard(): Promise<undefined> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    if (this.signal.aborted) resolve(undefined);
    this.signal.addEventListener("abort", () => resolve(undefined), {
      once: true,
    });
    return promise;
  }

  /** Gives the signals back to the system. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    Deno.removeSignalListener("SIGINT", this.#heard);
    Deno.removeSignalListener("SIGTERM", this.#heard);
  }

  #hear(): void {
    if (this.signal.aborted) Deno.exit(INTERRUPTED);
    this.#timer = setTimeout(() => Deno.exit(INTERRUPTED), PATIENCE_MS);
    this.#controller.abort();
  }
}
