import { load } from "../memory/cells.ts";
import { DeadlockError } from "./deadlock_error.ts";
import { defineHandle, remember } from "./handles.ts";
import type { Held } from "./held.ts";
import { KIND, MUTEX_WORD, PRIMITIVE } from "./layout.ts";
import { Mutex } from "./mutex.ts";
import { Monitor } from "./monitor.ts";
import { refusePromise } from "./no_promise.ts";
import { mayBlock, throwFenced } from "./obtain.ts";
import {
  checkAwaited,
  checkBlocking,
  type SyncWait,
  type Wait,
} from "./wait.ts";

/** The field of the memory that is 1 when it is done. */
const DONE = PRIMITIVE.FIELDS;

/**
 * Something that is done once, by whoever comes first; the others wait until it is done.
 *
 * - **Failing is not done:** when the function throws or its thread ends, the next one who comes does it.
 * - **Cheap when done:** then it is one look at a word.
 * - **Travels** in any message, and is the same object for the same thing on one thread.
 * - **Reach:** the threads of one program.
 *
 * @example Fill a table once
 * ```ts
 * import { Once } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * const filled = new Once();
 * let times = 0;
 * const fill = () => void times++;
 * const ran = await Promise.all([filled.run(fill), filled.run(fill)]);
 * assertEquals([ran, times, filled.done], [[true, false], 1, true]);
 * ```
 */
export class Once {
  readonly #monitor: Monitor;
  readonly #words: Int32Array;
  /** Who does it has this lock of the same memory. */
  readonly #mutex: Mutex;

  /** Makes something that is not done. */
  constructor();
  /**
   * What is in `memory`, as a message brought it.
   *
   * @ignore
   */
  constructor(memory: SharedArrayBuffer | undefined);
  constructor(memory: SharedArrayBuffer | number = KIND.ONCE) {
    this.#monitor = new Monitor(memory);
    this.#words = this.#monitor.words;
    this.#mutex = new Mutex(this.#words.buffer as SharedArrayBuffer);
    remember(this, this.#words);
  }

  /** Whether it is done. */
  get done(): boolean {
    return load(this.#words, DONE) === 1;
  }

  /**
   * Sees to it that it is done: by `fn`, if nobody has done it.
   *
   * @param fn Does it; it is told whether the one who began it before has died meanwhile.
   * @param options How long to wait for another who does it.
   * @returns A promise: whether this call did it. It rejects with what `fn` throws, and each of the errors below.
   * @throws {WaitTimeoutError} If the time is over.
   * @throws {FencedError} If this thread was given up.
   * @throws {InvalidOptionError} If an option is out of bounds.
   */
  async run(
    fn: (ownerDied: boolean) => unknown,
    options: Wait = {},
  ): Promise<boolean> {
    checkAwaited("run", options);
    if (this.done) return false;
    using held = await this.#mutex.lock(options);
    if (this.done) return false;
    await fn(held.ownerDied);
    this.#finish();
    return true;
  }

  /**
   * As {@linkcode Once.run}, blocking the thread.
   *
   * @param fn Does it, without a promise.
   * @returns Whether this call did it.
   * @throws {WaitTimeoutError} If the time is over.
   * @throws {MainThreadWaitError} If this is the main thread and `onMain` is not set.
   * @throws {DeadlockError} If `fn` calls this again.
   * @throws {FencedError} If this thread was given up.
   * @throws {InvalidOptionError} If an option is out of bounds, or `fn` returned a promise: then it is not done.
   */
  runSync(fn: (ownerDied: boolean) => void, options: SyncWait = {}): boolean {
    checkBlocking("run", options);
    if (this.done) return false;
    mayBlock("run", options);
    using held = this.#lockSync(options);
    if (this.done) return false;
    const done: unknown = fn(held.ownerDied);
    refusePromise("run", "fn", done, "use run(), which awaits it");
    this.#finish();
    return true;
  }

  #lockSync(options: SyncWait): Held {
    try {
      return this.#mutex.lockSync(options);
    } catch (error) {
      if (!(error instanceof DeadlockError)) throw error;
      // What it says of mutexes would be no help.
      throw new DeadlockError(
        "Cannot run as this thread has begun it, and would wait for itself: call it once, or await run()",
      );
    }
  }

  /** Done by who has the lock: what a thread did that was given up, and has lost it, another does. */
  #finish(): void {
    const { who } = this.#monitor.life;
    const isOurs = this.#monitor.run(() => {
      const owner = load(this.#words, PRIMITIVE.WORD) >> MUTEX_WORD.OWNER_SHIFT;
      if (owner === who) this.#monitor.set(DONE, 1);
      return owner === who;
    });
    if (!isOurs) throwFenced("finish");
  }
}

defineHandle("once", KIND.ONCE, Once, (one) => one.done ? "done" : "not done");
