import { keepHere } from "../memory/keep_here.ts";
import type { Hit, Selector } from "./selector.ts";

/** How one iterates over what a selector takes. */
export interface SelectingOptions<T> {
  /** What is told of a hit; `undefined`: nothing. */
  readonly tell: (hit: Hit) => { readonly value: T } | undefined;
  /** Leaves what is only this iteration's. */
  readonly leave?: () => Promise<unknown>;
  /** Ends the iteration with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The iteration over what a selector takes, until all its sources have ended.
 *
 * Unlike a generator it can be left while a `next()` is under way: that one has nothing then, and has taken nothing. A
 * message that is to be acknowledged is when the next one is asked for; if the iteration is left it has its turn again.
 */
export class Selecting<T> implements AsyncIterableIterator<T, undefined> {
  readonly #selector: Selector;
  readonly #options: SelectingOptions<T>;
  /** The `next()` that was called last. */
  #last: Promise<unknown> = Promise.resolve();
  #settle: ((whole: boolean) => void) | undefined;
  #left: Promise<unknown> | undefined;

  /** Takes the selector over. */
  constructor(selector: Selector, options: SelectingOptions<T>) {
    this.#selector = selector;
    this.#options = options;
  }

  static {
    keepHere(
      this,
      "an iteration, which its own thread alone has: read it here and send what comes",
    );
  }

  /** Takes the next one. Calls are served in order. */
  next(): Promise<IteratorResult<T, undefined>> {
    const next = this.#last.then(() => this.#next());
    this.#last = next.catch(() => {});
    return next;
  }

  /** Leaves; a `next()` that waits ends. */
  async return(): Promise<IteratorResult<T, undefined>> {
    await this.#leave();
    return { value: undefined, done: true };
  }

  /** Itself. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /** As {@linkcode Selecting.return}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#leave();
  }

  async #next(): Promise<IteratorResult<T, undefined>> {
    const { signal, tell } = this.#options;
    try {
      this.#acknowledge(true);
      while (this.#left === undefined && this.#selector.size > 0) {
        const hit = await this.#selector.next(signal ? { signal } : {});
        if (hit === undefined) break;
        const told = tell(hit);
        if (told === undefined) continue;
        this.#settle = hit.selected?.settle;
        return { value: told.value, done: false };
      }
    } catch (error) {
      await this.#leave();
      throw error;
    }
    await this.#leave();
    return { value: undefined, done: true };
  }

  #acknowledge(whole: boolean): void {
    const settle = this.#settle;
    this.#settle = undefined;
    settle?.(whole);
  }

  #leave(): Promise<unknown> {
    return this.#left ??= this.#close();
  }

  async #close(): Promise<void> {
    this.#selector.close();
    this.#acknowledge(false);
    await this.#options.leave?.();
  }
}
