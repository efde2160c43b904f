import type { ResumedFailure } from "../actor/cell.ts";
import type { ExitReport } from "../exit_report.ts";
import type { Child, ChildOwner } from "./child.ts";
import type { CheckedOptions, Shutdown } from "./child_spec.ts";
import { crashReport } from "./crash_report.ts";
import { findRule, isNormal } from "./failure_rule.ts";
import { gaveUp } from "./gave_up.ts";
import { Restarter } from "./restarter.ts";
import type { Roster } from "./roster.ts";
import type { SupervisorEvent } from "./supervisor_event.ts";

/** The crew as its judge sees it. */
export interface JudgeHost {
  /** Who is there. */
  readonly children: Roster;
  /** Where it is in its life. */
  readonly state: "starting" | "running" | "stopping" | "stopped";
  /** Ends one child; never rejects. */
  endChild(child: Child, reason: unknown, how?: Shutdown): Promise<ExitReport>;
  /** Forgets a child. */
  remove(child: Child, report: ExitReport): void;
  /** Ends all children. */
  end(
    end: { reason: unknown; by: "itself"; report?: ExitReport },
  ): Promise<ExitReport>;
  /** Tells the listeners. */
  emit(event: SupervisorEvent): void;
}

/** Decides what follows the end of a child: a restart, its removal, the end of all, or nothing. */
export class Judge implements ChildOwner {
  /** Carries restarts out. */
  readonly restarter: Restarter;
  readonly #options: CheckedOptions;
  readonly #host: JudgeHost;
  /** Ends heard while starting: judged once everything is up. */
  #deferred: (() => void)[] = [];

  /** Makes a judge with nothing to decide yet. */
  constructor(options: CheckedOptions, host: JudgeHost) {
    this.#options = options;
    this.#host = host;
    this.restarter = new Restarter(options, {
      children: () => host.children.all(),
      child: (id) => host.children.get(id),
      endChild: (child) => host.endChild(child, "shutdown"),
      remove: (child, report) => host.remove(child, report),
      startFailed: (child, report) => {
        host.emit({
          type: "startFailed",
          id: child.id,
          report,
          crash: crashReport(options.name, child, report),
        });
        this.#judgeFailure(child, report);
      },
      startDeclined: (child, report) => this.decline(child, report),
      giveUp: (child, failures, budget) => {
        const chain = failures.map((failure) => failure.report);
        // Who failed may have failed for what was kept of it; the others come back as they were.
        for (const { child } of failures) child.beginAnew();
        this.#giveUp({ child, chain, budget });
      },
      emit: (event) => host.emit(event),
    });
  }

  /** See {@linkcode ChildOwner.now}. */
  now(): number {
    return this.#options.now();
  }

  /** See {@linkcode ChildOwner.childUp}. */
  childUp(child: Child, after: ExitReport | undefined): void {
    this.restarter.cameUp(child);
    if (after !== undefined) child.restarts++;
    this.#host.emit({
      type: after === undefined ? "started" : "restarted",
      id: child.id,
      incarnation: child.cell.incarnation,
    });
  }

  /** See {@linkcode ChildOwner.childResumed}. */
  childResumed(child: Child, failure: ResumedFailure): void {
    this.#host.emit({ type: "resumed", id: child.id, ...failure });
  }

  /** See {@linkcode ChildOwner.childEnded}. */
  childEnded(child: Child, report: ExitReport, asked: boolean): void {
    const crash = asked || isNormal(report)
      ? {}
      : { crash: crashReport(this.#options.name, child, report) };
    this.#host.emit({ type: "ended", id: child.id, report, asked, ...crash });
    const judge = (): void => {
      // Stopping: it is gone as everything will be. Forgotten, stopped or started by hand since: no longer news.
      if (this.#host.state !== "running") return;
      if (!this.#host.children.has(child) || child.active || !child.wanted) {
        return;
      }
      this.#judgeEnd(child, report, asked);
    };
    if (this.#host.state === "starting") this.#deferred.push(judge);
    else judge();
  }

  /** Judges what ended while the others were starting. */
  catchUp(): void {
    for (const judge of this.#deferred.splice(0)) judge();
  }

  /** The actor said that it is not needed: no failure, and no end that would stop others. */
  decline(child: Child, report: ExitReport): void {
    this.#host.emit({ type: "declined", id: child.id, report });
    this.#letGo(child, report);
  }

  /** Forgets all that was counted: everything begins anew. */
  reset(): void {
    this.#deferred = [];
    this.restarter.reset();
  }

  #judgeEnd(child: Child, report: ExitReport, asked: boolean): void {
    if (asked) this.#letGo(child, report);
    else if (!isNormal(report)) this.#judgeFailure(child, report);
    else if (child.spec.restart === "permanent") {
      this.restarter.fail(child, report);
    } else this.#endForGood(child, report);
  }

  #judgeFailure(child: Child, report: ExitReport): void {
    const rules = [...child.spec.onFailure, ...this.#options.onFailure];
    const rule = findRule(report, rules);
    if (rule?.then === "escalate") {
      child.beginAnew();
      this.#giveUp({ child, chain: [report] });
    } else if (rule?.then === "stop" || child.spec.restart === "temporary") {
      this.#endForGood(child, report);
    } else this.restarter.fail(child, report, rule);
  }

  #endForGood(child: Child, report: ExitReport): void {
    this.#letGo(child, report);
    if (child.spec.significant) this.#autoShutdown();
  }

  /** Leaves a child stopped, until somebody restarts it; where nobody can ask for it by name it is forgotten. */
  #letGo(child: Child, report: ExitReport): void {
    child.wanted = false;
    this.restarter.release(child);
    if (this.forgets(child)) this.#host.remove(child, report);
  }

  /** Whether the child is forgotten once it has ended for good. */
  forgets(child: Child): boolean {
    return child.spec.restart === "temporary" ||
      this.#options.template !== undefined;
  }

  #autoShutdown(): void {
    const left = this.#host.children.all().some((child) =>
      child.spec.significant && (child.active || child.state === "restarting")
    );
    if (this.#options.autoShutdown === "allSignificant" && left) return;
    void this.#host.end({ reason: "shutdown", by: "itself" });
  }

  #giveUp(
    { child, chain, budget }: {
      child: Child;
      chain: readonly ExitReport[];
      budget?: CheckedOptions["budget"];
    },
  ): void {
    const error = gaveUp({
      supervisor: this.#options.name,
      child: child.id,
      chain,
      ...(budget === undefined ? {} : { budget }),
    });
    const report = chain.at(-1) as ExitReport;
    this.#host.emit({ type: "gaveUp", id: child.id, report, error });
    void this.#host.end({
      reason: "shutdown",
      by: "itself",
      report: { kind: "failed", code: 1, error },
    });
  }
}
