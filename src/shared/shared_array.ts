import { InvalidOptionError } from "../errors.ts";
import { KINDS, VIEW_OF, type ViewClass } from "../memory/kind.ts";
import { checkWhole } from "../memory/view_on.ts";

/** The classes whose elements may be shared. */
const VIEWS: ReadonlySet<unknown> = new Set([
  ...KINDS.map((kind) => VIEW_OF[kind]),
  Uint8ClampedArray,
  Float16Array,
]);

/** What {@linkcode sharedArray} begins with: a number of zeros, or values. */
export type Initial<V> =
  | number
  | (V extends BigInt64Array | BigUint64Array ? ArrayLike<bigint>
    : ArrayLike<number>);

/**
 * Makes a genuine typed array over memory that every thread it is sent to shares.
 *
 * - **Nothing to learn, nothing to wrap:** reads and writes cost what they cost in any typed array, 1 ns.
 * - **Nothing is copied** when it travels in a message: the receiver's array is over the same memory. It is another object
 *   there; a slice of it (`subarray`) shares the memory as well.
 * - **Zeros:** made by size, it holds zeros.
 * - **Not atomic by itself:** `array[0] += 1` of two threads loses updates. Use `Atomics.add(array, 0, 1)`, a
 *   {@linkcode SharedValue}, or a lock.
 * - **Out of range:** a value wraps and an index misses as in every typed array: a write outside changes nothing.
 *
 * @param View Its class: `Int32Array`, `Float64Array`, …
 * @param initial How many elements, or their values.
 * @throws {InvalidOptionError} If `View` is no class of typed arrays, or the number of elements is not whole.
 * @throws {RangeError} If there is not so much memory.
 *
 * @example Two ends of one array
 * ```ts
 * import { sharedArray } from "@troupe/actors/shared";
 * import { assertEquals } from "@std/assert";
 *
 * const counts = sharedArray(Int32Array, [5, 6, 7]);
 * const elsewhere = new Int32Array(counts.buffer); // What a receiver has.
 * Atomics.add(elsewhere, 0, 1);
 * assertEquals(counts[0], 6);
 * ```
 */
export function sharedArray<V extends ArrayBufferView>(
  View: ViewClass<V>,
  initial: Initial<V>,
): V {
  if (!VIEWS.has(View)) {
    throw new InvalidOptionError(
      `Cannot share an array of that class as it must be a class of typed arrays: current value is ${
        String((View as { name?: string } | undefined)?.name ?? View)
      }`,
      { option: "View", value: View },
    );
  }
  // What is no array either is refused with its value, as a number of elements.
  const hasValues = typeof initial === "object" && initial !== null;
  const length = hasValues ? initial.length : initial;
  checkWhole("length", length);
  const view = new View(
    new SharedArrayBuffer(length * View.BYTES_PER_ELEMENT),
  );
  if (hasValues) {
    (view as unknown as { set(values: unknown): void }).set(initial);
  }
  return view;
}
