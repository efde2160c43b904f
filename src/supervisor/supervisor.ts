import type { ActorClass } from "../actor/define.ts";
import type { ActorRef } from "../actor/ref.ts";
import type { Cell, CellFactory } from "../actor/cell.ts";
import type { ExitReport } from "../exit_report.ts";
import { Child, type ChildInfo, type ChildOwner } from "./child.ts";
import { type ChildError, refuseChild } from "./child_error.ts";
import {
  checkChild,
  type CheckedChild,
  type CheckedOptions,
  checkOptions,
  type ChildSpec,
  type Shutdown,
  type SupervisorOptions,
} from "./child_spec.ts";
import { type ChildCounts, Roster } from "./roster.ts";
import { type Failure, gaveUp, Restarter } from "./restarter.ts";
import type {
  SupervisorEvent,
  SupervisorListener,
} from "./supervisor_event.ts";

/** Where a supervisor is in its life; it only ever goes to the right. */
export type SupervisorState = "starting" | "running" | "stopping" | "stopped";

/** The reason children are told when nobody gave another. */
const SHUTDOWN = "shutdown";

/**
 * Starts children in order, restarts those that fail and gives up when they fail too often.
 *
 * - **Start:** one after the other; each only when the former is up.
 * - **Failure:** restart type, then budget, then backoff, then the strategy's group is stopped in reverse order and
 *   started in order. A restart that does not come up is a failure of its own; a group counts once.
 * - **Never blocks:** every query answers at once, also while a child starts, stops or waits.
 * - **Stop:** in reverse start order, each child within its `shutdownMs`. A wait for a restart ends at once.
 *
 * Whoever made it owns it: `await using` stops it, and no child outlives it.
 */
export class Supervisor implements AsyncDisposable {
  /** Resolves when all children are gone; kind `"failed"` with a `SupervisorGaveUpError` after a give-up. */
  readonly exited: Promise<ExitReport>;
  readonly #factory: CellFactory;
  readonly #options: CheckedOptions;
  readonly #children: Roster;
  readonly #restarter: Restarter;
  readonly #listeners = new Set<SupervisorListener>();
  readonly #resolveExited: (report: ExitReport) => void;
  /** Ends heard while starting: judged once everything is up. */
  #deferred: (() => void)[] = [];
  #state: SupervisorState = "starting";
  readonly #owner: ChildOwner;

