import type { ExitReport } from "../exit_report.ts";
import type { Child } from "./child.ts";
import type { Shutdown, StopOrder } from "./child_spec.ts";

/** How children are stopped. */
export interface ClosingPlan {
  /** In start order. */
  readonly children: readonly Child[];
  /** Whether they wait for each other. */
  readonly order: StopOrder;
  /** Ends one; never rejects. `how` overrules the time that the child has by its spec. */
  end(child: Child, how?: Shutdown): Promise<ExitReport>;
  /** Called for each when it has ended. */
  gone(child: Child, report: ExitReport): void;
}

/**
 * The stop of many children, under way.
 *
 * Each has the time that its spec gives; a limit for all together may be set and shortened at any time.
 */
export class Closing {
  /** Resolves when all have ended; true if the limit was too short for them. */
  readonly done: Promise<boolean>;
  readonly #plan: ClosingPlan;
  #killing = false;
  readonly #killed = new Set<Child>();
  #timers: ReturnType<typeof setTimeout>[] = [];

  /** Begins at once. */
  constructor(plan: ClosingPlan, within: Shutdown) {
    this.#plan = plan;
    this.limit(within);
    this.done = this.#run();
  }

  /** Kills what is left after `within` milliseconds from now; `"kill"` at once, `"infinity"` never. */
  limit(within: Shutdown): void {
    if (within === "kill") return this.#kill();
    if (within === "infinity") return;
    this.#timers.push(setTimeout(() => this.#kill(), within));
  }

  async #run(): Promise<boolean> {
    const { children, order } = this.#plan;
    if (order === "together") {
      await Promise.all(children.map((child) => this.#end(child)));
    } else {
      for (const child of children.toReversed()) await this.#end(child);
    }
    for (const timer of this.#timers) clearTimeout(timer);
    return this.#killed.size > 0;
  }

  async #end(child: Child): Promise<void> {
    // One that is being killed already is only waited for.
    const how = this.#killing && !this.#killed.has(child) ? "kill" : undefined;
    this.#plan.gone(child, await this.#plan.end(child, how));
  }

  #kill(): void {
    this.#killing = true;
    for (const child of this.#plan.children.toReversed()) {
      if (!child.active || this.#killed.has(child)) continue;
      this.#killed.add(child);
      // The one that is being stopped is cut short, and all others go along: nobody is left to wait for.
      void this.#plan.end(child, "kill");
    }
  }
}
