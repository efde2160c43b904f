/**
 * The system behind the free functions: made on first use, closed when the last
 * actor of it ended.
 *
 * @module
 */
import type { ActorClass, Task } from "./define.ts";
import type { Job } from "./job.ts";
import { currentHome } from "./home.ts";
import type { Spawner } from "./offspring.ts";
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

/**
 * The system behind `spawn`, `run` and `supervise`, to look at its tree, zombies or spares, or to close it early.
 *
 * It is made on first use and closed when no actor, task or supervisor of it is left: this call makes it too.
 *
 * @returns The default system.
 * @throws {TopLevelSpawnError} If a worker is loading the module of an actor.
 * @throws {TroupeError} Inside an actor.
 */
export function defaultSystem(): System {
  clearTimeout(linger);
  if (system === undefined) {
    system = new System();
    system.onIdle = closeIfIdle;
  }
  closeIfIdle();
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
 * Starts an actor in the default system; inside an actor, as a child of that actor.
 *
 * - **The default system** is made by the first call and closes 100 ms after its last actor, task or supervisor ended.
 * - **Owner:** the actor ends with the thread or the actor that started it. `await using` stops it at the end of the scope.
 * - **After an `await`** of an actor that shares its thread, that thread is the owner: `context.spawn()` starts a child of
 *   the actor.
 *
 * @param definition What `actor()` or `remote()` returned.
 * @param args The arguments of its constructor.
 * @param options Name, bounds and times; the defaults are those of {@linkcode SpawnOptions}.
 * @returns A promise of the ref. It rejects with each of the errors below; nothing is left of the actor then.
 * @throws {InvalidOptionError} If an option is out of bounds, `definition` is no handle or `args` is no array.
 * @throws {DataCloneError} If an argument cannot travel; its path is named.
 * @throws {ThreadLimitError} If all 8,192 addresses of the system are taken.
 * @throws {ModuleLoadError} If the actor's module cannot be imported.
 * @throws {UnknownExportError} If the module registers no such actor.
 * @throws {TopLevelSpawnError} If the module starts actors while it is loaded, or this is such a call.
 * @throws {ActorInitError} If the constructor or `onStart` failed.
 * @throws {InitTimeoutError} If all that took longer than `initTimeout`.
 * @throws {TroupeError} If its thread ended by `self.close()` or `Deno.exit()` before it was up.
 * @throws {SystemClosedError} If the system is closed, now or before the actor is up.
 *
 * @example Start an actor, ask it, stop it at the end of the scope
 * ```ts
 * import { actor, spawn } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * export const Counter = actor(
 *   import.meta,
 *   "Counter",
 *   class {
 *     #sum: number;
 *     constructor(start: number) {
 *       this.#sum = start;
 *     }
 *     add(count: number): number {
 *       return this.#sum += count;
 *     }
 *   },
 * );
 *
 * // Threads import this module too: only the main one starts the actor.
 * if (import.meta.main) {
 *   await using counter = await spawn(Counter, [40]);
 *   assertEquals(await counter.ask.add(2), 42);
 * }
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
 * Runs a task on a thread of its own in the default system; inside an actor, as a child of that actor. After an `await` of
 * one that shares its thread, use `context.run()`.
 *
 * @param task What `task()` or `remote()` returned.
 * @param args The arguments of the function.
 * @param options Name, bounds and times; the defaults are those of {@linkcode SpawnOptions}.
 * @returns A promise of its result that can be watched, stopped and killed. {@linkcode Job} lists what it rejects with.
 * @throws {InvalidOptionError} If an option is out of bounds, `task` is no handle or `args` is no array.
 * @throws {DataCloneError} If an argument cannot travel; its path is named.
 * @throws {ThreadLimitError} If all 8,192 addresses of the system are taken.
 * @throws {SystemClosedError} If the system is closed.
 * @throws {TopLevelSpawnError} If a worker is loading the module that calls it.
 *
 * @example Run a function on another thread
 * ```ts
 * import { run, task } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * export const square = task(import.meta, "square", (x: number) => x * x);
 *
 * // Threads import this module too: only the main one runs the task.
 * if (import.meta.main) assertEquals(await run(square, [3]), 9);
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
