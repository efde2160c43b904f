/**
 * The logical light actor, as its owner holds it.
 *
 * @module
 */
import type { ExitReport } from "../../exit_report.ts";
import { decode } from "../../memory/codec.ts";
import { takeArgs } from "../check_plan.ts";
import type { Cell, CrashDetail, ResumedFailure } from "../cell.ts";
import type { WireState } from "../mail/protocol.ts";
import type { FailureRules } from "../resume.ts";
import { crashDetail, type WireCrash } from "../thread/last_call.ts";
import { enterIsolate, type Isolate } from "../thread/isolate.ts";
import { encodeFor } from "../thread/leaving.ts";
import { type LightOptions, lightOptions } from "./light_options.ts";
import { endOfStart } from "./light_errors.ts";
import type { LightParent } from "./light_home.ts";
import type { LightEnd, LightOwner } from "./light_order.ts";
import type { LightPlace } from "./light_place.ts";
import { type Ref, refTo } from "../ref.ts";
import type { RefCore } from "../mail/ref_core.ts";
import type { CheckedOptions } from "../spawn_options.ts";
import { notStarted, type Plan } from "../thread/thread_cell.ts";
import { tellRestart } from "../watch.ts";

/** What the start of one returns that is up at once, as most are: nobody has to wait. */
export const STARTED: Promise<void> = Promise.resolve();
const OPEN: Promise<void> = Promise.resolve();

/** See {@link Cell}. */
export class LightCell implements Cell, LightOwner {
  /** See {@link Cell.onEnded}. */
  onEnded: ((report: ExitReport, asked: boolean) => void) | undefined;
  /** See {@link Cell.onResumed}. */
  onResumed: ((failure: ResumedFailure) => void) | undefined;
  /** See {@link Cell.onCheckpoint}. */
  onCheckpoint: ((state: unknown, incarnation: number) => void) | undefined;
  /** Called once, when it was given up for good. */
  onRetired: ((cell: LightCell) => void) | undefined;
  /** How the incarnation before ended. */
  lastReport: ExitReport | undefined;
  /** Whether anybody heard of the end where it lived; see unheard_end.ts. */
  heard = false;
  /** What this thread knows of it. */
  readonly core: RefCore;
  readonly #isolate: Isolate;
  readonly #plan: Plan;
  readonly #options: LightOptions;
  readonly #parent: LightParent;
  readonly #place: LightPlace;
  #incarnation = 0;
  #running = false;
  /** Of a start that takes its time. */
  #starting: PromiseWithResolvers<void> | undefined;
  /** {@link OPEN} while a start is being asked for, then how it went if that is known at once. */
  #outcome: Promise<void> | undefined;
  #ending: PromiseWithResolvers<ExitReport> | undefined;
  #retired = false;
  #restore: WireState | undefined;
  /** What the incarnation let be seen last. */
  #kept: WireState | undefined;
  #crash: WireCrash | undefined;
  readonly #onFailure: FailureRules | undefined;

  /** A light actor at `place`; nothing runs yet. */
  constructor(
    isolate: Isolate,
    plan: Plan,
    options: CheckedOptions,
    parent: LightParent,
    place: LightPlace,
    onFailure?: FailureRules,
  ) {
    this.#onFailure = onFailure;
    this.#isolate = isolate;
    this.#plan = plan;
    this.#options = lightOptions(options);
    this.#parent = parent;
    this.#place = place;
    this.core = place.core;
  }

  /** See {@link LightOwner.endpoint}. */
  get endpoint(): number {
    return this.#isolate.endpoint;
  }

  /** See {@link LightOwner.epoch}. */
  get epoch(): number {
    return this.#isolate.epoch;
  }

  /** See {@link Cell.name}. */
  get name(): string {
    return this.core.name;
  }

  /** See {@link Cell.ref}. */
  get ref(): Ref<unknown> {
    return refTo(this.core);
  }

  /** See {@link Cell.incarnation}. */
  get incarnation(): number {
    return this.#incarnation;
  }

  /** How it ends for good. */
  get over(): Promise<ExitReport> {
    return this.core.over;
  }

  /** Whether an incarnation runs or starts. */
  get running(): boolean {
    return this.#running;
  }

  /** Messages that wait. */
  get depth(): number {
    return this.#place.depth;
  }

  /** Messages it has handled. */
  get handled(): number {
    return this.#place.handled;
  }

