import { cas, load } from "../memory/cells.ts";
import type { Region } from "../memory/region_room.ts";
import { DeadlockError } from "./deadlock_error.ts";
import { defineHandle, meetIn, remember } from "./handles.ts";
import type { Held } from "./held.ts";
import {
  BLOCKING,
  KIND,
  MUTEX_WORD,
  PLACE,
  PLACE_STATE,
  PRIMITIVE,
} from "./layout.ts";
import { Monitor } from "./monitor.ts";
import { NotHeldError } from "./not_held_error.ts";
import {
  AT_ONCE,
  mayBlock,
  obtain,
  obtainSync,
  type State,
  throwFenced,
} from "./obtain.ts";
import type { Ground } from "./plot.ts";
import {
  checkAwaited,
  checkBlocking,
  type SyncWait,
  throwTooLate,
  type Wait,
} from "./wait.ts";

const { WORD } = PRIMITIVE;
const { CONTENDED, OWNER_SHIFT } = MUTEX_WORD;
const { GRANTED, INHERITED, WAITING } = PLACE_STATE;

let release: (mutex: Mutex, hold: MutexHold) => void;
let takeOff: (mutex: Mutex) => MutexHold;
let putOn: (mutex: Mutex, hold: MutexHold) => Promise<void>;
let putOnSync: (mutex: Mutex, hold: MutexHold) => void;
let deadOwner: (mutex: Mutex) => boolean;
let holderHere: (mutex: Mutex) => MutexHold | undefined;

/** What is held of a mutex. */
export class MutexHold implements Held {
  /** See {@link Held.ownerDied}. */
  ownerDied: boolean;
  readonly #mutex: Mutex;

  /** A hold on `mutex`. */
  constructor(mutex: Mutex, ownerDied: boolean) {
    this.#mutex = mutex;
    this.ownerDied = ownerDied;
  }

  /** Gives it back; does nothing if it was given back already, or if this thread has lost it. */
  [Symbol.dispose](): void {
    release(this.#mutex, this);
  }
}

/**
 * A lock that one at a time holds, over all threads.
 *
 * - **Fair:** those who wait get it in the order in which they came. While more than 256 wait those of one thread still do;
 *   one of another thread may come before them.
 * - **Awaited or blocking:** both exclude each other. Two functions of one thread exclude each other too.
 * - **Deaths:** when a thread ends while it holds the lock, by whatever means, the next one gets it with
 *   `ownerDied: true`. What a thread does that was given up counts no more: it can neither hold nor release.
 * - **Travels** in any message, and is the same object for the same lock on one thread.
 * - **Reach:** the threads of one program; made by `in()`, all programs that have a region open.
 *
 * @example Two threads change one number
 * ```ts
 * import { Mutex, run, task } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * export const deposit = task(
 *   import.meta,
 *   "deposit",
 *   async (mutex: Mutex, account: Float64Array) => {
 *     for (let i = 0; i < 100; i++) {
 *       using _held = await mutex.lock();
 *       account[0]! += 1;
 *     }
 *   },
 * );
 *
 * // Threads import this module too: only the main one runs the tasks.
 * if (import.meta.main) {
 *   const mutex = new Mutex();
 *   const account = new Float64Array(new SharedArrayBuffer(8));
 *   await Promise.all([1, 2].map(() => run(deposit, [mutex, account])));
 *   assertEquals(account[0], 200);
 * }
 * ```
 */
export class Mutex {
  readonly #monitor: Monitor;
  readonly #words: Int32Array;
  /** What this thread holds. */
  #own: MutexHold | undefined;

  static {
    release = (mutex, hold) => mutex.#release(hold);
    takeOff = (mutex) => {
      const own = mutex.#own!;
      mutex.#release(own);
      return own;
    };
    putOn = (mutex, hold) => mutex.#resume(hold);
    putOnSync = (mutex, hold) => mutex.#resumeSync(hold);
    deadOwner = (mutex) => mutex.#ownerDead;
    holderHere = (mutex) => mutex.#own;
  }

