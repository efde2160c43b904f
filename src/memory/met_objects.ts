/**
 * The objects met while one value is encoded, in order, so that meeting one
 * again becomes a reference.
 *
 * @module
 */

/** Objects found by a linear search; beyond them a map is made, at 60 ns an object. */
const FEW = 16;

const met: unknown[] = new Array(FEW).fill(undefined);
let metCount = 0;
let map: Map<object, number> | undefined;

/** Returns when `value` was met, counted from 0, or -1. */
export function indexOf(value: object): number {
  if (map !== undefined) return map.get(value) ?? -1;
  for (let i = 0; i < metCount; i++) if (met[i] === value) return i;
  return -1;
}

/** Counts an object that is known not to have been met. */
export function count(value: object): void {
  if (map !== undefined) map.set(value, metCount);
  else if (metCount < FEW) met[metCount] = value;
  else startMap(value);
  metCount++;
}

function startMap(value: object): void {
  map = new Map();
  for (let i = 0; i < FEW; i++) map.set(met[i] as object, i);
  map.set(value, metCount);
}

/** Forgets every object: nothing of a message is held after it is encoded. */
export function forget(): void {
  const few = metCount < FEW ? metCount : FEW;
  for (let i = 0; i < few; i++) met[i] = undefined;
  metCount = 0;
  map = undefined;
}
