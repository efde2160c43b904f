import { checkOptionNames, type OptionNames } from "../option_names.ts";
import { add, cas, load, store, sub } from "../memory/cells.ts";
import type { Views } from "../memory/kind.ts";
import { type Rec, type RecInit, RecordLayout } from "../memory/record.ts";
import { viewsOf } from "../memory/record_accessors.ts";
import { roundUp } from "../memory/record_fields.ts";
import { checkWhole } from "../memory/view_on.ts";
import { type SyncWait, throwTooLate, type Wait } from "../sync/wait.ts";
import { announce, awaitChange, awaitChangeSync } from "./await_change.ts";
import { Handles } from "./handles.ts";
import { Scratch } from "./scratch.ts";
import { checkIsLayout, fieldsIn, makeBlock } from "./struct_block.ts";

/**
 * The memory of a ring: see struct_block.ts, and
 *
 *   byte  word  field     written by      meaning
 *     16     4  CAPACITY  creator, once   slots, a power of two
 *     64    16  TAIL      every putter    next ticket to put, mod 2^32
 *     68    17  PUTS      every putter    bell of those who wait for a struct
 *     72    18  TAKERS    every taker     how many wait for a struct
 *    128    32  HEAD      every taker     next ticket to take, mod 2^32
 *    132    33  TAKES     every taker     bell of those who wait for room
 *    136    34  PUTTERS   every putter    how many wait for room
 *    192    48  TURNS     see below       one word for each slot
 *     ..        SLOTS     who has a turn  the structs
 *
 * The turn of a slot. Ticket t belongs to slot `t mod CAPACITY`.
 *
 *   from             to              by     how    means
 *   t                t + 1           putter store  it had ticket t, and the struct is there
 *   t + 1            t + CAPACITY    taker  store  it had ticket t, and the slot is free for the ticket of the next round
 *
 * A ticket is drawn by a CAS of TAIL or HEAD, and only when the turn says so: whoever has one is alone with its slot.
 */
export const RING: {
  readonly CAPACITY: 4;
  readonly TAIL: 16;
  readonly PUTS: 17;
  readonly TAKERS: 18;
  readonly HEAD: 32;
  readonly TAKES: 33;
  readonly PUTTERS: 34;
  readonly TURNS: 48;
} = {
  CAPACITY: 4,
  TAIL: 16,
  PUTS: 17,
  TAKERS: 18,
  HEAD: 32,
  TAKES: 33,
  PUTTERS: 34,
  TURNS: 48,
};
const TAG = 0x53_52_01_00;
/** Positions differ from each other by at most half of 2^32. */
const MAX_CAPACITY = 2 ** 24;

/** How much a ring holds. */
export interface RingOptions {
  /**
   * Most structs at one time, 1 to 2^24; rounded up to a power of two, at least 2.
   * @default {1024}
   */
  readonly capacity?: number;
}

const OPTIONS: OptionNames<RingOptions> = { capacity: true };

/** Set by the class below. */
let handles: Handles<StructRing<unknown>>;

/**
 * A bounded queue of structs for any number of putters and takers on any threads.
 *
 * - **Each once:** what is put is taken by exactly one taker.
 * - **Order:** takers get structs in the order of their tickets; those of one putter in the order in which it put them.
 * - **Bounded:** no room is said, not hidden. {@link tryPut} and {@link tryTake} never wait.
 * - **Awaited or blocking:** both wait for the same bell.
 * - **Not fair:** of those who wait, whoever is first when something changes has it.
 * - **Deaths:** a struct is put or taken within one synchronous call, in which Deno ends no thread: a thread that ends leaves
 *   nothing half-done, and nobody waits for it.
 * - **Travels** inside any message.
 *
 * No lock is held: the bounded queue of D. Vyukov, 1024cores.net.
 *
 * @example Two numbers at a time
 * ```ts
 * import { struct, StructRing } from "@troupe/actors/shared";
 * import { assertEquals } from "@std/assert";
 *
 * const ring = new StructRing(struct({ id: "u32", value: "f64" }), { capacity: 2 });
 * assertEquals(ring.tryPut({ id: 1, value: 0.5 }), true);
 * assertEquals(ring.tryPut({ id: 2, value: 1.5 }), true);
 * assertEquals(ring.tryPut({ id: 3, value: 2.5 }), false);
 * assertEquals(ring.tryTake(), { id: 1, value: 0.5 });
 * assertEquals(ring.size, 1);
 * ```
 */
