/**
 * The system: the root of all actors, and the thread that made it.
 *
 * @module
 */
import {
  InvalidOptionError,
  SystemClosedError,
  TroupeError,
} from "../errors.ts";
import { ENDPOINT, EndpointTable } from "../memory/endpoints.ts";
import type { Cell } from "./cell.ts";
import type { ActorClass, Task } from "./define.ts";
import { Hatchery } from "./hatchery.ts";
import { enterIsolate, Isolate } from "./isolate.ts";
import type { Job } from "./job.ts";
import {
  currentHome,
  Offspring,
  type Spawner,
  type TreeNode,
} from "./offspring.ts";
import type { FromNursery, ToNursery } from "./protocol.ts";
import type { ActorRef } from "./ref.ts";
import type { SpawnOptions } from "./spawn_options.ts";

export type {} from "./nursery_entry.ts";

/** How long the nursery may take to end, in milliseconds. */
const NURSERY_MS = 1_000;

/** How a system is made. */
export interface SystemOptions {
  /** Workers kept warm, so that an actor starts in the time of one import. @default {1} */
  readonly spares?: number;
}

/**
 * The root of all actors.
 *
 * - **Scope:** `await using system = new System()` stops all of them at the end of the scope.
 * - **Lifetime:** an open system keeps the program alive; a closed one leaves nothing behind.
 *
 * @example
 * ```ts
 * import { System } from "@troupe/actors";
 *
 * await using system = new System();
 * console.log(system.tree().length, "actors");
 * ```
 */
export class System implements AsyncDisposable, Spawner {
  readonly #isolate: Isolate;
  readonly #nursery: Worker;
  readonly #hatchery: Hatchery;
  readonly #offspring: Offspring;
  readonly #wanted: number;
  #spares = 0;
  #warm: PromiseWithResolvers<void> = Promise.withResolvers();
  #zombies = 0;
  #closing: Promise<void> | undefined;

