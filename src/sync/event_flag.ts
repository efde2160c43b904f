import { cas, load } from "../memory/cells.ts";
import type { Region } from "../memory/region_room.ts";
import { defineHandle, meetIn, remember } from "./handles.ts";
import { KIND, PRIMITIVE } from "./layout.ts";
import { Monitor } from "./monitor.ts";
import { mayBlock, mustLive, throwFenced } from "./obtain.ts";
import { park, parkAsync, rouse } from "./parker.ts";
import { type Ground, lifeAt } from "./plot.ts";
import {
  checkAwaited,
  checkBlocking,
  type SyncWait,
  type Wait,
} from "./wait.ts";

const { WORD } = PRIMITIVE;

/**
 * A flag that threads wait for.
 *
 * - **Nobody is missed:** who waits when it is set goes on, also if it is cleared at once.
 * - **Deaths:** a thread that ends while it sets the flag has set it, or has not.
 * - **Travels** in any message, and is the same object for the same flag on one thread.
 * - **Reach:** the threads of one program; made by `in()`, all programs that have a region open.
 *
 * In memory it is one word, WORD: bit 0 says whether it is set, and each change adds one.
 *
 * @example Set and wait
 * ```ts
 * import { EventFlag } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * const go = new EventFlag();
 * assertEquals(await go.wait({ timeout: 0 }), false);
 * const waiting = go.wait();
 * go.set();
 * assertEquals([await waiting, go.isSet], [true, true]);
 * ```
 */
export class EventFlag {
  readonly #words: Int32Array;

  /** Makes a flag that is clear. */
  constructor();
  /**
   * The flag in `memory`, as a message brought it.
   *
   * @ignore
   */
  constructor(memory: SharedArrayBuffer | undefined);
  constructor(memory: Ground | number = KIND.EVENT_FLAG) {
    this.#words = new Monitor(memory, 0).words;
    remember(this, this.#words);
  }

  /**
   * The event flag of that name in a region of named memory, for all programs that have that open: it is made if there is none.
   *
   * - **Deaths:** that of a process, by whatever means, is noticed within 100 ms by who waits.
   * - **Takes** 1 KiB of the `room` that the region was made with. Nothing gives it back but the end of the region.
   *
   * @param region The region, such as a `SharedMemory` with `room`.
   * @param name Its name there, 1 to 64 bytes of text.
   * @throws {LayoutMismatchError} If something else has that name there.
   * @throws {RegionNoRoomError} If the region has not so much room left.
   * @throws {RegionClosedError} If the region was closed.
   * @throws {InvalidOptionError} If an argument is out of its bounds.
   */
  static in(region: Region, name: string): EventFlag {
    return meetIn(region, name, {
      what: "event flag",
      number: KIND.EVENT_FLAG,
      made: "event flag",
      make: () => new EventFlag(),
      stand: (memory) => new EventFlag(memory),
    });
  }

  /** Whether it is set. */
  get isSet(): boolean {
    return (load(this.#words, WORD) & 1) === 1;
  }

  /**
   * Sets it: all who wait go on.
   *
   * @throws {FencedError} If this thread was given up.
   */
  set(): void {
    this.#change(0);
    rouse(this.#words, WORD);
  }

  /**
   * Clears it: who comes waits.
   *
   * @throws {FencedError} If this thread was given up.
   */
  clear(): void {
    this.#change(1);
  }

  /**
   * Waits until it is set.
   *
   * @param options How long to wait.
   * @returns A promise: `true` when it was set, `false` when the time was over before.
   * @throws {FencedError} If this thread was given up: the promise rejects.
   * @throws {InvalidOptionError} If an option is out of bounds: the promise rejects.
   */
  async wait(options: Wait = {}): Promise<boolean> {
    checkAwaited("wait", options);
    options.signal?.throwIfAborted();
    const { deaths } = lifeAt(this.#words).lives;
    const value = load(this.#words, WORD);
    if ((value & 1) === 1) return true;
    if (options.timeout === 0) return false;
    const cell = { words: this.#words, index: WORD, value };
    const outcome = await parkAsync(cell, options, deaths, () => {});
    if (outcome === "aborted") throw options.signal!.reason;
    if (outcome === "fenced") throwFenced("wait");
    return outcome === "changed";
  }

  /**
   * As {@linkcode EventFlag.wait}, blocking the thread.
   *
   * @returns `true` when it was set, `false` when the time was over before.
   * @throws {MainThreadWaitError} If this is the main thread and `onMain` is not set.
   * @throws {FencedError} If this thread was given up.
   * @throws {InvalidOptionError} If an option is out of bounds.
   */
  waitSync(options: SyncWait = {}): boolean {
    checkBlocking("wait", options);
    mayBlock("wait", options);
    const { deaths } = lifeAt(this.#words).lives;
    const value = load(this.#words, WORD);
    if ((value & 1) === 1) return true;
    const { timeout = Infinity } = options;
    const cell = { words: this.#words, index: WORD, value };
    const outcome = park(cell, timeout, deaths, () => {});
    if (outcome === "fenced") throwFenced("wait");
    return outcome === "changed";
  }

  /** `EventFlag (set)` or `EventFlag (unset)`. */
  toString(): string {
    return `EventFlag (${this.isSet ? "set" : "unset"})`;
  }

  /** Adds one to the word if its bit 0 is `from`. */
  #change(from: 0 | 1): void {
    mustLive("change the flag");
    for (let seen = load(this.#words, WORD); (seen & 1) === from;) {
      const found = cas(this.#words, WORD, seen, (seen + 1) | 0);
      if (found === seen) return;
      seen = found;
    }
  }
}

Object.defineProperty(
  EventFlag.prototype,
  Symbol.for("Deno.customInspect"),
  {
    value(this: EventFlag): string {
      return this.toString();
    },
  },
);
defineHandle("eventFlag", KIND.EVENT_FLAG, EventFlag);
