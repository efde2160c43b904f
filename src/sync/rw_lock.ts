import type { Region } from "../memory/region_room.ts";
import { DeadlockError } from "./deadlock_error.ts";
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
import type { Ground } from "./plot.ts";
import {
  checkAwaited,
  checkBlocking,
  type SyncWait,
  throwTooLate,
  type Wait,
} from "./wait.ts";

/** Fields of the memory: how many read, or -1 while one writes; and 1 when a writer died and nobody has been told yet. */
const SHARES = 0, DIED = 1;
/** In ARG of one who waits: it wants to write. */
const WRITE = 2;

const { GRANTED, HOLDING, INHERITED, WAITING } = PLACE_STATE;

let giveBack: (lock: RwLock, share: Share) => void;

/** What this thread holds of a lock. */
class Share implements Held {
  readonly #lock: RwLock;

  constructor(
    lock: RwLock,
    /** In shares as the memory counts them: 1 to read, -1 to write. */
    readonly amount: number,
    readonly ownerDied: boolean,
  ) {
    this.#lock = lock;
  }

  [Symbol.dispose](): void {
    giveBack(this.#lock, this);
  }
}

/**
 * A lock that many may hold to read, or one to write.
 *
 * - **Fair:** in the order in which they came; who reads does not overtake one who waits to write, so that nobody waits for
 *   ever.
 * - **Deaths:** what a thread holds that ends is free again. When it wrote, the next one has it with `ownerDied: true`.
 * - **Awaited or blocking:** both wait in one queue.
 * - **Travels** in any message, and is the same object for the same lock on one thread.
 * - **Reach:** the threads of one program; made by `in()`, all programs that have a region open.
 *
 * @example Two read, one writes
 * ```ts
 * import { RwLock } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * const lock = new RwLock();
 * {
 *   using _one = await lock.read();
 *   using _other = await lock.read();
 *   assertEquals([lock.readers, lock.tryWrite()], [2, undefined]);
 * }
 * using _writing = await lock.write();
 * assertEquals([lock.readers, lock.writing], [0, true]);
 * ```
 */
export class RwLock {
  readonly #monitor: Monitor;
  /** What this thread holds. */
  readonly #shares: Set<Share> = new Set();

  static {
    giveBack = (lock, share) => lock.#giveBack(share);
  }

  /** Makes a lock that nobody holds. */
  constructor();
  /**
   * The lock in `memory`, as a message brought it.
   *
   * @ignore
   */
  constructor(memory: SharedArrayBuffer | undefined);
  constructor(memory: Ground | number = KIND.RW_LOCK) {
    this.#monitor = new Monitor(memory);
    this.#monitor.onDeath = () => this.#bury();
    this.#monitor.onGivenUp = () => this.#serve();
    this.#monitor.onTaken = (arg) => void this.#monitor.hold(sharesOf(arg));
    remember(this, this.#monitor.words);
  }

  /**
   * The readers-writer lock of that name in a region of named memory, for all programs that have that open: it is made if there is none.
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
   */
  static in(region: Region, name: string): RwLock {
    return meetIn(region, name, {
      what: "readers-writer lock",
      number: KIND.RW_LOCK,
      made: "rw lock",
      make: () => new RwLock(),
      stand: (memory) => new RwLock(memory),
    });
  }

  /** How many hold it to read. */
  get readers(): number {
    return Math.max(0, this.#look());
  }

  /** Whether one holds it to write. */
  get writing(): boolean {
    return this.#look() < 0;
  }

  /**
   * Takes the lock to read, when it is this caller's turn.
   *
   * @param options How long to wait.
   * @returns A promise of what gives it back. It rejects with each of the errors below; nothing is left of the wait then.
   * @throws {WaitTimeoutError} If the time is over.
   * @throws {FencedError} If this thread was given up.
   * @throws {InvalidOptionError} If an option is out of bounds.
   */
  read(options: Wait = {}): Promise<Held> {
    return this.#obtain(0, options);
  }

  /**
   * Takes the lock to write, when it is this caller's turn.
   *
   * @param options How long to wait.
   * @returns A promise of what gives it back. It rejects with each of the errors below; nothing is left of the wait then.
   * @throws {WaitTimeoutError} If the time is over.
   * @throws {FencedError} If this thread was given up.
   * @throws {InvalidOptionError} If an option is out of bounds.
   */
  write(options: Wait = {}): Promise<Held> {
    return this.#obtain(WRITE, options);
  }

  /**
   * As {@linkcode RwLock.read}, blocking the thread.
   *
   * @throws {WaitTimeoutError} If the time is over.
   * @throws {MainThreadWaitError} If this is the main thread and `onMain` is not set.
   * @throws {DeadlockError} If this thread writes: it would wait for itself.
   * @throws {FencedError} If this thread was given up.
   * @throws {InvalidOptionError} If an option is out of bounds.
   */
  readSync(options: SyncWait = {}): Held {
    return this.#obtainSync(0, options);
  }

  /**
   * As {@linkcode RwLock.write}, blocking the thread.
   *
   * @throws {WaitTimeoutError} If the time is over.
   * @throws {MainThreadWaitError} If this is the main thread and `onMain` is not set.
   * @throws {DeadlockError} If this thread reads or writes: it would wait for itself.
   * @throws {FencedError} If this thread was given up.
   * @throws {InvalidOptionError} If an option is out of bounds.
   */
  writeSync(options: SyncWait = {}): Held {
    return this.#obtainSync(WRITE, options);
  }

  /**
   * Takes the lock to read if nobody writes or waits.
   *
   * @returns What gives it back, or `undefined`.
   * @throws {FencedError} If this thread was given up.
   */
  tryRead(): Held | undefined {
    return this.#try(0);
  }

  /**
   * Takes the lock to write if nobody holds it.
   *
   * @returns What gives it back, or `undefined`.
   * @throws {FencedError} If this thread was given up.
   */
  tryWrite(): Held | undefined {
    return this.#try(WRITE);
  }

  async #obtain(arg: number, options: Wait): Promise<Held> {
    checkAwaited("lock", options);
    options.signal?.throwIfAborted();
    mustLive("lock");
    if (options.timeout === 0) {
      return this.#try(arg) ?? this.#got(WAITING, arg, options);
    }
    const claim = () => this.#claim(arg);
    const state = await obtain(this.#monitor, claim, "lock", options);
    return this.#got(state, arg, options);
  }

  #obtainSync(arg: number, options: SyncWait): Held {
    checkBlocking("lock", options);
    mayBlock("lock", options);
    mustLive("lock");
    for (const { amount } of this.#shares) {
      if (arg !== WRITE && amount > 0) continue;
      throw new DeadlockError(
        "Cannot lock as this thread holds the lock, and would wait for itself: give it back first",
      );
    }
    const claim = () => this.#claim(arg | BLOCKING);
    const state = obtainSync(this.#monitor, claim, "lock", options);
    return this.#got(state, arg, options);
  }

  #try(arg: number): Held | undefined {
    mustLive("lock");
    const place = this.#monitor.run(() => {
      this.#bury();
      return this.#takeFree(arg);
    });
    if (place === AT_ONCE.NO_ROOM) return undefined;
    return this.#hold(arg, place === AT_ONCE.INHERITED);
  }

