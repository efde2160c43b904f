/**
 * What one thread has started: the actors and tasks it owns.
 *
 * Nobody outlives its owner. A thread that ends takes along what it started.
 *
 * @module
 */
import { InvalidOptionError } from "../errors.ts";
import type { ExitReport } from "../exit_report.ts";
import { ENDPOINT } from "../memory/endpoints.ts";
import type { Cell, CellFactory, CellSpec } from "./cell.ts";
import { checkPlan } from "./check_plan.ts";
import type { ActorClass, Task } from "./define.ts";
import type { Isolate } from "./thread/isolate.ts";
import { Job } from "./job.ts";
import type { FromNursery } from "./mail/protocol.ts";
import type { ActorRef } from "./ref.ts";
import { encodeFor } from "./thread/leaving.ts";
import type { LightNest, LightParent } from "./light/light_home.ts";
import { LightCell, STARTED } from "./light/light_cell.ts";
import type { Lights } from "./light/light_host.ts";
import { type LightPlace, LocalPlace } from "./light/light_place.ts";
import { lightsOf } from "./light/lights_of.ts";
import { endRef, stoppedRef } from "./mail/ref_core.ts";
import { ThreadErrand } from "./thread_errand.ts";
import { keeperOf } from "./process_order.ts";
import type { FailureRules } from "./resume.ts";
import { checkLoneOptions } from "./lone_options.ts";
import {
  type CheckedOptions,
  checkSpawnOptions,
  type SpawnOptions,
} from "./spawn_options.ts";
import { failedReport, type Plan, ThreadCell } from "./thread/thread_cell.ts";
import { refusedStart } from "./refused_start.ts";
import { reportUnheardEnd } from "./unheard_end.ts";
import { isUnmissed } from "./unmissed.ts";
import { closeWatchers, tellRestart, tellWatchers } from "./watch.ts";

/**
 * Starts actors and tasks: a system, or an actor in it.
 *
 * - **Owner:** what it starts ends with it.
 * - **All or nothing:** a start that fails leaves nothing behind.
 */
export interface Spawner extends CellFactory {
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
   */
  spawn<A extends unknown[], C>(
    definition: ActorClass<A, C>,
    args: A,
    options?: SpawnOptions,
  ): Promise<ActorRef<C>>;
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
    options?: SpawnOptions,
  ): Job<Awaited<R>>;
}

/** One line of a system's tree: a picture of one moment. */
export interface TreeNode {
  /** Name of the actor. */
  readonly name: string;
  /** Number of its address. */
  readonly id: number;
  /** How often it has been started; 1 is the first. */
  readonly incarnation: number;
  /** Whether an incarnation runs or starts. */
  readonly state: "running" | "stopped";
  /** Messages that waited when its event loop last turned. */
  readonly depth: number;
  /** Messages it has handled, over all incarnations. */
  readonly handled: number;
}

/** What an actor is told by who starts it. */
interface Upbringing {
  readonly parent: LightParent;
  /** Whether it is started once and never again. */
  readonly once: boolean;
  /** Whether a supervisor started it. */
  readonly supervised?: true;
  readonly onFailure?: FailureRules | undefined;
  /** See {@link CellSpec.unmissed}. */
  readonly unmissed?: boolean | undefined;
}