  /** Makes a lock that nobody holds. */
  constructor();
  /**
   * The lock in `memory`, as a message brought it.
   *
   * @ignore
   */
  constructor(memory: SharedArrayBuffer | number | undefined);
  constructor(memory: Ground | number = KIND.MUTEX) {
    this.#monitor = new Monitor(memory);
    this.#words = this.#monitor.words;
    this.#monitor.onDeath = () => this.#bury();
    remember(this, this.#words);
  }

  /**
   * The mutex of that name in a region of named memory, for all programs that have that open: it is made if there is none.
   *
   * - **Deaths:** that of a process, by whatever means, is noticed within 100 ms by who waits.
   * - **Takes** 13 KiB of the `room` that the region was made with. Nothing gives it back but the end of the region.
   *
   * @param region The region, such as a `SharedMemory` with `room`.
   * @param name Its name there, 1 to 64 bytes of text.
   * @throws {LayoutMismatchError} If something else has that name there.
   * @throws {RegionNoRoomError} If the region has not so much room left.
   * @throws {RegionClosedError} If the region was closed.
   * @throws {InvalidOptionError} If an argument is out of its bounds.
   *
   * @example A lock of all programs that know the region
   * ```ts
   * import { Mutex, SharedMemory } from "@troupe/actors";
   * import { assertEquals } from "@std/assert";
   *
   * if (import.meta.main) {
   *   await using region = await SharedMemory.create({ size: 8, room: 65_536 });
   *   // Another program says SharedMemory.open(region.name), and then the same.
   *   using held = await Mutex.in(region, "total").lock({ timeout: 1_000 });
   *   assertEquals(held.ownerDied, false);
   *   region.view(Float64Array)[0]! += 1;
   * }
   * ```
   */
  static in(region: Region, name: string): Mutex {
    return meetIn(region, name, {
      what: "mutex",
      number: KIND.MUTEX,
      made: "mutex",
      make: () => new Mutex(),
      stand: (memory) => new Mutex(memory),
    });
  }

  /**
   * Takes the lock, when it is this caller's turn.
   *
   * @param options How long to wait.
   * @returns A promise of what gives it back. It rejects with each of the errors below; nothing is left of the wait then.
   * @throws {WaitTimeoutError} If the time is over.
   * @throws {FencedError} If this thread was given up.
   * @throws {InvalidOptionError} If an option is out of bounds.
   */
  lock(options: Wait = {}): Promise<Held> {
    try {
      checkAwaited("lock", options);
      options.signal?.throwIfAborted();
      // Not past those of this thread for whom there was no room in the queue.
      const held = this.#monitor.line.isEmpty ? this.#tryFast() : undefined;
      if (held !== undefined) return Promise.resolve(held);
    } catch (error) {
      return Promise.reject(error);
    }
    return this.#lockLater(options);
  }

  /**
   * Takes the lock, blocking the thread until it is this caller's turn.
   *
   * @param options How long to wait, and whether on the main thread.
   * @returns What gives it back.
   * @throws {WaitTimeoutError} If the time is over.
   * @throws {MainThreadWaitError} If this is the main thread and `onMain` is not set.
   * @throws {DeadlockError} If this thread holds the lock: it would wait for itself.
   * @throws {FencedError} If this thread was given up.
   * @throws {InvalidOptionError} If an option is out of bounds.
   */
  lockSync(options: SyncWait = {}): Held {
    checkBlocking("lock", options);
    mayBlock("lock", options);
    const held = this.#tryFast();
    if (held !== undefined) return held;
    if (this.#own !== undefined) {
      throw new DeadlockError(
        "Cannot lock as this thread holds the lock, and would wait for itself: release it first, or use a ReentrantMutex",
      );
    }
    return this.#got(
      obtainSync(
        this.#monitor,
        () => this.#claim(BLOCKING),
        "lock",
        options,
      ),
      options,
    );
  }

  /**
   * Takes the lock if it is free and nobody waits for it.
   *
   * @returns What gives it back, or `undefined`.
   * @throws {FencedError} If this thread was given up.
   */
  tryLock(): Held | undefined {
    const held = this.#tryFast();
    if (held !== undefined || !this.#ownerDead) return held;
    const state = this.#monitor.run(() => {
      const now = this.#settle();
      return now === "taken" ? AT_ONCE.NO_ROOM : this.#take(now);
    });
    return state === AT_ONCE.NO_ROOM
      ? undefined
      : this.#hold(state === AT_ONCE.INHERITED);
  }

  /**
   * Gives back what this thread holds; `using` does so at the end of the scope.
   *
   * @throws {NotHeldError} If this thread does not hold the lock.
   */
  unlock(): void {
    const own = this.#own;
    if (own === undefined || this.#monitor.life.fenced) {
      throw new NotHeldError(
        "Cannot unlock as this thread does not hold the lock: take it first",
      );
    }
    this.#release(own);
  }

  /** Whether somebody holds it who lives. */
  get locked(): boolean {
    return load(this.#words, WORD) !== 0 && !this.#ownerDead;
  }

  get #ownerDead(): boolean {
    const word = load(this.#words, WORD);
    return word !== 0 && !this.#monitor.life.lives.alive(word >> OWNER_SHIFT);
  }

  #tryFast(): Held | undefined {
    const life = this.#monitor.life;
    if (life.fenced) throwFenced("lock");
    const mine = life.who << OWNER_SHIFT;
    if (cas(this.#words, WORD, 0, mine) !== 0) return undefined;
    return this.#hold(false);
  }

  #hold(ownerDied: boolean): MutexHold {
    return this.#own = new MutexHold(this, ownerDied);
  }

  async #lockLater(options: Wait): Promise<Held> {
    const claim = () => this.#claim(0);
    if (options.timeout === 0) {
      const held = this.tryLock();
      return held ?? this.#got(WAITING, options);
    }
    return this.#got(
      await obtain(this.#monitor, claim, "lock", options),
      options,
    );
  }

