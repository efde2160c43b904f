/**
 * Where state is kept that is no map or list of its own name.
 *
 * @module
 */

/** The map that values are kept in, by their names. */
export const VALUES = "troupe:values";
/** The map that counters are kept in, by their names. */
export const COUNTERS = "troupe:counters";

/** What has a map or a list of its own. */
const KINDS = ["set", "namespace", "cache", "presence", "queue"] as const;

/** A kind of state that has a map or a list of its own. */
export type PlacedKind = typeof KINDS[number];

/** The map or list of a set, a namespace and so on. */
export function placeOf(kind: PlacedKind, name: string): string {
  return `troupe:${kind}:${name}`;
}

/** What is kept in that map or list: its kind and its name, if it is one of {@link placeOf}. */
export function placedIn(
  place: string,
): { readonly kind: PlacedKind; readonly name: string } | undefined {
  const kind = KINDS.find((each) => place.startsWith(placeOf(each, "")));
  return kind && { kind, name: place.slice(placeOf(kind, "").length) };
}

/** A key, and the map that it is in. */
export interface KeyPlace {
  /** The map, by the name of its place. */
  readonly map: string;
  /** The key. */
  readonly key: unknown;
}

/** A key as errors show it: with the kind and the name of what it belongs to. */
export function shownKey({ map, key }: KeyPlace): string {
  const shown = Deno.inspect(key, { depth: 0, strAbbreviateSize: 100 });
  if (map === VALUES) return `the value ${shown}`;
  if (map === COUNTERS) return `the counter ${shown}`;
  const { kind = "map", name = map } = placedIn(map) ?? {};
  return `${shown} of the ${kind} "${name}"`;
}