  /**
   * Checks the options and opens a cell for each child; starts nothing.
   *
   * @throws {InvalidOptionError} If any option or child spec is malformed.
   */
  constructor(factory: CellFactory, options: SupervisorOptions) {
    this.#factory = factory;
    this.#options = checkOptions(options);
    this.#children = new Roster(this.#options.name);
    const { promise, resolve } = Promise.withResolvers<ExitReport>();
    this.exited = promise;
    this.#resolveExited = resolve;
    this.#owner = {
      now: this.#options.now,
      childUp: (child, after) => this.#childUp(child, after),
      childEnded: (child, report, asked) =>
        this.#childEnded(child, report, asked),
    };
    this.#restarter = new Restarter(this.#options, {
      children: () => this.#children.all(),
      child: (id) => this.#children.get(id),
      endChild: (child) => this.#endChild(child, SHUTDOWN),
      remove: (child, report) => this.#remove(child, report),
      giveUp: (child, failures) => this.#giveUp(child, failures),
      emit: (event) => this.#emit(event),
    });
    try {
      for (const spec of this.#options.children) this.#open(spec);
    } catch (error) {
      // An address that was opened for nothing would stay taken.
      for (const child of this.#children.all()) {
        child.cell.retire({ kind: "stopped", code: 0 });
      }
      throw error;
    }
  }

  /** The name given, `"supervisor"` by default. */
  get name(): string {
    return this.#options.name;
  }

  /** Where the supervisor is in its life. */
  get state(): SupervisorState {
    return this.#state;
  }

  /** All children in start order, as they are now. Never waits. */
  children(): ChildInfo[] {
    return this.#children.all().map((child) => child.info());
  }

  /** How many children there are. Never waits. */
  counts(): ChildCounts {
    return this.#children.counts();
  }

  /**
   * The ref of a child: the same one over all its incarnations.
   *
   * @param id The child's id.
   * @param _actor Its class, which gives the ref its type.
   * @throws {ChildError} If there is no such child.
   */
  ref<A extends unknown[], C>(
    id: string,
    _actor?: ActorClass<A, C>,
  ): ActorRef<C> {
    return this.#children.find(id, "get the ref of").cell.ref as ActorRef<C>;
  }

  /** Calls `listener` for every event from now on; dispose the answer to end that. What it throws is reported as uncaught. */
  onEvent(listener: SupervisorListener): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /**
   * Starts the children in order; resolves when all are up. To be called once.
   *
   * @throws {ChildError} If one does not come up; the started ones have then been stopped in reverse order.
   */
  async start(): Promise<void> {
    for (const child of this.#children.all()) {
      // Stopped, started or deleted by hand before its turn.
      if (!child.wanted || child.active || !this.#children.has(child)) continue;
      const result = await child.start();
      this.#refuseWhenClosed(child.id, "start");
      if (result.state === "failed") {
        const error = this.#children.startFailure(child.id, result.report);
        await this.#shutdown(SHUTDOWN, { kind: "failed", code: 1, error });
        throw error;
      }
    }
    this.#state = "running";
    const deferred = this.#deferred;
    this.#deferred = [];
    for (const judge of deferred) judge();
  }

  /**
   * Stops all children in reverse start order, each within its `shutdownMs`, and retires their addresses.
   *
   * Resolves with what {@linkcode Supervisor.exited} does, when every cleanup has finished. Repeated calls join.
   */
  stop(reason: unknown = SHUTDOWN): Promise<ExitReport> {
    return this.#shutdown(reason, { kind: "stopped", code: 0 });
  }

  /** Like {@linkcode Supervisor.stop} without cleanup; also cuts a stop under way short. */
  kill(): Promise<ExitReport> {
    if (this.#state === "stopping") {
      for (const child of this.#children.all()) {
        if (child.active) void child.end(SHUTDOWN, "kill");
      }
    }
    return this.#shutdown(SHUTDOWN, { kind: "killed", code: 1 }, "kill");
  }

  /** Stops the supervisor. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /**
   * Adds a child after all others and starts it; resolves with its ref when it is up.
   *
   * @throws {InvalidOptionError} If the spec is malformed.
   * @throws {ChildError} If the id is taken (`"alreadyStarted"`, `"alreadyPresent"`), it does not come up (then it is
   * not kept), it was ended meanwhile, or the supervisor is stopping.
   */
  async startChild(spec: ChildSpec): Promise<Cell["ref"]> {
    const { autoShutdown, budget } = this.#options;
    const checked = checkChild(spec, { autoShutdown, budget });
    this.#refuseWhenClosed(checked.id, "start");
    this.#children.refuseTaken(checked.id);
    const child = this.#open(checked);
    const result = await child.start();
    if (result.state === "failed") {
      this.#remove(child, result.report);
      throw this.#children.startFailure(child.id, result.report);
    }
    if (result.state === "superseded") throw this.#overtaken(child);
    return child.cell.ref;
  }

  /**
   * Starts a stopped child again; resolves with its ref when it is up.
   *
   * @throws {ChildError} If it is unknown, not stopped, does not come up (it is kept, stopped), was ended meanwhile, or
   * the supervisor is stopping.
   */
  async restartChild(id: string): Promise<Cell["ref"]> {
    this.#refuseWhenClosed(id, "restart");
    const child = this.#children.find(id, "restart");
    this.#children.refuseUnlessStopped(child, "restart");
    child.wanted = true;
    child.failures = 0;
    const result = await child.start();
    if (result.state === "failed") {
      child.wanted = false;
      this.#restarter.release(child);
      throw this.#children.startFailure(id, result.report);
    }
    if (result.state === "superseded") throw this.#overtaken(child);
    return child.cell.ref;
  }

  /**
   * Stops a child, which stays known and stopped until somebody restarts it; a temporary one is forgotten.
   *
   * Idempotent: resolves with how it ended, also when it was stopped before. Ends a wait for a restart at once, and is
   * no failure.
   *
   * @throws {ChildError} If there is no such child.
   */
  async stopChild(
    id: string,
    reason: unknown = SHUTDOWN,
  ): Promise<ExitReport> {
    const child = this.#children.find(id, "stop");
    child.wanted = false;
    this.#restarter.release(child);
    const report = await this.#endChild(child, reason);
    if (child.spec.restart === "temporary") this.#remove(child, report);
    return report;
  }

  /**
   * Forgets a stopped child and retires its address.
   *
   * @throws {ChildError} If it is unknown or not stopped.
   */
  deleteChild(id: string): void {
    const child = this.#children.find(id, "delete");
    this.#children.refuseUnlessStopped(child, "delete");
    this.#remove(child, child.last ?? { kind: "stopped", code: 0 });
  }

  // What follows a child's end.

  #childUp(child: Child, after: ExitReport | undefined): void {
    this.#restarter.cameUp(child);
    if (after !== undefined) child.restarts++;
    this.#emit({
      type: after === undefined ? "started" : "restarted",
      id: child.id,
      incarnation: child.cell.incarnation,
    });
  }

  #childEnded(child: Child, report: ExitReport, asked: boolean): void {
    this.#emit({ type: "ended", id: child.id, report, asked });
    const judge = (): void => {
      // Stopping: it is gone as everything will be. Forgotten, stopped or started by hand since: no longer news.
      if (this.#state !== "running" || !this.#children.has(child)) return;
      if (child.active || !child.wanted) return;
      this.#judgeEnd(child, report, asked);
    };
    if (this.#state === "starting") this.#deferred.push(judge);
    else judge();
  }

  #judgeEnd(child: Child, report: ExitReport, asked: boolean): void {
    const { restart } = child.spec;
    const normal = report.kind === "done" || report.kind === "stopped";
    if (restart === "temporary") {
      this.#remove(child, report);
    } else if (asked || (restart === "transient" && normal)) {
      child.wanted = false;
      this.#restarter.release(child);
    } else {
      return this.#restarter.fail(child, report);
    }
    if (!asked && child.spec.significant) this.#autoShutdown();
  }

  #autoShutdown(): void {
    const left = this.#children.all().some((child) =>
      child.spec.significant && (child.active || child.state === "restarting")
    );
    if (this.#options.autoShutdown === "allSignificant" && left) return;
    void this.stop();
  }

  #giveUp(child: Child, failures: readonly Failure[]): void {
    const error = gaveUp(this.#options, child, failures);
    const { report } = failures.at(-1) as Failure;
    this.#emit({ type: "gaveUp", id: child.id, report, error });
    void this.#shutdown(SHUTDOWN, { kind: "failed", code: 1, error });
  }

  // Ends that the supervisor brings about.

  #shutdown(
    reason: unknown,
    report: ExitReport,
    how?: Shutdown,
  ): Promise<ExitReport> {
    if (this.#state === "starting" || this.#state === "running") {
      this.#state = "stopping";
      this.#restarter.cancel();
      void this.#stopAll(reason, report, how);
    }
    return this.exited;
  }

  async #stopAll(
    reason: unknown,
    report: ExitReport,
    how?: Shutdown,
  ): Promise<void> {
    for (const child of this.#children.all().reverse()) {
      child.cell.retire(await this.#endChild(child, reason, how));
    }
    this.#state = "stopped";
    this.#emit({ type: "closed", report });
    this.#resolveExited(report);
  }

  async #endChild(
    child: Child,
    reason: unknown,
    how?: Shutdown,
  ): Promise<ExitReport> {
    // Whoever began it tells of it; the others only wait along.
    const begins = child.active && child.state !== "stopping";
    const report = await child.end(reason, how);
    if (begins) this.#emit({ type: "stopped", id: child.id, report });
    return report;
  }

  // The list of children.

  #open(spec: CheckedChild): Child {
    const { id, actor, args, options } = spec;
    const cell = this.#factory.open(
      options === undefined
        ? { id, actor, args }
        : { id, actor, args, options },
    );
    const child = new Child(spec, cell, this.#owner);
    this.#children.add(child);
    return child;
  }

  #remove(child: Child, report: ExitReport): void {
    // Between its end and this call somebody may have started it again: then it is theirs.
    if (!this.#children.has(child) || child.active) return;
    this.#children.remove(child);
    this.#restarter.forget(child);
    child.cell.onEnded = undefined;
    child.cell.retire(report);
    this.#emit({ type: "removed", id: child.id, report });
  }

  #refuseWhenClosed(id: string, verb: string): void {
    if (this.#state === "starting" || this.#state === "running") return;
    throw refuseChild(verb, {
      supervisor: this.name,
      child: id,
      reason: "closed",
    });
  }

  /** Why a start asked for by hand did not get to its end. */
  #overtaken(child: Child): ChildError {
    this.#refuseWhenClosed(child.id, "start");
    return refuseChild("start", {
      supervisor: this.name,
      child: child.id,
      reason: this.#restarter.has(child) ? "restarting" : "stopping",
      detail: "it was ended before it was up",
    });
  }

  #emit(event: SupervisorEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        // A listener must not disturb the supervision it watches, nor fail in silence.
        reportError(error);
      }
    }
  }
}

/**
 * Makes a supervisor over the cells of `factory` and starts it; resolves when all children are up.
 *
 * @throws {InvalidOptionError} If any option or child spec is malformed; nothing was started.
 * @throws {ChildError} If a child does not come up; the started ones have been stopped in reverse order. `cause` is
 * what its start threw.
 */
export async function superviseWith(
  factory: CellFactory,
  options: SupervisorOptions,
): Promise<Supervisor> {
  const supervisor = new Supervisor(factory, options);
  await supervisor.start();
  return supervisor;
}