  #got(state: State, arg: number, options: Wait): Held {
    if (state !== WAITING) return this.#hold(arg, state === INHERITED);
    return throwTooLate("lock", options);
  }

  #hold(arg: number, ownerDied: boolean): Held {
    const share = new Share(this, sharesOf(arg), ownerDied);
    this.#shares.add(share);
    return share;
  }

  #look(): number {
    return this.#monitor.run(() => {
      this.#bury();
      return this.#get(SHARES);
    });
  }

  /** In a section: has the lock, or a place in the queue for it. */
  #claim(arg: number): number {
    this.#bury();
    const at = this.#takeFree(arg);
    if (at !== AT_ONCE.NO_ROOM) return at;
    if ((arg & BLOCKING) !== 0 && this.#monitor.hold(sharesOf(arg))) {
      const state = this.#monitor.overtake(WRITE, arg);
      if (state === GRANTED) return AT_ONCE.GRANTED;
      if (state === INHERITED) return AT_ONCE.INHERITED;
      this.#monitor.hold(-sharesOf(arg));
    }
    return this.#monitor.take(WAITING, arg);
  }

  /** In a section: has the lock if it is free for that, and nobody waits. */
  #takeFree(arg: number): number {
    if (!this.#fits(arg) || this.#monitor.next() >= 0) return AT_ONCE.NO_ROOM;
    if (!this.#monitor.hold(sharesOf(arg))) return AT_ONCE.NO_ROOM;
    return this.#count(arg) === GRANTED ? AT_ONCE.GRANTED : AT_ONCE.INHERITED;
  }

  /** In a section: whether one more may have it. */
  #fits(arg: number): boolean {
    const shares = this.#get(SHARES);
    return (arg & WRITE) === 0 ? shares >= 0 : shares === 0;
  }

  /** In a section: counts one more who has it, and says whether one died before. */
  #count(arg: number): State {
    this.#set(SHARES, this.#get(SHARES) + sharesOf(arg));
    if (this.#get(DIED) === 0) return GRANTED;
    this.#set(DIED, 0);
    return INHERITED;
  }

  /** In a section: gives the lock to those whose turn it is. */
  #serve(): void {
    const monitor = this.#monitor;
    for (;;) {
      const place = monitor.next();
      if (place < 0) return;
      const arg = monitor.of(place, PLACE.ARG);
      if (!this.#fits(arg)) return;
      monitor.tell(place, this.#count(arg));
    }
  }

  /** In a section: what the dead held is free again. */
  #bury(): void {
    const monitor = this.#monitor;
    monitor.eachDead((place) => {
      const state = monitor.of(place, PLACE.STATE);
      const arg = monitor.of(place, PLACE.ARG);
      monitor.free(place);
      if (state === WAITING) return;
      const shares = state === HOLDING ? arg : sharesOf(arg);
      this.#set(SHARES, this.#get(SHARES) - shares);
      // One that was given the lock after a death and did not live to see it leaves it as it was.
      if (shares < 0 || state === INHERITED) this.#set(DIED, 1);
    });
    this.#serve();
  }

  #giveBack(share: Share): void {
    if (!this.#shares.delete(share)) return;
    this.#monitor.run(() => {
      // What a thread held that was given up is not its own any more.
      if (this.#monitor.life.fenced) return;
      this.#monitor.hold(-share.amount);
      this.#set(SHARES, this.#get(SHARES) - share.amount);
      this.#serve();
    });
  }

  #get(field: number): number {
    return this.#monitor.get(this.#monitor.field(field));
  }

  #set(field: number, value: number): void {
    this.#monitor.set(this.#monitor.field(field), value);
  }
}

function sharesOf(arg: number): number {
  return (arg & WRITE) === 0 ? 1 : -1;
}

defineHandle(
  "rwLock",
  KIND.RW_LOCK,
  RwLock,
  (one) => one.writing ? "one writes" : `${one.readers} read`,
);
