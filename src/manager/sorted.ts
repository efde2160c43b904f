import { Refusal } from "../errors.ts";
import { messageOf } from "../thrown.ts";

/**
 * The items of a list in order: numbers by their size, anything else by its text.
 *
 * @throws {Refusal} If one of them has no text.
 */
export function sorted(list: string, items: readonly unknown[]): unknown[] {
  if (items.every((item) => typeof item === "number")) {
    return items.toSorted((a, b) => (a as number) - (b as number));
  }
  try {
    return items.toSorted();
  } catch (cause) {
    throw new Refusal(
      `Cannot sort the list "${list}" as an item has no text: ${
        messageOf(cause)
      }`,
      { cause },
    );
  }
}
