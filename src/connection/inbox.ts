/**
 * Messages that came over a connection and were not received.
 *
 * @module
 */
import type { Selected, Selection } from "../channel/selectable.ts";
import { checkAwaited, throwTooLate, type Wait } from "../sync/wait.ts";

/** A message that waits for room. */
interface Late<T> {
  readonly id: number;
  readonly value: T;
  settle(taken: boolean): void;
}

/** Messages in the order in which they came, up to a bound: those that come then wait for room. */
export class Inbox<T> implements Selection<T> {
  readonly #values: T[] = [];
  readonly #late: Late<T>[] = [];
  readonly #watchers: Set<() => void> = new Set();
  #over: Error | undefined;

  /** Holds `capacity` messages. */
  constructor(readonly capacity: number) {}

  /** How many are there. */
  get size(): number {
    return this.#values.length;
  }

  /** Whether nothing comes any more, and nothing is left. */
  get ended(): boolean {
    return this.#over !== undefined && this.#values.length === 0;
  }

  /** Takes a message in; resolves to whether it has found its place, which it has not if it was given up. */
  put(id: number, value: T): Promise<boolean> {
    if (this.#over !== undefined) return Promise.resolve(false);
    if (this.#late.length === 0 && this.#values.length < this.capacity) {
      this.#values.push(value);
      this.#wake();
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      this.#late.push({ id, value, settle: resolve });
    });
  }

  /** Gives up a message that waits for room, if it does. */
  giveUp(id: number): void {
    const at = this.#late.findIndex((late) => late.id === id);
    if (at >= 0) this.#late.splice(at, 1)[0]!.settle(false);
  }

  /** Takes the next message if there is one. */
  tryTake(): Selected<T> | undefined {
    if (this.#values.length === 0) return undefined;
    const value = this.#values.shift()!;
    const late = this.#late.shift();
    if (late !== undefined) {
      this.#values.push(late.value);
      late.settle(true);
    }
    // Whoever else waits has what came meanwhile.
    if (this.#values.length > 0) this.#wake();
    return { value };
  }

  /** Forgets a message that nobody has taken. */
  remove(value: T): void {
    const at = this.#values.indexOf(value);
    if (at >= 0) this.#values.splice(at, 1);
  }

  /** See {@link Selection.watch}. */
  watch(wake: () => void): () => void {
    if (this.#values.length > 0 || this.#over !== undefined) {
      queueMicrotask(wake);
      return () => {};
    }
    this.#watchers.add(wake);
    return () => void this.#watchers.delete(wake);
  }

  /** Nothing comes any more; what is there can be received. */
  end(error: Error): void {
    if (this.#over !== undefined) return;
    this.#over = error;
    for (const late of this.#late.splice(0)) late.settle(false);
    this.#wake();
  }

  /**
   * Waits until there is a message.
   *
   * @returns Whether there is one; `false` also when none comes any more.
   */
  async ready(what: string, options: Wait): Promise<boolean> {
    // Python's is as patient as no time at all; so is this.
    const { timeout = Infinity, signal } = options;
    if (!(timeout < 0)) checkAwaited(what, options);
    signal?.throwIfAborted();
    if (this.#values.length > 0) return true;
    if (this.#over !== undefined || timeout <= 0) return false;
    await this.#changed(timeout, signal);
    return this.#values.length > 0;
  }

  /**
   * Receives the next message.
   *
   * @throws {WaitTimeoutError} If there is none in time.
   * @throws {Error} What the inbox ended with, when nothing is left.
   */
  async receive(what: string, options: Wait): Promise<T> {
    checkAwaited(what, options);
    const { timeout = Infinity, signal } = options;
    const deadline = performance.now() + timeout;
    signal?.throwIfAborted();
    while (true) {
      const taken = this.tryTake();
      if (taken !== undefined) return taken.value;
      if (this.#over !== undefined) throw this.#over;
      const left = deadline - performance.now();
      if (left <= 0) throwTooLate(what, options);
      await this.#changed(left, signal);
    }
  }

  /** Resolves when there may be something, or the time is over. */
  async #changed(ms: number, signal: AbortSignal | undefined): Promise<void> {
    const changed = Promise.withResolvers<void>();
    const leave = this.watch(changed.resolve);
    const timer = ms === Infinity
      ? undefined
      : setTimeout(changed.resolve, Math.min(ms, 2 ** 31 - 1));
    const abort = (): void => changed.reject(signal?.reason);
    signal?.addEventListener("abort", abort, { once: true });
    try {
      await changed.promise;
    } finally {
      leave();
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    }
  }

  #wake(): void {
    const watchers = [...this.#watchers];
    this.#watchers.clear();
    for (const wake of watchers) queueMicrotask(wake);
  }
}
