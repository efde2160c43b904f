/** So many modules are foreseen: a thread reads all of them, and becomes an actor of one. */
const MOST = 8;

/**
 * The modules that a spare thread reads ahead, as an actor of one of them is likely to be what it becomes: those that
 * actors were started from, the latest last, and before the first start those that were registered.
 *
 * Only read, with all that they import: no line of them runs before the thread is an actor of that module.
 */
export class Foreseen {
  readonly #urls: Set<string>;

  /** Begins with the last of `registered`. */
  constructor(registered: readonly string[]) {
    this.#urls = new Set(registered.slice(-MOST));
  }

  /** An actor is started from the module at `url`. */
  add(url: string): void {
    this.#urls.delete(url);
    this.#urls.add(url);
    if (this.#urls.size <= MOST) return;
    const [oldest] = this.#urls;
    this.#urls.delete(oldest!);
  }

  /** Their URLs. */
  get urls(): string[] {
    return [...this.#urls];
  }
}
