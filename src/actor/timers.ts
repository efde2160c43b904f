/**
 * The timers of an actor: they go off as messages do, in its turn.
 *
 *   set → due → gone off   its time came, and then the actor had time for it
 *   set, due → gone        cancelled, replaced under its key, or the actor ended: it never goes off any more
 *
 * @module
 */
import { InvalidOptionError } from "../errors.ts";
import { checkOptionNames, type OptionNames } from "../option_names.ts";
import { isThenable } from "./is_thenable.ts";

/** A timer that was set; `using` cancels it at the end of the scope. */
export interface Timer extends Disposable {
  /** Whether it may still go off. */
  readonly active: boolean;
  /**
   * Takes it back: it never goes off after this, also when its time has come and it only waits for its turn.
   *
   * @returns Whether it was active.
   */
  cancel(): boolean;
}

/** How a timer is set. */
export interface TimerOptions {
  /** Its name among the timers of the actor: setting another of that name cancels this one. None by default. */
  readonly key?: string;
}

/** How a timer is set that goes off again and again. */
export interface EveryOptions extends TimerOptions {
  /**
   * What stays the same: `"delay"`, the time from the end of one call to the beginning of the next; or `"rate"`, the
   * times at which it is due, whatever the calls take.
   *
   * @default {"delay"}
   */
  readonly fixed?: "rate" | "delay";
}

/**
 * The part of an actor's `Context` that sets timers.
 *
 * @example Give up an offer that nobody takes
 * ```ts
 * import { actor, type Context, spawn, type Timer } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * class OfferActor {
 *   #timer!: Timer;
 *   #state = "open";
 *   onStart({ after }: Context): void {
 *     this.#timer = after(60_000, () => {
 *       this.#state = "over";
 *     });
 *   }
 *   take(): string {
 *     if (this.#timer.cancel()) this.#state = "taken";
 *     return this.#state;
 *   }
 * }
 * export const Offer = actor(import.meta, "Offer", OfferActor);
 *
 * // Threads import this module too: only the main one starts the actor.
 * if (import.meta.main) {
 *   await using offer = await spawn(Offer, []);
 *   assertEquals(await offer.ask.take(), "taken");
 * }
 * ```
 */
export interface Timers {
  /**
   * Calls `callback` once, `ms` milliseconds from now or later.
   *
   * - **In its turn:** it is handled as a message is, never within a handler, and before the messages that wait. An
   *   error that leaves it ends the actor.
   * - **Never after** it was cancelled, or replaced under its key, or the actor was asked to stop, failed or was
   *   restarted.
   *
   * @param ms Milliseconds, 0 to 2,147,483,647.
   * @param callback What is called; a promise is awaited as that of a handler is.
   * @param options `key`: its name.
   * @returns The timer.
   * @throws {InvalidOptionError} If `ms` is out of bounds; nothing was set.
   */
  after(ms: number, callback: () => unknown, options?: TimerOptions): Timer;
  /**
   * Calls `callback` again and again, the first time `ms` milliseconds from now.
   *
   * - **In its turn,** as {@linkcode Timers.after} says; no two calls are due at the same time.
   * - **`fixed: "delay"`:** the next is due `ms` milliseconds after the one before has ended.
   * - **`fixed: "rate"`:** the n-th is due `n × ms` from now. One that is due while the one before still waits or runs
   *   is left out, and the next call is told how many were.
   *
   * @param ms Milliseconds, 1 to 2,147,483,647.
   * @param callback What is called, with the number of calls left out before it; a promise is awaited.
   * @param options `key` and `fixed`.
   * @returns The timer.
   * @throws {InvalidOptionError} If `ms` or `fixed` is out of bounds; nothing was set.
   */
  every(
    ms: number,
    callback: (missed: number) => unknown,
    options?: EveryOptions,
  ): Timer;
  /**
   * Calls `callback` when the actor has had nothing to do for `ms` milliseconds, each time anew after a message.
   *
   * - **Any message counts,** from the end of its handler; timers do not.
   * - **Overtakes nothing:** it is not called while a message waits, also with `ms` 0.
   * - **One of it:** setting it again replaces it.
   *
   * @param ms Milliseconds, 0 to 2,147,483,647.
   * @param callback What is called; a promise is awaited.
   * @returns The timer.
   * @throws {InvalidOptionError} If `ms` is out of bounds; nothing was set.
   */
  idle(ms: number, callback: () => unknown): Timer;
}

