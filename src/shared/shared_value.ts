import { InvalidOptionError } from "../errors.ts";
import {
  addOf,
  andOf,
  casOf,
  exchangeOf,
  type Integers,
  loadOf,
  orOf,
  storeOf,
  subOf,
  xorOf,
} from "../memory/cells.ts";
import {
  isKind,
  type Kind,
  KINDS,
  type NumberOf,
  VIEW_OF,
} from "../memory/kind.ts";
import { checkWhole } from "../memory/view_on.ts";
import type { Region } from "../memory/region_room.ts";
import type { Held } from "../sync/held.ts";
import type { Mutex } from "../sync/mutex.ts";
import { type Plot, plotIn } from "../sync/plot.ts";
import type { SyncWait, Wait } from "../sync/wait.ts";
import { announce, awaitChange, awaitChangeSync } from "./await_change.ts";
import { checkGuard, guardOf, type GuardOptions, takeGuard } from "./guard.ts";
import { Handles, HEAD } from "./handles.ts";

/**
 * A value, 64 bytes: neighbours share no cache line.
 *
 *   byte  word  field     written by       meaning
 *      0     0  HEAD      creator, once    "SV"; the lowest byte is the index of the kind in KINDS; see handles.ts
 *     12     3  BELL      every notifier   counts up: who waits looks again
 *     16     4  VALUE     everybody        the number, in as many bytes as its kind has
 *     24-63     reserved  nobody           zero
 */
const VALUE = { BELL: 3, VALUE_BYTES: 16, BYTES: 64 };
const TAG = 0x53_56_01_00;
/** What it is in a region, beside the kinds of sync/layout.ts. */
const PLOT_KIND = 101;

/** The numbers of a kind that have bits to work on: floats have none. */
export type BitsOf<K> = K extends "f32" | "f64" ? never : NumberOf<K>;

/** A float and its bits, one at a time. */
const float64 = new Float64Array(1);
const bits64 = new BigInt64Array(float64.buffer);
const float32 = new Float32Array(float64.buffer, 0, 1);
const bits32 = new Int32Array(float64.buffer, 0, 1);

/** Set by the class below. */
let handles: Handles<SharedValue<Kind, Mutex | false>>;

/**
 * One number that all threads share: Python's `Value`, with every operation atomic.
 *
 * - **Atomic:** each method takes effect at one moment, also for floats, which `add` in a loop of compare and exchange.
 *   `value.value += 1` is a read and a write: updates of others in between are lost. Write `value.add(1)`, or
 *   {@link update} where no method fits.
 * - **Wraps:** a number out of the range of its kind wraps as in a typed array (300 in a `"u8"` is 44, 1.5 in an `"i32"`
 *   is 1), the same on every thread.
 * - **Travels** inside any message, and two handles of one value are one object on each thread.
 * - **Reach:** the threads of one program; made by {@link in}, all programs that have a region open.
 *
 * @example Count without a lock
 * ```ts
 * import { SharedValue } from "@troupe/actors/shared";
 * import { assertEquals } from "@std/assert";
 *
 * const hits = new SharedValue("i32", 7);
 * assertEquals(hits.add(1), 7); // What it was before.
 * assertEquals(hits.value, 8);
 * ```
 */
export class SharedValue<
  K extends Kind = "i32",
  L extends Mutex | false = Mutex,
