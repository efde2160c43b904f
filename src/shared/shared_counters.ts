import { InvalidOptionError } from "../errors.ts";
import { addOf, exchangeOf, loadOf } from "../memory/cells.ts";
import { Handles } from "./handles.ts";

/**
 * The memory of counters: a head of 64 bytes, see handles.ts, then 64 bytes for each counter, of which the first 8 are it. Two
 * counters share no cache line, so threads that count different things do not slow each other down.
 */
const COUNTER_BYTES = 64;
const COUNTER_CELLS = 8;
const TAG = 0x53_43_01_00;

/** Set by the class below. */
let handles: Handles<SharedCounters<string>>;

/**
 * A set of counters with names, that all threads count up and read.
 *
 * - **Exact:** each is a 64-bit integer, and counting is one atomic step.
 * - **Travels** inside any message, with its names.
 *
 * @example Hits and misses
 * ```ts
 * import { SharedCounters } from "@troupe/actors/shared";
 * import { assertEquals } from "@std/assert";
 *
 * const cache = new SharedCounters(["hits", "misses"]);
 * cache.add("hits");
 * cache.add("misses", 3);
 * assertEquals(cache.values(), { hits: 1, misses: 3 });
 * ```
 */
export class SharedCounters<N extends string> {
  /** The names, in the order given. */
  readonly names: readonly N[];
  readonly #cells: BigInt64Array<SharedArrayBuffer>;
  readonly #places: ReadonlyMap<string, number>;

  /**
   * Makes counters that are 0.
   *
   * @throws {InvalidOptionError} If a name comes twice or is no string.
   */
  constructor(names: readonly N[]) {
    const memory = handles.arrival()?.memory;
    if (!Array.isArray(names)) {
      throw new InvalidOptionError(
        `Cannot name counters so as "names" must be an array of strings: current value is ${
          Deno.inspect(names, { depth: 1 })
        }`,
        { option: "names", value: names },
      );
    }
    this.names = [...names];
    this.#places = new Map(
      names.map((name, i) => [name, (i + 1) * COUNTER_CELLS]),
    );
    if (
      this.#places.size !== names.length ||
      !names.every((name) => typeof name === "string")
    ) {
      throw new InvalidOptionError(
        `Cannot name counters so as each must have a name of its own, a string: current value is ${
          Deno.inspect(names, { depth: 1 })
        }`,
        { option: "names", value: names },
      );
    }
    const bytes = (1 + names.length) * COUNTER_BYTES;
    const buffer = memory ?? new SharedArrayBuffer(bytes);
    this.#cells = new BigInt64Array(buffer);
    const words = new Int32Array(buffer, 0, 8);
    if (memory === undefined) handles.begin(words);
    handles.note(words, this as SharedCounters<string>);
  }

  /**
   * Counts.
   *
   * @param name Which counter.
   * @param amount How much, a whole number between -2^53 and 2^53; 1 by default.
   * @throws {InvalidOptionError} If there is no such counter or `amount` is no such number.
   */
  add(name: N, amount: number = 1): void {
    const place = this.#place(name);
    if (amount !== 1 && !Number.isSafeInteger(amount)) {
      throw new InvalidOptionError(
        `Cannot count that as "amount" must be a whole number between -2^53 and 2^53: current value is ${
          Deno.inspect(amount)
        }`,
        { option: "amount", value: amount },
      );
    }
    addOf(this.#cells, place, amount === 1 ? 1n : BigInt(amount));
  }

  /**
   * What a counter says.
   *
   * @throws {InvalidOptionError} If there is no such counter.
   */
  value(name: N): number {
    return Number(loadOf(this.#cells, this.#place(name)));
  }

  /**
   * What a counter says, and sets it to 0 in the same step.
   *
   * @throws {InvalidOptionError} If there is no such counter.
   */
  take(name: N): number {
    return Number(exchangeOf(this.#cells, this.#place(name), 0n));
  }

  /** What all say, one after the other. */
  values(): Record<N, number> {
    const entries = this.names.map((name) => [name, this.value(name)]);
    return Object.fromEntries(entries) as Record<N, number>;
  }

  static {
    handles = new Handles<SharedCounters<string>>(this.prototype, {
      name: "SharedCounters",
      tag: TAG,
      parts: (one) => ({ memory: one.#cells.buffer, rest: one.names }),
      revive: ({ rest }) => new SharedCounters(rest as readonly string[]),
      show: (one) => `SharedCounters ${Deno.inspect(one.values())}`,
    });
  }

  #place(name: N): number {
    const place = this.#places.get(name);
    if (place !== undefined) return place;
    throw new InvalidOptionError(
      `Cannot find a counter of that name as there are ${
        this.names.join(", ")
      }: current value is ${Deno.inspect(name, { depth: 1 })}`,
      { option: "name", value: name },
    );
  }
}
