/**
 * What a guest of a Manager may do.
 *
 * @module
 */
import { InvalidOptionError } from "../../errors.ts";
import { checkOptionNames } from "../../option_names.ts";

/** To look at state, or to change it. What gives a value away and changes it needs both, such as to take from a queue. */
export type Right = "read" | "write";

/**
 * What a right is for: the name of maps, lists and so on, whatever their kind; all names that begin so if it ends with `*`.
 * With `keys` only such keys of maps, sets, namespaces and caches, which are texts, in the same way: for what is done with all
 * keys that is too little, and also to put into a cache, as that may take the place of any other key.
 */
export type Realm = string | {
  /** The name, or the beginning of names with a `*` behind it. */
  readonly name: string;
  /** The key, or the beginning of keys with a `*` behind it. */
  readonly keys: string;
};

/** A guest of a Manager: a client that may not do everything. */
export interface GuestOptions {
  /** A key that this guest alone has. */
  readonly key: Uint8Array;
  /**
   * What it may look at.
   *
   * @default {nothing}
   */
  readonly read?: readonly Realm[];
  /**
   * What it may change.
   *
   * @default {nothing}
   */
  readonly write?: readonly Realm[];
}

/** Which keys of a map are meant: one of them, those that begin so, or all. */
export type Keys =
  | { readonly one: unknown }
  | { readonly prefix: string }
  | "all";

/** A right that something needs, and for what. */
export interface Need {
  /** The right. */
  readonly right: Right;
  /** What kind of thing it is for. */
  readonly kind: string;
  /** The name of that. */
  readonly name: string;
  /** Which keys of it. */
  readonly keys: Keys;
}

/** Checks one guest, before anything is started. */
export function checkGuest(
  what: string,
  name: string,
  guest: GuestOptions,
): void {
  const path = `guests.${name}`;
  checkOptionNames<GuestOptions>(what, guest, {
    key: true,
    read: true,
    write: true,
  }, path);
  for (const right of ["read", "write"] as const) {
    const realms = guest[right];
    if (realms === undefined) continue;
    if (Array.isArray(realms) && realms.every(isRealm)) continue;
    const option = `${path}.${right}`;
    throw new InvalidOptionError(
      `${what} as '${option}' must be an array of names, or of objects with a 'name' and 'keys': current value is ${
        Deno.inspect(realms, { depth: 2 })
      }`,
      { option, value: realms },
    );
  }
}

function isRealm(realm: unknown): realm is Realm {
  if (typeof realm === "string") return true;
  const { name, keys } = (realm ?? {}) as { name?: unknown; keys?: unknown };
  return typeof name === "string" && typeof keys === "string" &&
    Object.keys(realm as object).length === 2;
}

/** What one guest may do. */
export class Rights {
  readonly #realms: Readonly<Record<Right, readonly Realm[]>>;

  /** The rights of `guest`, as they are now. */
  constructor({ read = [], write = [] }: GuestOptions) {
    this.#realms = {
      read: structuredClone(read),
      write: structuredClone(write),
    };
  }

  /** Whether it has what is needed. */
  allow({ right, name, keys }: Need): boolean {
    return this.#realms[right].some((realm) =>
      typeof realm === "string"
        ? fits(realm, name)
        : fits(realm.name, name) && covers(realm.keys, keys)
    );
  }
}

/** Whether `pattern` means `text`. */
function fits(pattern: string, text: string): boolean {
  return pattern.endsWith("*")
    ? text.startsWith(pattern.slice(0, -1))
    : text === pattern;
}

/** Whether `pattern` means all of `keys`. */
function covers(pattern: string, keys: Keys): boolean {
  if (keys === "all") return false;
  if ("one" in keys) {
    return typeof keys.one === "string" && fits(pattern, keys.one);
  }
  return pattern.endsWith("*") && fits(pattern, keys.prefix);
}
