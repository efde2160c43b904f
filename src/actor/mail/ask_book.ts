/**
 * The questions of one thread that wait for their answer. Each settles exactly
 * once: by its reply, its deadline, its signal, or the end of who was asked.
 *
 * @module
 */
import { errorFromWire, type WireError } from "../../error_wire.ts";
import type { Delivery, Refused } from "../../channel/outlet.ts";
import {
  crashed,
  emptied,
  full,
  named,
  stopped,
  timedOut,
  type Unanswered,
} from "./ask_errors.ts";
import { AskTable } from "./ask_table.ts";
import type { Address, FromNursery } from "./protocol.ts";
import { isSameAddress } from "./same_address.ts";

/** The longest that a timer can wait. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Asks that were given up and whose names are kept for a reply that is late. */
const GIVEN_UP = 1_024;

/** Who is asked: most often what a ref knows of its actor. */
export interface Asked {
  /** Where it is. */
  readonly address: Address;
  /** Its name. */
  readonly name: string;
  /** The incarnation that is known. */
  readonly incarnation: number;
  /** Whether somebody hears of its end. */
  heard: boolean;
}

/** One that is asked in its absence: nobody looks at what is known of it. */
export function askedAt(address: Address, name: string = ""): Asked {
  return { address, name, incarnation: 0, heard: false };
}

/** What is known of a question to a light actor. */
export interface LightAsk {
  /** Whether it is known to have begun. */
  begun: boolean;
  /** Whether it went to another thread, where it may have begun. */
  sent: boolean;
  /** Whether nothing ran there that could have begun it when it came. */
  idle?: boolean;
  /** Messages of this thread that may wait there. */
  readonly capacity: number;
}

/** One question, from its sending to its answer. */
export class Ask implements Delivery {
  /** Its number in the book; 0 before it is entered. */
  id = 0;
  /** Position in the lane; 0 while it waits for room. */
  sequence = 0;
  /** Whether that is the lane of urgent mail. */
  urgent = false;
  /** What is known of it if a light actor is asked; its end is not told by the position in a lane. */
  light: LightAsk | undefined;
  /** When it is given up, on the clock of `performance.now()`. */
  readonly deadline: number;
  /** The incarnation of it that was known. */
  readonly incarnation: number;
  readonly #asked: Asked;
  readonly #onResult: (value: unknown) => void;
  readonly #onError: (error: unknown) => void;
  #signal: AbortSignal | undefined;
  #onAbort: (() => void) | undefined;

  /** A question to `asked`; it settles by `onResult` or `onError`. */
  constructor(
    readonly book: AskBook,
    asked: Asked,
    readonly method: string,
    readonly args: readonly unknown[],
    readonly timeoutMs: number,
    onResult: (value: unknown) => void,
    onError: (error: unknown) => void,
  ) {
    this.#asked = asked;
    this.incarnation = asked.incarnation;
    this.#onResult = onResult;
    this.#onError = onError;
    this.deadline = performance.now() + timeoutMs;
  }

  /** Where it went. */
  get to(): Address {
    return this.#asked.address;
  }

  /** Name of who is asked. */
  get actor(): string {
    return this.#asked.name;
  }

  /** Settles it by the end of who is asked, of which somebody hears so. */
  ended(error: Error): void {
    this.#asked.heard = true;
    this.reject(error);
  }

  /** Whether it waits for its answer. */
  get open(): boolean {
    return this.book.has(this);
  }

  /** Gives the question up when `signal` aborts. */
  listen(signal: AbortSignal): void {
    this.#signal = signal;
    this.#onAbort = () => {
      if (this.book.giveUp(this.id)) this.reject(signal.reason);
    };
    signal.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** See {@link Delivery.sent}. */
  sent(sequence: number): void {
    this.sequence = sequence;
    if (this.light !== undefined) this.light.sent = true;
  }

  /** It waits at a light actor of the same thread, which says itself when it begins; `idle` if that does not run. */
  queued(idle: boolean): void {
    this.sequence = 1;
    this.light!.idle = idle;
  }

