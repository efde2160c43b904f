/**
 * What is no queue and no channel, as a source: promises, signals, and what is iterated.
 *
 * @module
 */
import { InvalidOptionError } from "../errors.ts";
import { keepHere } from "../memory/keep_here.ts";
import { showAs } from "./show_as.ts";
import { refuseOption } from "./refuse_option.ts";
import { rest } from "./rest.ts";
import {
  type Selectable,
  selectable,
  type Selected,
  type Selection,
} from "./selectable.ts";

/** What `select()` chooses from: a queue, a receiving end, a timer; a promise, as `ref.exited`; a signal. */
export type Source<T> = Selectable<T> | PromiseLike<T> | AbortSignal;

/** What comes from a source. */
export type ValueOf<S> = S extends Selectable<infer T> ? T
  : S extends AbortSignal ? unknown
  : S extends PromiseLike<infer T> ? Awaited<T>
  : never;

/** A source as a selector sees it. */
export interface Spring {
  /** Its side for selectors. */
  readonly selection: Selection<unknown>;
  /** Whether what it has it has for ever: a promise, a signal. */
  readonly lasts: boolean;
}

/**
 * A source as a selector sees it.
 *
 * @throws {InvalidOptionError} If it is none.
 */
export function springOf(source: unknown, key: PropertyKey): Spring {
  if (typeof source === "object" && source !== null) {
    if (selectable in source) {
      const { [selectable]: selection } = source as Selectable<unknown>;
      return { selection, lasts: false };
    }
    if (source instanceof AbortSignal) {
      return { selection: new SignalSelection(source), lasts: true };
    }
    if (isPromise(source)) {
      return { selection: promised(source), lasts: true };
    }
  }
  throw new InvalidOptionError(
    `Cannot select as the source ${
      String(key)
    } must be a queue, a receiver, a timer, a promise or a signal: current value is ${
      Deno.inspect(source, { depth: 1 })
    }; sourceOf() makes one of what is iterated`,
    { option: String(key), value: source },
  );
}

/** Whether it is something that {@linkcode springOf} takes, or is iterated as {@linkcode sourceOf} wants it. */
export function isSource(source: unknown): boolean {
  return typeof source === "object" && source !== null &&
    (selectable in source || source instanceof AbortSignal ||
      isPromise(source) || Symbol.asyncIterator in source);
}

function isPromise(source: object): source is PromiseLike<unknown> {
  return "then" in source && typeof source.then === "function";
}

/** Calls `wake` soon, unless that is taken back. */
export function wakeSoon(wake: () => void): () => void {
  let asked = true;
  queueMicrotask(() => {
    if (asked) wake();
  });
  return () => {
    asked = false;
  };
}

// -- Signals ------------------------------------------------------------------

class SignalSelection implements Selection<unknown> {
  readonly ended = false;
  readonly #signal: AbortSignal;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  tryTake(): Selected<unknown> | undefined {
    return this.#signal.aborted ? { value: this.#signal.reason } : undefined;
  }

  watch(wake: () => void): () => void {
    if (this.#signal.aborted) return wakeSoon(wake);
    this.#signal.addEventListener("abort", wake, { once: true });
    return () => this.#signal.removeEventListener("abort", wake);
  }
}

// -- Promises -----------------------------------------------------------------

/** One for each promise: what is called at its end cannot be taken back, so that it is to be called but once. */
const selections: WeakMap<PromiseLike<unknown>, PromiseSelection> =
  new WeakMap();

function promised(promise: PromiseLike<unknown>): PromiseSelection {
  let selection = selections.get(promise);
  if (selection === undefined) {
    selections.set(promise, selection = new PromiseSelection(promise));
  }
  return selection;
}

class PromiseSelection implements Selection<unknown> {
  readonly ended = false;
  readonly #watchers: Set<() => void> = new Set();
  #taken: (() => Selected<unknown>) | undefined;

  constructor(promise: PromiseLike<unknown>) {
    promise.then(
      (value) => this.#settle(() => ({ value })),
      (reason) =>
        this.#settle(() => {
          throw reason;
        }),
    );
  }

  #settle(taken: () => Selected<unknown>): void {
    this.#taken = taken;
    const watchers = [...this.#watchers];
    this.#watchers.clear();
    for (const wake of watchers) wake();
  }

  tryTake(): Selected<unknown> | undefined {
    return this.#taken?.();
  }

  watch(wake: () => void): () => void {
    if (this.#taken !== undefined) return wakeSoon(wake);
    // Not `wake` itself: who watches twice is called twice.
    const watcher = (): void => wake();
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }
}

