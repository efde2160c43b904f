import { currentHome } from "../actor/home.ts";
import { type Context, runningLight } from "../actor/current.ts";
import {
  defaultSystem,
  releaseDefaultSpawner,
  retainDefaultSpawner,
} from "../actor/default_system.ts";
import type { Spawner } from "../actor/offspring.ts";
import { coreIn } from "../actor/ref.ts";
import { isolateOf, System } from "../actor/system.ts";
import { currentIsolate, type Isolate } from "../actor/thread/isolate.ts";

/** Where a connection belongs: its refs live there, and it ends with that. */
export interface Stand {
  /** The thread's end of the system. */
  readonly isolate: Isolate;
  /** Starts what the connection needs. */
  readonly spawner: Spawner;
  /** Keeps it as long as it is needed. Returns what ends that. */
  hold(): () => void;
}

/**
 * Where a connection belongs that is made here: to `system`, to the actor whose code runs here, or to the default system.
 *
 * @throws {TopLevelSpawnError} If a worker is loading the module of an actor.
 */
export function standHere(system: System | undefined): Stand {
  if (system !== undefined) return standIn(system, () => () => {});
  const home = currentHome();
  if (home === undefined) return standIn(defaultSystem(), holdDefault);
  const light = runningLight();
  const isolate = light === undefined
    ? currentIsolate()!
    : coreIn(light.current.self)!.isolate;
  return { isolate, spawner: home, hold: () => () => {} };
}

/**
 * As {@link standHere}, for who may also name an actor by its context.
 *
 * @throws {TopLevelSpawnError} If a worker is loading the module of an actor.
 */
export function standOf(spawner: Spawner | undefined): Stand {
  if (spawner instanceof System) return standHere(spawner);
  const core = coreIn((spawner as Partial<Context> | undefined)?.self);
  return spawner === undefined || core === undefined
    ? standHere(undefined)
    : { isolate: core.isolate, spawner, hold: () => () => {} };
}

function standIn(system: System, hold: () => () => void): Stand {
  const isolate = isolateOf(system);
  return { isolate, spawner: isolate.services!.spawner, hold };
}

function holdDefault(): () => void {
  retainDefaultSpawner();
  return releaseDefaultSpawner;
}