  /** See {@link Delivery.refused}. */
  refused(why: Refused): void {
    if (!this.book.delete(this.id)) return;
    this.reject(why === "sealed" ? stopped(this, undefined) : full(this, why));
  }

  /** Settles it with its result. Called once, by the book. */
  resolve(value: unknown): void {
    this.#unlisten();
    this.#onResult(value);
  }

  /** Settles it with an error. Called once, by the book. */
  reject(error: unknown): void {
    this.#unlisten();
    this.#onError(error);
  }

  #unlisten(): void {
    if (this.#onAbort === undefined) return;
    this.#signal?.removeEventListener("abort", this.#onAbort);
  }
}

/** What the book needs of its isolate. */
export interface AskBookHooks {
  /** Whether a message of this thread, an urgent one or not, has been begun at an endpoint. */
  begun(endpoint: number, sequence: number, urgent: boolean): boolean;
  /** Whether no incarnation runs at an endpoint. */
  idle(endpoint: number): boolean;
  /** Messages that each sender may have waiting at an endpoint. */
  capacity(endpoint: number): number;
  /** Called with a reply that nobody waits for: who sent it, and what is known of the ask. */
  late(
    from: number,
    actor: string | undefined,
    method: string | undefined,
  ): void;
  /** Called at each look at the clock; returns when to look again, `Infinity` if that need not be. */
  sweep(now: number): number;
}

const NONE = { begun: 0, dropped: 0 };

/** What the nursery says of an end. */
type Gone = Pick<
  Extract<FromNursery, { type: "gone" }>,
  | "address"
  | "report"
  | "final"
  | "begun"
  | "dropped"
  | "urgent"
  | "aside"
  | "keptAside"
>;

/** The pending asks of one thread. */
export class AskBook {
  readonly #pending: AskTable<Ask>;
  readonly #prefix: number;
  readonly #hooks: AskBookHooks;
  /** Asks that were given up lately, by their number. */
  readonly #givenUp: Map<number, { actor: string; method: string }> = new Map();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #due = Infinity;

  /** A book for incarnation `epoch`: replies to former ones are not taken for its own. */
  constructor(epoch: number, hooks: AskBookHooks) {
    this.#prefix = (epoch & 255) << 24;
    this.#pending = new AskTable(this.#prefix);
    this.#hooks = hooks;
  }

  /** How many are pending. */
  get size(): number {
    return this.#pending.size;
  }

  /** Messages that this thread may have waiting at `to`. */
  capacityOf(to: Address): number {
    return this.#hooks.capacity(to.endpoint);
  }

