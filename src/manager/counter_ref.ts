import { COUNTERS } from "./places.ts";
import { defineProxy, Proxied } from "./proxied.ts";

/**
 * A number that is added to.
 *
 * - **Atomic:** each call is one step; no addition is lost.
 *
 * @example Count
 * ```ts
 * import { Manager, System } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * await using system = new System();
 * await using manager = await Manager.start({ system });
 * const visits = manager.counter("visits");
 * await Promise.all([visits.add(), visits.add(), visits.add(-1)]);
 * assertEquals(await visits.get(), 1);
 * ```
 */
export class CounterRef extends Proxied {
  /**
   * Adds in one step.
   *
   * @param count How much; it may be negative. Default 1.
   * @returns A promise of the sum.
   */
  add(count = 1): Promise<number> {
    return this.vault.ask.update(COUNTERS, this.name, {
      add: count,
      init: 0,
    }) as Promise<number>;
  }

  /**
   * The sum.
   *
   * @returns A promise of it; 0 before the first addition.
   */
  async get(): Promise<number> {
    return await this.vault.ask.get(COUNTERS, this.name, 0) as number;
  }
}

defineProxy("CounterRef", (vault, name) => new CounterRef(vault, name));
