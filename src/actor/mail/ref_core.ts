/**
 * The facts that all refs to one actor on one thread share.
 *
 * @module
 */
import { errorFromWire, errorToWire } from "../../error_wire.ts";
import type { ExitReport } from "../../exit_report.ts";
import { ENDPOINT, MAX_ENDPOINTS } from "../../memory/endpoints.ts";
import type { Isolate } from "../thread/isolate.ts";
import type { LightLine } from "../light/light_line.ts";
import { refuseReason } from "../stop_options.ts";
import type { Address, WireReport } from "./protocol.ts";

/** The facts that all refs to one actor on one thread share. */
export class RefCore {
  /** Its end, once known here. */
  report: ExitReport | undefined;
  /** Whether anybody here wants to know of its end, or was told by the end of an ask or a stream; see unheard_end.ts. */
  heard = false;
  /** Latest incarnation known here. */
  incarnation: number;
  /** Largest message that the actor takes, in bytes; 0 for no limit. */
  readonly maxBytes: number;
  /** The ref that this thread shows, so that two to the same actor are the same object. */
  ref: unknown;
  /** The ref with nothing but a timeout that was used last. */
  timed: unknown;
  /** Made when somebody wants to know: of many actors nobody does. */
  #ended: PromiseWithResolvers<ExitReport> | undefined;
  #watching = false;
  #stopping: PromiseWithResolvers<ExitReport> | undefined;

  /** A ref to `address` held by `isolate`. */
  constructor(
    readonly isolate: Isolate,
    readonly address: Address,
    readonly name: string,
    incarnation: number,
    owned = false,
    /** The way to it, if it is a light actor. */
    readonly line: LightLine | undefined = undefined,
  ) {
    this.incarnation = incarnation;
    // The owner is told of the end in any case.
    this.#watching = owned;
    this.maxBytes = line?.maxBytes ??
      isolate.table.get(address.endpoint, ENDPOINT.MAX_BYTES);
    if (line !== undefined) return;
    cores(isolate).set(`${address.endpoint}.${address.life}`, this);
  }

  /** The number of its address, as it is shown: no two that live have the same. */
  get id(): number {
    return numberOf(this.address);
  }

  /** Its final end; whoever looks hears of it. */
  get exited(): Promise<ExitReport> {
    this.heard = true;
    return this.followed;
  }

  /** Its final end, for those who say by themselves whether they still want to hear of it. */
  get followed(): Promise<ExitReport> {
    if (!this.#watching && this.report === undefined) {
      this.#watching = true;
      const { isolate, address, line } = this;
      if (line !== undefined) line.watch(this.incarnation);
      else isolate.post({ type: "watch", watcher: isolate.endpoint, address });
    }
    return this.over;
  }

  /** Its final end, for its owner, who is told of it in any case. */
  get over(): Promise<ExitReport> {
    this.#ended ??= Promise.withResolvers();
    if (this.report !== undefined) this.#ended.resolve(this.report);
    return this.#ended.promise;
  }

  /** Asks the incarnation that runs to end within `deadlineMs`; resolves when it has. */
  stop(
    reason: unknown,
    deadlineMs: number,
    drain = false,
  ): Promise<ExitReport> {
    const { isolate, address } = this;
    if (this.report !== undefined) return Promise.resolve(this.report);
    if (isolate.closed) return this.exited;
    const refused = refuseReason(reason, this.name);
    if (refused !== undefined) return Promise.reject(refused);
    if (this.line !== undefined) {
      return this.line.stop(reason, deadlineMs, drain);
    }
    isolate.post({
      type: "stop",
      address,
      reason,
      drain,
      deadlineMs,
      asked: true,
      from: isolate.endpoint,
    });
    this.#stopping ??= Promise.withResolvers();
    return this.#stopping.promise;
  }

  /** The incarnation that was asked to stop has ended. */
  stopped(report: ExitReport): void {
    this.#stopping?.resolve(this.report ?? report);
    this.#stopping = undefined;
  }

  /** Tells of the final end. Once. */
  end(report: ExitReport): void {
    if (this.report !== undefined) return;
    this.report = report;
    this.#ended?.resolve(report);
    this.stopped(report);
  }
}

/** The number of an address, as it is shown. */
export function numberOf({ endpoint, local = 0 }: Address): number {
  return (local >>> 0) * MAX_ENDPOINTS + endpoint;
}

const CORES: WeakMap<Isolate, Map<string, RefCore>> = new WeakMap();

function cores(isolate: Isolate): Map<string, RefCore> {
  let found = CORES.get(isolate);
  if (found === undefined) CORES.set(isolate, found = new Map());
  return found;
}

/** What this thread knows of `address`, if it has met it. */
export function coreOf(
  isolate: Isolate,
  address: Address,
): RefCore | undefined {
  return cores(isolate).get(`${address.endpoint}.${address.life}`);
}

/** Tells the ref to `address` on this thread that its actor is gone for good. */
export function endRef(
  isolate: Isolate,
  address: Address,
  report: WireReport,
): void {
  const key = `${address.endpoint}.${address.life}`;
  cores(isolate).get(key)?.end(fromWireReport(report));
  cores(isolate).delete(key);
}

/** Tells the ref to `address` on this thread that the incarnation it wanted stopped has ended. */
export function stoppedRef(
  isolate: Isolate,
  address: Address,
  report: WireReport,
): void {
  cores(isolate).get(`${address.endpoint}.${address.life}`)
    ?.stopped(fromWireReport(report));
}

/** An {@link ExitReport} as it travels. */
export function toWireReport(report: ExitReport): WireReport {
  const { error, ...end } = report;
  return error === undefined ? end : { ...end, error: errorToWire(error) };
}

/** An {@link ExitReport} out of what travelled. */
export function fromWireReport(report: WireReport): ExitReport {
  const { error, culprit: _, ...end } = report;
  return error === undefined ? end : { ...end, error: errorFromWire(error) };
}
