import type { Region } from "../memory/region_room.ts";
import {
  AWAITED,
  type BarrierOptions,
  type BarrierSyncWait,
  type BarrierWait,
  BLOCKED,
  checkAction,
  checkBarrier,
} from "./barrier_options.ts";
import { BrokenBarrierError } from "./broken_barrier_error.ts";
import { defineHandle, meetIn, remember } from "./handles.ts";
import { BLOCKING, KIND, PLACE, PLACE_STATE } from "./layout.ts";
import { Monitor } from "./monitor.ts";
import { refusePromise } from "./no_promise.ts";
import {
  AT_ONCE,
  mayBlock,
  mustLive,
  obtain,
  obtainSync,
  type State,
} from "./obtain.ts";
import { type Ground, isGround } from "./plot.ts";
import { checkAwaited, checkBlocking } from "./wait.ts";

/**
 * Fields of the memory: how many meet; how many have come; where it stands; who runs the action; how often it has
 * changed where it stands; the default timeout in milliseconds, or -1.
 */
const PARTIES = 0, CAME = 1, STAND = 2, RUNNER = 3, ROUND = 4, TIMEOUT = 5;
/**
 * Where it stands.
 *
 *   from      to        when
 *   FILLING   FILLING   all have come, and nobody has an action: they go on
 *   FILLING   ACTING    all have come, and the last has an action
 *   ACTING    FILLING   the action is done: they go on
 *   any       BROKEN    one gave up, aborted or died, or the action failed
 *   any       FILLING   reset
 */
const FILLING = 0, ACTING = 1, BROKEN = 2;
/** In ARG of a place: one who came while the action of the round before ran. */
const EARLY = 2;

const { AGAIN, GRANTED, HOLDING, REFUSED, WAITING } = PLACE_STATE;

/** A claim, and what became of it. */
interface Coming {
  /** As which it came, from 0. */
  index: number;
  /** The round. */
  round: number;
  /** Whether it is the last, and is to run its action. */
  last: boolean;
}

/**
 * Where a fixed number of parties meet, again and again: nobody goes on before all have come.
 *
 * - **All or none:** when one gives up, aborts or dies, the barrier breaks: all who wait and all who come are told, until it
 *   is reset.
 * - **Deaths:** a party that waits and ends breaks it; so does one that ends abnormally (throws, is killed, hangs) on a
 *   thread that has been given the barrier, wherever it was at that time. A thread that ends normally does not.
 * - **Awaited or blocking:** both meet each other.
 * - **Travels** in any message, and is the same object for the same barrier on one thread.
 * - **Reach:** the threads of one program; made by `in()`, all programs that have a region open.
 *
 * @example Two meet
 * ```ts
 * import { Barrier } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * const barrier = new Barrier(2);
 * const first = barrier.wait({ timeout: 1_000 });
 * assertEquals(barrier.waiting, 1);
 * assertEquals(await Promise.all([first, barrier.wait()]), [0, 1]);
 * ```
 */
export class Barrier {
  readonly #monitor: Monitor;
  /** How many lives had ended when the dead were looked for last. */
  #deaths = 0;

