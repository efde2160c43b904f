import type { Region } from "../memory/region_room.ts";
import { defineHandle, meetIn, remember } from "./handles.ts";
import type { Held } from "./held.ts";
import { BLOCKING, KIND, PLACE, PLACE_STATE } from "./layout.ts";
import { Monitor } from "./monitor.ts";
import {
  AT_ONCE,
  mayBlock,
  mustLive,
  obtain,
  obtainSync,
  type State,
} from "./obtain.ts";
import { OverReleasedError } from "./over_released_error.ts";
import { lookUntil } from "./parker.ts";
import {
  addFree,
  close,
  freeOf,
  LIMIT,
  opened,
  takeFree,
  WORD,
  wordOf,
} from "./permit_word.ts";
import { type Ground, isGround } from "./plot.ts";
import { checkPermits, type SemaphoreOptions } from "./semaphore_options.ts";
import {
  checkAwaited,
  checkBlocking,
  type SyncWait,
  throwTooLate,
  type Wait,
} from "./wait.ts";

/** Fields of the memory: the bound or 0, permits held, free permits that a dead thread held. */
const MAX = 0, HELD = 1, ORPHANED = 2;
/** In ARG of one who waits: the permit is taken for good. */
const FOR_GOOD = 2;

const { GRANTED, HOLDING, INHERITED, WAITING } = PLACE_STATE;

let giveBack: (semaphore: Semaphore, permit: Permit) => void;

/** A permit that this thread holds. */
class Permit implements Held {
  readonly #semaphore: Semaphore;

  constructor(semaphore: Semaphore, readonly ownerDied: boolean) {
    this.#semaphore = semaphore;
  }

  [Symbol.dispose](): void {
    giveBack(this.#semaphore, this);
  }
}

/**
 * A number of permits, for which threads wait.
 *
 * - **Fair:** those who wait get permits in the order in which they came; while more than 256 wait, as with a mutex.
 * - **Held or taken for good:** a permit of `acquire()` is held by the thread: when it ends in whatever way the permit is
 *   free again, and the next one has it with `ownerDied: true`. A permit of `take()` is gone, as a signal that was seen.
 * - **Awaited or blocking:** both wait in one queue.
 * - **Travels** in any message, and is the same object for the same semaphore on one thread.
 * - **Reach:** the threads of one program; made by `in()`, all programs that have a region open.
 *
 * @example At most two at once
 * ```ts
 * import { Semaphore } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * const slots = new Semaphore(2, { max: 2 });
 * let running = 0;
 * let most = 0;
 * await Promise.all([1, 2, 3, 4].map(async () => {
 *   using _slot = await slots.acquire();
 *   most = Math.max(most, ++running);
 *   await Promise.resolve();
 *   running--;
 * }));
 * assertEquals([most, slots.value], [2, 2]);
 * ```
 */
export class Semaphore {
  readonly #monitor: Monitor;
  /** What this thread holds. */
  readonly #permits: Permit[] = [];

  static {
    giveBack = (semaphore, permit) => semaphore.#giveBack(permit);
  }

  /**
   * Makes a semaphore.
   *
   * @param permits How many are free, a whole number from 0 to 2^29.
   * @param options Whether there is a bound.
   * @throws {InvalidOptionError} If a number is out of its bounds.
   */
  constructor(permits: number, options?: SemaphoreOptions);
  /**
   * The semaphore in `memory`, as a message brought it.
   *
   * @ignore
   */
  constructor(memory: number | SharedArrayBuffer, options?: SemaphoreOptions);
  constructor(
    given: number | Ground,
    options: SemaphoreOptions = {},
  ) {
    if (isGround(given)) this.#monitor = new Monitor(given);
    else {
      checkPermits(given, options);
      this.#monitor = new Monitor(KIND.SEMAPHORE);
      const { words } = this.#monitor;
      // Nobody else has the memory yet.
      words[WORD] = wordOf(given, false);
      words[this.#monitor.field(MAX)] = options.max ?? 0;
    }
    this.#monitor.onDeath = () => this.#closed(() => this.#bury());
    this.#monitor.onTaken = (arg) => this.#note(arg);
    remember(this, this.#monitor.words);
  }

  /**
   * The semaphore of that name in a region of named memory, for all programs that have that open: it is made if there is none.
   *
   * - **Deaths:** that of a process, by whatever means, is noticed within 100 ms by who waits.
   * - **Takes** 13 KiB of the `room` that the region was made with. Nothing gives it back but the end of the region.
   *
   * @param region The region, such as a `SharedMemory` with `room`.
   * @param name Its name there, 1 to 64 bytes of text.
   * @param permits How many are free when it is made; who finds it must say the same.
   * @param options Whether there is a bound.
   * @throws {LayoutMismatchError} If something else has that name there, or it was made otherwise.
   * @throws {RegionNoRoomError} If the region has not so much room left.
   * @throws {RegionClosedError} If the region was closed.
   * @throws {InvalidOptionError} If an argument is out of its bounds.
   */
  static in(
    region: Region,
    name: string,
    permits: number,
    options?: SemaphoreOptions,
  ): Semaphore {
    return meetIn(region, name, {
      what: "semaphore",
      number: KIND.SEMAPHORE,
      made: `semaphore of ${permits}, max ${options?.max ?? "none"}`,
      make: () => new Semaphore(permits, options),
      stand: (memory) => new Semaphore(memory),
    });
  }

  /** How many permits are free. */
  get value(): number {
    return this.#section(() => {
      this.#bury();
      return this.#free;
    });
  }