  /** See {@link Cell.start}. */
  start(after?: ExitReport): Promise<void> {
    if (this.#isolate.closed || this.#retired) {
      return Promise.reject(notStarted(this.name));
    }
    this.core.incarnation = ++this.#incarnation;
    this.#running = true;
    this.#outcome = OPEN;
    const restore = this.#restore;
    this.#restore = this.#kept = this.#crash = undefined;
    const { orders, transfer } = this.#options;
    // Who keeps its state is who restarts it.
    const restarts = this.onCheckpoint !== undefined;
    const { module, definition } = this.#plan;
    const parent = this.#parent;
    const order = {
      ...orders,
      module,
      definition,
      name: this.name,
      incarnation: this.#incarnation,
      redeliver: restarts ? orders.redeliver : 0,
      checkpointMs: restarts ? orders.checkpointMs : undefined,
      onFailure: this.#onFailure,
      parent: parent.adopt === undefined
        ? parent
        : { id: parent.id, name: parent.name },
    };
    const values = takeArgs(this.#plan);
    const args = () => this.#copyOf(values);
    this.#place.start({ order, args, values, transfer, after, restore }, this);
    const outcome = this.#outcome;
    this.#outcome = undefined;
    if (outcome !== OPEN) return outcome;
    this.#starting = Promise.withResolvers();
    return this.#starting.promise;
  }

  /** See {@link Cell.end}. */
  end(
    reason: unknown,
    shutdownMs: number | "kill" | "infinity",
    drain = false,
  ): Promise<ExitReport> {
    if (!this.#running || this.#isolate.closed) {
      return Promise.resolve({ kind: "stopped", code: 0 });
    }
    const ending = this.#ending ??= Promise.withResolvers();
    const deadlineMs = shutdownMs === "kill"
      ? 0
      : shutdownMs === "infinity"
      ? Infinity
      : shutdownMs;
    this.#place.stop(
      { reason, drain, deadlineMs, asked: false },
      ending.resolve,
    );
    return ending.promise;
  }

  /** See {@link Cell.retire}. */
  retire(report: ExitReport): void {
    if (this.#retired) return;
    this.#retired = true;
    this.#running = false;
    this.#place.retire(report);
    this.core.end(report);
    this.onRetired?.(this);
  }

  /** See {@link LightOwner.started}. */
  started(): void {
    if (this.#outcome === OPEN) this.#outcome = STARTED;
    this.#starting?.resolve();
    tellRestart(this.#isolate, this.core.address, this.#incarnation);
    this.#starting = undefined;
  }

  /** See {@link LightOwner.notStarted}. */
  notStarted(error: unknown): void {
    this.#over(endOfStart(error));
    this.#startFailed(error ?? notStarted(this.name));
  }

  #startFailed(why: unknown): void {
    if (this.#outcome === OPEN) this.#outcome = Promise.reject(why);
    this.#starting?.reject(why);
    this.#starting = undefined;
  }

  /** See {@link LightOwner.resumed}. */
  resumed(error: Error, method: string): void {
    this.onResumed?.({ error, method, incarnation: this.#incarnation });
  }

  /** See {@link LightOwner.checkpoint}. */
  checkpoint(state: WireState): void {
    this.#kept = state;
    this.onCheckpoint?.(state, this.#incarnation);
  }

  /** See {@link Cell.restoreNext}. */
  restoreNext(state: unknown): void {
    this.#restore = state as WireState;
  }

  /** See {@link Cell.crash}. */
  crash(): CrashDetail | undefined {
    return crashDetail(this.#isolate, this.#crash, this.#kept);
  }

  /** See {@link LightOwner.ended}. */
  ended({ report, asked, crash, heard }: LightEnd): void {
    if (this.#retired) return;
    this.#crash = crash;
    this.heard = heard;
    if (!this.#over(report)) this.onEnded?.(report, asked);
    // Somebody stopped it before it was up.
    this.#startFailed(report.error ?? notStarted(this.name));
  }

  /** The system ended under it, by `cause` if it was not closed. */
  abandon(cause?: Error): void {
    const report: ExitReport = this.#ending === undefined
      ? { kind: "stopped", code: 0 }
      : { kind: "killed", code: 1 };
    this.#over(report);
    this.#starting?.reject(notStarted(this.name, cause));
    this.retire(report);
  }

  /** Notes an end. Returns whether it was asked for here. */
  #over(report: ExitReport): boolean {
    this.lastReport = report;
    this.#running = false;
    const ending = this.#ending;
    this.#ending = undefined;
    ending?.resolve(report);
    return ending !== undefined;
  }

  /** The arguments of the constructor as they were given, whatever an incarnation did to its own. */
  #copyOf(args: readonly unknown[]): unknown[] {
    const { transfer } = this.#options;
    // What is moved exists once.
    if (transfer.length > 0 || args.every(isPlain)) return [...args];
    const { bytes, length, attachments } = encodeFor(this.#isolate, args);
    enterIsolate(this.#isolate);
    return decode(bytes, 0, length, attachments) as unknown[];
  }
}

function isPlain(value: unknown): boolean {
  return (typeof value !== "object" || value === null) &&
    typeof value !== "function" && typeof value !== "symbol";
}