  #got(state: State, options: Wait): Held {
    if (state !== WAITING) return this.#hold(state === INHERITED);
    return throwTooLate("lock", options);
  }

  /** In a section: has the lock, or a place in the queue for it. */
  #claim(arg: number): number {
    for (;;) {
      const now = this.#settle();
      if (now !== "taken") {
        const taken = this.#take(now);
        if (taken === AT_ONCE.NO_ROOM) continue;
        return taken;
      }
      if (arg === BLOCKING) {
        const state = this.#monitor.overtake();
        if (state === GRANTED) return AT_ONCE.GRANTED;
        if (state === INHERITED) return AT_ONCE.INHERITED;
      }
      return this.#monitor.take(WAITING, arg);
    }
  }

  /**
   * In a section: says whether the lock is there to be taken, by a caller who would be the first: it is free, or left by one
   * who died. From here on only sections write the word, unless it is free: then anybody may take it before the caller does.
   */
  #settle(): "free" | "left" | "taken" {
    const words = this.#words;
    for (;;) {
      const word = load(words, WORD);
      if (word === 0) {
        const first = this.#monitor.next();
        if (first < 0) return "free";
        if (cas(words, WORD, 0, CONTENDED) === 0) this.#give(first, GRANTED);
      } else if ((word & CONTENDED) === 0) {
        cas(words, WORD, word, word | CONTENDED);
      } else if (this.#monitor.life.lives.alive(word >> OWNER_SHIFT)) {
        return "taken";
      } else {
        const first = this.#monitor.next();
        if (first < 0) return "left";
        this.#give(first, INHERITED);
      }
    }
  }

  /** In a section: takes a lock that {@link Mutex.#settle} found so; NO_ROOM if somebody else has taken it meanwhile. */
  #take(found: "free" | "left"): number {
    const mine = this.#monitor.life.who << OWNER_SHIFT;
    if (found === "left") {
      this.#monitor.set(WORD, mine | CONTENDED);
      return AT_ONCE.INHERITED;
    }
    // Not by what the word says now: who has taken it without a section since would be taken for one who died.
    return cas(this.#words, WORD, 0, mine) === 0
      ? AT_ONCE.GRANTED
      : AT_ONCE.NO_ROOM;
  }

  /** In a section: gives the lock to who waits at `place`. */
  #give(place: number, state: State): void {
    const monitor = this.#monitor;
    const who = monitor.of(place, PLACE.WHO);
    monitor.set(WORD, who << OWNER_SHIFT | CONTENDED);
    monitor.tell(place, state);
  }

  #release(hold: MutexHold): void {
    if (this.#own !== hold) return;
    this.#own = undefined;
    const life = this.#monitor.life;
    if (life.fenced) return;
    const mine = life.who << OWNER_SHIFT;
    if (cas(this.#words, WORD, mine, 0) === mine) return;
    this.#monitor.run(() => {
      const word = load(this.#words, WORD);
      if (word >> OWNER_SHIFT !== life.who || life.fenced) return;
      const first = this.#monitor.next();
      if (first >= 0) this.#give(first, GRANTED);
      else this.#monitor.setLast(WORD, 0);
    });
  }

  /** In a section, after a death. */
  #bury(): void {
    this.#monitor.eachDead((place) => this.#monitor.free(place));
    if (load(this.#words, WORD) !== 0 && this.#ownerDead) this.#settle();
  }

  /** Takes the lock again for a hold that was {@link suspend | taken off}. */
  async #resume(hold: MutexHold): Promise<void> {
    const again = this.#tryFast() ?? await this.#lockLater({});
    hold.ownerDied = again.ownerDied;
    this.#own = hold;
  }

  #resumeSync(hold: MutexHold): void {
    const claim = () => this.#claim(BLOCKING);
    const again = this.#tryFast() ??
      this.#got(obtainSync(this.#monitor, claim, "lock", {}), {});
    hold.ownerDied = again.ownerDied;
    this.#own = hold;
  }
}

defineHandle(
  "mutex",
  KIND.MUTEX,
  Mutex,
  (mutex) => mutex.locked ? "locked" : "free",
);

/** What this thread holds of `mutex`. */
export function holdOf(mutex: Mutex): MutexHold | undefined {
  return holderHere(mutex);
}

/** Lets go of a lock that this thread holds, and keeps the hold for {@link resume}. */
export function suspend(mutex: Mutex): MutexHold {
  return takeOff(mutex);
}

/** Takes the lock again, for the same hold. */
export function resume(mutex: Mutex, hold: MutexHold): Promise<void> {
  return putOn(mutex, hold);
}

/** As {@link resume}, blocking the thread. */
export function resumeSync(mutex: Mutex, hold: MutexHold): void {
  putOnSync(mutex, hold);
}

/** Whether it is held by a thread that is dead. */
export function ownerIsDead(mutex: Mutex): boolean {
  return deadOwner(mutex);
}