  /** The bound; `Infinity` if there is none. */
  get max(): number {
    return this.#get(MAX) || Infinity;
  }

  /**
   * Takes a permit, when it is this caller's turn; the thread holds it until it is given back.
   *
   * @param options How long to wait.
   * @returns A promise of what gives it back. It rejects with each of the errors below; nothing is left of the wait then.
   * @throws {WaitTimeoutError} If the time is over.
   * @throws {FencedError} If this thread was given up.
   * @throws {InvalidOptionError} If an option is out of bounds.
   */
  async acquire(options: Wait = {}): Promise<Held> {
    return this.#hold(await this.#obtain(0, options));
  }

  /**
   * As {@linkcode Semaphore.acquire}, blocking the thread.
   *
   * @throws {WaitTimeoutError} If the time is over.
   * @throws {MainThreadWaitError} If this is the main thread and `onMain` is not set.
   * @throws {FencedError} If this thread was given up.
   * @throws {InvalidOptionError} If an option is out of bounds.
   */
  acquireSync(options: SyncWait = {}): Held {
    return this.#hold(this.#obtainSync(0, options));
  }

  /**
   * Takes a permit if one is free and nobody waits for it.
   *
   * @returns What gives it back, or `undefined`.
   * @throws {FencedError} If this thread was given up.
   */
  tryAcquire(): Held | undefined {
    const state = this.#try(0);
    return state === WAITING ? undefined : this.#hold(state);
  }

  /**
   * Takes a permit for good, when it is this caller's turn: as a signal that {@linkcode Semaphore.release} gave.
   *
   * @param options How long to wait.
   * @throws {WaitTimeoutError} If the time is over: the promise rejects.
   * @throws {FencedError} If this thread was given up: the promise rejects.
   * @throws {InvalidOptionError} If an option is out of bounds: the promise rejects.
   */
  async take(options: Wait = {}): Promise<void> {
    await this.#obtain(FOR_GOOD, options);
  }

  /**
   * As {@linkcode Semaphore.take}, blocking the thread.
   *
   * @throws {WaitTimeoutError} If the time is over.
   * @throws {MainThreadWaitError} If this is the main thread and `onMain` is not set.
   * @throws {FencedError} If this thread was given up.
   * @throws {InvalidOptionError} If an option is out of bounds.
   */
  takeSync(options: SyncWait = {}): void {
    this.#obtainSync(FOR_GOOD, options);
  }

  /**
   * Takes a permit for good if one is free and nobody waits for it.
   *
   * @returns Whether it did.
   * @throws {FencedError} If this thread was given up.
   */
  tryTake(): boolean {
    return this.#try(FOR_GOOD) !== WAITING;
  }

  /**
   * Gives a permit back that this thread holds, the last one first; where it holds none, adds one.
   *
   * @throws {OverReleasedError} If there would be more than `max` then, or than 2^29.
   * @throws {FencedError} If this thread was given up.
   */
  release(): void {
    mustLive("release");
    const permit = this.#permits.at(-1);
    if (permit !== undefined) return this.#giveBack(permit);
    if (this.#get(MAX) === 0 && addFree(this.#monitor.words)) return;
    const limit = Math.min(this.max, LIMIT);
    const all = this.#section(() => {
      this.#bury();
      const before = this.#free + this.#get(HELD);
      if (before < limit) {
        this.#free += 1;
        this.#serve();
      }
      return before;
    });
    if (all < limit) return;
    throw new OverReleasedError(
      `Cannot release as no permit is taken: all ${limit} are there`,
    );
  }

