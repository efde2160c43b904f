/**
 * The system behind the free functions: made on first use, closed when the last
 * actor of it ended.
 *
 * @module
 */
import type { ActorClass, Task } from "./define.ts";
import type { Job } from "./job.ts";
import { currentHome, type Spawner } from "./offspring.ts";
import type { ActorRef } from "./ref.ts";
import type { SpawnOptions } from "./spawn_options.ts";
import { System } from "./system.ts";

/** How long the default system outlives its last actor, in milliseconds: a script that starts one after the other keeps its warm workers. */
const LINGER_MS = 100;

let system: System | undefined;
let users = 0;
let linger: ReturnType<typeof setTimeout> | undefined;

/**
 * What starts actors here: inside an actor, the actor itself; elsewhere the
 * default system, which closes when no actor, task or user of it is left.
 *
 * @throws {TopLevelSpawnError} If a worker is loading the module of an actor.
 */
export function defaultSpawner(): Spawner {
  return currentHome() ?? defaultSystem();
}

function defaultSystem(): System {
  clearTimeout(linger);
  if (system === undefined) {
    system = new System();
    system.onIdle = closeIfIdle;
  }
  return system;
}

/** Keeps the default system open until {@link releaseDefaultSpawner}. */
export function retainDefaultSpawner(): Spawner {
  const spawner = defaultSpawner();
  users++;
  return spawner;
}

/** Ends what {@link retainDefaultSpawner} began. */
export function releaseDefaultSpawner(): void {
  users--;
  closeIfIdle();
}

function closeIfIdle(): void {
  clearTimeout(linger);
  if (system === undefined) return;
  linger = setTimeout(() => {
    if (users > 0 || system === undefined || system.tree().length > 0) return;
    const idle = system;
    system = undefined;
    void idle.close();
  }, LINGER_MS);
}

/**
 * Starts an actor in the default system; see {@link System.spawn}.
 *
 * @example
 * ```ts ignore
 * await using counter = await spawn(Counter, [0]);
 * console.log(await counter.ask.add(1));
 * ```
 */
export async function spawn<A extends unknown[], C>(
  definition: ActorClass<A, C>,
  args: A,
  options: SpawnOptions = {},
): Promise<ActorRef<C>> {
  const spawner = retainDefaultSpawner();
  try {
    return await spawner.spawn(definition, args, options);
  } finally {
    releaseDefaultSpawner();
  }
}

/**
 * Runs a task on a thread of its own in the default system; see {@link System.run}.
 *
 * @example
 * ```ts ignore
 * console.log(await run(square, [3]));
 * ```
 */
export function run<A extends unknown[], R>(
  task: Task<A, R>,
  args: A,
  options: SpawnOptions = {},
): Job<Awaited<R>> {
  const spawner = retainDefaultSpawner();
  try {
    return spawner.run(task, args, options);
  } finally {
    releaseDefaultSpawner();
  }
}
