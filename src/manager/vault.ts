/**
 * The state that a Manager holds: maps and lists by name.
 *
 * @module
 */
import { Refusal } from "../errors.ts";

/**
 * A change of one value, made inside of the Manager in one step.
 *
 * - **One of them:** with both `add` and `push` only `add` counts.
 * - **Neither:** the value stays as it is; one that is not there becomes `init`.
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
 */
export interface Change<V = unknown> {
  /** Adds to a number; refused when the value is none. Give `init`, as a value that is not there is no number. */
  readonly add?: number;
  /** Appends one item to an array; refused when the value is none. One that is not there becomes an array. */
  readonly push?: unknown;
  /** What the value is before its first change; a value that is there does not look at it. */
  readonly init?: V;
}

/**
 * Maps and lists by name. Values are changed only here, one call at a time.
 *
 * Its methods are the messages of {@linkcode Manager}; the typed ways to them are `MapRef`, `ListRef`, `ValueRef` and
 * `CounterRef`. A name that was never written reads as empty.
 */
export class Vault {
  readonly #maps: Map<string, Map<unknown, unknown>> = new Map();
  readonly #lists: Map<string, unknown[]> = new Map();

  /**
   * The value under `key`.
   *
   * @param map Name of the map.
   * @param key The key.
   * @param otherwise What to answer when there is none. Default `undefined`.
   * @returns The value.
   */
  get(map: string, key: unknown, otherwise?: unknown): unknown {
    const values = this.#map(map);
    return values.has(key) ? values.get(key) : otherwise;
  }

  /**
   * Puts a value.
   *
   * @param map Name of the map.
   * @param key The key.
   * @param value What replaces the value there.
   */
  set(map: string, key: unknown, value: unknown): void {
    this.#map(map).set(key, value);
  }

  /**
   * Changes a value in one step.
   *
   * @param map Name of the map.
   * @param key The key.
   * @param change What to do.
   * @returns What the value is now.
   * @throws {Refusal} If the kind of the value does not fit the change; nothing was changed.
   */
  update(map: string, key: unknown, change: Change): unknown {
    const values = this.#map(map);
    const old = values.has(key) ? values.get(key) : change.init;
    const value = changed(old, change);
    values.set(key, value);
    return value;
  }

  /**
   * Removes a key.
   *
   * @param map Name of the map.
   * @param key The key.
   * @returns Whether it was there.
   */
  delete(map: string, key: unknown): boolean {
    return this.#map(map).delete(key);
  }

  /**
   * All keys with their values.
   *
   * @param map Name of the map.
   * @returns The pairs, in the order of their first write.
   */
  entries(map: string): [unknown, unknown][] {
    return [...this.#map(map)];
  }

  /**
   * How many keys a map has.
   *
   * @param map Name of the map.
   * @returns Their number.
   */
  size(map: string): number {
    return this.#map(map).size;
  }

  /**
   * Appends to a list.
   *
   * @param list Name of the list.
   * @param values The items, in order.
   * @returns The new length.
   */
  push(list: string, values: unknown[]): number {
    return this.#list(list).push(...values);
  }

  /**
   * One item.
   *
   * @param list Name of the list.
   * @param index Its place from 0; a negative one counts from the end.
   * @returns The item, or `undefined` when there is none.
   */
  at(list: string, index: number): unknown {
    return this.#list(list).at(index);
  }

  /**
   * Replaces one item.
   *
   * @param list Name of the list.
   * @param index Its place; a whole number from 0 to the length less 1.
   * @param value What replaces it.
   * @throws {Refusal} If there is no item at `index`; nothing was changed.
   */
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

  /**
   * Some of the items, as of `Array.prototype.slice`.
   *
   * @param list Name of the list.
   * @param start The first place; 0 if `undefined`.
   * @param end The place after the last; the length if `undefined`.
   * @returns The items.
   */
  slice(
    list: string,
    start: number | undefined,
    end: number | undefined,
  ): unknown[] {
    return this.#list(list).slice(start, end);
  }

  /**
   * How many items a list has.
   *
   * @param list Name of the list.
   * @returns Their number.
   */
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
    if (!Number.isFinite(change.add)) {
      throw new Refusal(
        `Cannot add to a value as 'add' must be a finite number: current value is ${
          Deno.inspect(change.add)
        }`,
      );
    }
    if (typeof old === "number") return old + change.add;
    throw new Refusal(
      `Cannot add to a value as it must be a number: current type is ${typeof old}${
        old === undefined ? ", give 'init'" : ""
      }`,
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
