import type { Task } from "../actor/define.ts";
import { checkPlan } from "../actor/check_plan.ts";

/** How much of a new measurement goes into the mean. */
const SHARE = 0.3;
/** As much if it took less: what is not compiled yet, or is held up by others, takes longer than it needs. */
const FAST_SHARE = 0.8;

/** What a pool knows of one task. */
export class TaskFacts {
  /** Milliseconds that it takes, as measured lately; `NaN` before the first. */
  costMs: number = NaN;

  /** The task `name` of `module`, which workers know as `id`. */
  constructor(
    readonly id: number,
    readonly module: string,
    readonly name: string,
  ) {}

  /** `count` of it took `ms` milliseconds. */
  took(ms: number, count: number): void {
    if (count === 0) return;
    const each = ms / count;
    if (Number.isNaN(this.costMs)) this.costMs = each;
    else {
      const more = each - this.costMs;
      this.costMs += more * (more < 0 ? FAST_SHARE : SHARE);
    }
  }

  /** How many of it take `ms` milliseconds; at least 1, and `unknown` when it was never measured. */
  countIn(ms: number, unknown: number): number {
    if (Number.isNaN(this.costMs)) return unknown;
    return Math.max(1, Math.floor(ms / Math.max(this.costMs, 1e-5)));
  }
}

/** The tasks that a pool has met. */
export class TaskBook {
  readonly #entries: Map<string, Map<string, TaskFacts>> = new Map();
  #count = 0;

  /** The modules of those. */
  get modules(): string[] {
    return [...this.#entries.keys()];
  }

  /**
   * What is known of `task`.
   *
   * @throws {InvalidOptionError} If it is no handle of a task.
   */
  facts(task: Task<never, unknown>): TaskFacts {
    const { module, task: name } = Object(task) as Task<never, unknown>;
    const known = this.#entries.get(module)?.get(name);
    if (known !== undefined) return known;
    checkPlan("task", task, [], true);
    const facts = new TaskFacts(this.#count++, module, name);
    const names = this.#entries.get(module) ?? new Map<string, TaskFacts>();
    this.#entries.set(module, names);
    names.set(name, facts);
    return facts;
  }
}
