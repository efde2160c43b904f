import { deepFreeze } from "../actor/light/deep_freeze.ts";
import { PRESENCE } from "./effect.ts";
import { checkText } from "./check_limits.ts";
import { defineProxy, ownerHere, Proxied } from "./proxied.ts";

/**
 * Entries of a Manager that belong to the actors that made them, and go when they end.
 *
 * - **Sessions:** an entry ends with the incarnation that made it; that of a program's main thread with the program.
 * - **Never on disk:** a Manager that is started again from its file has none.
 *
 * @typeParam V The values; whatever can travel.
 *
 * @example Who is there
 * ```ts
 * import { Manager, System } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * await using system = new System();
 * await using manager = await Manager.start({ system });
 * const online = manager.presence<{ room: string }>("online");
 * await online.enter("ada", { room: "red" });
 * assertEquals(await online.entries(), [["ada", { room: "red" }]]);
 * assertEquals([await online.leave("ada"), await online.entries()], [true, []]);
 * ```
 */
export class PresenceRef<V> extends Proxied {
  /**
   * Makes an entry, which belongs to the actor that makes the call.
   *
   * @param key Its key; another one of that key is replaced.
   * @param value Its value.
   * @returns A promise that resolves when it is there.
   * @throws {DataCloneError} If the value cannot travel.
   * @throws {InvalidOptionError} If the key is no string.
   */
  async enter(key: string, value: V): Promise<void> {
    checkText(`Cannot enter "${this.name}"`, "key", key);
    await this.vault.ask.enter(this.name, key, value, ownerHere());
  }

  /**
   * Takes an entry away, whoever made it.
   *
   * @param key Its key.
   * @returns A promise of whether it was there.
   * @throws {InvalidOptionError} If the key is no string.
   */
  async leave(key: string): Promise<boolean> {
    checkText(`Cannot leave "${this.name}"`, "key", key);
    return await this.vault.ask.withdraw(this.name, key);
  }

  /**
   * All entries, as of one moment.
   *
   * @returns A promise of the pairs, in the order they came.
   */
  async entries(): Promise<[string, V][]> {
    const entries = await this.vault.ask.entries(PRESENCE + this.name);
    const all = entries as [string, [V, unknown]][];
    return all.map(([key, [value]]) => [key, deepFreeze(value)]);
  }
}

defineProxy("PresenceRef", (vault, name) => new PresenceRef(vault, name));
