/** SIGINT and SIGTERM as an abort signal, for as long as it is in scope. */
export class Interrupt implements Disposable {
  readonly #controller = new AbortController();
  readonly #abort = (): void => this.#controller.abort();

  constructor() {
    Deno.addSignalListener("SIGINT", this.#abort);
    Deno.addSignalListener("SIGTERM", this.#abort);
  }

  /** Aborted by the first SIGINT or SIGTERM. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Gives the signals back to the system: the next one ends the program at once. */
  [Symbol.dispose](): void {
    Deno.removeSignalListener("SIGINT", this.#abort);
    Deno.removeSignalListener("SIGTERM", this.#abort);
  }
}
