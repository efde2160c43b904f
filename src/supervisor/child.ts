/**
 * One child of a supervisor: its cell, its state and its counters.
 *
 * | state    | incarnation | start()    | start done | start failed        | ended by itself       | end()      | end done  |
 * |----------|-------------|------------|------------|---------------------|-----------------------|------------|-----------|
 * | stopped  | none        | → starting | -          | -                   | passed on if asked    | -          | -         |
 * | starting | being made  | -          | → running  | → stopped           | kept until start ends | → stopping | -         |
 * | running  | up          | -          | -          | -                   | → stopped             | → stopping | -         |
 * | stopping | going       | waits      | -          | ignored: superseded | ignored               | joins      | → stopped |
 *
 * "restarting" is "stopped" with a restart to come, from `awaitRestart()` to `dropRestart()`: a mark beside the state, so
 * that a child that is stopped for a restart is never for a moment free for others to start.
 * A start that `end()` overtook answers "superseded" whatever became of it, so that its caller stands back; one that the
 * actor declined goes → stopped like one that failed.
 */
import { readableError } from "../error_wire.ts";
import type { Cell, CrashDetail, ResumedFailure } from "../actor/cell.ts";
import type { ExitReport } from "../exit_report.ts";
import type { CheckedChild, Shutdown } from "./child_spec.ts";
import { isDeclined } from "./start_declined.ts";

/** Where a child is in its life. */
export type ChildState =
  | "starting"
  | "running"
  | "restarting"
  | "stopping"
  | "stopped";

/** What a supervisor tells about one child; a snapshot. */
export interface ChildInfo {
  /** The child's id. */
  readonly id: string;
  /** Its state now. */
  readonly state: ChildState;
  /** The incarnation that runs or ran last; 0 before the first start. */
  readonly incarnation: number;
  /** How often it was started again after a failure, its own or a sibling's. */
  readonly restarts: number;
  /** How it ended last; not set while it never has. */
  readonly last?: ExitReport;
  /** The children of a child that is a supervisor; not set for an actor. */
  readonly children?: readonly ChildInfo[];
}

/** A cell that may be a supervisor's. */
export interface SupervisedCell extends Cell {
  /** The children of a cell that is a supervisor. */
  children?(): readonly ChildInfo[];
}

/** How a start went. */
export type StartResult =
  | { readonly state: "up" }
  | { readonly state: "failed"; readonly report: ExitReport }
  | { readonly state: "declined"; readonly report: ExitReport }
  | { readonly state: "superseded" };

/** Whom a child reports to. */
export interface ChildOwner {
  /** A clock in milliseconds that never goes back. */
  now(): number;
  /** An incarnation is up; called before its end can be. */
  childUp(child: Child, after: ExitReport | undefined): void;
  /** An incarnation goes on after a failure. */
  childResumed(child: Child, failure: ResumedFailure): void;
  /** An incarnation that was up ended without `end()`, or the restart is not wanted; `asked` as in `Cell.onEnded`. */
  childEnded(child: Child, report: ExitReport, asked: boolean): void;
}

/** A child and its state machine; the supervisor decides, this carries out. */
export class Child {
  /** The checked spec. */
  readonly spec: CheckedChild;
  /** The actor's address and incarnations. */
  readonly cell: SupervisedCell;
  /** False once it was stopped by hand, ended for good or declined to start. */
  wanted = true;
  /** Whether its supervisor begins with it, each time that it begins. */
  lasting = false;
  /** Restarts so far. */
  restarts = 0;
  #state: Exclude<ChildState, "restarting"> = "stopped";
  #restartToCome = false;
  #last: ExitReport | undefined;
  #upSinceMs: number | undefined;
  /** Changes when `end()` overtakes a start. */
  #turn = 0;
  #ending: Promise<ExitReport> | undefined;
  #endedEarly: { report: ExitReport; asked: boolean } | undefined;
  #checkpoint: { readonly state: unknown } | undefined;
  /** Whether its next incarnation is to have no state of the former ones. */
  #anew = false;
  readonly #owner: ChildOwner;

  /** Takes over `cell` and reports to `owner`. */
  constructor(spec: CheckedChild, cell: SupervisedCell, owner: ChildOwner) {
    this.spec = spec;
    this.cell = cell;
    this.#owner = owner;
    cell.onEnded = (report, asked) => this.#hearEnd(report, asked);
    cell.onResumed = (failure) => owner.childResumed(this, failure);
    cell.onCheckpoint = (state, incarnation) =>
      this.#hearCheckpoint(state, incarnation);
  }

  /** The child's id. */
  get id(): string {
    return this.spec.id;
  }

  /** The state now. */
  get state(): ChildState {
    return this.#state === "stopped" && this.#restartToCome
      ? "restarting"
      : this.#state;
  }

  /** How it ended last. */
  get last(): ExitReport | undefined {
    return this.#last;
  }

  /** Milliseconds that the incarnation that ended last, or runs now, has been up; 0 when it never came up. */
  get upMs(): number {
    return this.#upSinceMs === undefined
      ? 0
      : this.#owner.now() - this.#upSinceMs;
  }

  /** What is known of its last crash beyond the report; `undefined` where its cell cannot tell. */
  crash(): CrashDetail | undefined {
    return this.cell.crash?.();
  }

