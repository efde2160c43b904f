/**
 * The questions of one thread that wait for their answer. Each settles exactly
 * once: by its reply, its deadline, its signal, or the end of who was asked.
 *
 * @module
 */
import {
  ActorCrashedError,
  ActorStoppedError,
  AskTimeoutError,
  errorFromWire,
  type WireError,
} from "../errors.ts";
import type { Address, WireReport } from "./protocol.ts";

/** One question. */
export interface Ask {
  readonly to: Address;
  readonly actor: string;
  readonly method: string;
  readonly timeoutMs: number;
  readonly deadline: number;
  readonly incarnation: number;
  /** Position in the lane; 0 while it waits for room. */
  sequence: number;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** What the book needs of its isolate. */
export interface AskBookHooks {
  /** Whether the receiver has begun the message at `sequence`. */
  begun(endpoint: number, sequence: number): boolean;
  /** Called at each look at the clock. */
  sweep(now: number): void;
}

/** The pending asks of one thread. */
export class AskBook {
  readonly #pending: Map<number, Ask> = new Map();
  readonly #hooks: AskBookHooks;
  readonly #prefix: number;
  #counter = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #due = Infinity;

  /** A book for incarnation `epoch`: replies to former ones are not taken for its own. */
  constructor(epoch: number, hooks: AskBookHooks) {
    this.#prefix = (epoch & 255) << 24;
    this.#hooks = hooks;
  }

  /** How many are pending. */
  get size(): number {
    return this.#pending.size;
  }

  /** Enters a question and returns its id. */
  add(ask: Ask): number {
    do this.#counter = this.#counter % 0xffffff + 1; while (
      this.#pending.has(this.#prefix | this.#counter)
    );
    const id = this.#prefix | this.#counter;
    this.#pending.set(id, ask);
    this.arm(ask.timeoutMs);
    return id;
  }

  /** Takes a question out without settling it. */
  delete(id: number): Ask | undefined {
    const ask = this.#pending.get(id);
    this.#pending.delete(id);
    return ask;
  }

  /** Settles a question by its reply. A late reply finds nothing and is dropped. */
  settle(id: number, ok: boolean, value: unknown): void {
    const ask = this.delete(id);
    if (ask === undefined) return;
    if (ok) ask.resolve(value);
    else ask.reject(errorFromWire(value as WireError));
  }

  /** Looks at the clock within `ms` milliseconds. */
  arm(ms: number): void {
    if (ms === Infinity) return;
    const due = performance.now() + ms;
    if (due >= this.#due) return;
    clearTimeout(this.#timer);
    this.#due = due;
    this.#timer = setTimeout(() => this.#sweep(), Math.ceil(ms));
  }

  /** Rejects the asks to an address that ended: those begun, and on a final end all of them. */
  fail(address: Address, report: WireReport, final: boolean): void {
    for (const [id, ask] of this.#pending) {
      if (
        ask.to.endpoint !== address.endpoint || ask.to.life !== address.life
      ) continue;
      const begun = ask.sequence > 0 &&
        this.#hooks.begun(address.endpoint, ask.sequence);
      if (!begun && !final) continue;
      this.#pending.delete(id);
      const cause = report.error === undefined
        ? undefined
        : errorFromWire(report.error);
      ask.reject(begun ? crashed(ask, report, cause) : stopped(ask, cause));
    }
  }

  /** Rejects everything with `error`. */
  close(error: Error): void {
    clearTimeout(this.#timer);
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const ask of pending) ask.reject(error);
  }

  #sweep(): void {
    const now = performance.now();
    this.#due = Infinity;
    let next = Infinity;
    for (const [id, ask] of this.#pending) {
      if (ask.deadline > now) next = Math.min(next, ask.deadline - now);
      else {
        this.#pending.delete(id);
        ask.reject(timedOut(ask));
      }
    }
    this.#hooks.sweep(now);
    this.arm(next);
  }
}

function timedOut(ask: Ask): AskTimeoutError {
  return new AskTimeoutError(
    `Cannot get an answer of "${ask.actor}" to ${ask.method}() within ${ask.timeoutMs} ms: it may still run, raise the timeout with ref.with({ timeout })`,
    { actor: ask.actor, method: ask.method, timeoutMs: ask.timeoutMs },
  );
}

function crashed(
  ask: Ask,
  report: WireReport,
  cause: Error | undefined,
): ActorCrashedError {
  return new ActorCrashedError(
    `"${ask.actor}" ended (${report.kind}) while it handled ${ask.method}(): the call may have run`,
    { actor: ask.actor, incarnation: ask.incarnation, cause },
  );
}

function stopped(ask: Ask, cause: Error | undefined): ActorStoppedError {
  return new ActorStoppedError(
    `Cannot ask "${ask.actor}" for ${ask.method}() as it has stopped: the call did not begin, it is safe to ask a successor`,
    { actor: ask.actor, safeToRetry: true, cause },
  );
}