  /** Enters a question. */
  add(ask: Ask): void {
    this.#pending.add(ask);
    if (ask.deadline < this.#due) this.arm(ask.timeoutMs);
  }

  /** Its handler, at a light actor of another thread, runs. */
  begun(id: number): void {
    const light = this.#pending.get(id)?.light;
    if (light !== undefined) light.begun = true;
  }

  /** It came to a light actor of another thread that does not run. */
  idle(id: number): void {
    const light = this.#pending.get(id)?.light;
    if (light !== undefined) light.idle = true;
  }

  /** Whether a question waits for its answer. */
  has(ask: Ask): boolean {
    return this.#pending.get(ask.id) === ask;
  }

  /** Takes a question out without settling it. */
  delete(id: number): Ask | undefined {
    return this.#pending.delete(id);
  }

  /** Takes a question out whose reply may still come, and remembers what it was about. */
  giveUp(id: number): Ask | undefined {
    const ask = this.delete(id);
    if (ask === undefined) return undefined;
    this.#givenUp.set(id, { actor: ask.actor, method: ask.method });
    if (this.#givenUp.size > GIVEN_UP) {
      this.#givenUp.delete(this.#givenUp.keys().next().value!);
    }
    return ask;
  }

  /**
   * Settles a question by the reply of `from`. A late one finds nothing and is a dead letter, unless it is
   * `unmissed`.
   */
  settle(
    id: number,
    ok: boolean,
    value: unknown,
    from: number,
    unmissed = false,
  ): void {
    const ask = this.delete(id);
    if (ask === undefined) return unmissed ? undefined : this.#late(id, from);
    if (ok) ask.resolve(value);
    else ask.reject(named(errorFromWire(value as WireError), ask));
  }

  #late(id: number, from: number): void {
    // Asked by an incarnation before this one: nobody is left who could miss it.
    if ((id ^ this.#prefix) >>> 24 !== 0) return;
    const about = this.#givenUp.get(id);
    this.#givenUp.delete(id);
    this.#hooks.late(from, about?.actor, about?.method);
  }

  /** Settles a question with an error of this thread, of `from`. A late one is a dead letter. */
  refuse(id: number, error: Error, from: number): void {
    const ask = this.delete(id);
    if (ask === undefined) this.#late(id, from);
    else ask.reject(named(error, ask));
  }

  /** Looks at the clock within `ms` milliseconds. */
  arm(ms: number): void {
    if (ms === Infinity) return;
    ms = Math.min(ms, MAX_TIMER_MS);
    const due = performance.now() + ms;
    if (due >= this.#due) return;
    clearTimeout(this.#timer);
    this.#due = due;
    this.#timer = setTimeout(() => this.#sweep(), Math.ceil(ms));
  }

  /**
   * Rejects the asks to an address that ended: those begun or dropped, and on a final end all of them.
   *
   * @param end How it ended; of this thread's messages `begun` had been begun there, and `dropped` begun or dropped;
   * of its urgent ones `urgent` tells the same; those `aside` are as if they had not been begun, and are handled by the next incarnation if they are kept.
   */
  fail(end: Gone): void {
    const { address, report, final, aside, keptAside } = end;
    for (const ask of this.#pending.all()) {
      const { id } = ask;
      // Who was told of another one's end may have given it up.
      if (!ask.open) continue;
      if (
        ask.to.endpoint !== address.endpoint || ask.to.life !== address.life
      ) continue;
      const { begun, dropped } = ask.urgent ? end.urgent ?? NONE : end;
      const isAside = aside?.includes(id) === true;
      if (isAside && keptAside) continue;
      const isBegun = !isAside &&
        (ask.light === undefined
          ? isAmong(ask, begun)
          : ask.light.begun || ask.light.sent);
      const isDropped = ask.light === undefined && isAmong(ask, dropped);
      if (!isBegun && !isDropped && !final) continue;
      this.#pending.delete(id);
      const cause = report.error === undefined
        ? undefined
        : errorFromWire(report.error);
      const error = isBegun
        ? crashed(ask, report, cause)
        : isDropped && !final
        ? emptied(ask, cause)
        : stopped(ask, cause);
      ask.ended(error);
    }
  }

  /** Whether an ask to `address` is pending. */
  waitsFor(address: Address): boolean {
    return this.#pending.all().some(({ to }) => isSameAddress(to, address));
  }

  /** Rejects everything with `error`. */
  close(error: Error): void {
    clearTimeout(this.#timer);
    const pending = this.#pending.all();
    this.#pending.clear();
    for (const ask of pending) ask.reject(error);
  }

  #stateOf({ light, to: { endpoint }, sequence, urgent }: Ask): Unanswered {
    if (light !== undefined) {
      return light.begun ? "begun" : light.idle === true ? "idle" : "waits";
    }
    if (this.#hooks.begun(endpoint, sequence, urgent)) return "begun";
    return this.#hooks.idle(endpoint) ? "idle" : "waits";
  }

  #sweep(): void {
    const now = performance.now();
    this.#due = Infinity;
    let next = Infinity;
    for (const ask of this.#pending.all()) {
      const { id } = ask;
      if (!ask.open) continue;
      if (ask.deadline > now) next = Math.min(next, ask.deadline - now);
      else {
        this.giveUp(id);
        ask.reject(
          ask.sequence === 0 ? full(ask) : timedOut(ask, this.#stateOf(ask)),
        );
      }
    }
    // Those asks must not be sent any more: they are the ones that wait for room until now.
    this.arm(Math.min(next, this.#hooks.sweep(now) - now));
  }
}

/** Whether an ask is one of the first `count` messages of this thread, which may have wrapped. */
function isAmong({ sequence }: Ask, count: number): boolean {
  return sequence > 0 && ((sequence - count) | 0) <= 0;
}
