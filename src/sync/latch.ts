import { InvalidOptionError } from "../errors.ts";
import { cas, load } from "../memory/cells.ts";
import type { Region } from "../memory/region_room.ts";
import { defineHandle, meetIn, remember } from "./handles.ts";
import { KIND, PRIMITIVE } from "./layout.ts";
import { Monitor } from "./monitor.ts";
import { mayBlock, mustLive, throwFenced } from "./obtain.ts";
import { OverReleasedError } from "./over_released_error.ts";
import { park, parkAsync, rouse } from "./parker.ts";
import { type Ground, isGround, lifeAt } from "./plot.ts";
import {
  checkAwaited,
  checkBlocking,
  type SyncWait,
  type Wait,
} from "./wait.ts";

const { WORD } = PRIMITIVE;
const LIMIT = 2 ** 30;

function checkCount(what: string, option: string, value: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= LIMIT) return;
  throw new InvalidOptionError(
    `Cannot ${what} as '${option}' must be a whole number from 1 to ${LIMIT}: current value is ${
      Deno.inspect(value, { depth: 1 })
    }`,
    { option, value },
  );
}

/**
 * A count that goes down to 0 once; threads wait for that.
 *
 * - **Once:** it never goes up again. A {@linkcode Barrier} meets again and again.
 * - **Deaths:** it belongs to nobody, so a thread that ends before it has counted down is not noticed: give the wait a
 *   `timeout` or a `signal`, and let another thread count in its place. A {@linkcode Barrier} notices.
 * - **Travels** in any message, and is the same object for the same latch on one thread.
 * - **Reach:** the threads of one program; made by `in()`, all programs that have a region open.
 *
 * In memory it is one word, WORD: the count.
 *
 * @example Wait until two have come
 * ```ts
 * import { Latch } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * const ready = new Latch(2);
 * const waiting = ready.wait();
 * ready.countDown();
 * assertEquals(ready.count, 1);
 * ready.countDown();
 * assertEquals(await waiting, true);
 * ```
 */
export class Latch {
  readonly #words: Int32Array;

  /**
   * Makes a latch.
   *
   * @param count A whole number from 1 to 2^30.
   * @throws {InvalidOptionError} If it is not.
   */
  constructor(count: number);
  /**
   * The latch in `memory`, as a message brought it.
   *
   * @ignore
   */
  constructor(memory: number | SharedArrayBuffer);
  constructor(given: number | Ground) {
    if (!isGround(given)) {
      checkCount("make a latch", "count", given);
      this.#words = new Monitor(KIND.LATCH, 0).words;
      // Nobody else has the memory yet.
      this.#words[WORD] = given;
    } else this.#words = new Monitor(given).words;
    remember(this, this.#words);
  }

  /**
   * The latch of that name in a region of named memory, for all programs that have that open: it is made if there is none.
   *
   * - **Deaths:** that of a process, by whatever means, is noticed within 100 ms by who waits.
   * - **Takes** 1 KiB of the `room` that the region was made with. Nothing gives it back but the end of the region.
   *
   * @param region The region, such as a `SharedMemory` with `room`.
   * @param name Its name there, 1 to 64 bytes of text.
   * @param count What it counts down from; who finds it must say the same.
   * @throws {LayoutMismatchError} If something else has that name there, or it was made otherwise.
   * @throws {RegionNoRoomError} If the region has not so much room left.
   * @throws {RegionClosedError} If the region was closed.
   * @throws {InvalidOptionError} If an argument is out of its bounds.
   */
  static in(region: Region, name: string, count: number): Latch {
    return meetIn(region, name, {
      what: "latch",
      number: KIND.LATCH,
      made: `latch of ${count}`,
      make: () => new Latch(count),
      stand: (memory) => new Latch(memory),
    });
  }

  /** What is left. */
  get count(): number {
    return load(this.#words, WORD);
  }

  /**
   * Counts down.
   *
   * @param n By how much, a whole number from 1.
   * @throws {OverReleasedError} If less is left.
   * @throws {FencedError} If this thread was given up.
   * @throws {InvalidOptionError} If `n` is out of bounds.
   */
  countDown(n = 1): void {
    checkCount("count down", "n", n);
    mustLive("count down");
    for (let seen = load(this.#words, WORD);;) {
      if (seen < n) {
        throw new OverReleasedError(
          `Cannot count down by ${n} as less is left: current count is ${seen}`,
        );
      }
      const found = cas(this.#words, WORD, seen, seen - n);
      if (found === seen) break;
      seen = found;
    }
    if (load(this.#words, WORD) === 0) rouse(this.#words, WORD);
  }

  /**
   * Waits until the count is 0.
   *
   * @param options How long to wait.
   * @returns A promise: `true` when it is 0, `false` when the time was over before.
   * @throws {FencedError} If this thread was given up: the promise rejects.
   * @throws {InvalidOptionError} If an option is out of bounds: the promise rejects.
   */
  async wait(options: Wait = {}): Promise<boolean> {
    checkAwaited("wait", options);
    options.signal?.throwIfAborted();
    const { timeout = Infinity, signal } = options;
    const end = timeout === Infinity ? Infinity : performance.now() + timeout;
    for (;;) {
      const { deaths } = lifeAt(this.#words).lives;
      const value = load(this.#words, WORD);
      if (value === 0) return true;
      const left = end === Infinity ? Infinity : end - performance.now();
      if (left <= 0) return false;
      const cell = { words: this.#words, index: WORD, value };
      const until = { timeout: left, ...(signal && { signal }) };
      const outcome = await parkAsync(cell, until, deaths, () => {});
      if (outcome === "aborted") throw signal!.reason;
      if (outcome === "fenced") throwFenced("wait");
    }
  }

  /**
   * As {@linkcode Latch.wait}, blocking the thread.
   *
   * @returns `true` when it is 0, `false` when the time was over before.
   * @throws {MainThreadWaitError} If this is the main thread and `onMain` is not set.
   * @throws {FencedError} If this thread was given up.
   * @throws {InvalidOptionError} If an option is out of bounds.
   */
  waitSync(options: SyncWait = {}): boolean {
    checkBlocking("wait", options);
    mayBlock("wait", options);
    const { timeout = Infinity } = options;
    const end = timeout === Infinity ? Infinity : performance.now() + timeout;
    for (;;) {
      const { deaths } = lifeAt(this.#words).lives;
      const value = load(this.#words, WORD);
      if (value === 0) return true;
      const left = end === Infinity ? Infinity : end - performance.now();
      if (left <= 0) return false;
      const cell = { words: this.#words, index: WORD, value };
      if (park(cell, left, deaths, () => {}) === "fenced") throwFenced("wait");
    }
  }
}

defineHandle("latch", KIND.LATCH, Latch, (one) => `${one.count} left`);