  /**
   * Makes a system, its nursery thread and the first spare; blocks for about 30 ms, once.
   *
   * @throws {InvalidOptionError} If `spares` is not a whole number from 0 to 64.
   * @throws {TopLevelSpawnError} If a worker is loading the module of an actor.
   * @throws {TroupeError} Inside an actor: `spawn()` and `run()` use the system it belongs to.
   */
  constructor(options: SystemOptions = {}) {
    if (currentHome() !== undefined) {
      throw new TroupeError(
        "Cannot make a system inside an actor: spawn(), run() and supervise() use the one it belongs to",
      );
    }
    const spares = options.spares ?? 1;
    if (!Number.isInteger(spares) || spares < 0 || spares > 64) {
      throw new InvalidOptionError(
        `Cannot make a system as 'spares' must be a whole number from 0 to 64: current value is ${spares}`,
        { option: "spares", value: spares },
      );
    }
    this.#wanted = spares;
    const table = new EndpointTable();
    const { endpoint } = table.open();
    this.#nursery = new Worker(
      new URL("./nursery_entry.ts", import.meta.url),
      { type: "module", name: "troupe-nursery" },
    );
    this.#isolate = new Isolate(
      table,
      endpoint,
      table.get(endpoint, ENDPOINT.EPOCH),
      (message, transfer) => this.#toNursery(message, transfer ?? []),
    );
    enterIsolate(this.#isolate);
    this.#warm.promise.catch(() => {});
    this.#nursery.onerror = (event) => this.#broken(event);
    this.#nursery.onmessage = (event) => this.#receive(event.data);
    this.#offspring = new Offspring(this.#isolate, "main");
    this.#hatchery = new Hatchery((message, transfer) =>
      this.#toNursery(message, transfer)
    );
    this.#toNursery({ type: "hello", table: table.memory, spares }, []);
    // The first spare boots together with the nursery.
    if (spares > 0) this.#hatchery.hatch(`troupe-${crypto.randomUUID()}`);
  }

  /** Threads that were let go but run synchronous code that the platform cannot stop. */
  get zombies(): number {
    return this.#zombies;
  }

  /**
   * Resolves when as many workers are warm as the option `spares` says: the next
   * starts take a few milliseconds. Right after a start that takes about a second.
   *
   * @throws {SystemClosedError} If the system is closed before.
   */
  warm(): Promise<void> {
    return this.#spares >= this.#wanted
      ? Promise.resolve()
      : this.#warm.promise;
  }

  /** The actors and tasks that the thread of this system started. */
  tree(): readonly TreeNode[] {
    return this.#offspring.tree();
  }

  /** Called when the last actor or task ended. */
  set onIdle(callback: () => void) {
    this.#offspring.onIdle = callback;
  }

  /** Opens an address for a supervisor; see {@link Spawner}. */
  open(
    spec: {
      id: string;
      actor: unknown;
      args: readonly unknown[];
      options?: unknown;
    },
  ): Cell {
    return this.#offspring.open(spec);
  }

  /**
   * Starts an actor; resolves when its constructor and `onStart` are done.
   *
   * @throws {InvalidOptionError} If an option is out of bounds.
   * @throws {DataCloneError} If an argument cannot travel; its path is named.
   * @throws {ModuleLoadError} If the actor's module cannot be imported.
   * @throws {UnknownExportError} If the module registers no such actor.
   * @throws {ActorInitError} If the constructor or `onStart` failed.
   * @throws {InitTimeoutError} If they took longer than `initTimeout`.
   * @throws {SystemClosedError} If the system is closed.
   */
  spawn<A extends unknown[], C>(
    definition: ActorClass<A, C>,
    args: A,
    options: SpawnOptions = {},
  ): Promise<ActorRef<C>> {
    return this.#offspring.spawn(definition, args, options);
  }

  /**
   * Runs a task on a thread of its own.
   *
   * @returns A promise of its result that can be watched, stopped and killed.
   * @throws {InvalidOptionError} If an option is out of bounds.
   * @throws {DataCloneError} If an argument cannot travel; its path is named.
   * @throws {SystemClosedError} If the system is closed.
   */
  run<A extends unknown[], R>(
    task: Task<A, R>,
    args: A,
    options: SpawnOptions = {},
  ): Job<Awaited<R>> {
    return this.#offspring.run(task, args, options);
  }

  /**
   * Stops every actor after the messages it has accepted, then ends all threads.
   *
   * @param options `timeoutMs`: what has not stopped by then is killed. Default 5,000.
   */
  close(options: { timeoutMs?: number } = {}): Promise<void> {
    return this.#closing ??= this.#close(options.timeoutMs ?? 5_000);
  }

  /** Closes the system. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /**
   * Runs `main` and ends the program with the exit code it returns, also when
   * threads are left that nothing can stop.
   *
   * @returns Never; the program ends.
   */
  static async run(
    main: () => Promise<number | void> | number | void,
  ): Promise<never> {
    let code = 1;
    try {
      code = await main() ?? 0;
    } catch (error) {
      // deno-lint-ignore troupe/quiet -- the last words of a program
      console.error(error);
    }
    Deno.exit(code);
  }

  async #close(timeoutMs: number): Promise<void> {
    this.#offspring.refuse(
      new SystemClosedError("The system is closed: make a new one"),
    );
    await this.#offspring.endAll("system closed", timeoutMs);
    this.#end(
      new SystemClosedError("Cannot get an answer as the system is closed"),
    );
    await this.#endNursery();
    this.#hatchery.close();
  }

  /** Lets the nursery put its things in order; one that does not within `NURSERY_MS` is ended as it is. */
  async #endNursery(): Promise<void> {
    const closed = Promise.withResolvers<void>();
    this.#nursery.onmessage = ({ data }) => {
      if (data.type === "closed") closed.resolve();
    };
    this.#toNursery({ type: "close" }, []);
    const timer = setTimeout(closed.resolve, NURSERY_MS);
    await closed.promise;
    clearTimeout(timer);
    this.#nursery.terminate();
  }

  #countSpares(count: number): void {
    this.#spares = count;
    if (count < this.#wanted) return;
    this.#warm.resolve();
    this.#warm = Promise.withResolvers();
    this.#warm.promise.catch(() => {});
  }

  /** Nothing happens here any more: settles all that waits. */
  #end(error: Error): void {
    this.#isolate.close(error);
    this.#offspring.abandonAll(error);
    this.#warm.reject(error);
  }

  /** The nursery cannot go on, so nothing can: every wait ends now. */
  #broken(event: ErrorEvent): void {
    event.preventDefault();
    const error = new SystemClosedError(
      `The thread of the system itself failed: ${event.message}`,
    );
    this.#closing ??= Promise.resolve();
    this.#offspring.refuse(error);
    this.#end(error);
    this.#hatchery.close();
  }

  #toNursery(message: ToNursery, transfer: Transferable[]): void {
    this.#nursery.postMessage(message, transfer);
  }

  #receive(message: FromNursery): void {
    if (message.type === "zombies") this.#zombies = message.count;
    else if (message.type === "spares") this.#countSpares(message.count);
    else if (message.type === "hatch") this.#hatchery.hatch(message.id);
    else if (message.type === "discard") this.#hatchery.discard(message.id);
    else if (!this.#isolate.receive(message)) this.#offspring.receive(message);
  }
}
