import { InvalidOptionError } from "../errors.ts";
import { keepHere } from "../memory/keep_here.ts";
import { showAs } from "./show_as.ts";
import {
  type Selectable,
  selectable,
  type Selected,
  type Selection,
} from "./selectable.ts";
import { wakeSoon } from "./sources.ts";

/** Longer timers fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * A source that has one message, 1, after `ms` milliseconds; after that it has ended.
 *
 * The time runs from the call, not from the `select()`. Nothing is left of it when nobody selects from it.
 *
 * @param ms Milliseconds, 0 or more.
 * @throws {InvalidOptionError} If `ms` is out of bounds.
 *
 * @example A message, or the time is over
 * ```ts
 * import { after, Queue, select } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * using queue = new Queue<string>();
 * const hit = await select({ queue, late: after(5) });
 * assertEquals(hit.key, "late");
 * ```
 */
export function after(ms: number): Selectable<number> {
  return new Clock("after", ms, 0, 1);
}

/**
 * A source that has a message every `ms` milliseconds: 1, 2, 3 and so on. Of those that nobody has taken the last one alone
 * is there, so that numbers are left out by who comes late, and the rhythm stays.
 *
 * @param ms Milliseconds, 1 or more.
 * @throws {InvalidOptionError} If `ms` is out of bounds.
 *
 * @example Three ticks
 * ```ts
 * import { every, merge } from "@troupe/actors";
 *
 * for await (const tick of merge(every(2))) {
 *   if (tick >= 3) break;
 * }
 * ```
 */
export function every(ms: number): Selectable<number> {
  return new Clock("every", ms, 1, Infinity);
}

class Clock implements Selectable<number>, Selection<number> {
  readonly #start: number = performance.now();
  readonly #what: string;
  readonly #ms: number;
  readonly #last: number;
  #taken = 0;
  /** Ticks that timers have seen: they may fire a moment before the clock says so. */
  #seen = 0;

  constructor(what: string, ms: number, least: number, last: number) {
    if (!(typeof ms === "number" && ms >= least)) {
      throw new InvalidOptionError(
        `Cannot make a timer of ${what}() as 'ms' must be a number of milliseconds from ${least}: current value is ${ms}`,
        { option: "ms", value: ms },
      );
    }
    this.#what = what;
    this.#ms = ms;
    this.#last = last;
  }

  static {
    keepHere(
      this,
      "a timer, which its own thread alone has: send its milliseconds, and make it there",
    );
    showAs<Clock>(
      this.prototype,
      (clock) => `${clock.#what}(${clock.#ms})`,
    );
  }

  get [selectable](): Selection<number> {
    return this;
  }

  get ended(): boolean {
    return this.#taken === this.#last;
  }

  tryTake(): Selected<number> | undefined {
    const now = this.#now;
    if (now === this.#taken) return undefined;
    return { value: this.#taken = now };
  }

  watch(wake: () => void): () => void {
    if (this.ended || this.#now > this.#taken) return wakeSoon(wake);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const sleep = (): void => {
      const next = this.#taken + 1;
      const left = this.#start + next * this.#ms - performance.now();
      const whole = left <= MAX_TIMER_MS;
      const look = (): void => {
        if (!whole) return sleep();
        this.#seen = Math.max(this.#seen, next);
        wake();
      };
      timer = setTimeout(look, Math.min(Math.ceil(left), MAX_TIMER_MS));
    };
    sleep();
    return () => clearTimeout(timer);
  }

  /** How many ticks there have been. */
  get #now(): number {
    const past = performance.now() - this.#start;
    const ticks = this.#last === 1
      ? Number(past >= this.#ms)
      : Math.floor(past / this.#ms);
    return Math.min(this.#last, Math.max(ticks, this.#seen, this.#taken));
  }
}
