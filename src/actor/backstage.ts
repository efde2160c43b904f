import type { Spawner } from "./offspring.ts";
import { isolateOf, System } from "./system.ts";

/** What starts actors that are no part of a system's tree; inside an actor that actor itself, whose they are. */
export function backstage(spawner: Spawner): Spawner {
  if (!(spawner instanceof System)) return spawner;
  return isolateOf(spawner).services?.spawner ?? spawner;
}