// -- What is iterated ---------------------------------------------------------

/** What {@linkcode sourceOf} makes. */
export interface IterableSource<T> extends Selectable<T>, AsyncDisposable {
  /** Ends it: the iteration is left. What was read ahead is forgotten. */
  close(): Promise<void>;
}

/**
 * A source of what is iterated: a stream, a generator, the lines of a connection.
 *
 * - **Reads one ahead:** not before it is first selected from, and what a `select()` did not take the next one has.
 * - **Errors** of the iteration reject the `select()` that meets them; after that the source has ended.
 *
 * @throws {InvalidOptionError} If it is not iterated with `for await`.
 *
 * @example A stream beside a queue
 * ```ts
 * import { Queue, select, sourceOf } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * using commands = new Queue<string>();
 * await using lines = sourceOf(ReadableStream.from(["a line"]));
 * const hit = await select({ commands, lines });
 * assertEquals(hit, { key: "lines", ended: false, value: "a line" });
 * ```
 */
export function sourceOf<T>(iterable: AsyncIterable<T>): IterableSource<T> {
  if (
    typeof iterable !== "object" || iterable === null ||
    !(Symbol.asyncIterator in iterable)
  ) {
    refuseOption(
      "make a source",
      "iterable",
      iterable,
      "a stream or what else is iterated with 'for await'",
    );
  }
  return new Iterating(iteratorOf(iterable));
}

/** The iteration of something; that of a stream can be left while it waits, as the stream's own cannot. */
function iteratorOf<T>(iterable: AsyncIterable<T>): AsyncIterator<T> {
  if (!(iterable instanceof ReadableStream)) {
    return iterable[Symbol.asyncIterator]();
  }
  const reader: ReadableStreamDefaultReader<T> = iterable.getReader();
  return {
    async next() {
      const { done, value } = await reader.read();
      if (!done) return { done, value };
      reader.releaseLock();
      return { done, value: undefined };
    },
    async return() {
      const cancelled = reader.cancel();
      reader.releaseLock();
      await cancelled;
      return { done: true, value: undefined };
    },
  };
}

class Iterating<T> implements IterableSource<T>, Selection<T> {
  static {
    keepHere(
      this,
      "the source of an iteration, which its own thread alone has: read it here and send what comes",
    );
    showAs<Iterating<unknown>>(
      this.prototype,
      (source) => `Source(${source.#state})`,
    );
  }

  readonly #iterator: AsyncIterator<T>;
  readonly #watchers: Set<() => void> = new Set();
  #state: "idle" | "reading" | "read" | "failed" | "ended" = "idle";
  #read: unknown;

  constructor(iterator: AsyncIterator<T>) {
    this.#iterator = iterator;
  }

  get [selectable](): Selection<T> {
    return this;
  }

  get ended(): boolean {
    return this.#state === "ended";
  }

  tryTake(): Selected<T> | undefined {
    if (this.#state === "idle") void this.#readAhead();
    const isThere = this.#state === "read" || this.#state === "failed";
    if (!isThere) return undefined;
    const read = this.#read;
    const failed = this.#state === "failed";
    this.#read = undefined;
    this.#state = failed ? "ended" : "idle";
    if (failed) throw read;
    return { value: read as T };
  }

  watch(wake: () => void): () => void {
    if (this.#state === "idle") void this.#readAhead();
    if (this.#state !== "reading") return wakeSoon(wake);
    const watcher = (): void => wake();
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  async close(): Promise<void> {
    if (this.#state === "ended") return;
    const isReading = this.#state === "reading";
    this.#become("ended", undefined);
    const left = this.#iterator.return?.();
    // A generator that waits is left when it comes to its next `yield`, which may be never.
    await (isReading ? Promise.race([left, rest()]) : left);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #readAhead(): Promise<void> {
    this.#state = "reading";
    try {
      const { done, value } = await this.#iterator.next();
      if (!this.ended) this.#become(done ? "ended" : "read", value);
    } catch (error) {
      if (!this.ended) this.#become("failed", error);
    }
  }

  #become(state: "read" | "failed" | "ended", read: unknown): void {
    this.#state = state;
    this.#read = read;
    const watchers = [...this.#watchers];
    this.#watchers.clear();
    for (const wake of watchers) wake();
  }
}
