import { InvalidOptionError, Refusal } from "../errors.ts";
import { checkOptionNames, type OptionNames } from "../option_names.ts";
import { type KeyPlace, shownKey } from "./places.ts";

/**
 * A change of one value, made inside of the Manager in one step.
 *
 * - **One of them:** of `add`, `push`, `set` and `delete` at most one.
 * - **None:** the value stays as it is; one that is not there becomes `init`.
 * - **Deep:** with a `path` it is the value there that changes. All on the way to it must be there, but for the last step:
 *   that may name a property to come, or the place behind the last item.
 *
 * @typeParam V The value.
 *
 * @example Collect in one step
 * ```ts
 * import { Manager, System } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * await using system = new System();
 * await using manager = await Manager.start({ system });
 * const pages = manager.map<string, string[]>("pages");
 * await pages.update("troupe", { push: "a.html" });
 * assertEquals(await pages.update("troupe", { push: "b.html" }), ["a.html", "b.html"]);
 * ```
 *
 * @example Change a part
 * ```ts
 * import { Manager, System } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * await using system = new System();
 * await using manager = await Manager.start({ system });
 * const users = manager.map<string, { name: string; tags: string[] }>("users");
 * await users.set("1", { name: "Ada", tags: ["old"] });
 * await users.update("1", { path: ["tags", 0], set: "new" });
 * assertEquals(await users.get("1"), { name: "Ada", tags: ["new"] });
 * ```
 */
export interface Change<V = unknown> {
  /** Adds to a number; refused when the value is none. Give `init`, as a value that is not there is no number. */
  readonly add?: number;
  /** Appends one item to an array; refused when the value is none. One that is not there becomes an array. */
  readonly push?: unknown;
  /** What the value is before its first change; a value that is there does not look at it. */
  readonly init?: V;
  /** The way to the part that changes: names of properties and places in arrays. Default: the whole value. */
  readonly path?: readonly (string | number)[];
  /** What replaces the part. */
  readonly set?: unknown;
  /** Takes the part away: a property, or an item, behind which the others move up. Not without a path. */
  readonly delete?: true;
}

const NAMES: OptionNames<Change> = {
  add: true,
  push: true,
  init: true,
  path: true,
  set: true,
  delete: true,
};
const DEEDS = ["add", "push", "set", "delete"] as const;

/** A part that is to go. */
const GONE = Symbol("gone");

/** Refuses a change that is none, before it is sent. */
export function checkChange(what: string, change: Change): void {
  checkOptionNames<Change>(what, change, NAMES);
  const given = DEEDS.filter((deed) => deed in change);
  const refuse = (option: string, why: string): never => {
    const value = (change as Record<string, unknown>)[option];
    throw new InvalidOptionError(
      `${what} as ${why}: current value is ${
        Deno.inspect(value, { depth: 1 })
      }`,
      { option, value },
    );
  };
  if (given.length > 1) {
    refuse(given[1]!, `'${given[0]}' and '${given[1]}' exclude each other`);
  }
  const { path } = change;
  if (path !== undefined && !isPath(path)) {
    refuse("path", "'path' must be an array of strings and whole numbers");
  }
  if ("delete" in change && (change.delete !== true || !path?.length)) {
    refuse("delete", "'delete' must be true and needs a 'path'");
  }
}

/** The value at `place` after `change`; refused, with nothing changed, when the kinds do not fit. */
export function changed(
  old: unknown,
  change: Change,
  place: KeyPlace,
): unknown {
  const { path = [] } = change;
  return path.length === 0
    ? whole(old, change, place)
    : part(old, change, place, 0);
}

function isPath(path: unknown): boolean {
  return Array.isArray(path) &&
    path.every((step) => typeof step === "string" || Number.isInteger(step));
}

function refusal(place: KeyPlace, why: string, data?: unknown): Refusal {
  return new Refusal(
    `Cannot update ${shownKey(place)} as ${why}`,
    data === undefined ? undefined : { data },
  );
}

function whole(old: unknown, change: Change, place: KeyPlace): unknown {
  if ("delete" in change) return GONE;
  if ("set" in change) return change.set;
  if (change.add !== undefined) return sum(old, change.add, place);
  if (!("push" in change)) return old;
  const list = old ?? [];
  if (Array.isArray(list)) return [...list, change.push];
  throw refusal(
    place,
    `what is pushed to must be an array: current value is ${shown(old)}`,
  );
}

function shown(value: unknown): string {
  return Deno.inspect(value, { depth: 0, strAbbreviateSize: 100 });
}

function sum(old: unknown, add: number, place: KeyPlace): number {
  if (!Number.isFinite(add)) {
    throw refusal(
      place,
      `'add' must be a finite number: current value is ${shown(add)}`,
    );
  }
  if (typeof old === "number") {
    if (Number.isFinite(old + add)) return old + add;
    throw refusal(
      place,
      `the sum must be finite: current values are ${old} and ${add}`,
    );
  }
  throw refusal(
    place,
    `what is added to must be a number: current value is ${shown(old)}${
      old === undefined ? ", give 'init'" : ""
    }`,
  );
}

/** A copy of `old` in which the part that `path` leads to from `depth` on is another. */
function part(
  old: unknown,
  change: Change,
  place: KeyPlace,
  depth: number,
): unknown {
  const path = change.path!;
  const step = path[depth]!;
  const inner = (value: unknown): unknown =>
    depth === path.length - 1
      ? whole(value, change, place)
      : part(value, change, place, depth + 1);
  if (Array.isArray(old)) {
    const at = typeof step === "number" ? step : NaN;
    if (!(at >= 0 && at <= old.length)) throw lost(place, path, depth, old);
    const copy = [...old];
    const value = inner(old[at]);
    if (value !== GONE) copy[at] = value;
    else copy.splice(at, 1);
    return copy;
  }
  if (!isPlain(old)) throw lost(place, path, depth, old);
  const copy = { ...old };
  const value = inner(Object.hasOwn(old, step) ? old[step] : undefined);
  // Not by assignment: that of `__proto__` is no property.
  if (value === GONE) delete copy[step];
  else {
    Object.defineProperty(copy, step, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return copy;
}

function isPlain(value: unknown): value is Record<string | number, unknown> {
  return typeof value === "object" && value !== null &&
    (Object.getPrototypeOf(value) ?? Object.prototype) === Object.prototype;
}

function lost(
  place: KeyPlace,
  path: readonly (string | number)[],
  depth: number,
  found: unknown,
): Refusal {
  const steps = path.slice(0, depth).map((step) => `[${shown(step)}]`);
  return refusal(
    place,
    `its path leads to ${
      shown(path[depth])
    }, and there must be an object that can have that at value${
      steps.join("")
    }: current value is ${shown(found)}`,
    { path, depth },
  );
}
