import { InvalidOptionError, ThreadLimitError } from "../errors.ts";
import {
  definePortable,
  portable,
  type PortableData,
} from "../memory/portable.ts";
import type { Region } from "../memory/region_room.ts";
import {
  groundOf,
  meetIn,
  memoryOf,
  recall,
  remember,
  showState,
} from "./handles.ts";
import type { Held } from "./held.ts";
import { KIND, PLACE, PLACE_STATE } from "./layout.ts";
import { Monitor } from "./monitor.ts";
import {
  holdOf,
  Mutex,
  ownerIsDead,
  resume,
  resumeSync,
  suspend,
} from "./mutex.ts";
import { refusePromise } from "./no_promise.ts";
import { NotHeldError } from "./not_held_error.ts";
import { mayBlock, mustLive, waitAt, waitAtSync } from "./obtain.ts";
import type { Ground } from "./plot.ts";
import {
  checkAwaited,
  checkBlocking,
  type SyncWait,
  type Wait,
} from "./wait.ts";

const { GRANTED, HOLDING, WAITING } = PLACE_STATE;

/**
 * A place to wait, with a lock, until another thread says that something has changed.
 *
 * - **No gap:** waiting and giving the lock back are one step, so no notification comes in between. When the wait ends, in
 *   whatever way, the thread has the lock again.
 * - **In order:** who waits longest is notified first. A notification that nobody waits for is forgotten.
 * - **Deaths:** a waiter that ends leaves the queue; a notification that it was given goes to the next, if it had not the
 *   lock again. When the owner of the lock dies all who wait are woken, as it may not have notified them; the first has
 *   the lock with `ownerDied: true`.
 * - **Travels** in any message with its lock, and is the same object for the same condition on one thread.
 * - **Reach:** the threads of one program; made by `in()`, all programs that have a region open.
 *
 * @example Wait until a number is 2
 * ```ts
 * import { Condition } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * const changed = new Condition();
 * let number = 0;
 * async function count() {
 *   using _held = await changed.lock();
 *   number++;
 *   changed.notifyAll();
 * }
 * using _held = await changed.lock();
 * const both = Promise.all([count(), count()]);
 * assertEquals(await changed.until(() => number === 2), true);
 * await both;
 * ```
 */
export class Condition {
  /** The lock. */
  readonly mutex: Mutex;
  readonly #monitor: Monitor;