  /**
   * Makes a barrier.
   *
   * @param parties How many meet, a whole number from 1 to 255.
   * @param options The default timeout.
   * @throws {InvalidOptionError} If a number is out of its bounds.
   */
  constructor(parties: number, options?: BarrierOptions);
  /**
   * The barrier in `memory`, as a message brought it.
   *
   * @ignore
   */
  constructor(memory: number | SharedArrayBuffer, options?: BarrierOptions);
  constructor(
    given: number | Ground,
    options: BarrierOptions = {},
  ) {
    if (!isGround(given)) {
      checkBarrier(given, options);
      const { timeout = Infinity } = options;
      this.#monitor = new Monitor(KIND.BARRIER, 2 * given + 64);
      const { words } = this.#monitor;
      // Nobody else has the memory yet.
      words[this.#monitor.field(PARTIES)] = given;
      words[this.#monitor.field(TIMEOUT)] = timeout > 2 ** 31 - 1
        ? -1
        : Math.ceil(timeout);
    } else {
      this.#monitor = new Monitor(given);
      // From now on this thread is a party: its death is noticed before it has ever come.
      this.#monitor.run(() => this.#join());
    }
    this.#monitor.onDeath = () => this.#bury();
    // In one step with its going: else one who comes meanwhile would be the last.
    this.#monitor.onGivenUp = () => this.#breakNow();
    remember(this, this.#monitor.words);
  }

  /**
   * The barrier of that name in a region of named memory, for all programs that have that open: it is made if there is none.
   *
   * - **Deaths:** that of a process, by whatever means, is noticed within 100 ms by who waits.
   * - **Takes** 4 to 26 KiB of the `room` that the region was made with. Nothing gives it back but the end of the region.
   *
   * @param region The region, such as a `SharedMemory` with `room`.
   * @param name Its name there, 1 to 64 bytes of text.
   * @param parties How many meet; who finds it must say the same.
   * @param options The default timeout.
   * @throws {LayoutMismatchError} If something else has that name there, or it was made otherwise.
   * @throws {RegionNoRoomError} If the region has not so much room left.
   * @throws {RegionClosedError} If the region was closed.
   * @throws {InvalidOptionError} If an argument is out of its bounds.
   */
  static in(
    region: Region,
    name: string,
    parties: number,
    options?: BarrierOptions,
  ): Barrier {
    return meetIn(region, name, {
      what: "barrier",
      number: KIND.BARRIER,
      made: `barrier of ${parties}, timeout ${options?.timeout ?? "none"}`,
      make: () => new Barrier(parties, options),
      stand: (memory) => new Barrier(memory),
    });
  }

  /** How many meet. */
  get parties(): number {
    return this.#get(PARTIES);
  }

  /** How many have come and wait. */
  get waiting(): number {
    return this.#look(CAME);
  }

  /** Whether it is broken. */
  get broken(): boolean {
    return this.#look(STAND) === BROKEN;
  }

  /**
   * Waits until all parties have come.
   *
   * @param options How long to wait, and what the last is to do. When the time is over, the barrier breaks.
   * @returns A promise of when it came among the parties, from 0: each number is had by one of them.
   * @throws {BrokenBarrierError} If it is broken or breaks meanwhile: the promise rejects.
   * @throws {FencedError} If this thread was given up: the promise rejects.
   * @throws {InvalidOptionError} If an option is out of bounds: the promise rejects.
   */
  async wait(options: BarrierWait = {}): Promise<number> {
    checkAwaited("wait", options, AWAITED);
    checkAction(options.action);
    const until = { ...options, timeout: this.#timeoutOf(options) };
    options.signal?.throwIfAborted();
    mustLive("wait");
    for (;;) {
      const coming: Coming = { index: 0, round: 0, last: false };
      const acts = options.action !== undefined;
      const claim = () => this.#come(coming, 0, acts);
      let state: State;
      try {
        state = await obtain(this.#monitor, claim, "wait", until);
      } catch (error) {
        // It gave up: the others wait in vain.
        this.#break(coming.round);
        throw error;
      }
      if (coming.last) {
        try {
          await options.action!();
        } catch (error) {
          this.#break(coming.round);
          throw error;
        }
      }
      if (this.#goesOn(state, coming)) return coming.index;
    }
  }

  /**
   * As {@linkcode Barrier.wait}, blocking the thread.
   *
   * @returns When it came among the parties, from 0.
   * @throws {BrokenBarrierError} If it is broken or breaks meanwhile.
   * @throws {MainThreadWaitError} If this is the main thread and `onMain` is not set.
   * @throws {FencedError} If this thread was given up.
   * @throws {InvalidOptionError} If an option is out of bounds.
   */
  waitSync(options: BarrierSyncWait = {}): number {
    checkBlocking("wait", options, BLOCKED);
    checkAction(options.action);
    const until = { ...options, timeout: this.#timeoutOf(options) };
    mayBlock("wait", options);
    mustLive("wait");
    for (;;) {
      const coming: Coming = { index: 0, round: 0, last: false };
      const acts = options.action !== undefined;
      const claim = () => this.#come(coming, BLOCKING, acts);
      const state = obtainSync(this.#monitor, claim, "wait", until);
      if (coming.last) {
        try {
          const done: unknown = options.action!();
          refusePromise("wait", "action", done, "use wait(), which awaits it");
        } catch (error) {
          this.#break(coming.round);
          throw error;
        }
      }
      if (this.#goesOn(state, coming)) return coming.index;
    }
  }

  /**
   * Breaks the barrier: all who wait and all who come are told.
   *
   * @throws {FencedError} If this thread was given up.
   */
  abort(): void {
    mustLive("abort");
    this.#monitor.run(() => this.#breakNow());
  }

  /**
   * Makes it whole again. Those who wait are told that it broke; the next to come is the first.
   *
   * @throws {FencedError} If this thread was given up.
   */
  reset(): void {
    mustLive("reset");
    this.#monitor.run(() => {
      this.#breakNow();
      this.#stand(FILLING);
    });
  }

  /** In a section: comes, and is the last or has a place to wait. */
  #come(coming: Coming, arg: number, acts: boolean): number {
    const { deaths } = this.#monitor.life.lives;
    if (deaths !== this.#deaths) {
      this.#deaths = deaths;
      this.#bury();
    }
    const monitor = this.#monitor;
    const stand = this.#get(STAND);
    coming.round = this.#get(ROUND);
    if (stand === BROKEN) return AT_ONCE.REFUSED;
    if (stand === ACTING) return monitor.take(WAITING, arg | EARLY);
    const came = this.#get(CAME);
    coming.index = came;
    if (came + 1 < this.parties) {
      const place = monitor.take(WAITING, arg);
      if (place < 0) return AT_ONCE.NO_ROOM;
      this.#join();
      this.#set(CAME, came + 1);
      return place;
    }
    this.#join();
    this.#set(CAME, came + 1);
    coming.last = acts;
    if (acts) {
      this.#stand(ACTING);
      this.#set(RUNNER, this.#monitor.life.who);
      coming.round = this.#get(ROUND);
    } else this.#letGo();
    return AT_ONCE.GRANTED;
  }

  /** Whether who waited goes on; else it is to come again. */
  #goesOn(state: State, coming: Coming): boolean {
    if (state === AGAIN) return false;
    if (state === GRANTED) {
      if (!coming.last) return true;
      const done = this.#monitor.run(() => {
        if (this.#get(ROUND) !== coming.round) return false;
        this.#letGo();
        return true;
      });
      if (done) return true;
    } else if (state === WAITING) this.#break(coming.round);
    throw new BrokenBarrierError(
      state === WAITING
        ? "Cannot meet as it took too long: the barrier is broken for all, reset it first"
        : "Cannot meet as the barrier is broken: a party gave up, aborted or died, reset it first",
    );
  }

  /** Breaks what began in that round, unless that is over. */
  #break(round: number): void {
    this.#monitor.run(() => {
      if (this.#get(ROUND) === round) this.#breakNow();
    });
  }

  /** In a section: lets all go on, and begins the next round. */
  #letGo(): void {
    this.#tellAll(GRANTED, AGAIN);
    this.#stand(FILLING);
  }

  /** In a section. */
  #breakNow(): void {
    this.#tellAll(REFUSED, REFUSED);
    this.#stand(BROKEN);
  }

