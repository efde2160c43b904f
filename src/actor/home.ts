import { TopLevelSpawnError } from "../errors.ts";
import { runningLight } from "./current.ts";
import { isImporting } from "./import_once.ts";
import type { Offspring, Spawner } from "./offspring.ts";

/** The thread's own spawner, in a thread that runs an actor or loads one. */
let home: Offspring | "loading" | undefined;

/** Says that this thread loads an actor's module, and then whose actors it starts. */
export function enterHome(spawner: Offspring | "loading"): void {
  home = spawner;
}

/**
 * The spawner of the actor that runs here; `undefined` on the main thread, outside of actors that share it.
 *
 * @throws {TopLevelSpawnError} If the thread is still loading the actor's module.
 */
export function currentHome(): Spawner | undefined {
  const light = runningLight();
  if (light !== undefined) return light.home;
  if (home !== "loading" && !isImporting()) return home;
  throw new TopLevelSpawnError(
    "Cannot start anything at the top level of a module that a worker loads, as it would start itself without end: do it in a function, or below `if (import.meta.main)`",
  );
}
