/**
 * What the typed ways to the state of a Manager have in common.
 *
 * @module
 */
import { current } from "../actor/current.ts";
import { deepFreeze } from "../actor/light/deep_freeze.ts";
import { type ActorRef, coreIn } from "../actor/ref.ts";
import { InvalidOptionError } from "../errors.ts";
import {
  definePortable,
  portable,
  type PortableData,
} from "../memory/portable.ts";
import type { Owner } from "./clients.ts";
import type { Planned } from "./map_plan.ts";
import { hasOwnDeadlines, keepsDeadlines } from "./own_deadlines.ts";
import type { Vault } from "./vault.ts";

/**
 * What all proxies are made of: the Manager's actor and a name.
 *
 * - **Portable:** it may travel inside any message, and leads to the same state from there.
 * - **Asks:** each call is one ask with the default deadline of 5,000 ms, and rejects as every ask may; see `Asks`.
 * - **Frozen:** what is read is a copy of one's own and deeply frozen: who changes it gets a `TypeError`, instead of a change
 *   that the Manager never hears of. Only the bytes of a typed array cannot be frozen.
 * - **Closed:** only the classes of this module can travel; do not extend them.
 */
export abstract class Proxied {
  /** The Manager's actor. */
  protected readonly vault: ActorRef<Vault>;
  /** Name of the map, list, value or counter. */
  readonly name: string;

  /**
   * A way to `name`; the methods of `Manager` make them.
   *
   * @param vault The Manager's actor.
   * @param name Name of the state.
   * @throws {InvalidOptionError} If the name is no string, or begins with `troupe:`.
   */
  constructor(vault: ActorRef<Vault>, name: string) {
    if (typeof name !== "string" || name.startsWith("troupe:")) {
      throw new InvalidOptionError(
        `Cannot use that name as it must be a string that does not begin with "troupe:": current value is ${
          Deno.inspect(name, { depth: 0 })
        }`,
        { option: "name", value: name },
      );
    }
    this.vault = hasOwnDeadlines(vault)
      ? vault.with({ timeout: Infinity })
      : vault;
    this.name = name;
  }

  /**
   * Does all of the steps or none, as one write: nobody sees the state between two of them.
   *
   * - **In order:** a step sees what the ones before it did.
   * - **All or none:** if one is refused, nothing was changed.
   *
   * @param steps What `plan` of the Manager's maps made.
   * @returns A promise of what each of them gives, in their order.
   * @throws {VersionConflictError} If a key has another version than a step expects.
   * @throws {Refusal} If a value does not fit its change, or a reducer throws.
   * @throws {InvalidOptionError} If they are no array, or there is something else than a step among them, or one of another
   * Manager.
   *
   * @example Move money
   * ```ts
   * import { Manager, System, VersionConflictError } from "@troupe/actors";
   * import { assertEquals, assertRejects } from "@std/assert";
   *
   * await using system = new System();
   * await using manager = await Manager.start({ system });
   * const accounts = manager.map<string, number>("accounts");
   * await accounts.setAll([["ada", 5], ["bob", 0]]);
   * const move = [
   *   accounts.plan.update("ada", { add: -2 }),
   *   accounts.plan.update("bob", { add: 2 }),
   * ];
   * assertEquals(await accounts.transaction(move), [3, 2]);
   *
   * const { expect } = accounts.plan;
   * await assertRejects(
   *   () => accounts.transaction([...move, expect("ada", 1)]),
   *   VersionConflictError,
   * );
   * assertEquals(await accounts.entries(), [["ada", 3], ["bob", 2]]);
   * ```
   */
  async transaction(steps: readonly Planned[]): Promise<unknown[]> {
    if (!Array.isArray(steps)) {
      throw new InvalidOptionError(
        `Cannot do a transaction as 'steps' must be an array of what 'plan' made: current value is ${
          Deno.inspect(steps, { depth: 0 })
        }`,
        { option: "steps", value: steps },
      );
    }
    const core = coreIn(this.vault);
    const own = steps.map((planned) => {
      if (coreIn(planned?.vault) === core) return planned.step;
      throw new InvalidOptionError(
        `Cannot do a transaction as all steps must be of one Manager: current value is ${
          Deno.inspect(planned, { depth: 0 })
        }`,
        { option: "steps", value: planned },
      );
    });
    return deepFreeze(await this.vault.ask.transact(own));
  }

  /**
   * What else it needs to be made anew where it arrives.
   *
   * @returns `undefined` when there is nothing else.
   */
  protected rest(): unknown {
    return undefined;
  }

  static {
    Object.defineProperty(this.prototype, portable, {
      value(this: Proxied): PortableData {
        const own = hasOwnDeadlines(this.vault);
        const data = [this.vault, this.name, this.rest(), own];
        return { kind: this.constructor.name, data };
      },
    });
  }
}

/** Says how proxies of a class are made anew where they arrive. */
export function defineProxy(
  kind: string,
  make: (vault: ActorRef<Vault>, name: string, rest: unknown) => Proxied,
): void {
  definePortable(kind, (data) => {
    const [vault, name, rest, own] = data as [
      ActorRef<Vault>,
      string,
      unknown,
      boolean,
    ];
    if (own) keepsDeadlines(vault);
    return make(vault, name, rest);
  });
}

/** The actor that makes a call, if one does. */
export function ownerHere(): Owner {
  const { self, incarnation } = current;
  return self === undefined ? undefined : { ref: self, incarnation };
}
