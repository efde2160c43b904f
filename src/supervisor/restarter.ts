import { areOneEnd, type ExitReport } from "../exit_report.ts";
import { backoffDelay, failuresAfter } from "./backoff.ts";
import type { Child } from "./child.ts";
import type { CheckedOptions } from "./child_spec.ts";
import type { CheckedRule } from "./failure_rule.ts";
import { type RestartBudget, spendRestart } from "./intensity.ts";
import { Recovery } from "./recovery.ts";
import { planRestart, type RestartPlan } from "./strategy.ts";
import type { SupervisorEvent } from "./supervisor_event.ts";

/** A restart that was counted: the window of the budget and the chain of a give-up are made of these. */
export interface Failure {
  /** When, by the supervisor's clock. */
  readonly atMs: number;
  /** The end, or the failed start, that called for it. */
  readonly report: ExitReport;
  /** Whose. */
  readonly child: Child;
}

/** What was counted apart from the supervisor's own budget: of one child, or of one rule of that child. */
interface Account {
  /** Failures inside the window of the budget. */
  failures: readonly Failure[];
  /** Failures in a row, for the backoff. */
  inRow: number;
}

/** The supervisor as its restarter sees it. */
export interface RestarterHost {
  /** All children in start order. */
  children(): readonly Child[];
  /** The child of that id, unless it has been forgotten. */
  child(id: string): Child | undefined;
  /** Ends a bystander; never rejects. */
  endChild(child: Child): Promise<ExitReport>;
  /** Forgets a temporary bystander. */
  remove(child: Child, report: ExitReport): void;
  /** A restart did not come up: what is to follow is decided anew. */
  startFailed(child: Child, report: ExitReport): void;
  /** A restart was declined by the actor. */
  startDeclined(child: Child, report: ExitReport): void;
  /** `budget` is used up; `failures` are those inside the window, the last one too many. */
  giveUp(
    child: Child,
    failures: readonly Failure[],
    budget: RestartBudget,
  ): void;
  /** Tells the listeners. */
  emit(event: SupervisorEvent): void;
}

/**
 * Takes each failure to a restart: budget, backoff, stop of the group, start of the group.
 *
 * Restarts run side by side and never wait for each other. Where two want the same child the newer one takes it over;
 * as every group reaches from some child to the last, what the older keeps is up already or comes first.
 */
export class Restarter {
  readonly #options: CheckedOptions;
  readonly #host: RestarterHost;
  /** Which restart a child waits for. */
  readonly #recoveries = new Map<Child, Recovery>();
  #failures: readonly Failure[] = [];
  /** By child, then by rule; `undefined` is for the failures without a rule that counts apart. */
  readonly #accounts = new Map<Child, Map<CheckedRule | undefined, Account>>();

  /** Makes a restarter without any restart under way. */
  constructor(options: CheckedOptions, host: RestarterHost) {
    this.#options = options;
    this.#host = host;
  }

  /** Whether a restart of `child` is under way. */
  has(child: Child): boolean {
    return this.#recoveries.has(child);
  }

