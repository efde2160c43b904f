/**
 * The system: the root of all actors, and the thread that made it.
 *
 * @module
 */
import {
  InvalidOptionError,
  SystemClosedError,
  WorkerDiedError,
} from "../errors.ts";
import { ENDPOINT, EndpointTable } from "../memory/endpoints.ts";
import type { Cell, CellFactory } from "./cell.ts";
import type { ActorClass, Task } from "./define.ts";
import { Hatchery } from "./hatchery.ts";
import { enterIsolate, Isolate } from "./isolate.ts";
import { Job } from "./job.ts";
import type { FromNursery, ToNursery } from "./protocol.ts";
import { type ActorRef, endRef } from "./ref.ts";
import { checkSpawnOptions, type SpawnOptions } from "./spawn_options.ts";
import { ThreadCell } from "./thread_cell.ts";

export type {} from "./nursery_entry.ts";

/** How a system is made. */
export interface SystemOptions {
  /** Workers kept warm, so that an actor starts in the time of one import. @default {1} */
  readonly spares?: number;
}

/** One line of {@link System.tree}. */
export interface TreeNode {
  /** Name of the actor. */
  readonly name: string;
  /** Number of its address. */
  readonly id: number;
  /** How often it has been started. */
  readonly incarnation: number;
  /** Whether an incarnation runs. */
  readonly state: "running" | "stopped";
  /** Messages that waited at the last turn of its loop. */
  readonly depth: number;
  /** Messages it has handled, over all incarnations. */
  readonly handled: number;
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
export class System implements AsyncDisposable, CellFactory {
  readonly #isolate: Isolate;
  readonly #nursery: Worker;
  readonly #hatchery: Hatchery;
  readonly #cells: Map<number, ThreadCell> = new Map();
  /** Called when the last actor ended. */
  onIdle: (() => void) | undefined;
  #zombies = 0;
  #closing: Promise<void> | undefined;

  /**
   * Makes a system, its nursery thread and the first spare; blocks for about 30 ms, once.
   *
   * @throws {InvalidOptionError} If `spares` is not a whole number from 0 to 64.
   */
  constructor(options: SystemOptions = {}) {
    const spares = options.spares ?? 1;
    if (!Number.isInteger(spares) || spares < 0 || spares > 64) {
      throw new InvalidOptionError(
        `Cannot make a system as 'spares' must be a whole number from 0 to 64: current value is ${spares}`,
        { option: "spares", value: spares },
      );
    }
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
    this.#nursery.onerror = (event) => this.#broken(event);
    this.#nursery.onmessage = (event) => this.#receive(event.data);
    this.#isolate.onGone = (address, report) =>
      endRef(this.#isolate, address, report);
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

  /** The actors of this system. */
  tree(): readonly TreeNode[] {
    return [...this.#cells.values()].map((cell) => ({
      name: cell.name,
      id: cell.address.endpoint,
      incarnation: cell.incarnation,
      state: cell.running ? "running" : "stopped",
      depth: this.#isolate.table.get(cell.address.endpoint, ENDPOINT.DEPTH),
      handled: this.#isolate.table.get(
        cell.address.endpoint,
        ENDPOINT.HANDLED,
      ),
    }));
  }

