/** Cells without actors: they do what a test tells them and write down, in order, what was done to them. */
import type {
  CellFactory,
  CellSpec,
  CrashDetail,
} from "../../src/actor/cell.ts";
import type { ExitKind, ExitReport } from "../../src/exit_report.ts";
import type { SupervisedCell } from "../../src/supervisor/child.ts";

/** A cell whose starts and ends are scripted. */
export class FakeCell implements SupervisedCell {
  onCheckpoint: ((state: unknown, incarnation: number) => void) | undefined;
  /** What each start was given to restore; `undefined` for nothing. */
  readonly restored: unknown[] = [];
  /** What it tells of a crash. */
  detail: CrashDetail | undefined;
  onEnded: ((report: ExitReport, asked: boolean) => void) | undefined;
  incarnation = 0;
  alive = false;
  retired: ExitReport | undefined;
  readonly afters: (ExitReport | undefined)[] = [];
  readonly reasons: unknown[] = [];
  /** The next starts fail, one error each. */
  readonly failures: Error[] = [];
  /** Starts wait for this. */
  startGate: Promise<void> | undefined;
  /** Ends wait for this. */
  endGate: Promise<void> | undefined;
  /** Ignores requests to stop: only a kill ends it. */
  stuck = false;
  /** What a supervisor must never do, and did. */
  readonly violations: string[] = [];
  #next: unknown;
  #cut = Promise.withResolvers<void>();
  #abortStart: ((error: Error) => void) | undefined;

  constructor(
    readonly name: string,
    readonly spec: CellSpec,
    readonly log: string[],
  ) {}

  crash(): CrashDetail | undefined {
    return this.detail;
  }

  restoreNext(state: unknown): void {
    this.#next = state;
  }

  get ref(): unknown {
    return `ref:${this.name}`;
  }

  async start(after?: ExitReport): Promise<void> {
    if (this.alive) this.violations.push(`two incarnations of ${this.name}`);
    if (this.retired) this.violations.push(`${this.name} started when retired`);
    this.incarnation++;
    this.alive = true;
    this.#cut = Promise.withResolvers();
    this.afters.push(after);
    this.restored.push(this.#next);
    this.#next = undefined;
    this.log.push(`start ${this.name}`);
    const { promise, reject } = Promise.withResolvers<never>();
    this.#abortStart = reject;
    promise.catch(() => {});
    try {
      await Promise.race([this.startGate ?? Promise.resolve(), promise]);
    } catch (error) {
      this.alive = false;
      throw error;
    } finally {
      this.#abortStart = undefined;
    }
    const failure = this.failures.shift();
    if (failure !== undefined) {
      this.alive = false;
      this.log.push(`fail ${this.name}`);
      throw failure;
    }
    this.log.push(`up ${this.name}`);
  }

  async end(
    reason: unknown,
    shutdownMs: number | "kill" | "infinity",
  ): Promise<ExitReport> {
    this.log.push(
      shutdownMs === "kill" ? `kill ${this.name}` : `end ${this.name}`,
    );
    this.reasons.push(reason);
    this.#abortStart?.(new Error("ended while starting"));
    // A kill cuts every end under way short, as the contract of cells says.
    if (shutdownMs === "kill") this.#cut.resolve();
    const cut = this.#cut.promise.then(() => "cut");
    let kind: ExitKind = shutdownMs === "kill" ? "killed" : "stopped";
    if (await Promise.race([cut, this.endGate]) === "cut") kind = "killed";
    if (this.stuck && typeof shutdownMs === "number" && kind !== "killed") {
      await new Promise((resolve) => setTimeout(resolve, shutdownMs));
      kind = "killed";
    }
    if (!this.alive) return { kind, code: 0 };
    this.alive = false;
    this.log.push(`gone ${this.name}`);
    return { kind, code: 0 };
  }

  retire(report: ExitReport): void {
    if (this.alive) this.violations.push(`${this.name} retired when alive`);
    if (this.retired === undefined) this.log.push(`retire ${this.name}`);
    this.retired ??= report;
  }

  /** Ends by itself. */
  finish(
    kind: ExitKind = "crashed",
    asked = false,
    error: Error = new Error(`boom ${this.name}`),
  ): ExitReport {
    const abnormal = kind !== "done" && kind !== "stopped";
    const report: ExitReport = abnormal
      ? { kind, code: 1, error }
      : { kind, code: 0 };
    this.alive = false;
    this.onEnded?.(report, asked);
    return report;
  }

  /** Throws `count` times when started. */
  failNext(count = 1): void {
    for (let i = 0; i < count; i++) {
      this.failures.push(new Error(`no start of ${this.name}`));
    }
  }
}

/** Opens fake cells that share one log. */
export class FakeFactory implements CellFactory {
  readonly log: string[] = [];
  readonly cells: Map<string, FakeCell> = new Map();
  /** Called with each new cell, before anything starts. */
  prepare: (cell: FakeCell) => void = () => {};

  open(spec: CellSpec): FakeCell {
    const cell = new FakeCell(spec.id, spec, this.log);
    this.cells.set(spec.id, cell);
    this.prepare(cell);
    return cell;
  }

  /** The cell of that name. */
  cell(id: string): FakeCell {
    return this.cells.get(id) as FakeCell;
  }

  /** The log since the last call. */
  take(): string[] {
    return this.log.splice(0);
  }
}

/** Lets everything that needs no time happen. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 60; i++) await Promise.resolve();
}