/** What timers need of the actor they belong to. */
export interface TimerHost {
  /** Has it do something in its turn. */
  inTurn(notice: () => unknown): void;
  /** Whether it has nothing to do: no handler runs and no message waits. */
  quiet(): boolean;
  /** The time, in milliseconds that never go back. */
  now(): number;
}

const MAX_MS = 2 ** 31 - 1;
const WHAT = "Cannot set a timer";
const NAMES: OptionNames<TimerOptions> = { key: true };
const EVERY_NAMES: OptionNames<EveryOptions> = { ...NAMES, fixed: true };

/** One timer. */
class ActorTimer implements Timer {
  active = true;
  #handle: ReturnType<typeof setTimeout> | undefined;
  readonly #onEnd: (timer: ActorTimer) => void;

  constructor(onEnd: (timer: ActorTimer) => void) {
    this.#onEnd = onEnd;
  }

  /** Calls `due` in `ms` milliseconds, unless it was cancelled by then. */
  arm(ms: number, due: () => void): void {
    if (!this.active) return;
    clearTimeout(this.#handle);
    this.#handle = setTimeout(due, Math.max(0, Math.ceil(ms)));
  }

  cancel(): boolean {
    if (!this.active) return false;
    this.active = false;
    clearTimeout(this.#handle);
    this.#onEnd(this);
    return true;
  }

  [Symbol.dispose](): void {
    this.cancel();
  }
}

/** The one implementation of {@link Timers}. */
export class ActorTimers implements Timers {
  readonly #host: TimerHost;
  readonly #all: Set<ActorTimer> = new Set();
  readonly #keyed: Map<string, ActorTimer> = new Map();
  #idle: ActorTimer | undefined;
  /** When its last message ended, while somebody wants to know. */
  #quietSince = 0;
  /** Whether the idle timer has gone off since. */
  #rested = false;
  #wakeIdle: (() => void) | undefined;
  #closed = false;

  /** The timers of `host`. */
  constructor(host: TimerHost) {
    this.#host = host;
  }

  /** See {@link Timers.after}. */
  readonly after = (
    ms: number,
    callback: () => unknown,
    options: TimerOptions = {},
  ): Timer => {
    checkMs(ms, 0);
    checkCallback(callback);
    checkOptionNames(WHAT, options, NAMES);
    const timer = this.#make(options.key);
    timer.arm(ms, () => {
      this.#host.inTurn(() => timer.cancel() ? callback() : undefined);
    });
    return timer;
  };

  /** See {@link Timers.every}. */
  readonly every = (
    ms: number,
    callback: (missed: number) => unknown,
    options: EveryOptions = {},
  ): Timer => {
    checkMs(ms, 1);
    checkCallback(callback);
    checkOptionNames(WHAT, options, EVERY_NAMES);
    const { key, fixed = "delay" } = options;
    if (fixed !== "delay" && fixed !== "rate") {
      throw new InvalidOptionError(
        `Cannot set a timer as 'fixed' must be "rate" or "delay": current value is ${
          Deno.inspect(fixed)
        }`,
        { option: "fixed", value: fixed },
      );
    }
    const timer = this.#make(key);
    if (fixed === "rate") this.#atRate(timer, ms, callback);
    else this.#withDelay(timer, ms, callback);
    return timer;
  };

  /** See {@link Timers.idle}. */
  readonly idle = (ms: number, callback: () => unknown): Timer => {
    checkMs(ms, 0);
    checkCallback(callback);
    this.#idle?.cancel();
    const timer = this.#idle = this.#make(undefined);
    this.#quietSince = this.#host.now();
    this.#rested = false;
    const { now, quiet } = this.#host;
    const look = (): void => {
      const restMs = this.#quietSince + ms - now();
      if (restMs > 0) return timer.arm(restMs, look);
      if (quiet()) this.#host.inTurn(go);
      else later();
    };
    // What there is to do ends later, and the time begins then: by `handled()`, or found by the next look.
    const later = (): void => {
      this.#rested = true;
      timer.arm(Math.max(ms, 1), look);
    };
    const go = (): unknown => {
      if (!timer.active) return undefined;
      // A message may have come before its turn.
      if (this.#quietSince + ms > now()) return look();
      if (!quiet()) return later();
      this.#rested = true;
      return callback();
    };
    this.#wakeIdle = () => {
      if (timer.active) timer.arm(ms, look);
    };
    timer.arm(ms, look);
    return timer;
  };

  /** A message was handled. */
  handled(): void {
    if (this.#idle?.active !== true) return;
    this.#quietSince = this.#host.now();
    if (!this.#rested) return;
    this.#rested = false;
    this.#wakeIdle?.();
  }

  /** Cancels all of them, for good. */
  close(): void {
    this.#closed = true;
    for (const timer of [...this.#all]) timer.cancel();
  }

  #make(key: string | undefined): ActorTimer {
    if (key !== undefined) this.#keyed.get(key)?.cancel();
    const timer = new ActorTimer((ended) => {
      this.#all.delete(ended);
      if (key !== undefined && this.#keyed.get(key) === ended) {
        this.#keyed.delete(key);
      }
    });
    // One that is set by the last hook of an actor belongs to nobody.
    if (this.#closed) timer.cancel();
    else {
      this.#all.add(timer);
      if (key !== undefined) this.#keyed.set(key, timer);
    }
    return timer;
  }

  #withDelay(
    timer: ActorTimer,
    ms: number,
    callback: (missed: number) => unknown,
  ): void {
    const again = (): void => timer.arm(ms, due);
    const due = (): void => {
      this.#host.inTurn(() => {
        if (!timer.active) return undefined;
        return thenAlways(() => callback(0), again);
      });
    };
    again();
  }

  #atRate(
    timer: ActorTimer,
    ms: number,
    callback: (missed: number) => unknown,
  ): void {
    const { now, inTurn } = this.#host;
    const start = now();
    let count = 0;
    let missed = 0;
    let busy = false;
    const due = (): void => {
      const passed = Math.max(count + 1, Math.floor((now() - start) / ms));
      missed += passed - count - 1;
      count = passed;
      timer.arm(start + (count + 1) * ms - now(), due);
      if (busy) {
        missed++;
        return;
      }
      busy = true;
      inTurn(() => {
        if (!timer.active) return undefined;
        const told = missed;
        missed = 0;
        return thenAlways(() => callback(told), () => {
          busy = false;
        });
      });
    };
    timer.arm(ms, due);
  }
}

/** Calls `callback`, and `done` when it has ended, however it does. */
function thenAlways(callback: () => unknown, done: () => void): unknown {
  let result: unknown;
  try {
    result = callback();
  } catch (error) {
    done();
    throw error;
  }
  if (!isThenable(result)) {
    done();
    return undefined;
  }
  return Promise.resolve(result).finally(done);
}

function checkMs(ms: number, least: number): void {
  if (typeof ms === "number" && ms >= least && ms <= MAX_MS) return;
  throw new InvalidOptionError(
    `Cannot set a timer as 'ms' must be from ${least} to ${MAX_MS} milliseconds: current value is ${
      Deno.inspect(ms, { depth: 1 })
    }`,
    { option: "ms", value: ms },
  );
}

function checkCallback(callback: unknown): void {
  if (typeof callback === "function") return;
  throw new InvalidOptionError(
    `${WHAT} as 'callback' must be a function: current value is ${
      Deno.inspect(callback, { depth: 1 })
    }`,
    { option: "callback", value: callback },
  );
}