  /** Notes that `child` is up. */
  cameUp(child: Child): void {
    // One started by hand while its group is being stopped goes down and up with the group.
    if (this.#recoveries.get(child)?.stopping !== true) this.release(child);
  }

  /** Takes `child` out of the restart it waits for, if any. */
  release(child: Child): void {
    this.#recoveries.get(child)?.release(child);
    this.#recoveries.delete(child);
    child.dropRestart();
  }

  /** Releases `child` and drops what was counted for it. */
  forget(child: Child): void {
    this.release(child);
    this.#accounts.delete(child);
  }

  /** Begins the backoff of `child` anew; what was spent stays spent. */
  calm(child: Child): void {
    for (const account of this.#accounts.get(child)?.values() ?? []) {
      account.inRow = 0;
    }
  }

  /** Forgets everything: the supervisor begins anew. */
  reset(): void {
    this.cancel();
    this.#failures = [];
    this.#accounts.clear();
  }

  /** Ends all restarts under way; their timers go at once. */
  cancel(): void {
    for (const child of [...this.#recoveries.keys()]) this.release(child);
  }

  /**
   * Takes a crash, or a restart that did not come up, to the next restart or to the give-up.
   *
   * @param rule The rule that matched; its budget and backoff, where it has them, are used in place of the others.
   */
  fail(child: Child, report: ExitReport, rule?: CheckedRule): void {
    if (this.#recoveries.get(child)?.stopping === true) {
      // It fell while its group was being stopped: that restart brings it back, and is counted already.
      return;
    }
    if (!this.#spend(child, report, rule)) return;
    const delayMs = this.#nextDelay(child, rule);
    const plan = this.#plan(child);
    const recovery = new Recovery();
    for (const member of this.#known(plan.start)) {
      member.wanted = true;
      this.release(member);
      this.#recoveries.set(member, recovery);
      recovery.add(member);
      member.awaitRestart();
    }
    this.#host.emit({ type: "restarting", id: child.id, report, delayMs });
    void this.#recover(recovery, plan, delayMs);
  }

  /** Counts a restart, once for all children that one end took; gives up when it is one too many. */
  #spend(child: Child, report: ExitReport, rule?: CheckedRule): boolean {
    const own = rule?.budget ?? child.spec.budget;
    const account = this.#account(child, rule);
    const budget = own ?? this.#options.budget;
    const failures = own === undefined ? this.#failures : account.failures;
    if (failures.some((each) => areOneEnd(each.report, report))) return true;
    const { allowed, entries } = spendRestart(
      failures,
      { atMs: this.#options.now(), report, child },
      budget,
    );
    if (own === undefined) this.#failures = entries;
    else account.failures = entries;
    if (!allowed) this.#host.giveUp(child, entries, budget);
    return allowed;
  }

  #nextDelay(child: Child, rule?: CheckedRule): number {
    const backoff = rule?.backoff ?? this.#options.backoff;
    if (backoff === false) return 0;
    const account = this.#account(child, rule);
    const failures = failuresAfter(account.inRow, child.upMs, backoff);
    account.inRow = failures + 1;
    return backoffDelay(failures, backoff);
  }

  #account(child: Child, rule: CheckedRule | undefined): Account {
    const apart = rule?.budget !== undefined || rule?.backoff !== undefined;
    const key = apart ? rule : undefined;
    let accounts = this.#accounts.get(child);
    if (accounts === undefined) {
      this.#accounts.set(child, accounts = new Map());
    }
    let account = accounts.get(key);
    if (account === undefined) {
      accounts.set(key, account = { failures: [], inRow: 0 });
    }
    return account;
  }

  #plan(failed: Child): RestartPlan {
    const { strategy, restartStopped } = this.#options;
    // The others do not matter there, and may be very many.
    const children = strategy === "oneForOne"
      ? [failed]
      : this.#host.children();
    const members = children.map(({ id, wanted, spec: { restart } }) => ({
      id,
      restart,
      wanted,
    }));
    return planRestart(members, {
      strategy,
      failed: failed.id,
      restartStopped,
    });
  }

  #known(ids: readonly string[]): Child[] {
    return ids.map((id) => this.#host.child(id))
      .filter((child) => child !== undefined);
  }

  /** Carries a plan out, for as long as no newer restart or stop has taken its members away. */
  async #recover(
    recovery: Recovery,
    plan: RestartPlan,
    delayMs: number,
  ): Promise<void> {
    const members = this.#known(plan.start);
    for (const child of this.#known(plan.stop)) {
      if (recovery.over) return;
      const passing = plan.remove.includes(child.id);
      // One that is being stopped by hand is waited for: no incarnation of the group may overlap the next ones.
      if (recovery.has(child) || passing || child.state === "stopping") {
        const report = await this.#host.endChild(child);
        if (passing) this.#host.remove(child, report);
      }
    }
    recovery.stopping = false;
    await recovery.delay(delayMs);
    for (const child of members) {
      if (!recovery.has(child)) continue;
      const result = await child.start(child.last ?? NEVER_RAN);
      // Up: it has left the recovery. Superseded: somebody else took it over.
      if (!recovery.has(child)) continue;
      if (result.state === "failed") {
        this.#host.startFailed(child, result.report);
      } else if (result.state === "declined") {
        this.#host.startDeclined(child, result.report);
      }
    }
  }
}

/** The end told to a child that restarts with its group although it has never run. */
const NEVER_RAN: ExitReport = { kind: "stopped", code: 0 };
