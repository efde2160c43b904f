import type { CellFactory } from "../actor/cell.ts";
import type { ActorClass } from "../actor/define.ts";
import type { ActorRef } from "../actor/ref.ts";
import { SupervisorGaveUpError, TroupeError } from "../errors.ts";
import { keepHere } from "../memory/keep_here.ts";
import type { ExitReport } from "../exit_report.ts";
import { applyTemplate, checkChild, checkStartOptions } from "./check_spec.ts";
import { checkListener } from "./check_collaborators.ts";
import type { Child, ChildInfo, StartResult } from "./child.ts";
import { type ChildError, refuseChild } from "./child_error.ts";
import type {
  ActorChild,
  ChildSpec,
  SupervisorChild,
  SupervisorOptions,
} from "./child_spec.ts";
import type { Takes } from "./fitting_options.ts";
import { Crew, SHUTDOWN, type SupervisorState } from "./crew.ts";
import type { ChildCounts } from "./roster.ts";
import { showWith } from "./show_supervisor.ts";
import { heard, keepUnheard } from "./unheard.ts";
import type {
  SupervisorEvent,
  SupervisorListener,
} from "./supervisor_event.ts";

export type { SupervisorState } from "./crew.ts";

let exitedQuietly!: (supervisor: Supervisor) => Promise<ExitReport>;

/** `exited` for those who only clean up after it: it does not count as asking how the supervisor ended. */
export function goneOf(supervisor: Supervisor): Promise<ExitReport> {
  return exitedQuietly(supervisor);
}

/**
 * Starts children in order, restarts those that fail and gives up when they fail too often.
 *
 * - **Start:** one after the other; each only when the former is up.
 * - **Failure:** rule, then restart type, then budget, then backoff, then the strategy's group is stopped in reverse
 *   order and started in order. A restart that does not come up is a failure of its own; a group counts once.
 * - **Never blocks:** every query answers at once, also while a child starts, stops or waits.
 * - **Stop:** in reverse start order, each child within its `shutdownMs`. A wait for a restart ends at once.
 *
 * Whoever made it owns it: `await using` stops it, and no child outlives it. One that is a child of another is owned by
 * that one, and stays the same object when it is restarted.
 */
export class Supervisor implements AsyncDisposable {
  static {
    keepHere(Supervisor, "a Supervisor: send the refs of its children");
  }

  readonly #crew: Crew;
  readonly #listeners = new Set<SupervisorListener>();
  /** Whether somebody started it, or somebody else is to. */
  #started = false;
  /** Whether anybody asked how it ended, or is told. */
  #heard = false;
  /** The give-up that nobody has asked about. */
  #unheard: Error | undefined;
  /** Makes the ids of children that are started without one. */
  #serial = 0;

