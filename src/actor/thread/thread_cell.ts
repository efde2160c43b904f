/**
 * The logical actor on a thread of its own, as its owner holds it.
 *
 * @module
 */
import { errorFromWire } from "../../error_wire.ts";
import { SystemClosedError } from "../../errors.ts";
import type { ExitReport } from "../../exit_report.ts";
import { ENDPOINT } from "../../memory/endpoints.ts";
import { takeArgs } from "../check_plan.ts";
import type { Cell, CrashDetail, ResumedFailure } from "../cell.ts";
import type { Isolate } from "./isolate.ts";
import { crashDetail, type WireCrash } from "./last_call.ts";
import { policyWord } from "../mail/policy_word.ts";
import { encodeFor } from "./leaving.ts";
import type { FailureRules } from "../resume.ts";
import type { Address, FromNursery, WireState } from "../mail/protocol.ts";
import { type Ref, refTo } from "../ref.ts";
import {
  endRef,
  fromWireReport,
  RefCore,
  toWireReport,
} from "../mail/ref_core.ts";
import type { ProcessOrder } from "../process_order.ts";
import type { CheckedOptions } from "../spawn_options.ts";

/** What is started: a definition and its arguments. */
export interface Plan {
  /** What the name must stand for. */
  readonly kind: "actor" | "task";
  /** URL of the module. */
  readonly module: string;
  /** Name the definition is registered under. */
  readonly definition: string;
  /** Its arguments; those that are needed once are taken by `takeArgs()`. */
  args: readonly unknown[];
  /** Whether it is started at most once. */
  readonly once: boolean;
  /** See {@link CellSpec.unmissed}. */
  unmissed?: boolean;
  /** The process that it keeps, for a thread that keeps one. */
  readonly ahead?: ProcessOrder;
  /** What its name begins with, if it is not that of the definition. */
  readonly label?: string;
}

/** The report of a start that went wrong before a thread could say so. */
export function failedReport(error: unknown): ExitReport {
  const report = { kind: "failed", code: 1 } as const;
  return error instanceof Error ? { ...report, error } : report;
}

/** What a stop that came between two incarnations leaves the next one, in milliseconds. */
const STOP_MS = 5_000;

/** See {@link Cell}. */
export class ThreadCell implements Cell {
  /** See {@link Cell.name}. */
  readonly name: string;
  /** See {@link Cell.ref}. */
  readonly ref: Ref<unknown>;
  /** See {@link Cell.onEnded}. */
  onEnded: ((report: ExitReport, asked: boolean) => void) | undefined;
  /** See {@link Cell.onResumed}. */
  onResumed: ((failure: ResumedFailure) => void) | undefined;
  /** See {@link Cell.onCheckpoint}. */
  onCheckpoint: ((state: unknown, incarnation: number) => void) | undefined;
  /** How the incarnation before ended. */
  lastReport: ExitReport | undefined;
  /** Whether anybody heard of the end where it lived; see unheard_end.ts. */
  heard = false;
  /** Where it lives. */
  readonly address: Address;
  /** What this thread knows of it. */
  readonly core: RefCore;
  readonly #isolate: Isolate;
  readonly #plan: Plan;
  readonly #options: CheckedOptions;
  readonly #parent: { readonly id: number; readonly name: string };
  readonly #onFailure: FailureRules | undefined;
  #incarnation = 0;
  #starting: PromiseWithResolvers<void> | undefined;
  #ending: PromiseWithResolvers<ExitReport> | undefined;
  #running = false;
  #retired = false;
  #restore: WireState | undefined;
  /** What the incarnation let be seen last. */
  #kept: WireState | undefined;
  #crash: WireCrash | undefined;

  /** Opens an address; nothing runs yet. */
  constructor(
    isolate: Isolate,
    plan: Plan,
    options: CheckedOptions,
    parent: { readonly id: number; readonly name: string },
    onFailure?: FailureRules,
  ) {
    this.#isolate = isolate;
    this.#plan = plan;
    this.#options = options;
    this.#parent = parent;
    this.#onFailure = onFailure;
    // Refuses what cannot travel before an address is taken.
    encodeFor(isolate, plan.args, { transfer: options.transfer });
    const { table } = isolate;
    this.address = table.open();
    const { endpoint } = this.address;
    table.set(endpoint, ENDPOINT.CAPACITY, options.capacity);
    const { overflow, urgent, placement } = options;
    const apart = placement === "process";
    table.set(endpoint, ENDPOINT.POLICY, policyWord(overflow, urgent, apart));
    table.set(endpoint, ENDPOINT.MAX_BYTES, options.maxMessageBytes);
    this.name = options.name ??
      `${plan.label ?? plan.definition}-${this.address.endpoint}`;
    this.core = new RefCore(isolate, this.address, this.name, 0, true);
    this.ref = refTo(this.core);
  }

  /** See {@link Cell.incarnation}. */
  get incarnation(): number {
    return this.#incarnation;
  }

  /** Whether an incarnation runs or starts. */
  get running(): boolean {
    return this.#running;
  }

