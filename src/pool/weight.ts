/** As {@link weightOf} says of any number, in bytes. */
export const NUMBER_WEIGHT = 8;

/** About how many bytes `value` takes when it is sent; of what holds other values, a guess. */
export function weightOf(value: unknown): number {
  switch (typeof value) {
    case "string":
      return value.length + 8;
    case "object":
      return value === null ? 8 : weightOfObject(value);
    default:
      return NUMBER_WEIGHT;
  }
}

function weightOfObject(value: object): number {
  if (ArrayBuffer.isView(value)) return value.byteLength + 16;
  if (value instanceof ArrayBuffer) return value.byteLength + 16;
  if (!Array.isArray(value)) return 128;
  // All alike is what a list mostly is.
  return value.length === 0 ? 16 : 16 + value.length * weightOfFirst(value[0]);
}

function weightOfFirst(value: unknown): number {
  return typeof value === "object" && value !== null ? 128 : weightOf(value);
}
