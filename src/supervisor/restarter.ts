import { SupervisorGaveUpError } from "../errors.ts";
import type { ExitReport } from "../exit_report.ts";
import { backoffDelay, failuresAfter } from "./backoff.ts";
import type { Child } from "./child.ts";
import type { CheckedOptions } from "./child_spec.ts";
import { spendRestart } from "./intensity.ts";
import { Recovery } from "./recovery.ts";
import { planRestart, type RestartPlan } from "./strategy.ts";
import type { SupervisorEvent } from "./supervisor_event.ts";

/** A restart that was counted: the window of the budget and the chain of a give-up are made of these. */
export interface Failure {
  /** When, by the supervisor's clock. */
  readonly atMs: number;
  /** The end, or the failed start, that called for it. */
  readonly report: ExitReport;
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
  /** The budget is used up; `failures` are those inside the window, the last one too many. */
  giveUp(child: Child, failures: readonly Failure[]): void;
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
  readonly #ownFailures = new Map<Child, readonly Failure[]>();

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
    this.#ownFailures.delete(child);
  }

  /** Ends all restarts under way; their timers go at once. */
  cancel(): void {
    for (const child of [...this.#recoveries.keys()]) this.release(child);
  }

  /** Takes a crash, or a restart that did not come up, to the next restart or to the give-up. */
  fail(child: Child, report: ExitReport): void {
    if (this.#recoveries.get(child)?.stopping === true) {
      // It fell while its group was being stopped: that restart brings it back, and is counted already.
      return;
    }
    const failures = this.#spend(child, report);
    if (failures !== undefined) return this.#host.giveUp(child, failures);
    const delayMs = this.#nextDelay(child);
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

  /** Counts a restart; answers the failures inside the window when it is one too many. */
  #spend(child: Child, report: ExitReport): readonly Failure[] | undefined {
    const own = child.spec.budget;
    const { allowed, entries } = spendRestart(
      own === undefined ? this.#failures : this.#ownFailures.get(child) ?? [],
      { atMs: this.#options.now(), report },
      own ?? this.#options.budget,
    );
    if (own === undefined) this.#failures = entries;
    else this.#ownFailures.set(child, entries);
    return allowed ? undefined : entries;
  }

  #nextDelay(child: Child): number {
    const { backoff } = this.#options;
    if (backoff === false) return 0;
    const failures = failuresAfter(child.failures, child.upMs, backoff);
    child.failures = failures + 1;
    return backoffDelay(failures, backoff);
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
      if (result.state !== "failed" || !recovery.has(child)) continue;
      const { report } = result;
      this.#host.emit({ type: "startFailed", id: child.id, report });
      this.fail(child, report);
    }
  }
}

/** The end told to a child that restarts with its group although it has never run. */
const NEVER_RAN: ExitReport = { kind: "stopped", code: 0 };

/** Makes the error of a give-up: names supervisor, child, count, window and the last end. */
export function gaveUp(
  { name, budget }: CheckedOptions,
  child: Child,
  failures: readonly Failure[],
): SupervisorGaveUpError {
  const { maxRestarts, withinMs } = child.spec.budget ?? budget;
  const { kind, error } = (failures.at(-1) as Failure).report;
  const last = error === undefined ? kind : `${kind} (${error.message})`;
  return new SupervisorGaveUpError(
    `Cannot restart child "${child.id}" of supervisor "${name}": it would be restart ${failures.length} within ` +
      `${withinMs} ms, at most ${maxRestarts} allowed; last end: ${last}`,
    {
      supervisor: name,
      child: child.id,
      chain: failures.map((failure) => failure.report),
      cause: error,
    },
  );
}