> {
  /** The kind of number. */
  readonly kind: K;
  /** Its lock, which its methods do not take: they are atomic by themselves. */
  readonly mutex: L;
  readonly #words: Int32Array;
  readonly #plot: Plot | undefined;
  /** The value; of a float, its bits. */
  readonly #cells: Integers;
  readonly #float: "f32" | "f64" | undefined;
  readonly #type: "bigint" | "number";

  /**
   * Makes a value.
   *
   * @param kind The kind of number.
   * @param value What it begins with.
   * @param options Which lock it has.
   * @throws {InvalidOptionError} If `kind` is none, `lock` is none, or `value` is a `bigint` where a `number` belongs, or the
   * other way round.
   */
  constructor(kind: K, value: NumberOf<K>, options: GuardOptions<L> = {}) {
    if (!isKind(kind)) {
      throw new InvalidOptionError(
        `Cannot share a value of that kind as it must be one of ${
          KINDS.join(", ")
        }: current value is ${Deno.inspect(kind, { depth: 1 })}`,
        { option: "kind", value: kind },
      );
    }
    this.kind = kind;
    this.#type = kind === "i64" || kind === "u64" ? "bigint" : "number";
    this.#float = kind === "f32" || kind === "f64" ? kind : undefined;
    const arrival = handles.arrival();
    const memory = arrival?.memory;
    if (memory === undefined) this.#check(value);
    checkGuard("share a value", options);
    this.mutex = guardOf(
      arrival === undefined ? options.lock : arrival.rest as L,
    );
    const buffer = memory ?? new SharedArrayBuffer(VALUE.BYTES);
    this.#plot = arrival?.plot;
    this.#words = this.#plot?.words ?? new Int32Array(buffer);
    const View = VIEW_OF[
      kind === "f32" ? "i32" : kind === "f64" ? "i64" : kind as Kind
    ];
    this.#cells = new View(buffer, VALUE.VALUE_BYTES, 1) as Integers;
    if (memory === undefined) {
      handles.begin(this.#words, KINDS.indexOf(kind));
      this.value = value;
    }
    handles.note(this.#words, this);
  }

  /**
   * The value of that name in a region of named memory, for all programs that have that open: it is made if there is none.
   *
   * - **Deaths** change nothing: each of its methods takes effect at one moment, or not at all.
   * - **Takes** 256 bytes of the `room` that the region was made with.
   *
   * @param region The region, such as a `SharedMemory` with `room`.
   * @param name Its name there, 1 to 64 bytes of text.
   * @param kind The kind of number; who finds it must say the same.
   * @param value What it begins with when it is made.
   * @param options Which lock it has: one of the same region, or `false`, as by default, for none.
   * @throws {LayoutMismatchError} If something else has that name there, or a value of another kind.
   * @throws {RegionNoRoomError} If the region has not so much room left.
   * @throws {RegionClosedError} If the region was closed.
   * @throws {InvalidOptionError} If an argument is out of its bounds.
   */
  static in<K extends Kind, L extends Mutex | false = false>(
    region: Region,
    name: string,
    kind: K,
    value: NumberOf<K>,
    options: GuardOptions<L> = {},
  ): SharedValue<K, L> {
    checkGuard("share a value", options);
    const guard = guardOf(options.lock ?? false);
    const like = new SharedValue(kind, value, { lock: false });
    const plot = plotIn(region, name, {
      what: "value",
      kind: PLOT_KIND,
      made: `value of kind ${kind}`,
      fill: () => {
        const words = like.#words.slice();
        // It is found by its name alone.
        return words.fill(0, HEAD.IDENTITY, HEAD.OWN);
      },
    });
    return handles.stand(plot, guard) as unknown as SharedValue<K, L>;
  }

  /** The number. Reading is one step and writing is another: see {@link add}. */
  get value(): NumberOf<K> {
    return this.#read(loadOf(this.#cells, 0));
  }

  set value(value: NumberOf<K>) {
    this.#check(value);
    storeOf(this.#cells, 0, this.#bits(value));
  }

  /**
   * Adds to the number.
   *
   * @returns What it was before.
   * @throws {InvalidOptionError} If `amount` is a `bigint` where a `number` belongs, or the other way round.
   */
  add(amount: NumberOf<K>): NumberOf<K> {
    this.#check(amount);
    return this.#float === undefined
      ? addOf(this.#cells, 0, amount) as NumberOf<K>
      : this.update((value) => (value as number) + (amount as number) as never);
  }

  /** Subtracts from the number; see {@link add}. */
  sub(amount: NumberOf<K>): NumberOf<K> {
    this.#check(amount);
    return this.#float === undefined
      ? subOf(this.#cells, 0, amount) as NumberOf<K>
      : this.update((value) => (value as number) - (amount as number) as never);
  }

  /** Keeps only the given bits of an integer, and returns what it was before; see {@link add}. */
  and(bits: BitsOf<K>): NumberOf<K> {
    this.#checkBits(bits);
    return andOf(this.#cells, 0, bits) as NumberOf<K>;
  }

  /** Sets bits of an integer, and returns what it was before; see {@link add}. */
  or(bits: BitsOf<K>): NumberOf<K> {
    this.#checkBits(bits);
    return orOf(this.#cells, 0, bits) as NumberOf<K>;
  }

  /** Flips bits of an integer, and returns what it was before; see {@link add}. */
  xor(bits: BitsOf<K>): NumberOf<K> {
    this.#checkBits(bits);
    return xorOf(this.#cells, 0, bits) as NumberOf<K>;
  }

  /** Replaces the number, and returns what it was before; see {@link add}. */
  exchange(value: NumberOf<K>): NumberOf<K> {
    this.#check(value);
    return this.#read(exchangeOf(this.#cells, 0, this.#bits(value)));
  }

  /**
   * Replaces the number if it is `expected`.
   *
   * @returns What it was before: the exchange happened if that is `expected`. Floats are the same if `Object.is` says so.
   * @throws {InvalidOptionError} As {@link add} does.
   */
  compareExchange(expected: NumberOf<K>, value: NumberOf<K>): NumberOf<K> {
    this.#check(expected);
    this.#check(value);
    const wanted = this.#bits(expected);
    return this.#read(casOf(this.#cells, 0, wanted, this.#bits(value)));
  }

  /**
   * Replaces the number by what `change` makes of it, in one step.
   *
   * Another thread may have been faster: `change` then runs again with the new number, so it must only compute.
   *
   * @returns What the number was before.
   * @throws What `change` throws; the number is as it was.
   */
  update(change: (value: NumberOf<K>) => NumberOf<K>): NumberOf<K> {
    for (let seen = loadOf(this.#cells, 0);;) {
      const before = this.#read(seen);
      const after = change(before);
      this.#check(after);
      const now = casOf(this.#cells, 0, seen, this.#bits(after));
      if (now === seen) return before;
      seen = now;
    }
  }

  /**
   * Takes the lock, for more than one step: it excludes those who take it too, and nobody else.
   *
   * @throws As {@linkcode Mutex.lock} does. A value without a lock does not compile.
   */
  lock(this: SharedValue<K, Mutex>, options?: Wait): Promise<Held> {
    return takeGuard(this.mutex, options);
  }

  /**
   * Waits while the number is `current`.
   *
   * Whoever changes it says so by {@link notify}: who waits looks then, and not before. The program goes on meanwhile.
   *
   * @param current What to wait for the end of.
   * @param options `timeout` in milliseconds, none by default; `signal` ends the wait.
   * @returns False if it still was `current` when the timeout passed.
   * @throws {InvalidOptionError} If `timeout` is negative, or as {@link add} does.
   * @throws The signal's reason.
   */
  async wait(
    current: NumberOf<K>,
    options?: Wait,
  ): Promise<boolean> {
    this.#check(current);
    const bits = this.#wrapped(current);
    return await awaitChange(
      this.#words,
      VALUE.BELL,
      () => loadOf(this.#cells, 0) !== bits,
      options,
    );
  }

  /**
   * As {@linkcode SharedValue.wait}, blocking the thread.
   *
   * @returns False if it still was `current` when the timeout passed.
   * @throws {MainThreadWaitError} If this is the main thread and `onMain` is not set.
   * @throws {FencedError} If this thread was given up while it waited.
   * @throws {InvalidOptionError} If `timeout` is negative, or as {@link add} does.
   */
  waitSync(current: NumberOf<K>, options: SyncWait = {}): boolean {
    this.#check(current);
    const bits = this.#wrapped(current);
    const hasChanged = () => loadOf(this.#cells, 0) !== bits;
    return awaitChangeSync(
      this.#words,
      VALUE.BELL,
      hasChanged,
      "wait",
      options,
    );
  }

  /**
   * Makes those who {@link wait} look at the number, those first who wait longest.
   *
   * @param count At most how many of those who sleep; all by default.
   * @throws {InvalidOptionError} If `count` is no whole number from 0.
   */
  notify(count?: number): void {
    if (count !== undefined && count !== Infinity) checkWhole("count", count);
    announce(this.#words, VALUE.BELL, count);
  }

  static {
    handles = new Handles(this.prototype as SharedValue<Kind, Mutex | false>, {
      name: "SharedValue",
      tag: TAG,
      parts: (value) => ({
        memory: value.#words.buffer as SharedArrayBuffer,
        rest: value.mutex,
        plot: value.#plot,
      }),
      revive: ({ memory }) => {
        const kind = KINDS[new Uint8Array(memory)[0]!];
        return new SharedValue<Kind, Mutex | false>(kind!, 0);
      },
      show: ({ kind, value }) => `SharedValue(${kind}, ${value})`,
    });
  }

  #check(value: unknown): void {
    const type = typeof value;
    if (type !== this.#type) refuse(this.kind, this.#type, value);
  }

  #checkBits(bits: unknown): void {
    this.#check(bits);
    if (this.#float === undefined) return;
    throw new InvalidOptionError(
      `Cannot work on the bits of a float: current kind is ${this.kind}; share an integer`,
      { option: "kind", value: this.kind },
    );
  }

  /** What is kept of a number. */
  #bits(value: NumberOf<K>): number | bigint {
    if (this.#float === undefined) return value;
    if (this.#float === "f32") {
      float32[0] = value as number;
      return bits32[0] as number;
    }
    float64[0] = value as number;
    return bits64[0] as bigint;
  }

  /** The same, and wrapped as the memory would: what a read gives. */
  #wrapped(value: NumberOf<K>): number | bigint {
    const cell = this.#cells.slice(0, 1) as Integers;
    cell[0] = this.#bits(value);
    return cell[0] as number | bigint;
  }

  #read(bits: number | bigint): NumberOf<K> {
    if (this.#float === undefined) return bits as NumberOf<K>;
    if (this.#float === "f32") {
      bits32[0] = bits as number;
      return float32[0] as NumberOf<K>;
    }
    bits64[0] = bits as bigint;
    return float64[0] as NumberOf<K>;
  }
}

function refuse(kind: Kind, type: string, value: unknown): never {
  throw new InvalidOptionError(
    `Cannot put that into a value of kind ${kind} as it takes a ${type}: current value is ${
      Deno.inspect(value, { depth: 1 })
    }`,
    { option: "value", value },
  );
}
