import { deepFreeze } from "../actor/light/deep_freeze.ts";
import type { ActorRef } from "../actor/ref.ts";
import { type Change, checkChange } from "./change.ts";
import { VALUES } from "./places.ts";
import { defineProxy, Proxied } from "./proxied.ts";
import type { Vault } from "./vault.ts";

/**
 * One value that the Manager holds.
 *
 * - **Atomic:** each call is one step; no two of them mix.
 * - **Initial until it is set,** also to `null` or `undefined`: those are values as others are.
 *
 * @typeParam T The value; whatever can travel.
 *
 * @example A limit that everybody reads
 * ```ts
 * import { Manager, System } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * await using system = new System();
 * await using manager = await Manager.start({ system });
 * const limit = manager.value("limit", 10);
 *
 * assertEquals(await limit.get(), 10);
 * assertEquals(await limit.update({ add: 5 }), 15);
 * await limit.set(20);
 * assertEquals(await limit.get(), 20);
 * ```
 */
export class ValueRef<T> extends Proxied {
  readonly #initial: T;

  /**
   * A way to the value `name`; `Manager.value()` makes them.
   *
   * @param vault The Manager's actor.
   * @param name Name of the value.
   * @param initial What is read before the first change.
   */
  constructor(vault: ActorRef<Vault>, name: string, initial: T) {
    super(vault, name);
    this.#initial = initial;
  }

  /**
   * The value.
   *
   * @returns A promise of a copy of it, or of the initial value.
   */
  async get(): Promise<T> {
    return deepFreeze(
      await this.vault.ask.get(VALUES, this.name, this.#initial),
    ) as T;
  }

  /**
   * Replaces the value.
   *
   * @param value The new one.
   * @returns A promise that resolves when it is done.
   * @throws {DataCloneError} If the value cannot travel.
   */
  async set(value: T): Promise<void> {
    await this.vault.ask.set(VALUES, this.name, value);
  }

  /**
   * Changes the value in one step; before its first change it is the initial value, or the `init` of the change.
   *
   * @param change What to do.
   * @returns A promise of what the value is now.
   * @throws {Refusal} If the kind of the value does not fit the change; nothing was changed.
   * @throws {InvalidOptionError} If the change is none.
   */
  async update(change: Change<T>): Promise<T> {
    checkChange(`Cannot update "${this.name}"`, change as Change);
    const whole = { init: this.#initial, ...change } as Change;
    const value = await this.vault.ask.update(VALUES, this.name, whole);
    return deepFreeze(value) as T;
  }

  /** The initial value. */
  protected override rest(): unknown {
    return this.#initial;
  }
}

defineProxy(
  "ValueRef",
  (vault, name, initial) => new ValueRef(vault, name, initial),
);