  /** What to show to others. */
  info(): ChildInfo {
    const children = this.cell.children?.();
    return {
      id: this.id,
      state: this.state,
      incarnation: this.cell.incarnation,
      restarts: this.restarts,
      ...(this.#last === undefined ? {} : { last: this.#last }),
      ...(children === undefined ? {} : { children }),
    };
  }

  /** Marks the child as one that a restart will start, as soon as it has no incarnation. */
  awaitRestart(): void {
    this.#restartToCome = true;
  }

  /** Takes the mark off: the child came up, or the restart is not to come. */
  dropRestart(): void {
    this.#restartToCome = false;
  }

  /** Its next incarnation begins without the last checkpoint: what was kept may be why it fails. */
  beginAnew(): void {
    this.#anew = true;
  }

  /**
   * Starts the next incarnation, once the former has gone; never rejects.
   *
   * @param after The end it recovers from.
   * @param keeps Whether it gets the last checkpoint, unless {@linkcode Child.beginAnew} was called.
   */
  async start(
    after?: ExitReport,
    keeps: boolean = after !== undefined,
  ): Promise<StartResult> {
    const turn = ++this.#turn;
    if (this.#ending !== undefined) await this.#ending;
    if (turn !== this.#turn) return { state: "superseded" };
    this.#state = "starting";
    this.#endedEarly = undefined;
    this.#upSinceMs = undefined;
    // A start by hand is the way out of a state that makes every start fail.
    if (!keeps || this.#anew) this.#checkpoint = undefined;
    else if (this.#checkpoint !== undefined) {
      this.cell.restoreNext?.(this.#checkpoint.state);
    }
    this.#anew = false;
    const failure = await startCell(this.cell, after);
    if (turn !== this.#turn) return { state: "superseded" };
    if (failure !== undefined) {
      if (this.#endAsked()) {
        // Somebody stopped it before it was up: that is no failure, and what they asked for is done.
        this.#state = "running";
        this.#replayEarlyEnd();
        return { state: "superseded" };
      }
      this.#state = "stopped";
      this.#last = failure;
      const state = isDeclined(failure) ? "declined" : "failed";
      return { state, report: failure };
    }
    this.#state = "running";
    this.#upSinceMs = this.#owner.now();
    this.#owner.childUp(this, after);
    // A cell may report an end between the end of its start and the moment that we hear of it.
    this.#replayEarlyEnd();
    return { state: "up" };
  }

  /** Whether there is an incarnation, or one is being made. */
  get active(): boolean {
    return this.#state !== "stopped";
  }

  /**
   * Ends whatever incarnation there is, and any start under way; never rejects. Calls made meanwhile join, and a
   * `"kill"` among them cuts the wait short.
   */
  end(
    reason: unknown,
    shutdownMs: Shutdown = this.spec.shutdownMs,
  ): Promise<ExitReport> {
    this.#turn++;
    if (this.#ending !== undefined) {
      if (shutdownMs === "kill") void endCell(this.cell, reason, "kill");
      return this.#ending;
    }
    if (!this.active) return Promise.resolve(this.#last ?? NEVER_RAN);
    this.#state = "stopping";
    this.#ending = endCell(this.cell, reason, shutdownMs).then((report) => {
      this.#ending = undefined;
      this.#state = "stopped";
      this.#last = report;
      return report;
    });
    return this.#ending;
  }

  #endAsked(): boolean {
    return this.#endedEarly?.asked ?? false;
  }

  #replayEarlyEnd(): void {
    const early = this.#endedEarly;
    this.#endedEarly = undefined;
    if (early !== undefined) this.#hearEnd(early.report, early.asked);
  }

  #hearCheckpoint(state: unknown, incarnation: number): void {
    // A thread that could not be stopped may still speak: its successor's state is not its to set.
    if (incarnation !== this.cell.incarnation || !this.active) return;
    this.#checkpoint = { state };
  }

  #hearEnd(report: ExitReport, asked: boolean): void {
    if (this.#state === "starting") {
      this.#endedEarly = { report, asked };
    } else if (this.#state === "running") {
      this.#state = "stopped";
      this.#last = report;
      this.#owner.childEnded(this, report, asked);
    } else if (asked && this.#restartToCome) {
      // Nothing runs that could end: whoever asked wants the restart not to come.
      this.#owner.childEnded(this, report, asked);
    }
  }
}

/** The report of a child that is ended before it ever ran. */
const NEVER_RAN: ExitReport = { kind: "stopped", code: 0 };

async function startCell(
  cell: SupervisedCell,
  after: ExitReport | undefined,
): Promise<ExitReport | undefined> {
  try {
    await cell.start(after);
  } catch (thrown) {
    return failedWith(thrown);
  }
}

async function endCell(
  cell: SupervisedCell,
  reason: unknown,
  shutdownMs: Shutdown,
): Promise<ExitReport> {
  try {
    return await cell.end(reason, shutdownMs);
  } catch (thrown) {
    // A cell that cannot tell how it ended must not keep the rest from being stopped.
    return failedWith(thrown);
  }
}

/** The report of something that failed with what was thrown. */
export function failedWith(thrown: unknown): ExitReport {
  return { kind: "failed", code: 1, error: readableError(thrown) };
}
