import type { Region } from "../memory/region_room.ts";
import { defineHandle, meetIn } from "./handles.ts";
import type { Held } from "./held.ts";
import { KIND } from "./layout.ts";
import { holdOf, Mutex, type MutexHold } from "./mutex.ts";
import { mustLive } from "./obtain.ts";
import { NotHeldError } from "./not_held_error.ts";
import type { Ground } from "./plot.ts";
import type { SyncWait, Wait } from "./wait.ts";

let leave: (mutex: ReentrantMutex, level: Level) => void;

/** One of the times that a thread has taken the lock. */
class Level implements Held {
  readonly #mutex: ReentrantMutex;
  readonly hold: MutexHold;

  constructor(mutex: ReentrantMutex, hold: MutexHold) {
    this.#mutex = mutex;
    this.hold = hold;
  }

  get ownerDied(): boolean {
    return this.hold.ownerDied;
  }

  [Symbol.dispose](): void {
    leave(this.#mutex, this);
  }
}

/**
 * A {@linkcode Mutex} that the thread which holds it may take again; it is free when it was given back as often.
 *
 * - **The owner is the thread:** two functions of one thread do not exclude each other. A {@linkcode Mutex} does that.
 * - **All else** is as with a mutex: order, deaths, travelling, reach.
 *
 * @example Lock what is locked
 * ```ts
 * import { ReentrantMutex } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * const mutex = new ReentrantMutex();
 * {
 *   using _outer = await mutex.lock();
 *   using _inner = await mutex.lock();
 *   assertEquals(mutex.depth, 2);
 * }
 * assertEquals([mutex.depth, mutex.locked], [0, false]);
 * ```
 */
export class ReentrantMutex extends Mutex {
  #levels: Level[] = [];

  static {
    leave = (mutex, level) => mutex.#leave(level);
  }

  /** Makes a lock that nobody holds. */
  constructor();
  /**
   * The lock in `memory`, as a message brought it.
   *
   * @ignore
   */
  constructor(memory: SharedArrayBuffer | undefined);
  constructor(memory?: Ground) {
    super((memory ?? KIND.REENTRANT_MUTEX) as SharedArrayBuffer);
  }

  /**
   * The reentrant mutex of that name in a region of named memory, for all programs that have that open: it is made if there is none.
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
  static override in(region: Region, name: string): ReentrantMutex {
    return meetIn(region, name, {
      what: "reentrant mutex",
      number: KIND.REENTRANT_MUTEX,
      made: "reentrant mutex",
      make: () => new ReentrantMutex(),
      stand: (memory) => new ReentrantMutex(memory),
    });
  }

  /** How often this thread has taken it and not given it back. */
  get depth(): number {
    const hold = holdOf(this);
    return this.#levels.filter((level) => level.hold === hold).length;
  }

  /** As {@linkcode Mutex.lock}; at once if this thread holds it. */
  override async lock(options: Wait = {}): Promise<Held> {
    return this.#again() ?? this.#enter(await super.lock(options));
  }

  /** As {@linkcode Mutex.lockSync}; at once if this thread holds it. */
  override lockSync(options: SyncWait = {}): Held {
    return this.#again() ?? this.#enter(super.lockSync(options));
  }

  /** As {@linkcode Mutex.tryLock}; always if this thread holds it. */
  override tryLock(): Held | undefined {
    const again = this.#again();
    if (again !== undefined) return again;
    const held = super.tryLock();
    return held && this.#enter(held);
  }

  /**
   * Gives back what this thread took last.
   *
   * @throws {NotHeldError} If this thread does not hold the lock.
   */
  override unlock(): void {
    const hold = holdOf(this);
    const last = this.#levels.findLast((level) => level.hold === hold);
    if (last === undefined) {
      throw new NotHeldError(
        "Cannot unlock as this thread does not hold the lock: take it first",
      );
    }
    this.#leave(last);
  }

  #again(): Held | undefined {
    const hold = holdOf(this);
    if (hold === undefined) return undefined;
    // What a thread held that was given up is another's by now.
    mustLive("lock");
    return this.#enter(hold);
  }

  #enter(hold: Held): Level {
    const level = new Level(this, hold as MutexHold);
    this.#levels.push(level);
    return level;
  }

  #leave(level: Level): void {
    const at = this.#levels.indexOf(level);
    if (at < 0) return;
    this.#levels.splice(at, 1);
    const { hold } = level;
    if (this.#levels.every((other) => other.hold !== hold)) {
      hold[Symbol.dispose]();
    }
  }
}

defineHandle("reentrantMutex", KIND.REENTRANT_MUTEX, ReentrantMutex);
