import { portable, type PortableData } from "../memory/portable.ts";
import { selectable, type Selection } from "./selectable.ts";

/** What an object does for the library, under keys that no user writes. */
interface Hidden<T> {
  /** How it travels. */
  travel(object: T): PortableData;
  /** How it is printed. */
  show(object: T): string;
  /** How it is one of several. */
  select?(object: T): Selection<unknown>;
}

/** Gives the objects of a class what they do for the library. */
export function defineHidden<T extends object>(
  prototype: T,
  { travel, show, select }: Hidden<T>,
): void {
  Object.defineProperties(prototype, {
    [portable]: {
      value(this: T) {
        return travel(this);
      },
    },
    [Symbol.for("Deno.customInspect")]: {
      value(this: T) {
        return show(this);
      },
    },
  });
  if (select === undefined) return;
  Object.defineProperty(prototype, selectable, {
    get(this: T) {
      return select(this);
    },
  });
}

/** How an end that has a hidden method for it travels. */
export function travelOf(end: object): PortableData {
  return (end as { [portable](): PortableData })[portable]();
}
