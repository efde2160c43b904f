import type { CellFactory } from "../actor/cell.ts";
import type { ExitReport } from "../exit_report.ts";
import { checkOptions } from "./check_spec.ts";
import { Child, type ChildInfo } from "./child.ts";
import type {
  CheckedOptions,
  CheckedSpec,
  Shutdown,
  SupervisorOptions,
} from "./child_spec.ts";
import { Closing } from "./closing.ts";
import { Judge } from "./judge.ts";
import { openCell } from "./open_cell.ts";
import { Roster } from "./roster.ts";
import type { SupervisorEvent } from "./supervisor_event.ts";
import type { NestedCrew } from "./supervisor_cell.ts";

/** Where a supervisor is in its life; only a nested one goes from stopped to starting again. */
export type SupervisorState = "starting" | "running" | "stopping" | "stopped";

/** The reason children are told when nobody gave another. */
export const SHUTDOWN = "shutdown";

const STOPPED: ExitReport = { kind: "stopped", code: 0 };
const KILLED: ExitReport = { kind: "killed", code: 1 };

/** The supervisor that shows a crew to others. */
export interface Face {
  /** Tells the listeners. */
  emit(event: SupervisorEvent): void;
  /** Makes a supervisor for a child that is one, not started. */
  nest(options: SupervisorOptions): { ref: unknown; crew: Crew };
}

/** An end that was called for. */
export interface End {
  /** What the children are told. */
  readonly reason: unknown;
  /** Who wants it: the owner of the crew, somebody with a handle on it, or the crew itself. */
  readonly by: "owner" | "user" | "itself";
  /** How it goes down in the books. Defaults to `"stopped"`. */
  readonly report?: ExitReport;
  /** The time for all children together, if it is less than the supervisor's `stopWithinMs`. */
  readonly within?: Shutdown;
}

/**
 * The children of a supervisor, from the first start to the last end.
 *
 * An owner may begin a crew again after it has ended; the children that it begins with keep their addresses from one
 * time to the next. Without an owner its first end is its last.
 */
export class Crew implements NestedCrew {
  /** What the supervisor is made of. */
  readonly options: CheckedOptions;
  /** Who is there. */
  readonly children: Roster;
  /** Decides what follows the end of a child. */
  readonly judge: Judge;
  /** Resolves when all is over. */
  readonly exited: Promise<ExitReport>;
  readonly #resolveExited: (report: ExitReport) => void;
  readonly #factory: CellFactory;
  readonly #face: Face;
  /** The children that it begins with, each time. */
  readonly #lasting = new Map<CheckedSpec, Child>();
  #state: SupervisorState = "starting";
  /** Changes with every begin and every end: whoever waited in between stands back. */
  #turn = 0;
  #onEnded: ((report: ExitReport, asked: boolean) => void) | undefined;
  #closing: Closing | undefined;
  #ended: Promise<ExitReport> = Promise.resolve(STOPPED);
  /** Whether the owner wants the end that is under way. */
  #owned = false;
  #retired = false;

