import { refuseOption } from "./refuse_option.ts";

/**
 * Messages that go one behind the other, read when there is a use for them.
 *
 * - **Of an array** all are known from the start, as they are then.
 * - **Of anything else** no more is read than is asked for: a generator may be endless. What it does in its `finally` is done
 *   when it is left.
 */
export class Supply<T> {
  /** Whether all were there from the start. */
  readonly isWhole: boolean;
  readonly #iterator: Iterator<T> | undefined;
  #list: readonly T[] | undefined;
  #over = false;
  /** What it threw behind those that were read last. */
  #failure: { readonly error: unknown } | undefined;

  /**
   * The supply of those.
   *
   * @param what What cannot be done if they are not iterable.
   * @throws {InvalidOptionError} If they are not.
   */
  constructor(what: string, values: Iterable<T>) {
    this.isWhole = Array.isArray(values);
    if (this.isWhole) this.#list = [...values];
    else {
      this.#iterator = (values as Partial<Iterable<T>> | undefined | null)
        ?.[Symbol.iterator]?.() ??
        refuseOption(what, "values", values, "an array or another iterable");
    }
  }

  /** The next ones, at most `most` unless it is whole; none at the end. Throws what the iteration throws, after those before that. */
  next(most: number): readonly T[] {
    if (this.#iterator === undefined) {
      const list = this.#list ?? [];
      this.#list = undefined;
      return list;
    }
    const values: T[] = [];
    try {
      while (values.length < most && !this.#over) {
        const { done, value } = this.#iterator.next();
        if (done) this.#over = true;
        else values.push(value);
      }
    } catch (error) {
      this.#over = true;
      this.#failure = { error };
    }
    if (values.length > 0 || this.#failure === undefined) return values;
    const { error } = this.#failure;
    this.#failure = undefined;
    throw error;
  }

  /** No more is read. Does nothing at the end. */
  leave(): void {
    if (this.#over) return;
    this.#over = true;
    try {
      this.#iterator?.return?.();
    } catch {
      // As by a loop that is left by an error.
    }
  }
}
