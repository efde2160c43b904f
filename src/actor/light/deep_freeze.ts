/**
 * Freezing of what was sent, as deep as it goes.
 *
 * @module
 */
import { portable } from "../../memory/portable.ts";
import { tagOf } from "../../memory/unsendable.ts";

/** What changes an object whose contents `Object.freeze()` does not hold. */
const CHANGERS: Readonly<Record<string, readonly string[]>> = {
  Map: ["set", "delete", "clear"],
  Set: ["add", "delete", "clear"],
  Date: Object.getOwnPropertyNames(Date.prototype)
    .filter((name) => name.startsWith("set")),
};
/** What is frozen: handles and what belongs to the platform go on living. */
const FROZEN: ReadonlySet<string> = new Set([
  "Array",
  "Object",
  "Error",
  ...Object.keys(CHANGERS),
]);

/**
 * Freezes `root` and all that it holds: whoever changes any of it gets a `TypeError`.
 *
 * - **Left as they are:** refs and other handles, functions, the memory behind typed arrays, and objects of the platform.
 * - **Getters** are not called.
 *
 * @returns `root` itself.
 */
export function deepFreeze<T>(root: T): T {
  const met = new Set<unknown>();
  const open: unknown[] = [root];
  // A list and not recursion: it may go deeper than the stack.
  while (open.length > 0) {
    const value = open.pop();
    if (!isFreezable(value) || met.has(value)) continue;
    met.add(value);
    open.push(...contentsOf(value));
    freeze(value);
  }
  return root;
}

function isFreezable(value: unknown): value is object {
  return typeof value === "object" && value !== null &&
    !(portable in value) && FROZEN.has(tagOf(value));
}

function contentsOf(value: object): unknown[] {
  const held = Reflect.ownKeys(value).map((key) =>
    Object.getOwnPropertyDescriptor(value, key)?.value
  );
  if (value instanceof Map) {
    return [...held, ...value.keys(), ...value.values()];
  }
  return value instanceof Set ? [...held, ...value] : held;
}

function freeze(value: object): void {
  if (Object.isFrozen(value)) return;
  const tag = tagOf(value);
  for (const name of Object.isExtensible(value) ? CHANGERS[tag] ?? [] : []) {
    Object.defineProperty(value, name, {
      value: () => {
        throw new TypeError(
          `Cannot ${name}() this ${tag} as it was sent: it belongs to who received it, change a copy`,
        );
      },
    });
  }
  Object.freeze(value);
}