  /**
   * Makes a condition.
   *
   * @param mutex Its lock; one of its own by default. Several conditions may share one.
   * @throws {InvalidOptionError} If it is no lock.
   */
  constructor(mutex?: Mutex);
  /**
   * The condition in `memory`, as a message brought it.
   *
   * @ignore
   */
  constructor(mutex: Mutex | undefined, memory: SharedArrayBuffer);
  constructor(mutex: Mutex = new Mutex(), memory?: Ground) {
    if (!(mutex instanceof Mutex)) {
      throw new InvalidOptionError(
        `Cannot make a condition as 'mutex' must be a Mutex: current value is ${
          Deno.inspect(mutex, { depth: 1 })
        }`,
        { option: "mutex", value: mutex },
      );
    }
    this.mutex = mutex;
    this.#monitor = new Monitor(memory ?? KIND.CONDITION);
    this.#monitor.onDeath = () => this.#bury();
    // Until it has the lock again its notification may still go to another.
    this.#monitor.onTaken = () => void this.#monitor.hold(1);
    remember(this, this.#monitor.words);
  }

  static {
    // Not a method: what is computed cannot be told from its text alone.
    Object.defineProperty(this.prototype, portable, {
      value(this: Condition): PortableData {
        return { kind: "condition", data: [memoryOf(this), this.mutex] };
      },
    });
  }

  /**
   * The condition of that name in a region of named memory, for all programs that have that open: it is made if there is none.
   *
   * - **Deaths:** that of a process, by whatever means, is noticed within 100 ms by who waits.
   * - **Takes** 13 KiB of the `room` that the region was made with. Nothing gives it back but the end of the region.
   *
   * @param region The region, such as a `SharedMemory` with `room`.
   * @param name Its name there, 1 to 64 bytes of text.
   * @param mutex Its lock, of the same region; the other programs give the same one.
   * @throws {LayoutMismatchError} If something else has that name there.
   * @throws {RegionNoRoomError} If the region has not so much room left.
   * @throws {RegionClosedError} If the region was closed.
   * @throws {InvalidOptionError} If an argument is out of its bounds.
   */
  static in(region: Region, name: string, mutex: Mutex): Condition {
    const [home] = [memoryOf(mutex)].flat();
    if (home !== region) {
      throw new InvalidOptionError(
        `Cannot make a condition in the region "${region.name}" as "mutex" must be one of the same region: current value is ${
          Deno.inspect(mutex, { depth: 1 })
        }; make it with Mutex.in()`,
        { option: "mutex", value: mutex },
      );
    }
    return meetIn(region, name, {
      what: "condition",
      number: KIND.CONDITION,
      made: "condition",
      make: () => new Condition(mutex),
      stand: (memory) => new Condition(mutex, memory),
    });
  }

  /**
   * Takes the lock; see {@linkcode Mutex.lock}.
   *
   * @param options How long to wait.
   * @returns A promise of what gives it back.
   * @throws {WaitTimeoutError} If the time is over: the promise rejects.
   * @throws {FencedError} If this thread was given up: the promise rejects.
   * @throws {InvalidOptionError} If an option is out of bounds: the promise rejects.
   */
  lock(options: Wait = {}): Promise<Held> {
    return this.mutex.lock(options);
  }

  /**
   * Takes the lock, blocking the thread; see {@linkcode Mutex.lockSync}.
   *
   * @param options How long to wait, and whether on the main thread.
   * @returns What gives it back.
   * @throws {WaitTimeoutError} If the time is over.
   * @throws {MainThreadWaitError} If this is the main thread and `onMain` is not set.
   * @throws {DeadlockError} If this thread holds the lock.
   * @throws {FencedError} If this thread was given up.
   * @throws {InvalidOptionError} If an option is out of bounds.
   */
  lockSync(options: SyncWait = {}): Held {
    return this.mutex.lockSync(options);
  }

  /**
   * Gives the lock back, waits until notified, and takes the lock again.
   *
   * @param options How long to wait for the notification; the lock is waited for without a limit.
   * @returns A promise: `true` when notified, `false` when the time was over before.
   * @throws {NotHeldError} If this thread does not hold the lock: the promise rejects.
   * @throws {ThreadLimitError} If 256 wait already: the promise rejects.
   * @throws {FencedError} If this thread was given up: the promise rejects.
   * @throws {InvalidOptionError} If an option is out of bounds: the promise rejects.
   */
  async wait(options: Wait = {}): Promise<boolean> {
    checkAwaited("wait", options);
    this.#mustHold("wait");
    options.signal?.throwIfAborted();
    if (options.timeout === 0) return false;
    const { deaths } = this.#monitor.life.lives;
    const place = this.#enlist();
    const hold = suspend(this.mutex);
    let told = false;
    try {
      const waiting = waitAt(this.#monitor, place, deaths, "wait", options);
      told = await waiting === GRANTED;
    } finally {
      await resume(this.mutex, hold);
    }
    if (told) this.#heard();
    return told;
  }

  /**
   * As {@linkcode Condition.wait}, blocking the thread.
   *
   * @returns `true` when notified, `false` when the time was over before.
   * @throws {NotHeldError} If this thread does not hold the lock.
   * @throws {ThreadLimitError} If 256 wait already.
   * @throws {MainThreadWaitError} If this is the main thread and `onMain` is not set.
   * @throws {FencedError} If this thread was given up.
   * @throws {InvalidOptionError} If an option is out of bounds.
   */
  waitSync(options: SyncWait = {}): boolean {
    checkBlocking("wait", options);
    mayBlock("wait", options);
    this.#mustHold("wait");
    const { deaths } = this.#monitor.life.lives;
    const place = this.#enlist();
    const hold = suspend(this.mutex);
    const state = waitAtSync(this.#monitor, place, deaths, "wait", options);
    resumeSync(this.mutex, hold);
    if (state === GRANTED) this.#heard();
    return state === GRANTED;
  }

  /**
   * Waits until `holds` says so; it is asked with the lock, now and after each notification.
   *
   * @param holds Looks whether what is waited for is there.
   * @param options How long to wait, over all notifications.
   * @returns A promise: `true` when it holds, `false` when the time was over before.
   * @throws {NotHeldError} If this thread does not hold the lock: the promise rejects.
   * @throws {ThreadLimitError} If 256 wait already: the promise rejects.
   * @throws {FencedError} If this thread was given up: the promise rejects.
   * @throws {InvalidOptionError} If an option is out of bounds: the promise rejects.
   */
  async until(holds: () => boolean, options: Wait = {}): Promise<boolean> {
    checkAwaited("wait", options);
    this.#mustHold("wait");
    const { timeout = Infinity, signal } = options;
    const start = performance.now();
    for (;;) {
      if (isSo(holds)) return true;
      const left = timeout - (performance.now() - start);
      if (left <= 0) return false;
      await this.wait({ timeout: left, ...(signal && { signal }) });
    }
  }

  /**
   * As {@linkcode Condition.until}, blocking the thread.
   *
   * @returns `true` when it holds, `false` when the time was over before.
   * @throws {NotHeldError} If this thread does not hold the lock.
   * @throws {ThreadLimitError} If 256 wait already.
   * @throws {MainThreadWaitError} If this is the main thread and `onMain` is not set.
   * @throws {FencedError} If this thread was given up.
   * @throws {InvalidOptionError} If an option is out of bounds.
   */
  untilSync(holds: () => boolean, options: SyncWait = {}): boolean {
    checkBlocking("wait", options);
    mayBlock("wait", options);
    this.#mustHold("wait");
    const { timeout = Infinity } = options;
    const start = performance.now();
    for (;;) {
      if (isSo(holds)) return true;
      const left = timeout - (performance.now() - start);
      if (left <= 0) return false;
      this.waitSync({ ...options, timeout: left });
    }
  }

  /**
   * Notifies those who have waited longest. Each goes on when it has the lock again.
   *
   * @param n How many, a whole number from 0.
   * @throws {NotHeldError} If this thread does not hold the lock.
   * @throws {InvalidOptionError} If `n` is out of bounds.
   */
  notify(n = 1): void {
    if (!(Number.isInteger(n) && n >= 0) && n !== Infinity) {
      throw new InvalidOptionError(
        `Cannot notify as 'n' must be a whole number from 0: current value is ${
          Deno.inspect(n, { depth: 1 })
        }`,
        { option: "n", value: n },
      );
    }
    this.#mustHold("notify");
    this.#monitor.run(() => this.#tell(n));
  }

  /**
   * Notifies all who wait.
   *
   * @throws {NotHeldError} If this thread does not hold the lock.
   */
  notifyAll(): void {
    this.notify(Infinity);
  }

  /** How many wait who live. */
  get waiting(): number {
    const monitor = this.#monitor;
    return monitor.run(() => {
      this.#bury();
      let waiting = 0;
      for (let place = 0; place < monitor.high; place++) {
        if (monitor.of(place, PLACE.STATE) === WAITING) waiting++;
      }
      return waiting;
    });
  }

  #mustHold(what: string): void {
    mustLive(what);
    if (holdOf(this.mutex) !== undefined) return;
    throw new NotHeldError(
      `Cannot ${what} as this thread does not hold the lock of the condition: lock first`,
    );
  }

  #heard(): void {
    this.#monitor.run(() => this.#monitor.hold(-1));
  }

  #enlist(): number {
    const place = this.#monitor.run(() => {
      this.#bury();
      return this.#monitor.take(WAITING, 0);
    });
    if (place >= 0) return place;
    throw new ThreadLimitError(
      "Cannot wait as all places are taken: the limit is 256 who wait for one condition",
      { limit: 256 },
    );
  }

  /** In a section. */
  #tell(n: number): void {
    for (let left = n; left > 0; left--) {
      const place = this.#monitor.oldest();
      if (place < 0) return;
      this.#monitor.tell(place, GRANTED);
    }
  }

  /** In a section: the dead leave; what one of them was told is told to another. */
  #bury(): void {
    const monitor = this.#monitor;
    let unheard = 0;
    monitor.eachDead((place) => {
      const state = monitor.of(place, PLACE.STATE);
      if (state === GRANTED) unheard++;
      if (state === HOLDING) unheard += monitor.of(place, PLACE.ARG);
      monitor.free(place);
    });
    // Who died with the lock may have died just before it notified: all look for themselves.
    this.#tell(ownerIsDead(this.mutex) ? Infinity : unheard);
  }
}

/** What the caller's function says of what is waited for. */
function isSo(holds: () => boolean): boolean {
  const answer: unknown = holds();
  refusePromise("wait", "holds", answer, "let it only look");
  return Boolean(answer);
}

showState(Condition.prototype, (one) => `${one.waiting} wait`);
definePortable("condition", (data) => {
  const [memory, mutex] = data as [unknown, Mutex];
  return recall("condition", KIND.CONDITION, memory) ??
    new Condition(mutex, groundOf(memory));
});