/** The actors and tasks that one thread owns. */
export class Offspring implements Spawner, LightNest {
  /** Called when the last of them ended. */
  onIdle: (() => void) | undefined;
  readonly #isolate: Isolate;
  readonly #parent: LightParent;
  readonly #cells: Map<number, ThreadCell> = new Map();
  readonly #lights: Lights;
  readonly #lightCells: Set<LightCell> = new Set();
  #refusal: Error | undefined;
  /** One for all of them: a hundred thousand functions would be as large as the actors. */
  readonly #forgetLight = (cell: LightCell): void => {
    this.#lightCells.delete(cell);
    if (this.size === 0) this.onIdle?.();
  };

  /** The offspring of the thread `owner`. */
  constructor(isolate: Isolate, owner: string) {
    this.#isolate = isolate;
    this.#parent = { id: isolate.endpoint, name: owner };
    this.#lights = lightsOf(isolate);
    this.#lights.nest = this;
    isolate.onGone = (address, report) => {
      endRef(isolate, address, report);
      tellWatchers(isolate, address);
    };
    isolate.onStopped = (address, report) =>
      stoppedRef(isolate, address, report);
  }

  /** How many there are. */
  get size(): number {
    return this.#cells.size + this.#lightCells.size;
  }

  /** What is known of each. */
  tree(): readonly TreeNode[] {
    const { table } = this.#isolate;
    const threads = [...this.#cells.values()].map((cell) => ({
      name: cell.name,
      id: cell.address.endpoint,
      incarnation: cell.incarnation,
      state: cell.running ? "running" : "stopped",
      depth: table.get(cell.address.endpoint, ENDPOINT.DEPTH),
      handled: table.get(cell.address.endpoint, ENDPOINT.HANDLED),
    } as const));
    const light = [...this.#lightCells].map((cell) => ({
      name: cell.name,
      id: cell.ref.id,
      incarnation: cell.incarnation,
      state: cell.running ? "running" : "stopped",
      depth: cell.depth,
      handled: cell.handled,
    } as const));
    return [...threads, ...light];
  }

  /** Opens an address for a supervisor; see {@link CellFactory}. */
  open(spec: CellSpec, parent: LightParent = this.#parent): Cell {
    const options = (spec.options ?? {}) as SpawnOptions;
    return this.#openActor(spec.actor, spec.args, {
      ...options,
      name: options.name ?? spec.id,
    }, {
      once: spec.once === true,
      supervised: true,
      onFailure: spec.onFailure,
      unmissed: spec.unmissed === true || isUnmissed(spec.actor),
      parent,
    });
  }

  /** See {@link Spawner.spawn}. */
  spawn<A extends unknown[], C>(
    definition: ActorClass<A, C>,
    args: A,
    options: SpawnOptions = {},
    parent: LightParent = this.#parent,
  ): Promise<ActorRef<C>> {
    let cell: ThreadCell | LightCell | undefined;
    try {
      cell = this.#openActor(definition, args, options, {
        once: true,
        parent,
      });
      cell.onEnded = retireUnheard;
      const starting = cell.start();
      if (starting === STARTED) return Promise.resolve(refOf<C>(cell));
      return endIfFailed(cell, starting);
    } catch (error) {
      cell?.retire(cell.lastReport ?? failedReport(error));
      return Promise.reject(error);
    }
  }

  /** See {@link Spawner.run}. */
  run<A extends unknown[], R>(
    task: Task<A, R>,
    args: A,
    options: SpawnOptions = {},
    parent: LightParent = this.#parent,
  ): Job<Awaited<R>> {
    const plan = checkPlan("task", task, args, true);
    const checked = checkLoneOptions(plan.definition, options);
    if (!hasThread(checked)) {
      throw new InvalidOptionError(
        `Cannot run "${plan.definition}" as 'placement' must be "thread" or "process" for a task: current value is "${checked.placement}"`,
        { option: "placement", value: checked.placement },
      );
    }
    this.#refuseIfClosed(plan);
    const cell = this.#openThread(plan, checked, { once: true, parent });
    const lingers = checked.placement === "process";
    return new Job(new ThreadErrand<Awaited<R>>(cell, task.task, lingers));
  }

  /** Whether the nursery says something of one of its threads. */
  has(message: FromNursery): boolean {
    if (!("address" in message)) return false;
    const { endpoint, life } = message.address;
    return this.#cells.get(endpoint)?.address.life === life;
  }

  /** Handles what the nursery says of one of them. */
  receive(message: FromNursery): void {
    if (message.type === "started") {
      tellRestart(this.#isolate, message.address, message.incarnation);
    }
    if (
      message.type !== "started" && message.type !== "ended" &&
      message.type !== "checkpoint" && message.type !== "resumed"
    ) return;
    const cell = this.#cells.get(message.address.endpoint);
    if (cell?.address.life === message.address.life) cell.receive(message);
  }

  /** Refuses to start anything from now on, with `error`. */
  refuse(error: Error): void {
    this.#refusal = error;
  }

  /** Stops all of them, after the messages they have accepted; what runs after `timeoutMs` is killed. */
  async endAll(reason: string, timeoutMs: number): Promise<void> {
    await Promise.all(
      [...this.#cells.values()].map(async (cell) => {
        cell.retire(await cell.end(reason, timeoutMs, true));
      }),
    );
    // After the others, which may still need them.
    await Promise.all(
      [...this.#lightCells].map(async (cell) => {
        cell.retire(await cell.end(reason, timeoutMs, true));
      }),
    );
  }

  /** Settles everything that waits for one of them: nothing will come any more. */
  abandonAll(cause?: Error): void {
    for (const cell of this.#cells.values()) cell.abandon(cause);
    this.#cells.clear();
    for (const cell of this.#lightCells) cell.abandon(cause);
    closeWatchers(this.#isolate);
  }

  #openActor(
    definition: unknown,
    args: readonly unknown[],
    options: SpawnOptions,
    about: Upbringing,
  ): ThreadCell | LightCell {
    const plan = checkPlan("actor", definition, args, about.once);
    this.#refuseIfClosed(plan);
    plan.unmissed = about.unmissed === true;
    const { supervised } = about;
    const checked = supervised
      ? checkSpawnOptions(plan.definition, options)
      : checkLoneOptions(plan.definition, options);
    return hasThread(checked)
      ? this.#openThread(plan, checked, about)
      : this.#openLight(plan, checked, about);
  }

  #refuseIfClosed(plan: Plan): void {
    if (this.#refusal === undefined) return;
    throw refusedStart(plan.definition, this.#refusal);
  }

  #openThread(
    plan: Plan,
    options: CheckedOptions,
    { parent, onFailure }: Upbringing,
  ): ThreadCell {
    const cell = new ThreadCell(
      this.#isolate,
      options.placement === "process"
        ? keeperOf(this.#isolate, plan, options)
        : plan,
      options,
      parent,
      onFailure,
    );
    this.#cells.set(cell.address.endpoint, cell);
    parent.adopt?.(cell);
    void this.#forgetAtEnd(cell);
    return cell;
  }

  #openLight(
    plan: Plan,
    options: CheckedOptions,
    { parent, onFailure }: Upbringing,
  ): LightCell {
    const { transfer } = options;
    // Refuses what cannot travel, as everywhere, before an address is taken.
    if (plan.args.length > 0) encodeFor(this.#isolate, plan.args, { transfer });
    const given = { name: options.name, definition: plan.definition };
    const place = this.#placeFor(options, given);
    const cell = new LightCell(
      this.#isolate,
      plan,
      options,
      parent,
      place,
      onFailure,
    );
    this.#lightCells.add(cell);
    parent.adopt?.(cell);
    cell.onRetired = this.#forgetLight;
    return cell;
  }

  #placeFor(
    { placement, capacity, maxMessageBytes, overflow, urgent, hangMs }:
      CheckedOptions,
    given: { name: string | undefined; definition: string },
  ): LightPlace {
    const room = { capacity, maxBytes: maxMessageBytes, overflow, urgent };
    if (placement === "shared") {
      const { places } = this.#lights;
      const host = places.host(hangMs);
      // A host that starts one on itself needs no lane for it.
      if (host.endpoint !== this.#isolate.endpoint) {
        return places.open(host, given, room);
      }
    }
    return new LocalPlace(this.#lights, this.#lights.open(given, room));
  }

  async #forgetAtEnd(cell: ThreadCell): Promise<void> {
    await cell.over;
    if (this.#cells.get(cell.address.endpoint) === cell) {
      this.#cells.delete(cell.address.endpoint);
    }
    if (this.size === 0) this.onIdle?.();
  }
}

/** Whether it has a thread of its own here, be it one that keeps its process. */
function hasThread({ placement }: CheckedOptions): boolean {
  return placement === "thread" || placement === "process";
}

function refOf<C>(cell: ThreadCell | LightCell): ActorRef<C> {
  return cell.ref as ActorRef<C>;
}

/** The ref to one that takes its time to start; if that fails, nothing is left of it. */
async function endIfFailed<C>(
  cell: ThreadCell | LightCell,
  starting: Promise<void>,
): Promise<ActorRef<C>> {
  try {
    await starting;
  } catch (error) {
    cell.retire(cell.lastReport ?? failedReport(error));
    throw error;
  }
  return refOf<C>(cell);
}

/** What becomes of one that nobody restarts; one function for all of them. */
function retireUnheard(
  this: ThreadCell | LightCell,
  report: ExitReport,
): void {
  reportUnheardEnd(this.core, report, this.heard);
  this.retire(report);
}
