import type { ActorRef } from "../actor/ref.ts";
import { type Change, checkChange } from "./change.ts";
import { checkReducer, type Reducer } from "./reducer.ts";
import type { Step } from "./step.ts";
import { checkTtl, checkVersion } from "./check_limits.ts";
import type { Vault } from "./vault.ts";

/** A step of a transaction. */
export interface Planned {
  /** The Manager's actor. */
  readonly vault: ActorRef<Vault>;
  /** What is to be done there. */
  readonly step: Step;
}

/** A value that ends. */
export interface SetOptions {
  /** Milliseconds after which the key is gone, more than 0. Default: it stays. */
  readonly ttlMs?: number;
}

/**
 * Steps for a transaction, each as the method of that name of a map would do it. Nothing is sent.
 *
 * @typeParam K The keys.
 * @typeParam V The values.
 */
export interface MapPlan<K, V> {
  /** Puts a value; gives its version. */
  readonly set: (key: K, value: V, options?: SetOptions) => Planned;
  /** Changes a value; gives what it is then. */
  readonly update: (key: K, change: Change<V>) => Planned;
  /** Runs a reducer; gives what the value is then. */
  readonly reduce: <A extends unknown[]>(
    key: K,
    by: Reducer<V, A>,
    args: A,
    init?: V,
  ) => Planned;
  /** Removes a key; gives whether it was there. */
  readonly delete: (key: K) => Planned;
  /** Refuses the transaction unless the key has that version; 0 stands for a key that is not there. */
  readonly expect: (key: K, version: number) => Planned;
}

/** The plan of a map. */
export function planOf<K, V>(
  vault: ActorRef<Vault>,
  map: string,
): MapPlan<K, V> {
  const plan = (step: Omit<Step, "map">): Planned => ({
    vault,
    step: { ...step, map },
  });
  return {
    set: (key, value, { ttlMs } = {}) => {
      checkTtl(`Cannot set a key of "${map}"`, ttlMs);
      return plan({ deed: "set", key, value, ttlMs });
    },
    update: (key, change) => {
      checkChange(`Cannot update a key of "${map}"`, change as Change);
      return plan({ deed: "update", key, change: change as Change });
    },
    reduce: (key, by, args, init) => {
      checkReducer(`Cannot reduce a key of "${map}"`, by, args);
      const { module, reducer } = by;
      const reduce = { by: { module, reducer }, args, init };
      return plan({ deed: "reduce", key, reduce });
    },
    delete: (key) => plan({ deed: "delete", key }),
    expect: (key, version) => {
      checkVersion(`Cannot expect a version in "${map}"`, version);
      return plan({ deed: "expect", key, version });
    },
  };
}