  /** See {@link Cell.start}. */
  start(after?: ExitReport): Promise<void> {
    if (this.#isolate.closed || this.#retired) {
      return Promise.reject(notStarted(this.name));
    }
    this.core.incarnation = ++this.#incarnation;
    this.#running = true;
    this.#starting = Promise.withResolvers();
    const { transfer, initTimeout, hangMs, concurrency } = this.#options;
    // Who keeps its state is who restarts it.
    const restarts = this.onCheckpoint !== undefined;
    const redeliver = restarts ? this.#options.redeliver : 0;
    const restore = this.#restore;
    this.#restore = undefined;
    this.#kept = undefined;
    this.#crash = undefined;
    const args = takeArgs(this.#plan);
    const encoded = encodeFor(this.#isolate, args, { transfer });
    this.#isolate.post({
      type: "start",
      owner: this.#isolate.endpoint,
      become: {
        type: "become",
        address: this.address,
        name: this.name,
        module: this.#plan.module,
        definition: this.#plan.definition,
        kind: this.#plan.kind,
        args: encoded.bytes.slice(0, encoded.length),
        attachments: encoded.attachments,
        incarnation: this.#incarnation,
        parent: { endpoint: this.#parent.id, name: this.#parent.name },
        after: after === undefined ? undefined : toWireReport(after),
        concurrency,
        stash: this.#options.stash,
        redelivers: redeliver > 0,
        checkpointMs: restarts ? this.#options.checkpointMs : undefined,
        onFailure: this.#onFailure,
        restore,
      },
      transfer,
      initTimeout,
      hangMs,
      redeliver,
      dropMail: this.#options.onRestart === "drop",
      once: this.#plan.once,
      unmissed: this.#plan.unmissed === true,
      ahead: this.#plan.ahead,
    }, [...transfer]);
    return this.#starting.promise;
  }

  /** See {@link Cell.restoreNext}. */
  restoreNext(state: unknown): void {
    this.#restore = state as WireState;
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
    if (this.#ending === undefined || shutdownMs === "kill") {
      this.#ending ??= Promise.withResolvers();
      this.#isolate.post({
        type: "stop",
        address: this.address,
        reason,
        drain,
        deadlineMs: shutdownMs === "kill"
          ? 0
          : shutdownMs === "infinity"
          ? Infinity
          : shutdownMs,
        asked: false,
        from: -1,
      });
    }
    return this.#ending.promise;
  }

  /** See {@link Cell.retire}. */
  retire(report: ExitReport): void {
    if (this.#retired) return;
    this.#retired = true;
    const wire = toWireReport(report);
    this.#isolate.post({ type: "retire", address: this.address, report: wire });
    endRef(this.#isolate, this.address, wire);
    this.core.end(report);
  }

  /** What the nursery says of this cell's incarnation. */
  receive(
    message: Extract<
      FromNursery,
      { type: "started" | "ended" | "checkpoint" | "resumed" }
    >,
  ): void {
    if (message.type === "checkpoint") {
      this.#kept = message.state;
      return this.onCheckpoint?.(message.state, message.incarnation);
    }
    if (message.type === "resumed") {
      const { method, incarnation } = message;
      const error = errorFromWire(message.error);
      return this.onResumed?.({ error, method, incarnation });
    }
    if (message.type === "started") {
      this.#starting?.resolve();
      this.#starting = undefined;
    } else this.#ended(message);
  }

  /** See {@link Cell.crash}. */
  crash(): CrashDetail | undefined {
    return crashDetail(this.#isolate, this.#crash, this.#kept);
  }

  /** How it ends for good. */
  get over(): Promise<ExitReport> {
    return this.core.over;
  }

  /** The system ended under it, by `cause` if it was not closed. */
  abandon(cause?: Error): void {
    const report: ExitReport = this.#ending === undefined
      ? { kind: "stopped", code: 0 }
      : { kind: "killed", code: 1 };
    this.#running = false;
    this.#starting?.reject(notStarted(this.name, cause));
    this.#ending?.resolve(report);
    this.core.end(report);
  }

  /**
   * The end of a former incarnation is told while the next one starts: a stop found nobody, as the start was under
   * way. It was meant for whoever comes, and ends nothing that it does not stop.
   */
  #outran(asked: boolean): void {
    if (!asked || !this.#running) return;
    this.#isolate.post({
      type: "stop",
      address: this.address,
      reason: undefined,
      drain: false,
      deadlineMs: STOP_MS,
      asked,
      from: -1,
    });
  }

  #ended(message: Extract<FromNursery, { type: "ended" }>): void {
    const { asked } = message;
    if (message.incarnation !== this.#incarnation) return this.#outran(asked);
    const report = fromWireReport(message.report);
    this.lastReport = report;
    this.#crash = message.crash;
    this.heard = message.heard;
    this.#running = false;
    const ending = this.#ending;
    this.#ending = undefined;
    const starting = this.#starting;
    this.#starting = undefined;
    ending?.resolve(report);
    // An end that somebody asked for is no failed start: the owner hears of that before its start rejects.
    if (ending === undefined && (asked || starting === undefined)) {
      this.onEnded?.(report, asked);
    }
    starting?.reject(report.error ?? notStarted(this.name));
  }
}

/** Why a start came to nothing. */
export function notStarted(name: string, cause?: Error): SystemClosedError {
  return new SystemClosedError(
    `Cannot start "${name}" as ${
      cause === undefined
        ? "it was stopped before it was up"
        : `its system ended: ${cause.message}`
    }`,
    { cause },
  );
}