  async #obtain(arg: number, options: Wait): Promise<State> {
    checkAwaited("acquire", options);
    options.signal?.throwIfAborted();
    mustLive("acquire");
    // Not past those of this thread for whom there was no room in the queue.
    if ((arg & FOR_GOOD) !== 0 && this.#monitor.line.isEmpty) {
      if (takeFree(this.#monitor.words)) return GRANTED;
    }
    if (options.timeout === 0) return got(this.#try(arg), options);
    const claim = () => this.#closed(() => this.#claim(arg));
    return got(await obtain(this.#monitor, claim, "acquire", options), options);
  }

  #obtainSync(arg: number, options: SyncWait): State {
    checkBlocking("acquire", options);
    mayBlock("acquire", options);
    mustLive("acquire");
    const isThere = () => takeFree(this.#monitor.words);
    if ((arg & FOR_GOOD) !== 0 && lookUntil(isThere)) return GRANTED;
    const claim = () => this.#closed(() => this.#claim(arg | BLOCKING));
    return got(obtainSync(this.#monitor, claim, "acquire", options), options);
  }

  #try(arg: number): State {
    mustLive("acquire");
    const place = this.#section(() => {
      this.#bury();
      return this.#takeFree(arg);
    });
    if (place === AT_ONCE.GRANTED) return GRANTED;
    return place === AT_ONCE.INHERITED ? INHERITED : WAITING;
  }

  /** In a section: has a permit, or a place in the queue for one. */
  #claim(arg: number): number {
    const at = this.#takeFree(arg);
    if (at !== AT_ONCE.NO_ROOM) return at;
    if ((arg & BLOCKING) !== 0 && this.#note(arg)) {
      const state = this.#monitor.overtake(FOR_GOOD, arg);
      if (state === GRANTED) return AT_ONCE.GRANTED;
      if (state === INHERITED) return AT_ONCE.INHERITED;
      if ((arg & FOR_GOOD) === 0) this.#monitor.hold(-1);
    }
    return this.#monitor.take(WAITING, arg);
  }

  /** In a section: has a permit if one is free, which it is only when nobody waits. */
  #takeFree(arg: number): number {
    if (this.#free === 0) this.#bury();
    if (this.#free === 0) return AT_ONCE.NO_ROOM;
    if ((arg & FOR_GOOD) === 0 && !this.#monitor.hold(1)) {
      return AT_ONCE.NO_ROOM;
    }
    return this.#takeOne(arg) === GRANTED ? AT_ONCE.GRANTED : AT_ONCE.INHERITED;
  }

  /** In a section: counts a free permit as gone, and says from whom it was. */
  #takeOne(arg: number): State {
    this.#free -= 1;
    if ((arg & FOR_GOOD) === 0) this.#set(HELD, this.#get(HELD) + 1);
    const orphaned = this.#get(ORPHANED);
    if (orphaned === 0) return GRANTED;
    this.#set(ORPHANED, orphaned - 1);
    return INHERITED;
  }

  /** In a section: writes down what a waiter of this thread has been given. */
  #note(arg: number): boolean {
    return (arg & FOR_GOOD) !== 0 || this.#monitor.hold(1);
  }

  /** In a section: gives free permits to those who wait. */
  #serve(): void {
    const monitor = this.#monitor;
    while (this.#free > 0) {
      const place = monitor.next();
      if (place < 0) return;
      monitor.tell(place, this.#takeOne(monitor.of(place, PLACE.ARG)));
    }
  }

  /** In a section: what the dead held is free again. */
  #bury(): void {
    const monitor = this.#monitor;
    monitor.eachDead((place) => {
      const state = monitor.of(place, PLACE.STATE);
      const arg = monitor.of(place, PLACE.ARG);
      monitor.free(place);
      if (state === HOLDING) this.#orphan(arg, arg);
      else if (state !== WAITING) {
        this.#orphan(1, (arg & FOR_GOOD) === 0 ? 1 : 0);
      }
    });
    this.#serve();
  }

  #orphan(permits: number, held: number): void {
    this.#free += permits;
    this.#set(HELD, this.#get(HELD) - held);
    this.#set(ORPHANED, this.#get(ORPHANED) + held);
  }

  #hold(state: State): Held {
    const permit = new Permit(this, state === INHERITED);
    this.#permits.push(permit);
    return permit;
  }

  #giveBack(permit: Permit): void {
    const at = this.#permits.lastIndexOf(permit);
    if (at < 0) return;
    this.#permits.splice(at, 1);
    this.#section(() => {
      // What a thread held that was given up is not its own any more.
      if (this.#monitor.life.fenced) return;
      this.#monitor.hold(-1);
      this.#set(HELD, this.#get(HELD) - 1);
      this.#free += 1;
      this.#serve();
    });
  }

  #section<T>(body: () => T): T {
    return this.#monitor.run(() => this.#closed(body));
  }

  /** In a section: nobody takes or adds a permit outside of one while `body` runs, nor as long as somebody waits. */
  #closed<T>(body: () => T): T {
    const monitor = this.#monitor;
    close(monitor.words);
    const result = body();
    if (monitor.next() < 0) {
      monitor.setLast(WORD, opened(monitor.get(WORD)));
    }
    return result;
  }

  /** In a section: how many permits are free. */
  get #free(): number {
    return freeOf(this.#monitor.get(WORD));
  }

  set #free(permits: number) {
    this.#monitor.set(WORD, wordOf(permits, true));
  }

  #get(field: number): number {
    return this.#monitor.get(this.#monitor.field(field));
  }

  #set(field: number, value: number): void {
    this.#monitor.set(this.#monitor.field(field), value);
  }
}

function got(state: State, options: Wait): State {
  if (state !== WAITING) return state;
  return throwTooLate("acquire", options);
}

defineHandle(
  "semaphore",
  KIND.SEMAPHORE,
  Semaphore,
  (one) => `${one.value} free`,
);
