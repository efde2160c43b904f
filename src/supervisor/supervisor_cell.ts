import type { ExitReport } from "../exit_report.ts";
import type { ChildInfo, SupervisedCell } from "./child.ts";
import type { Shutdown } from "./child_spec.ts";

/** A crew as the cell that holds it sees it. */
export interface NestedCrew {
  /** Gives it an owner, who begins it and is told of every end that it did not bring about. */
  own(onEnded: (report: ExitReport, asked: boolean) => void): void;
  /** Starts all children; `keeps` if they get the states that were kept. */
  begin(keeps: boolean): Promise<void>;
  /** Stops all children, what is left after `within` by force. */
  end(end: {
    reason: unknown;
    within: Shutdown;
    by: "owner";
  }): Promise<ExitReport>;
  /** Gives all addresses up. */
  retire(report: ExitReport): void;
  /** Who is there. */
  info(): readonly ChildInfo[];
}

/** What is kept of a supervisor: that its children keep theirs. */
const KEPT = "kept";

/** A supervisor as a child of another: what it holds is started, ended and restarted as a whole, like an actor. */
export class SupervisorCell implements SupervisedCell {
  /** See {@linkcode SupervisedCell.name}. */
  readonly name: string;
  /** The supervisor: the same over all its incarnations. */
  readonly ref: unknown;
  /** See {@linkcode SupervisedCell.onEnded}. */
  onEnded: ((report: ExitReport, asked: boolean) => void) | undefined;
  /** See {@linkcode SupervisedCell.onCheckpoint}. */
  onCheckpoint: ((state: unknown, incarnation: number) => void) | undefined;
  #incarnation = 0;
  #keeps = false;
  readonly #crew: NestedCrew;

  /** Takes `crew` over; `ref` is what others hold of it. */
  constructor(name: string, ref: unknown, crew: NestedCrew) {
    this.name = name;
    this.ref = ref;
    this.#crew = crew;
    crew.own((report, asked) => this.onEnded?.(report, asked));
  }

  /** See {@linkcode SupervisedCell.incarnation}. */
  get incarnation(): number {
    return this.#incarnation;
  }

  /** See {@linkcode SupervisedCell.start}. */
  start(): Promise<void> {
    this.onCheckpoint?.(KEPT, ++this.#incarnation);
    const keeps = this.#keeps;
    this.#keeps = false;
    return this.#crew.begin(keeps);
  }

  /** See {@linkcode SupervisedCell.restoreNext}. */
  restoreNext(): void {
    this.#keeps = true;
  }

  /** See {@linkcode SupervisedCell.end}. */
  end(reason: unknown, shutdownMs: Shutdown): Promise<ExitReport> {
    return this.#crew.end({ reason, within: shutdownMs, by: "owner" });
  }

  /** See {@linkcode SupervisedCell.retire}. */
  retire(report: ExitReport): void {
    this.#crew.retire(report);
  }

  /** See {@linkcode SupervisedCell.children}. */
  children(): readonly ChildInfo[] {
    return this.#crew.info();
  }
}
