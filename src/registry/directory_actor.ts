/**
 * The actor behind a registry, and the one that each system has by itself.
 *
 * @module
 */
import { current } from "../actor/current.ts";
import {
  releaseDefaultSpawner,
  retainDefaultSpawner,
} from "../actor/default_system.ts";
import { actor, type ActorClass } from "../actor/define.ts";
import { type ActorRef, coreIn } from "../actor/ref.ts";
import { serviceOf } from "../actor/services.ts";
import type { SpawnOptions } from "../actor/spawn_options.ts";
import { isolateOf, System } from "../actor/system.ts";
import { Directory } from "./directory.ts";

/** The actor behind a {@linkcode Registry}. */
export const DirectoryActor: ActorClass<[], Directory> = actor(
  import.meta,
  "DirectoryActor",
  Directory,
);

/** How it is started: as many may wait for a value at the same time as there may be readers. */
export const DIRECTORY: SpawnOptions = {
  name: "registry",
  concurrency: 1 << 20,
};

/**
 * The directory that a system has by itself.
 *
 * @param of The system, or a ref of it; without one that of the actor that runs here, or the default system.
 */
export async function directoryOf(
  of?: System | ActorRef<unknown>,
): Promise<ActorRef<Directory>> {
  const isolate = of instanceof System
    ? isolateOf(of)
    : coreIn(of ?? current.self)?.isolate;
  if (isolate !== undefined) {
    return await serviceOf(isolate, DirectoryActor, DIRECTORY);
  }
  // It must not be found idle while this starts.
  const home = retainDefaultSpawner() as System;
  try {
    return await directoryOf(home);
  } finally {
    releaseDefaultSpawner();
  }
}
