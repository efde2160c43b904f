import type { Cell, CellSpec } from "../cell.ts";
import type { ActorClass, Task } from "../define.ts";
import type { Job } from "../job.ts";
import type { Spawner } from "../offspring.ts";
import type { ActorRef } from "../ref.ts";
import type { SpawnOptions } from "../spawn_options.ts";
import type { ExitReport } from "../../exit_report.ts";

/** Whom an actor is started by. */
export interface LightParent {
  /** Number of its address. */
  readonly id: number;
  /** Its name. */
  readonly name: string;
  /** Told of what was started for it, if it does not end with its thread. */
  adopt?(child: LightChild): void;
}

/** What was started, as it is ended. */
export interface LightChild {
  /** How it ends for good. */
  readonly over: Promise<ExitReport>;
  /** Ends it; see `Cell`. */
  end(
    reason: unknown,
    shutdownMs: "kill" | "infinity",
    drain?: boolean,
  ): Promise<ExitReport>;
  /** Gives it up for good. */
  retire(report: ExitReport): void;
}

/** The spawner of a thread, as its light actors use it. */
export interface LightNest {
  /** See {@link Spawner}. */
  open(spec: CellSpec, parent: LightParent): Cell;
  /** See {@link Spawner.spawn}. */
  spawn<A extends unknown[], C>(
    definition: ActorClass<A, C>,
    args: A,
    options: SpawnOptions | undefined,
    parent: LightParent,
  ): Promise<ActorRef<C>>;
  /** See {@link Spawner.run}. */
  run<A extends unknown[], R>(
    task: Task<A, R>,
    args: A,
    options: SpawnOptions | undefined,
    parent: LightParent,
  ): Job<Awaited<R>>;
}

/** What one incarnation of a light actor has started: it ends with it. */
export class LightHome implements Spawner, LightParent {
  readonly #nest: LightNest;
  readonly #children: Set<LightChild> = new Set();

  /** The home of the light actor of that number and name, on the thread of `nest`. */
  constructor(nest: LightNest, readonly id: number, readonly name: string) {
    this.#nest = nest;
  }

  /** See {@link LightParent.adopt}. */
  adopt(child: LightChild): void {
    this.#children.add(child);
    void child.over.then(() => this.#children.delete(child));
  }

  /** See {@link Spawner}. */
  open(spec: CellSpec): Cell {
    return this.#nest.open(spec, this);
  }

  /** See {@link Spawner.spawn}. */
  spawn<A extends unknown[], C>(
    definition: ActorClass<A, C>,
    args: A,
    options?: SpawnOptions,
  ): Promise<ActorRef<C>> {
    return this.#nest.spawn(definition, args, options, this);
  }

  /** See {@link Spawner.run}. */
  run<A extends unknown[], R>(
    task: Task<A, R>,
    args: A,
    options?: SpawnOptions,
  ): Job<Awaited<R>> {
    return this.#nest.run(task, args, options, this);
  }

  /** Ends all of it: after the messages that it has accepted, or at once. */
  async end(how: "stop" | "kill"): Promise<void> {
    const ends = [...this.#children].map(async (child) =>
      child.retire(
        how === "stop"
          ? await child.end("owner stopped", "infinity", true)
          : await child.end(undefined, "kill"),
      )
    );
    await Promise.all(ends);
  }
}
