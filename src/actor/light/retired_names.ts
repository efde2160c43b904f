/** So many names are kept. */
const KEPT = 1_024;

/** The names of the light actors that ended lately, for messages that come too late. */
export class RetiredNames {
  readonly #names: Map<number, string> = new Map();

  /** The name of the light actor `local`, if it is known. */
  get(local: number): string | undefined {
    return this.#names.get(local);
  }

  /** Keeps a name. */
  add(local: number, name: string): void {
    this.#names.set(local, name);
    if (this.#names.size <= KEPT) return;
    this.#names.delete(this.#names.keys().next().value!);
  }
}
