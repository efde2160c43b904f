/**
 * The actor that a single task runs in: it answers one call, `result`.
 *
 * @module
 */

/** Runs one function once. */
export class TaskRunner {
  readonly #run: (...args: unknown[]) => unknown;
  readonly #args: unknown[];

  /** A runner of `run(...args)`. */
  constructor(run: (...args: unknown[]) => unknown, args: unknown[]) {
    this.#run = run;
    this.#args = args;
  }

  /** Runs the function and answers with its result. */
  result(): unknown {
    return this.#run(...this.#args);
  }
}