  /**
   * Checks the options and opens a cell for each child; starts nothing.
   *
   * @throws {InvalidOptionError} If any option or child spec is malformed.
   */
  constructor(factory: CellFactory, options: SupervisorOptions) {
    this.#crew = new Crew(factory, options, {
      emit: (event) => this.#emit(event),
      nest: (inner) => {
        const ref = new Supervisor(factory, inner);
        ref.#started = true;
        // Its failure is told by the one that it is a child of.
        ref.#heard = true;
        return { ref, crew: ref.#crew };
      },
    });
    void this.#crew.exited.then(({ error }) => {
      if (!(error instanceof SupervisorGaveUpError) || this.#heard) return;
      this.#unheard = error;
      keepUnheard(error);
    });
  }

  static {
    exitedQuietly = (supervisor) => supervisor.#crew.exited;
    showWith(this.prototype, (one: Supervisor) => one.#crew.options.strategy);
  }

  /**
   * Resolves when all children are gone for good; kind `"failed"` with a `SupervisorGaveUpError` after a give-up. For
   * a child of another supervisor that is when that one gives it up: a restart is no end.
   *
   * A give-up that nobody ever asks about, here, by `done()`, by `stop()` or by events, is reported as uncaught when the
   * program ends.
   */
  get exited(): Promise<ExitReport> {
    this.#hear();
    return this.#crew.exited;
  }

  /** The name given, `"supervisor"` by default; of a child of another its id. */
  get name(): string {
    return this.#crew.options.name;
  }

  /** Where the supervisor is in its life. */
  get state(): SupervisorState {
    return this.#crew.state;
  }

  /** All children in start order, as they are now, with theirs where they are supervisors. Never waits. */
  children(): ChildInfo[] {
    return this.#crew.info();
  }

  /** How many children there are. Never waits. */
  counts(): ChildCounts {
    return this.#crew.children.counts();
  }

  /**
   * The ref of a child: the same one over all its incarnations.
   *
   * @param id The child's id.
   * @param _actor Its class, which gives the ref its type.
   * @throws {ChildError} If there is no such child, or it is a supervisor.
   */
  ref<A extends unknown[], C>(
    id: string,
    _actor?: ActorClass<A, C>,
  ): ActorRef<C> {
    const { ref } = this.#crew.children.find(id, "get the ref of").cell;
    if (!(ref instanceof Supervisor)) return ref as ActorRef<C>;
    throw this.#refuse("get the ref of", id, {
      reason: "wrongKind",
      detail: "it is a supervisor, which supervisor() answers",
    });
  }

  /**
   * A child that is a supervisor itself: the same object over all its incarnations.
   *
   * @param id The child's id.
   * @throws {ChildError} If there is no such child, or it is an actor.
   */
  supervisor(id: string): Supervisor {
    const { ref } = this.#crew.children.find(id, "get the supervisor").cell;
    if (ref instanceof Supervisor) return ref;
    throw this.#refuse("get the supervisor", id, {
      reason: "wrongKind",
      detail: "it is an actor, whose ref ref() answers",
    });
  }

  /** Calls `listener` for every event from now on; dispose the answer to end that. What it throws is reported as uncaught. */
  onEvent(listener: SupervisorListener): Disposable {
    this.#hear();
    this.#listeners.add(checkListener(this.name, listener));
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /**
   * Starts the children in order; resolves when all are up. To be called once, and not for a child of another.
   *
   * @throws {ChildError} If one does not come up; the started ones have then been stopped in reverse order.
   * @throws {TroupeError} If it was started before, or is a child.
   */
  async start(): Promise<void> {
    if (this.#started) {
      throw new TroupeError(
        `Cannot start supervisor "${this.name}" as it was started before, or is the child of one that starts it: restart a child by restartChild(), or make a new supervisor`,
      );
    }
    this.#started = true;
    await this.#crew.begin();
  }

  /**
   * Stops all children in reverse start order, each within its `shutdownMs` and all within `stopWithinMs`.
   *
   * Resolves with how that went, when every cleanup has finished and every address is free. Repeated calls join. A
   * child of another supervisor stays stopped, at its addresses, until that one restarts or forgets it.
   */
  stop(reason: unknown = SHUTDOWN): Promise<ExitReport> {
    this.#hear();
    return this.#crew.end({ reason, by: "user" });
  }

  /** Like {@linkcode Supervisor.stop} without cleanup; also cuts a stop under way short. */
  kill(): Promise<ExitReport> {
    this.#hear();
    return this.#crew.end({
      reason: SHUTDOWN,
      by: "user",
      report: { kind: "killed", code: 1 },
      within: "kill",
    });
  }

  /**
   * What a program that is its supervisor awaits: resolves when all children are gone.
   *
   * @throws {SupervisorGaveUpError} If it gave up; `chain` and `cause` lead to what failed first. A program that does
   * not catch it ends with an exit code other than 0.
   *
   * @example
   * ```ts ignore
   * await using tree = await supervise({ children });
   * await tree.done();
   * ```
   */
  async done(): Promise<void> {
    const { error } = await this.exited;
    if (error !== undefined) throw error;
  }

  /** Stops the supervisor. */
  async [Symbol.asyncDispose](): Promise<void> {
    // Not by stop(): the end of a scope asks nothing.
    await this.#crew.end({ reason: SHUTDOWN, by: "user" });
  }

  /**
   * Adds a child after all others and starts it; resolves with its ref when it is up.
   *
   * @throws {InvalidOptionError} If the spec is malformed.
   * @throws {ChildError} If the id is taken (`"alreadyStarted"`, `"alreadyPresent"`), there are too many
   * (`"maxChildren"`), it does not come up (then it is not kept), it declines to start (then it is kept, stopped), it
   * was ended meanwhile, or the supervisor is stopping.
   */
  startChild<A extends unknown[], C>(
    spec: ActorChild<A, C> & Takes<A>,
  ): Promise<ActorRef<C>>;
  /** Adds a supervisor after all other children and starts it; resolves with it when it is up. */
  startChild(spec: SupervisorChild): Promise<Supervisor>;
  /**
   * Starts a child of a dynamic supervisor: `args` are appended to those of its template.
   *
   * Any number of children may be alike; their ids are the template's with a number, which the ref has for a name too.
   * One that declines to start is not kept.
   *
   * @param args The child's own arguments.
   * @param options `id`: an id that only one child may have. `actor`: the template's class, which gives the ref its
   * type.
   */
  startChild<A extends unknown[], C>(
    args: readonly unknown[],
    options?: { readonly id?: string; readonly actor?: ActorClass<A, C> },
  ): Promise<ActorRef<C>>;
  async startChild(
    specOrArgs: ChildSpec | readonly unknown[],
    options: { readonly id?: string } = {},
  ): Promise<unknown> {
    const crew = this.#crew;
    checkStartOptions(this.name, options);
    const checked = checkChild(
      this.#specOf(specOrArgs, options.id),
      crew.options,
    );
    const { id } = checked.child;
    this.#refuseWhenClosed(id, "start");
    crew.children.refuseTaken(id);
    const child = crew.add(checked);
    const result = await child.start();
    if (result.state === "failed") {
      crew.remove(child, result.report);
      throw crew.children.startFailure(id, result.report);
    }
    return this.#startedBy(child, result);
  }

  /**
   * Starts a stopped child again; resolves with what `ref()` or `supervisor()` answers when it is up.
   *
   * @throws {ChildError} If it is unknown, not stopped, does not come up or declines to (it is kept, stopped), was ended
   * meanwhile, or the supervisor is stopping.
   */
  async restartChild(id: string): Promise<unknown> {
    this.#refuseWhenClosed(id, "restart");
    const { children, judge } = this.#crew;
    const child = children.findStopped(id, "restart");
    child.wanted = true;
    judge.restarter.calm(child);
    const result = await child.start();
    if (result.state === "failed") {
      child.wanted = false;
      judge.restarter.release(child);
      throw children.startFailure(id, result.report);
    }
    return this.#startedBy(child, result);
  }

  /**
   * Stops a child, which stays known and stopped until somebody restarts it; a temporary one, or one of a template, is
   * forgotten.
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
    const crew = this.#crew;
    const child = crew.children.find(id, "stop");
    child.wanted = false;
    crew.judge.restarter.release(child);
    const report = await crew.endChild(child, reason);
    if (crew.judge.forgets(child)) crew.remove(child, report);
    return report;
  }

  /**
   * Forgets a stopped child and retires its address.
   *
   * @throws {ChildError} If it is unknown or not stopped.
   */
  deleteChild(id: string): void {
    const child = this.#crew.children.findStopped(id, "delete");
    this.#crew.remove(child, child.last ?? { kind: "stopped", code: 0 });
  }

  /** The spec of a child to start, whichever way it was asked for. */
  #specOf(
    specOrArgs: ChildSpec | readonly unknown[],
    wanted: string | undefined,
  ): ChildSpec {
    const { template } = this.#crew.options;
    const dynamic = template !== undefined;
    if (dynamic !== Array.isArray(specOrArgs)) {
      const id: unknown = wanted ?? (specOrArgs as ChildSpec)?.id;
      throw this.#refuse("start", typeof id === "string" ? id : "", {
        reason: "wrongKind",
        detail: dynamic
          ? "there is a template; pass an array of arguments"
          : "there is no template; pass a child spec with id, actor and args",
      });
    }
    if (!dynamic) return specOrArgs as ChildSpec;
    const args = specOrArgs as readonly unknown[];
    const id = wanted ?? this.#freeId(template.id ?? "child");
    return applyTemplate(template, { id, args });
  }

  #hear(): void {
    this.#heard = true;
    if (this.#unheard !== undefined) heard(this.#unheard);
  }

  #freeId(prefix: string): string {
    let id: string;
    do id = `${prefix}-${++this.#serial}`; while (
      this.#crew.children.get(id) !== undefined
    );
    return id;
  }

  #refuse(
    verb: string,
    child: string,
    why: { reason: ChildError["reason"]; detail: string },
  ): ChildError {
    return refuseChild(verb, { supervisor: this.name, child, ...why });
  }

  #refuseWhenClosed(id: string, verb: string): void {
    if (!this.#crew.open) throw this.#crew.children.closed(id, verb);
  }

  /** What a start that was asked for by hand, and did not fail, is answered with. */
  #startedBy(child: Child, result: StartResult): unknown {
    if (result.state === "up") return child.cell.ref;
    if (result.state === "declined") {
      this.#crew.judge.decline(child, result.report);
      throw refuseChild("start", {
        supervisor: this.name,
        child: child.id,
        reason: "declined",
        cause: result.report.error,
      });
    }
    this.#refuseWhenClosed(child.id, "start");
    throw this.#refuse("start", child.id, {
      reason: this.#crew.judge.restarter.has(child) ? "restarting" : "stopping",
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
