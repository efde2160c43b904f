import { VersionConflictError } from "./version_conflict_error.ts";
import { placeOf } from "./places.ts";
import { defineProxy, Proxied } from "./proxied.ts";

/**
 * A set that the Manager holds.
 *
 * - **Atomic:** each call is one step; no two of them mix.
 *
 * @typeParam T The members; strings, numbers and other primitives. An object is a copy each time and is never found again.
 *
 * @example Who comes first
 * ```ts
 * import { Manager, System } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * await using system = new System();
 * await using manager = await Manager.start({ system });
 * const seen = manager.set<string>("seen");
 * assertEquals([await seen.add("a"), await seen.add("a")], [true, false]);
 * assertEquals([await seen.has("a"), await seen.values()], [true, ["a"]]);
 * ```
 */
export class SetRef<T> extends Proxied {
  /**
   * Adds a member.
   *
   * @param value The member.
   * @returns A promise of whether it is new.
   */
  async add(value: T): Promise<boolean> {
    const map = this.#map;
    const step = { map, key: value, deed: "set", value: true, version: 0 };
    try {
      await this.vault.ask.transact([step as typeof step & { deed: "set" }]);
      return true;
    } catch (error) {
      if (error instanceof VersionConflictError) return false;
      throw error;
    }
  }

  /**
   * Takes a member away.
   *
   * @param value The member.
   * @returns A promise of whether it was one.
   */
  delete(value: T): Promise<boolean> {
    return this.vault.ask.delete(this.#map, value);
  }

  /**
   * Whether something is a member.
   *
   * @param value What is looked for.
   * @returns A promise of it.
   */
  has(value: T): Promise<boolean> {
    return this.vault.ask.has(this.#map, value);
  }

  /**
   * All members, as of one moment.
   *
   * @returns A promise of them, in the order they came.
   */
  values(): Promise<T[]> {
    return this.vault.ask.keys(this.#map) as Promise<T[]>;
  }

  /**
   * How many members there are.
   *
   * @returns A promise of their number.
   */
  size(): Promise<number> {
    return this.vault.ask.size(this.#map);
  }

  /**
   * Takes all members away in one step.
   *
   * @returns A promise of how many there were.
   */
  clear(): Promise<number> {
    return this.vault.ask.clear(this.#map) as Promise<number>;
  }

  get #map(): string {
    return placeOf("set", this.name);
  }
}

defineProxy("SetRef", (vault, name) => new SetRef(vault, name));
