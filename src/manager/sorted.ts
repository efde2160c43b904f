import { Refusal } from "../errors.ts";

/**
 * The items of a list in order: numbers by their size, strings as of `Array.prototype.sort`.
 *
 * @throws {Refusal} If they are neither all numbers nor all strings.
 */
export function sorted(list: string, items: readonly unknown[]): unknown[] {
  if (items.every(isNumber)) {
    return items.toSorted((a, b) => a < b ? -1 : a > b ? 1 : 0);
  }
  const wanted = isString(items[0]) ? isString : isNumber;
  const at = items.findIndex((item) => !wanted(item));
  if (at < 0) return items.toSorted();
  throw new Refusal(
    `Cannot sort the list "${list}" as its items must be all numbers or all strings: item ${at} is ${
      Deno.inspect(items[at], { depth: 0, strAbbreviateSize: 100 })
    }; sort what slice() gives, and put it back by splice()`,
  );
}

/** `NaN` has no size. */
function isNumber(item: unknown): item is number | bigint {
  return typeof item === "bigint" ||
    typeof item === "number" && !Number.isNaN(item);
}

function isString(item: unknown): item is string {
  return typeof item === "string";
}
