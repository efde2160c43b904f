import type { Cell, CellSpec, Tied } from "../cell.ts";
import type { ActorClass, Task } from "../define.ts";
import type { Job } from "../job.ts";
import type { Spawner } from "../offspring.ts";
import type { ActorRef } from "../ref.ts";
import { ownerEnded } from "../refused_start.ts";
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
  readonly #trees: Set<Tied> = new Set();
  #closed = false;

  /** The home of the light actor of that number and name, on the thread of `nest`. */
  constructor(nest: LightNest, readonly id: number, readonly name: string) {
    this.#nest = nest;
  }

  /** See {@link LightParent.adopt}. */
  adopt(child: LightChild): void {
    this.#children.add(child);
    void child.over.then(() => this.#children.delete(child));
  }

  /** See `CellFactory.tie()`. */
  tie(tree: Tied): void {
    this.#trees.add(tree);
    void tree.over.then(() => this.#trees.delete(tree));
  }

  /** Starts nothing from now on: its incarnation ends, or has ended. */
  close(): void {
    this.#closed = true;
  }

  /** See {@link Spawner}. */
  open(spec: CellSpec): Cell {
    this.#refuseIfClosed();
    return this.#nest.open(spec, this);
  }

  /** See {@link Spawner.spawn}. */
  spawn<A extends unknown[], C>(
    definition: ActorClass<A, C>,
    args: A,
    options?: SpawnOptions,
  ): Promise<ActorRef<C>> {
    if (this.#closed) return Promise.reject(ownerEnded(this.name));
    return this.#nest.spawn(definition, args, options, this);
  }

  /** See {@link Spawner.run}. */
  run<A extends unknown[], R>(
    task: Task<A, R>,
    args: A,
    options?: SpawnOptions,
  ): Job<Awaited<R>> {
    this.#refuseIfClosed();
    return this.#nest.run(task, args, options, this);
  }

  /** Ends all of it: after the messages that it has accepted, or at once. */
  async end(how: "stop" | "kill"): Promise<void> {
    this.close();
    const ends = [...this.#children].map(async (child) =>
      child.retire(
        how === "stop"
          ? await child.end("owner stopped", "infinity", true)
          : await child.end(undefined, "kill"),
      )
    );
    // Its children take what they have accepted first; a kill waits for nothing.
    if (how === "stop") await Promise.all(ends);
    for (const tree of this.#trees) tree.kill();
    await Promise.all(ends);
  }

  #refuseIfClosed(): void {
    if (this.#closed) throw ownerEnded(this.name);
  }
}
