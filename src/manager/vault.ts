/**
 * The state that a Manager holds: maps and lists by name.
 *
 * @module
 */
import { Refusal } from "../errors.ts";

/** A change of one value, made inside of the Manager. */
export interface Change<V = unknown> {
  /** Adds to a number. */
  readonly add?: number;
  /** Appends to an array. */
  readonly push?: unknown;
  /** What the value is before its first change. */
  readonly init?: V;
}

/** Maps and lists by name. Values are changed only here, one call at a time. */
export class Vault {
  readonly #maps: Map<string, Map<unknown, unknown>> = new Map();
  readonly #lists: Map<string, unknown[]> = new Map();

  /** The value under `key`, or `undefined`. */
  get(map: string, key: unknown): unknown {
    return this.#map(map).get(key);
  }

  /** Puts a value. */
  set(map: string, key: unknown, value: unknown): void {
    this.#map(map).set(key, value);
  }

  /** Changes a value and returns what it is now. */
  update(map: string, key: unknown, change: Change): unknown {
    const values = this.#map(map);
    const old = values.has(key) ? values.get(key) : change.init;
    const value = changed(old, change);
    values.set(key, value);
    return value;
  }

  /** Removes a key; whether it was there. */
  delete(map: string, key: unknown): boolean {
    return this.#map(map).delete(key);
  }

  /** All keys with their values. */
  entries(map: string): [unknown, unknown][] {
    return [...this.#map(map)];
  }

  /** How many keys a map has. */
  size(map: string): number {
    return this.#map(map).size;
  }

  /** Appends and returns the new length. */
  push(list: string, values: unknown[]): number {
    return this.#list(list).push(...values);
  }

  /** One item; a negative index counts from the end. */
  at(list: string, index: number): unknown {
    return this.#list(list).at(index);
  }

  /** Replaces one item. */
  put(list: string, index: number, value: unknown): void {
    const items = this.#list(list);
    if (!Number.isInteger(index) || index < 0 || index >= items.length) {
      throw new Refusal(
        `Cannot set an item of list "${list}" as its index must be from 0 to ${
          items.length - 1
        }: current value is ${index}`,
      );
    }
    items[index] = value;
  }

  /** Some of the items. */
  slice(
    list: string,
    start: number | undefined,
    end: number | undefined,
  ): unknown[] {
    return this.#list(list).slice(start, end);
  }

  /** How many items a list has. */
  length(list: string): number {
    return this.#list(list).length;
  }

  #map(name: string): Map<unknown, unknown> {
    let map = this.#maps.get(name);
    if (map === undefined) this.#maps.set(name, map = new Map());
    return map;
  }

  #list(name: string): unknown[] {
    let list = this.#lists.get(name);
    if (list === undefined) this.#lists.set(name, list = []);
    return list;
  }
}

/** The value after `change`; refused, with nothing changed, when the kinds do not fit. */
function changed(old: unknown, change: Change): unknown {
  if (change.add !== undefined) {
    if (typeof old === "number") return old + change.add;
    throw new Refusal(
      `Cannot add to a value as it must be a number: current type is ${typeof old}, give 'init'`,
    );
  }
  if ("push" in change) {
    const list = old ?? [];
    if (Array.isArray(list)) return [...list, change.push];
    throw new Refusal(
      `Cannot push to a value as it must be an array: current type is ${typeof old}`,
    );
  }
  return old;
}
