/**
 * The system: the root of all actors, and the thread that made it.
 *
 * @module
 */
import { SystemClosedError, TroupeError } from "../errors.ts";
import { ENDPOINT, EndpointTable } from "../memory/endpoints.ts";
import { HostRows } from "../memory/host_rows.ts";
import { keepHere } from "../memory/keep_here.ts";
import { type Lives, ownLife } from "../sync/lives.ts";
import type { Cell, CellSpec } from "./cell.ts";
import { type ActorClass, definingModules, type Task } from "./define.ts";
import { lightName } from "./light/light_name.ts";
import { DeadLetterOffice, type DeadLetters } from "./mail/dead_letters.ts";
import { Hatchery } from "./nursery/hatchery.ts";
import { enterIsolate, Isolate } from "./thread/isolate.ts";
import type { Job } from "./job.ts";
import { Offspring, type Spawner, type TreeNode } from "./offspring.ts";
import { currentHome } from "./home.ts";
import type { FromNursery, ToNursery } from "./mail/protocol.ts";
import type { ActorRef } from "./ref.ts";
import { Services } from "./services.ts";
import type { SpawnOptions } from "./spawn_options.ts";
import {
  checkCloseOptions,
  checkSystemOptions,
  type SystemOptions,
} from "./system_options.ts";

export type {} from "./nursery/nursery_entry.ts";

/** How much later than it should the nursery may answer, in milliseconds, before a close goes on without it. */
const GRACE_MS = 1_000;

/** Waits for `done`, but no longer than `ms` milliseconds. */
async function within(ms: number, done: Promise<void>): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, Math.min(ms, 2 ** 31 - 1));
  await Promise.race([done, late.promise]);
  clearTimeout(timer);
}

/** The thread's end of a system, for who needs more than it shows. */
export let isolateOf: (system: System) => Isolate;

