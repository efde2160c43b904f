import type {
  Cell,
  CellSpec,
  CrashDetail,
  ResumedFailure,
} from "../actor/cell.ts";
import { checkPlan } from "../actor/check_plan.ts";
import { coreIn } from "../actor/ref.ts";
import {
  checkSpawnOptions,
  type SpawnOptions,
} from "../actor/spawn_options.ts";
import type { ExitReport } from "../exit_report.ts";
import type { FarSide } from "../connection/far_line.ts";
import type { Handlers } from "../connection/link.ts";

/** What a process says of a child that it opens. */
export interface FarSpec extends Omit<CellSpec, "actor" | "args"> {
  readonly module: string;
  readonly definition: string;
  readonly args: Uint8Array;
}

/** What is known of an end. */
type Ended = (
  report: ExitReport,
  asked: boolean,
  detail: CrashDetail | undefined,
) => void;

/** The children that a supervisor in this process has, by their number. */
export class FarCells {
  readonly #side: FarSide;
  readonly #cells: Map<number, FarCell> = new Map();
  #last = 0;

  /** None yet; they live on the other side of `side`. */
  constructor(side: FarSide) {
    this.#side = side;
  }

  /** See `CellFactory.open()`. */
  open(spec: CellSpec): Cell {
    const number = ++this.#last;
    const cell = new FarCell(this.#side, number, spec, () => {
      this.#cells.delete(number);
    });
    this.#cells.set(number, cell);
    return cell;
  }

  /** What the other side says of them. */
  get handlers(): Handlers {
    return {
      cellEnded: (n: number, ...end: Parameters<Ended>) =>
        this.#cells.get(n)?.ended(...end),
      cellResumed: (n: number, failure: ResumedFailure) =>
        this.#cells.get(n)?.onResumed?.(failure),
      cellCheckpoint: (n: number, state: unknown, incarnation: number) =>
        this.#cells.get(n)?.onCheckpoint?.(state, incarnation),
    };
  }
}

/** A child of a supervisor in this process; see {@link Cell}. It lives on the other side. */
class FarCell implements Cell {
  readonly name: string;
  readonly ref: unknown;
  incarnation = 0;
  onEnded: ((report: ExitReport, asked: boolean) => void) | undefined;
  onResumed: ((failure: ResumedFailure) => void) | undefined;
  onCheckpoint: ((state: unknown, incarnation: number) => void) | undefined;
  readonly #side: FarSide;
  readonly #number: number;
  readonly #forget: () => void;
  #detail: CrashDetail | undefined;
  #retired = false;

  constructor(
    side: FarSide,
    number: number,
    spec: CellSpec,
    forget: () => void,
  ) {
    const { id, once = false, actor, args, options } = spec;
    const plan = checkPlan("actor", actor, args, once);
    const { transfer: _, ...how } = (options ?? {}) as SpawnOptions;
    checkSpawnOptions(plan.definition, how);
    const { module, definition } = plan;
    const packed = side.packArgs(args);
    this.#side = side;
    this.#number = number;
    this.#forget = forget;
    this.name = how.name ?? id;
    this.ref = side.expect(-number, this.name);
    const { actor: _actor, ...rest } = spec;
    const far: FarSpec = {
      ...rest,
      module,
      definition,
      args: packed,
      options: how,
    };
    side.say("cellOpen", number, far);
  }

  async start(after?: ExitReport): Promise<void> {
    coreIn(this.ref)!.incarnation = ++this.incarnation;
    this.#detail = undefined;
    const keeps = this.onCheckpoint !== undefined;
    await this.#side.call("cellStart", this.#number, after, keeps);
  }

  async end(
    reason: unknown,
    shutdownMs: number | "kill" | "infinity",
  ): Promise<ExitReport> {
    const ended = this.#side.call("cellEnd", this.#number, reason, shutdownMs);
    return await ended as ExitReport;
  }

  restoreNext(state: unknown): void {
    this.#side.say("cellRestore", this.#number, state);
  }

  crash(): CrashDetail | undefined {
    return this.#detail;
  }

  retire(report: ExitReport): void {
    if (this.#retired) return;
    this.#retired = true;
    this.#side.say("cellRetire", this.#number, report);
    coreIn(this.ref)!.end(report);
    this.#forget();
  }

  /** Its incarnation has ended. */
  ended(...[report, asked, detail]: Parameters<Ended>): void {
    this.#detail = detail;
    this.onEnded?.(report, asked);
  }
}
