/** Whether `is` holds for `value` or for something in it; what is in a view is bytes, and is not looked at. */
export function someInside(
  value: unknown,
  is: (one: object) => boolean,
  met: Set<unknown> = new Set(),
): boolean {
  if (typeof value !== "object" || value === null || met.has(value)) {
    return false;
  }
  if (is(value)) return true;
  if (ArrayBuffer.isView(value)) return false;
  met.add(value);
  const inside = value instanceof Map
    ? [...value.keys(), ...value.values()]
    : value instanceof Set
    ? [...value]
    : Object.values(value);
  return inside.some((one) => someInside(one, is, met));
}