export class StructRing<F> {
  /** How the structs lie in memory. */
  readonly layout: RecordLayout<F>;
  /** Most structs at one time. */
  readonly capacity: number;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #views: Views;
  readonly #slots: number;
  readonly #scratch: Scratch<F>;

  /**
   * Makes an empty ring.
   *
   * @param layout The struct; see {@linkcode struct}.
   * @param options How much it holds.
   * @throws {InvalidOptionError} If `capacity` is out of its bounds.
   */
  constructor(layout: RecordLayout<F>, options: RingOptions = {}) {
    const memory = handles.arrival()?.memory;
    checkIsLayout("ring", layout);
    checkOptionNames("Cannot make a ring", options, OPTIONS);
    const { capacity = 1_024 } = options;
    checkWhole("capacity", capacity, 1, MAX_CAPACITY);
    this.layout = layout;
    this.#scratch = new Scratch(layout);
    this.capacity = memory === undefined
      // A ring of one slot could not tell a struct that is there from room for the next.
      ? Math.max(2, 2 ** Math.ceil(Math.log2(capacity)))
      : new Int32Array(memory, 0, 8)[RING.CAPACITY]!;
    this.#slots = roundUp((RING.TURNS + this.capacity) * 4, 64);
    const bytes = this.#slots + this.capacity * layout.byteLength;
    const buffer = memory ?? makeBlock(layout, bytes);
    this.#words = new Int32Array(buffer, 0, RING.TURNS + this.capacity);
    this.#views = viewsOf(buffer);
    if (memory === undefined) {
      this.#words[RING.CAPACITY] = this.capacity;
      for (let i = 0; i < this.capacity; i++) this.#words[RING.TURNS + i] = i;
      handles.begin(this.#words);
    }
    handles.note(this.#words, this as StructRing<unknown>);
  }

  /** How many structs are in it; while others put and take, how many there were a moment ago. */
  get size(): number {
    const head = load(this.#words, RING.HEAD);
    const size = (load(this.#words, RING.TAIL) - head) | 0;
    return Math.min(Math.max(size, 0), this.capacity);
  }

  /**
   * Puts a struct if there is room.
   *
   * @throws {InvalidOptionError} If a field is missing or of another type.
   * @throws {ViewRangeError} If a text or an array is too long. Nothing is put then.
   */
  tryPut(values: RecInit<F>): boolean {
    return this.#put(this.#scratch.bytesOf(values));
  }

  /** Takes a struct if there is one. */
  tryTake(): Rec<F> | undefined {
    const words = this.#words;
    for (;;) {
      const ticket = load(words, RING.HEAD);
      const slot = ticket & (this.capacity - 1);
      const turn = RING.TURNS + slot;
      const ahead = (load(words, turn) - ticket - 1) | 0;
      if (ahead < 0) return undefined;
      if (ahead > 0 || cas(words, RING.HEAD, ticket, ticket + 1) !== ticket) {
        continue;
      }
      try {
        return this.layout.read(this.#views, this.#at(slot));
      } finally {
        // Gives the slot to the putter of the next round; whatever happened, nobody else could.
        store(words, turn, ticket + this.capacity);
        if (load(words, RING.PUTTERS) > 0) announce(words, RING.TAKES);
      }
    }
  }

  /**
   * Puts a struct, when there is room.
   *
   * @param values The struct.
   * @param options `timeout` in milliseconds, none by default; `signal` ends the wait.
   * @throws {WaitTimeoutError} If there was none in time.
   * @throws {InvalidOptionError} If a field is missing or of another type.
   * @throws {ViewRangeError} If a text or an array is too long.
   * @throws The signal's reason. Nothing is put then.
   */
  async put(values: RecInit<F>, options: Wait = {}): Promise<void> {
    if (this.tryPut(values)) return;
    // The caller may change its object meanwhile.
    const bytes = this.#scratch.bytesOf(values).slice();
    const isPut = () => this.#put(bytes);
    await this.#wait(RING.TAKES, RING.PUTTERS, isPut, "put", options);
  }

  /**
   * Takes a struct, when there is one.
   *
   * @param options `timeout` in milliseconds, none by default; `signal` ends the wait.
   * @throws {WaitTimeoutError} If there was none in time.
   * @throws The signal's reason.
   */
  async take(options: Wait = {}): Promise<Rec<F>> {
    let taken = this.tryTake();
    const isTaken = () => (taken = this.tryTake()) !== undefined;
    if (taken !== undefined) return taken;
    await this.#wait(RING.PUTS, RING.TAKERS, isTaken, "take", options);
    return taken as unknown as Rec<F>;
  }

  /**
   * As {@linkcode StructRing.put}, blocking the thread.
   *
   * @throws {WaitTimeoutError} If there was no room in time.
   * @throws {MainThreadWaitError} If this is the main thread and `onMain` is not set.
   * @throws {FencedError} If this thread was given up while it waited.
   * @throws {InvalidOptionError} If a field is missing or of another type, or an option is out of bounds.
   * @throws {ViewRangeError} If a text or an array is too long. Nothing is put in any of these cases.
   */
  putSync(values: RecInit<F>, options: SyncWait = {}): void {
    const bytes = this.#scratch.bytesOf(values);
    const isPut = () => this.#put(bytes);
    this.#waitSync(RING.TAKES, RING.PUTTERS, isPut, "put", options);
  }

  /**
   * As {@linkcode StructRing.take}, blocking the thread.
   *
   * @throws {WaitTimeoutError} If there was none in time.
   * @throws {MainThreadWaitError} If this is the main thread and `onMain` is not set.
   * @throws {FencedError} If this thread was given up while it waited.
   * @throws {InvalidOptionError} If an option is out of bounds.
   */
  takeSync(options: SyncWait = {}): Rec<F> {
    let taken: Rec<F> | undefined;
    const isTaken = () => (taken = this.tryTake()) !== undefined;
    this.#waitSync(RING.PUTS, RING.TAKERS, isTaken, "take", options);
    return taken as unknown as Rec<F>;
  }

  static {
    handles = new Handles<StructRing<unknown>>(this.prototype, {
      name: "StructRing",
      tag: TAG,
      parts: (ring) => ({ memory: ring.#words.buffer }),
      revive: ({ memory }) =>
        new StructRing(new RecordLayout<unknown>(fieldsIn(memory))),
      show: ({ size, capacity }) => `StructRing(${size} of ${capacity})`,
    });
  }

  #put(bytes: Uint8Array): boolean {
    const words = this.#words;
    for (;;) {
      const ticket = load(words, RING.TAIL);
      const slot = ticket & (this.capacity - 1);
      const turn = RING.TURNS + slot;
      const ahead = (load(words, turn) - ticket) | 0;
      if (ahead < 0) return false;
      if (ahead > 0 || cas(words, RING.TAIL, ticket, ticket + 1) !== ticket) {
        continue;
      }
      this.#views.u8.set(bytes, this.#at(slot));
      // Publishes the struct.
      store(words, turn, ticket + 1);
      if (load(words, RING.TAKERS) > 0) announce(words, RING.PUTS);
      return true;
    }
  }

  #at(slot: number): number {
    return this.#slots + slot * this.layout.byteLength;
  }

  async #wait(
    bell: number,
    sleepers: number,
    isDone: () => boolean,
    what: string,
    options: Wait,
  ): Promise<void> {
    const words = this.#words;
    // First the count, then the look: whoever changes something after the look sees the count.
    add(words, sleepers, 1);
    try {
      if (await awaitChange(words, bell, isDone, options)) return;
    } finally {
      sub(words, sleepers, 1);
    }
    throwTooLate(what, options);
  }

  #waitSync(
    bell: number,
    sleepers: number,
    isDone: () => boolean,
    what: string,
    options: SyncWait,
  ): void {
    const words = this.#words;
    add(words, sleepers, 1);
    try {
      if (awaitChangeSync(words, bell, isDone, what, options)) return;
    } finally {
      sub(words, sleepers, 1);
    }
    throwTooLate(what, options);
  }
}
