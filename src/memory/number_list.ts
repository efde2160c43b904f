/**
 * Lists of nothing but numbers, as the bytes that hold them: one read of each element, and no tag for any.
 *
 * @module
 */

/** Shorter lists are as fast one by one. */
const LEAST = 16;
/** Longer ones may have few elements, far apart. */
const MOST = 1 << 22;

/**
 * The numbers of `list`: 32-bit integers if all are such, else 64-bit floats.
 *
 * @returns `undefined` if it is short, has a hole or anything that is no number.
 */
export function numbersOf(
  list: readonly unknown[],
): Int32Array | Float64Array | undefined {
  const { length } = list;
  if (length < LEAST || length > MOST) return undefined;
  if (typeof list[0] !== "number") return undefined;
  const ints = new Int32Array(length);
  for (let i = 0; i < length; i++) {
    const value = list[i];
    if (typeof value !== "number") return undefined;
    if ((value | 0) !== value || (value === 0 && 1 / value < 0)) {
      return floatsOf(list, ints.subarray(0, i), value);
    }
    ints[i] = value;
  }
  return ints;
}

/** As {@link numbersOf}, when `ints` have been read of it, and then `next`. */
function floatsOf(
  list: readonly unknown[],
  ints: Int32Array,
  next: number,
): Float64Array | undefined {
  const { length } = list;
  const floats = new Float64Array(length);
  floats.set(ints);
  floats[ints.length] = next;
  for (let i = ints.length + 1; i < length; i++) {
    const value = list[i];
    if (typeof value !== "number") return undefined;
    floats[i] = value;
  }
  return floats;
}

/** The list of those numbers. */
export function listOf(numbers: Int32Array | Float64Array): number[] {
  const { length } = numbers;
  const list: number[] = new Array(length);
  for (let i = 0; i < length; i++) list[i] = numbers[i]!;
  return list;
}
