/**
 * What many rounds come to.
 *
 * @module
 */

function sorted(values: readonly number[]): readonly number[] {
  if (values.length === 0) {
    throw new RangeError(
      "Cannot sum up no values: measure at least one round",
    );
  }
  return values.toSorted((a, b) => a - b);
}

/**
 * The middle value; of an even number of values, the mean of the two in the middle.
 *
 * @param values In any order; left as they are.
 * @throws {RangeError} If there are none.
 */
export function median(values: readonly number[]): number {
  const order = sorted(values);
  const middle = order.length >> 1;
  const high = order[middle] ?? NaN;
  if (order.length % 2 === 1) return high;
  return ((order[middle - 1] ?? NaN) + high) / 2;
}

/**
 * How far the values lie apart, as a share of their median: (largest - smallest) / median. 0 is no difference.
 *
 * @param values In any order; left as they are.
 * @throws {RangeError} If there are none.
 */
export function spread(values: readonly number[]): number {
  const order = sorted(values);
  const width = (order.at(-1) ?? NaN) - (order[0] ?? NaN);
  return width === 0 ? 0 : width / median(order);
}
