import { InvalidOptionError } from "../errors.ts";
import { messageOf } from "../thrown.ts";
import { Journal } from "./journal.ts";
import type { ManagerOptions } from "./manager_options.ts";
import { makeReplica, type ReplicaMemory } from "./replica.ts";

/** What outlives the thread of a Manager. */
export interface VaultMemory {
  /** The memory of its journal, if it keeps one. */
  readonly journal?: SharedArrayBuffer;
  /** The memory of its replicas, by the names of their maps. */
  readonly replicas: Readonly<Record<string, ReplicaMemory>>;
}

/**
 * Makes the memory of a Manager with these options.
 *
 * @throws {InvalidOptionError} If there is not so much, or an option of a replica is out of its bounds.
 */
export function vaultMemory(
  { keep = true, keepBytes, replicas = {} }: ManagerOptions,
): VaultMemory {
  const all: Record<string, ReplicaMemory> = {};
  for (const [map, replica] of Object.entries(replicas)) {
    all[map] = made(`replicas.${map}`, replica, () => makeReplica(replica));
  }
  if (!keep) return { replicas: all };
  const journal = made("keepBytes", keepBytes, () => Journal.memory(keepBytes));
  return { replicas: all, journal };
}

function made<T>(option: string, value: unknown, make: () => T): T {
  try {
    return make();
  } catch (cause) {
    throw new InvalidOptionError(
      `Cannot start a Manager as the memory of '${option}' cannot be made: ${
        messageOf(cause)
      }; current value is ${Deno.inspect(value, { depth: 1 })}`,
      { option, value, cause },
    );
  }
}