  /** Opens an address for a supervisor; see {@link CellFactory}. */
  open(
    spec: {
      id: string;
      actor: unknown;
      args: readonly unknown[];
      options?: unknown;
    },
  ): Cell {
    const options = (spec.options ?? {}) as SpawnOptions;
    return this.#open(
      spec.actor as ActorClass<unknown[], unknown>,
      spec.args,
      { ...options, name: options.name ?? spec.id },
    );
  }

  /**
   * Starts an actor; resolves when its constructor and `onStart` are done.
   *
   * @throws {InvalidOptionError} If an option is out of bounds.
   * @throws {DataCloneError} If an argument cannot travel; its path is named.
   * @throws {ModuleLoadError} If the actor's module cannot be imported.
   * @throws {UnknownExportError} If the module registers no such name.
   * @throws {ActorInitError} If the constructor or `onStart` failed.
   * @throws {InitTimeoutError} If they took longer than `initTimeout`.
   */
  async spawn<A extends unknown[], C>(
    definition: ActorClass<A, C>,
    args: A,
    options: SpawnOptions = {},
  ): Promise<ActorRef<C>> {
    const cell = this.#open(definition, args, options);
    cell.onEnded = (report) => cell.retire(report);
    try {
      await cell.start();
    } catch (error) {
      cell.retire({
        kind: "failed",
        code: 1,
        ...(error instanceof Error ? { error } : {}),
      });
      throw error;
    }
    return cell.ref as ActorRef<C>;
  }

  /**
   * Runs a task on a thread of its own.
   *
   * @returns A promise of its result that can be watched, stopped and killed.
   */
  run<A extends unknown[], R>(
    task: Task<A, R>,
    args: A,
    options: SpawnOptions = {},
  ): Job<Awaited<R>> {
    const { module, task: name } = task;
    const cell = this.#open({ module, actor: name }, args, options);
    return new Job<Awaited<R>>(cell, (report) =>
      new WorkerDiedError(
        `The thread of "${cell.name}" ended (${report.kind}) before its task did`,
        { task: name, report },
      ));
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
    const cells = [...this.#cells.values()];
    await Promise.all(
      cells.map(async (cell) => {
        const report = await cell.end("system closed", timeoutMs, true);
        cell.retire(report);
      }),
    );
    this.#isolate.close(
      new SystemClosedError("Cannot get an answer as the system is closed"),
    );
    for (const cell of this.#cells.values()) cell.abandon();
    this.#cells.clear();
    this.#hatchery.close();
    this.#nursery.terminate();
  }

  #open(
    definition: { readonly module: string; readonly actor: string },
    args: readonly unknown[],
    options: SpawnOptions,
  ): ThreadCell {
    if (this.#closing !== undefined) {
      throw new SystemClosedError(
        `Cannot start "${definition.actor}" as its system is closed: make a new one`,
      );
    }
    const cell = new ThreadCell(
      this.#isolate,
      { module: definition.module, definition: definition.actor, args },
      checkSpawnOptions(definition.actor, options),
      "main",
    );
    this.#cells.set(cell.address.endpoint, cell);
    void this.#forgetAtEnd(cell);
    return cell;
  }

  async #forgetAtEnd(cell: ThreadCell): Promise<void> {
    await cell.ref.exited;
    if (this.#cells.get(cell.address.endpoint) === cell) {
      this.#cells.delete(cell.address.endpoint);
    }
    if (this.#cells.size === 0) this.onIdle?.();
  }

  /** The nursery cannot go on, so nothing can: every wait ends now. */
  #broken(event: ErrorEvent): void {
    event.preventDefault();
    const error = new SystemClosedError(
      `The system broke down in its own thread, please report this: ${event.message}`,
    );
    this.#closing ??= Promise.resolve();
    this.#isolate.close(error);
    this.#hatchery.close();
    for (const cell of this.#cells.values()) cell.abandon();
    this.#cells.clear();
  }

  #toNursery(message: ToNursery, transfer: Transferable[]): void {
    this.#nursery.postMessage(message, transfer);
  }

  #receive(message: FromNursery): void {
    if (this.#isolate.receive(message)) return;
    if (message.type === "zombies") this.#zombies = message.count;
    else if (message.type === "hatch") this.#hatchery.hatch(message.id);
    else if (message.type === "discard") this.#hatchery.discard(message.id);
    else if (message.type === "started" || message.type === "ended") {
      const cell = this.#cells.get(message.address.endpoint);
      if (cell?.address.life === message.address.life) cell.receive(message);
    }
  }
}
