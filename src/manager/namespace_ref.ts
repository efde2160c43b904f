import { deepFreeze } from "../actor/light/deep_freeze.ts";
import { type Change, checkChange } from "./change.ts";
import { checkText } from "./check_limits.ts";
import { placeOf } from "./places.ts";
import { defineProxy, Proxied } from "./proxied.ts";

/**
 * Named fields that the Manager holds, each of a type of its own.
 *
 * - **Atomic:** each call is one step; no two of them mix.
 * - **Frozen copies:** what is read is a copy; changing it is a `TypeError`.
 *
 * @typeParam T The fields and their types.
 *
 * @example Settings
 * ```ts
 * import { Manager, System } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * await using system = new System();
 * await using manager = await Manager.start({ system });
 * const settings = manager.namespace<{ limit: number; title: string }>("settings");
 * await settings.set("limit", 10);
 * await settings.update("limit", { add: 1 });
 * assertEquals(await settings.get("title"), undefined);
 * assertEquals(await settings.all(), { limit: 11 });
 * ```
 */
export class NamespaceRef<T extends object> extends Proxied {
  /**
   * One field.
   *
   * @param field Its name.
   * @returns A promise of its value, or of `undefined` if it was never set.
   * @throws {InvalidOptionError} If `field` is no string.
   */
  async get<F extends keyof T & string>(field: F): Promise<T[F] | undefined> {
    this.#check("read", field);
    return deepFreeze(await this.vault.ask.get(this.#map, field)) as
      | T[F]
      | undefined;
  }

  /**
   * Sets a field.
   *
   * @param field Its name.
   * @param value What replaces its value.
   * @returns A promise that resolves when it is done.
   * @throws {DataCloneError} If the value cannot travel.
   * @throws {InvalidOptionError} If `field` is no string.
   */
  async set<F extends keyof T & string>(field: F, value: T[F]): Promise<void> {
    this.#check("set", field);
    await this.vault.ask.set(this.#map, field, value);
  }

  /**
   * Changes a field in one step.
   *
   * @param field Its name.
   * @param change What to do.
   * @returns A promise of what its value is now.
   * @throws {Refusal} If the kind of the value does not fit the change; nothing was changed.
   * @throws {InvalidOptionError} If the change is none, or `field` is no string.
   */
  async update<F extends keyof T & string>(
    field: F,
    change: Change<T[F]>,
  ): Promise<T[F]> {
    this.#check("update", field);
    checkChange(`Cannot update "${field}" of "${this.name}"`, change as Change);
    const value = await this.vault.ask.update(
      this.#map,
      field,
      change as Change,
    );
    return deepFreeze(value) as T[F];
  }

  /**
   * Takes a field away.
   *
   * @param field Its name.
   * @returns A promise of whether it was there.
   * @throws {InvalidOptionError} If `field` is no string.
   */
  async delete(field: keyof T & string): Promise<boolean> {
    this.#check("delete", field);
    return await this.vault.ask.delete(this.#map, field);
  }

  /**
   * All fields that are set, as of one moment.
   *
   * @returns A promise of a frozen object with them.
   */
  async all(): Promise<Partial<T>> {
    const entries = await this.vault.ask.entries(this.#map);
    return deepFreeze(
      Object.fromEntries(entries as [string, unknown][]),
    ) as Partial<T>;
  }

  #check(verb: string, field: string): void {
    checkText(`Cannot ${verb} a field of "${this.name}"`, "field", field);
  }

  get #map(): string {
    return placeOf("namespace", this.name);
  }
}

defineProxy("NamespaceRef", (vault, name) => new NamespaceRef(vault, name));