  /**
   * Checks the options and opens a cell for each child; starts nothing.
   *
   * @throws {InvalidOptionError} If any option or child spec is malformed.
   */
  constructor(factory: CellFactory, options: SupervisorOptions, face: Face) {
    this.#factory = factory;
    this.#face = face;
    this.options = checkOptions(options);
    this.children = new Roster(this.options.name, this.options.maxChildren);
    ({ promise: this.exited, resolve: this.#resolveExited } = Promise
      .withResolvers<ExitReport>());
    this.judge = new Judge(this.options, this);
    try {
      for (const spec of this.options.children) this.#openLasting(spec);
    } catch (error) {
      // An address that was opened for nothing would stay taken.
      for (const child of this.children.all()) child.cell.retire(STOPPED);
      throw error;
    }
  }

  /** Where it is in its life. */
  get state(): SupervisorState {
    return this.#state;
  }

  /** Whether it is neither stopping nor stopped. */
  get open(): boolean {
    return this.#state === "starting" || this.#state === "running";
  }

  /** See {@linkcode NestedCrew.info}. */
  info(): ChildInfo[] {
    return this.children.all().map((child) => child.info());
  }

  /** See {@linkcode NestedCrew.own}. */
  own(onEnded: (report: ExitReport, asked: boolean) => void): void {
    this.#onEnded = onEnded;
    this.#state = "stopped";
  }

  /**
   * Starts the children that it is made of, in order; resolves when all are up.
   *
   * @param keeps Whether they get the states that were kept, but for those that have to begin anew.
   * @throws {ChildError} If one does not come up; the started ones have then been stopped in reverse order.
   */
  async begin(keeps = false): Promise<void> {
    const turn = ++this.#turn;
    if (this.#state === "stopped") this.#renew();
    for (const child of this.children.all()) {
      // Stopped, started or deleted by hand before its turn.
      if (!child.wanted || child.active || !this.children.has(child)) continue;
      const result = await child.start(undefined, keeps);
      if (turn !== this.#turn) {
        // Whoever hears of a start that failed may begin the next: nothing of this one may be left by then.
        await this.#ended;
        throw this.children.closed(child.id, "start");
      }
      if (result.state === "declined") this.judge.decline(child, result.report);
      if (result.state !== "failed") continue;
      child.beginAnew();
      const error = this.children.startFailure(child.id, result.report);
      const report: ExitReport = { kind: "failed", code: 1, error };
      // Whoever began it hears of it by the error.
      await this.end({ reason: SHUTDOWN, report, by: "owner" });
      throw error;
    }
    this.#state = "running";
    this.judge.catchUp();
  }

  /** Stops all children; resolves with how that went. Calls made meanwhile join, and the shortest time given holds. */
  end(end: End): Promise<ExitReport> {
    if (end.by === "owner") this.#owned = true;
    if (this.open) {
      this.#state = "stopping";
      this.#turn++;
      this.judge.restarter.cancel();
      this.#ended = this.#endAll(end);
    }
    if (end.within !== undefined) this.#closing?.limit(end.within);
    return this.#ended;
  }

  /** See {@linkcode NestedCrew.retire}. */
  retire(report: ExitReport): void {
    if (this.#retired) return;
    this.#retired = true;
    this.#state = "stopped";
    for (const child of this.children.all()) {
      child.cell.retire(child.last ?? report);
    }
    this.emit({ type: "closed", report });
    this.#resolveExited(report);
  }

  /** Ends one child; never rejects. */
  async endChild(
    child: Child,
    reason: unknown,
    how?: Shutdown,
  ): Promise<ExitReport> {
    // Whoever began it tells of it; the others only wait along.
    const begins = child.active && child.state !== "stopping";
    const report = await child.end(reason, how);
    if (begins) this.emit({ type: "stopped", id: child.id, report });
    return report;
  }

  /** Opens a cell and puts its child at the end of the list. */
  add(spec: CheckedSpec, lasting = false): Child {
    const { child: { id, onFailure, restart }, body } = spec;
    // One that lasts comes back when this supervisor is restarted, whatever its type.
    const once = restart === "temporary" && !lasting;
    const rules = [...onFailure, ...this.options.onFailure];
    const cell = openCell(
      { factory: this.#factory, nest: (options) => this.#face.nest(options) },
      { id, body, rules, once },
    );
    // The cell has what it runs: a child that is never opened again leaves no arguments here.
    const child = new Child(spec.child, cell, this.judge);
    this.children.add(child);
    return child;
  }

  /** Forgets a child and retires its address, unless somebody has started it again. */
  remove(child: Child, report: ExitReport): void {
    // Between its end and this call somebody may have started it again: then it is theirs.
    if (!this.children.has(child) || child.active) return;
    this.children.remove(child);
    this.judge.restarter.forget(child);
    child.cell.onEnded = undefined;
    child.cell.onResumed = undefined;
    child.cell.onCheckpoint = undefined;
    child.cell.retire(report);
    this.emit({ type: "removed", id: child.id, report });
  }

  /** Tells the listeners. */
  emit(event: SupervisorEvent): void {
    this.#face.emit(event);
  }

  async #endAll(end: End): Promise<ExitReport> {
    this.#closing = new Closing({
      children: this.children.all(),
      order: this.options.stopOrder,
      end: (child, how) => this.endChild(child, end.reason, how),
      gone: (child, report) => this.#gone(child, report),
    }, end.within === "kill" ? "kill" : this.options.stopWithinMs);
    const cut = await this.#closing.done;
    const { report = STOPPED } = end;
    const final = cut && report.kind === "stopped" ? KILLED : report;
    this.#closing = undefined;
    this.#state = "stopped";
    if (this.#onEnded === undefined) this.retire(final);
    else if (!this.#owned) this.#onEnded(final, end.by === "user");
    return final;
  }

  #gone(child: Child, report: ExitReport): void {
    if (this.#onEnded === undefined) child.cell.retire(report);
    else if (!child.lasting) this.remove(child, report);
  }

  /** Puts the list back to what the supervisor is made of. */
  #renew(): void {
    this.#state = "starting";
    this.#owned = false;
    this.judge.reset();
    for (const [spec, child] of this.#lasting) {
      if (!this.children.has(child)) {
        this.#openLasting(spec);
        continue;
      }
      // Taken out and put in again, as those that were opened anew are to stand in their old places too.
      this.children.remove(child);
      this.children.add(child);
      if (!child.wanted) child.beginAnew();
      child.wanted = true;
    }
  }

  #openLasting(spec: CheckedSpec): void {
    const child = this.add(spec, true);
    child.lasting = true;
    this.#lasting.set(spec, child);
  }
}