/**
 * The root of all actors.
 *
 * - **Scope:** `await using system = new System()` stops all of them at the end of the scope.
 * - **Lifetime:** an open system keeps the program alive; a closed one leaves nothing behind, except threads in
 *   synchronous code, which nothing can stop: {@linkcode System.zombies} counts them.
 * - **One place:** it is made on the main thread or in a worker of your own, never inside an actor.
 * - **No restarts:** an actor of it that fails stays ended. `supervise()` restarts what fails.
 * - **Two `run`:** `system.run(task, args)` runs a task, as the function `run()` does; `System.run(main)` runs a whole
 *   program and ends it with the exit code that `main` returns, in spite of threads that nothing can stop.
 *
 * @example Make a system and close it with its scope
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
  /** What it starts for itself: no part of its tree. */
  readonly #services: Offspring;
  readonly #deadLetters: DeadLetterOffice;
  readonly #onOutput: SystemOptions["onOutput"];
  readonly #wanted: number;
  readonly #lives: Lives = ownLife().lives;
  readonly #group: number = this.#lives.newGroup();
  #spares = 0;
  #warm: PromiseWithResolvers<void> = Promise.withResolvers();
  #zombies = 0;
  #closing: Promise<void> | undefined;

  /**
   * Makes a system, its nursery thread and the first spare; blocks for about 30 ms, once.
   *
   * @param options `spares`: how many workers are kept warm; `hosts`: how many share the actors of placement
   * `"shared"`; `deadLetterLines`: how much of them is logged; `freeze`:
   * whether what was sent can be changed; `onOutput`: what is done with the lines that processes write.
   * @throws {InvalidOptionError} If an option is out of its bounds, or there is none of its name.
   * @throws {TopLevelSpawnError} If a worker is loading the module of an actor.
   * @throws {TroupeError} Inside an actor: `spawn()` and `run()` use the system it belongs to.
   */
  constructor(options: SystemOptions = {}) {
    if (currentHome() !== undefined) {
      throw new TroupeError(
        "Cannot make a system inside an actor: spawn(), run() and supervise() use the one it belongs to",
      );
    }
    const { spares, hosts, deadLetterLines, freeze, onOutput } =
      checkSystemOptions(options);
    this.#deadLetters = new DeadLetterOffice({
      lines: deadLetterLines,
      // deno-lint-ignore troupe/quiet -- the last that is heard of a message
      write: (line) => console.error(line),
      now: () => performance.now(),
      nameOf: (id) => lightName(this.#isolate, id),
    });
    this.#wanted = spares;
    const table = new EndpointTable();
    if (freeze) table.freeze();
    if (onOutput !== undefined) table.tellOutput();
    this.#onOutput = onOutput;
    new HostRows(table).allow(hosts);
    const { endpoint } = table.open();
    this.#nursery = new Worker(
      new URL("./nursery/nursery_entry.ts", import.meta.url),
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
    this.#services = new Offspring(this.#isolate, "main");
    this.#isolate.services = new Services(this.#isolate, () => this.#services);
    this.#hatchery = new Hatchery((message, transfer) =>
      this.#toNursery(message, transfer)
    );
    const lives = { memory: this.#lives.memory, group: this.#group };
    this.#toNursery({
      type: "hello",
      table: table.memory,
      lives,
      spares,
      foreseen: definingModules(),
    }, []);
    // The first spare boots together with the nursery.
    if (spares > 0) this.#hatchery.hatch(`troupe-${crypto.randomUUID()}`);
  }

  /**
   * Threads that were let go and still run 500 ms later: they run synchronous code that the platform cannot stop.
   * Nothing they do is seen by anybody; the program ends in spite of them by {@linkcode System.run}.
   */
  get zombies(): number {
    return this.#zombies;
  }

  /** The messages that reached nobody: their number, a subscription, and a log on stderr. */
  get deadLetters(): DeadLetters {
    return this.#deadLetters;
  }

  /**
   * Resolves when as many workers are warm as the option `spares` says: the next
   * starts take a few milliseconds. Right after a start that takes about a second.
   *
   * @returns A promise without a value; with `spares: 0` it resolves at once.
   * @throws {SystemClosedError} If the system is closed before: the promise rejects.
   */
  warm(): Promise<void> {
    return this.#spares >= this.#wanted
      ? Promise.resolve()
      : this.#warm.promise;
  }

  /**
   * The actors and tasks that the thread of this system started, as they are now; what those started is not in it.
   *
   * @returns One line each, in the order started.
   */
  tree(): readonly TreeNode[] {
    return this.#offspring.tree();
  }

  /** Called each time that the last actor or task ended. */
  set onIdle(callback: () => void) {
    this.#offspring.onIdle = callback;
  }

  /**
   * Opens an address for a supervisor and starts nothing yet; see {@link Spawner}.
   *
   * @param spec The child: its id, which is its name unless `options` has one, the handle, its arguments and its
   * `SpawnOptions`.
   * @returns The cell: what starts and ends its incarnations.
   * @throws {InvalidOptionError} If an option is out of bounds, `actor` is no handle or `args` is no array.
   * @throws {DataCloneError} If an argument cannot travel; its path is named.
   * @throws {ThreadLimitError} If all 8,192 addresses of the system are taken.
   * @throws {SystemClosedError} If the system is closed.
   */
  open(spec: CellSpec): Cell {
    return this.#offspring.open(spec);
  }

  /**
   * Starts an actor on a thread of its own; resolves when its constructor and `onStart` are done.
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
   * @throws {TopLevelSpawnError} If the module starts actors while it is loaded.
   * @throws {ActorInitError} If the constructor or `onStart` failed.
   * @throws {InitTimeoutError} If all that took longer than `initTimeout`.
   * @throws {TroupeError} If its thread ended by `self.close()` or `Deno.exit()` before it was up.
   * @throws {SystemClosedError} If the system is closed, now or before the actor is up.
   *
   * @example Start an actor and ask it
   * ```ts
   * import { System } from "@troupe/actors";
   * import { VaultActor } from "@troupe/actors/manager";
   * import { assertEquals } from "@std/assert";
   *
   * await using system = new System();
   * const vault = await system.spawn(VaultActor, [], { name: "vault" });
   * assertEquals(await vault.ask.push("list", ["a", "b"]), 2);
   * assertEquals(system.tree().map(({ name }) => name), ["vault"]);
   * ```
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
   * @param task What `task()` or `remote()` returned.
   * @param args The arguments of the function.
   * @param options Name, bounds and times; the defaults are those of {@linkcode SpawnOptions}.
   * @returns A promise of its result that can be watched, stopped and killed. {@linkcode Job} lists what it rejects with.
   * @throws {InvalidOptionError} If an option is out of bounds, `task` is no handle or `args` is no array.
   * @throws {DataCloneError} If an argument cannot travel; its path is named.
   * @throws {ThreadLimitError} If all 8,192 addresses of the system are taken.
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
   * - **From the call on** nothing new starts: `spawn()` and `run()` fail with `SystemClosedError`.
   * - **Every wait ends:** asks that are still open at the end reject, with the end of their actor or with
   *   `SystemClosedError`, and each `exited` resolves.
   * - **Idempotent:** each further call returns the promise of the first.
   *
   * @param options `timeoutMs`: what has not stopped by then is killed, in milliseconds; `Infinity` waits for all.
   * Default 5,000.
   * @returns A promise that resolves when all threads were let go; it never rejects.
   * @throws {InvalidOptionError} At once, if `timeoutMs` is not 0 or more, or there is no option of a name; the system
   * stays open.
   */
  close(options: { timeoutMs?: number } = {}): Promise<void> {
    const timeoutMs = checkCloseOptions(options);
    return this.#closing ??= this.#close(timeoutMs);
  }

  /** Closes the system, with the default of 5,000 ms. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /**
   * Runs `main` and ends the program with the exit code it returns, also when
   * threads are left that nothing can stop.
   *
   * - **No code is 0:** `main` that returns nothing, or what is no number, ends the program with code 0.
   * - **An error is 1:** what `main` throws is printed to stderr, and the code is 1.
   * - **Nothing after it runs:** close the systems inside of `main`.
   *
   * @param main The program.
   * @returns Never; the program ends.
   *
   * @example End the program in spite of threads that nothing can stop
   * ```ts
   * import { System } from "@troupe/actors";
   *
   * if (import.meta.main) {
   *   await System.run(async () => {
   *     await using system = new System();
   *     return system.zombies === 0 ? 0 : 1;
   *   });
   * }
   * ```
   */
  static async run(
    main: () => Promise<number | void> | number | void,
  ): Promise<never> {
    let code = 1;
    try {
      const given: unknown = await main();
      code = typeof given === "number" ? given : 0;
    } catch (error) {
      // deno-lint-ignore troupe/quiet -- the last words of a program
      console.error(error);
    }
    Deno.exit(code);
  }

  async #close(timeoutMs: number): Promise<void> {
    const refusal = new SystemClosedError(
      "The system is closed: make a new one",
    );
    this.#offspring.refuse(refusal);
    this.#services.refuse(refusal);
    this.#toNursery({ type: "closing" }, []);
    const ended = this.#offspring.endAll("system closed", timeoutMs)
      .then(() => this.#services.endAll("system closed", timeoutMs));
    await within(timeoutMs + GRACE_MS, ended);
    this.#end(
      new SystemClosedError("Cannot get an answer as the system is closed"),
    );
    await this.#endNursery();
    this.#deadLetters.close();
    this.#hatchery.close();
  }

  /** Lets the nursery put its things in order; one that does not in time is ended as it is. */
  async #endNursery(): Promise<void> {
    const closed = Promise.withResolvers<void>();
    this.#nursery.onmessage = ({ data }) => {
      if (data.type === "closed") closed.resolve();
      else if (data.type === "deadLetters") this.#deadLetters.take(data);
      else if (data.type === "output") this.#onOutput?.(data.line);
    };
    this.#toNursery({ type: "close" }, []);
    await within(GRACE_MS, closed.promise);
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
    this.#lives.endAll(this.#group);
    this.#offspring.abandonAll(error);
    this.#services.abandonAll(error);
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
    this.#services.refuse(error);
    this.#end(error);
    this.#hatchery.close();
  }

  #toNursery(message: ToNursery, transfer: Transferable[]): void {
    // What this thread loses need not travel.
    if (message.type === "deadLetters") this.#deadLetters.take(message);
    else this.#nursery.postMessage(message, transfer);
  }

  #receive(message: FromNursery): void {
    if (message.type === "zombies") this.#zombies = message.count;
    else if (message.type === "spares") this.#countSpares(message.count);
    else if (message.type === "deadLetters") this.#deadLetters.take(message);
    else if (message.type === "output") this.#onOutput?.(message.line);
    else if (message.type === "hatch") this.#hatchery.hatch(message.id);
    else if (message.type === "discard") this.#hatchery.discard(message.id);
    else if (!this.#isolate.receive(message)) {
      const owner = this.#services.has(message)
        ? this.#services
        : this.#offspring;
      owner.receive(message);
    }
  }

  static {
    isolateOf = (system) => system.#isolate;
    keepHere(
      System,
      "a System: its actors start others by `current` or their context",
    );
  }
}
