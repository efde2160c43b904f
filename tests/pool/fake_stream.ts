/** A task at a fake worker whose elements are read one by one. */

type Step = IteratorResult<number, undefined>;

/** Its elements, as both ends hold them. */
export class FakeStream implements AsyncIterableIterator<number, undefined> {
  /** Whether its reader has left. */
  left = false;
  readonly #ready: number[] = [];
  readonly #asked: PromiseWithResolvers<Step>[] = [];
  #end: { readonly error?: Error } | undefined;

  /** How many elements wait for who reads. */
  get ahead(): number {
    return this.#ready.length;
  }

  /** The task yields. */
  push(value: number): void {
    this.#ready.push(value);
    this.#answer();
  }

  /** Nothing more comes, as the task is over or, with an error, its worker. */
  end(error?: Error): void {
    this.#end ??= error === undefined ? {} : { error };
    this.#answer();
  }

  /** The next element. */
  next(): Promise<Step> {
    const asked = Promise.withResolvers<Step>();
    this.#asked.push(asked);
    this.#answer();
    return asked.promise;
  }

  /** Nobody reads on. */
  return(): Promise<Step> {
    this.left = true;
    this.#ready.length = 0;
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Itself. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  #answer(): void {
    while (this.#asked.length > 0) {
      const value = this.#ready.shift();
      if (value !== undefined) {
        this.#asked.shift()!.resolve({ done: false, value });
        continue;
      }
      if (this.#end === undefined) return;
      const { error } = this.#end;
      const asked = this.#asked.shift()!;
      if (error !== undefined) asked.reject(error);
      else asked.resolve({ done: true, value: undefined });
    }
  }
}