  /** In a section: tells all who wait, and those who came early. */
  #tellAll(state: State, early: State): void {
    const monitor = this.#monitor;
    for (let place = monitor.high - 1; place >= 0; place--) {
      if (monitor.of(place, PLACE.STATE) !== WAITING) continue;
      const isEarly = (monitor.of(place, PLACE.ARG) & EARLY) !== 0;
      monitor.tell(place, isEarly ? early : state);
    }
  }

  /** In a section: from here on it stands so, and nobody has come. */
  #stand(stand: number): void {
    this.#set(STAND, stand);
    this.#set(ROUND, (this.#get(ROUND) + 1) | 0);
    // Who waits while the last one acts is still there.
    if (stand !== ACTING) this.#set(CAME, 0);
  }

  /** In a section: writes down that this thread is a party, as long as there is room for all to wait. */
  #join(): void {
    const monitor = this.#monitor;
    if (monitor.high + this.parties >= monitor.capacity) return;
    if (monitor.holding(this.#monitor.life.who) < 0) monitor.take(HOLDING, 1);
  }

  /** In a section: breaks the barrier if a party has died. */
  #bury(): void {
    const monitor = this.#monitor;
    const { lives } = this.#monitor.life;
    let broken = this.#get(STAND) === ACTING &&
      !lives.alive(this.#get(RUNNER));
    monitor.eachDead((place) => {
      const state = monitor.of(place, PLACE.STATE);
      const who = monitor.of(place, PLACE.WHO);
      monitor.free(place);
      broken ||= state === HOLDING ? lives.crashed(who) : state === WAITING;
    });
    if (broken && this.#get(STAND) !== BROKEN) this.#breakNow();
  }

  #look(field: number): number {
    return this.#monitor.run(() => {
      this.#bury();
      return this.#get(field);
    });
  }

  #timeoutOf({ timeout }: BarrierOptions): number {
    const given = this.#get(TIMEOUT);
    return timeout ?? (given < 0 ? Infinity : given);
  }

  #get(field: number): number {
    return this.#monitor.get(this.#monitor.field(field));
  }

  #set(field: number, value: number): void {
    this.#monitor.set(this.#monitor.field(field), value);
  }
}

defineHandle(
  "barrier",
  KIND.BARRIER,
  Barrier,
  (one) => one.broken ? "broken" : `${one.waiting} of ${one.parties} wait`,
);
