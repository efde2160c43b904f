import {
  ActorCrashedError,
  ActorStoppedError,
  AskTimeoutError,
} from "../../errors.ts";
import { errorFromWire } from "../../error_wire.ts";
import { ENDPOINT } from "../../memory/endpoints.ts";
import { runningLight } from "../current.ts";
import type { Address, WireReport } from "../mail/protocol.ts";
import type { RefCore } from "../mail/ref_core.ts";
import { ask, type MethodName, type SendOptions } from "../mail/send.ts";
import type { ActorStream } from "./actor_stream.ts";
import { OPEN, type OpenAnswer, type OpenArgs } from "./stream_op.ts";
import { noStream } from "./stream_method_error.ts";

/** Elements that an actor may be ahead of its reader, unless said otherwise. */
const DEFAULT_CREDIT = 64;
/** The longest that a timer can wait. */
const MAX_TIMER_MS = 2 ** 31 - 1;

type Step<T> = IteratorResult<T, undefined>;

/** The place of an element: it may have to wait for what travels beside it. */
export class Slot<T> {
  /** Gives the element, once it is here; it may throw. */
  read: (() => T) | undefined;
  readonly #onFilled: () => void;

  /** An empty place. */
  constructor(onFilled: () => void) {
    this.#onFilled = onFilled;
  }

  /** The element is here. */
  fill(read: () => unknown): void {
    try {
      const value = read() as T;
      this.read = () => value;
    } catch (error) {
      this.read = () => {
        throw error;
      };
    }
    this.#onFilled();
  }
}

/** Somebody who waits for an element. */
interface Waiter<T> {
  resolve(step: Step<T>): void;
  reject(reason: unknown): void;
  readonly timer: ReturnType<typeof setTimeout> | undefined;
}

/**
 * A stream at who reads it: the one implementation of {@link ActorStream}.
 *
 *   idle → opening → open   the first `next()`; the actor has begun
 *   any → over              it ended, failed or was left; elements that are here may still be read if it ended there
 */
export class Inlet<T> implements ActorStream<T> {
  readonly #core: RefCore;
  readonly #method: MethodName;
  readonly #args: unknown[];
  readonly #options: SendOptions;
  readonly #credit: number;
  #state: "idle" | "opening" | "open" | "over" = "idle";
  #id = 0;
  #opened: Promise<void> | undefined;
  /** Elements asked for, and allowed. */
  #asked = 0;
  #granted = 0;
  #slots: Slot<T>[] = [];
  #waiters: Waiter<T>[] = [];
  /** Why it ended, until somebody was told. */
  #failure: { readonly reason: unknown } | undefined;
  #release: () => void;
  #onAbort: (() => void) | undefined;

  /** A stream of what the method gives; nothing is sent yet. */
  constructor(
    core: RefCore,
    method: MethodName,
    args: unknown[],
    options: SendOptions,
  ) {
    this.#core = core;
    this.#method = method;
    this.#args = args;
    this.#options = options;
    this.#credit = options.credit ?? DEFAULT_CREDIT;
    // A thread tells of its end by itself.
    this.#release = runningLight()?.hold(() => this.#abandon(undefined)) ??
      (() => {});
  }

  /** Says that it stays where it is read: what has a tag like this cannot be sent. */
  get [Symbol.toStringTag](): string {
    return "ActorStream Iterator";
  }

  /** Who produces it. */
  get from(): Address {
    return this.#core.address;
  }

  /** See {@link ActorStream.next}. */
  next(): Promise<Step<T>> {
    this.#asked++;
    if (this.#state === "idle") this.#open();
    this.#demand();
    return new Promise((resolve, reject) => {
      const waiter = { resolve, reject, timer: undefined };
      if (this.#waiters.length === 0 && this.#serve(waiter)) return;
      this.#wait(waiter);
    });
  }

  /** See {@link ActorStream.return}. */
  async return(): Promise<Step<T>> {
    const { timeout } = this.#options;
    const closing = this.#leave(undefined);
    if (closing !== undefined) await closing(timeout);
    return DONE;
  }

  /** See {@link ActorStream.throw}. */
  async throw(error?: unknown): Promise<Step<T>> {
    await this.return();
    throw error;
  }

  /** Ends the stream. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  /** The stream itself. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Keeps a place for the element that comes next. */
  expect(): Slot<T> {
    // Word of the beginning may come after the first element.
    if (this.#state === "opening") this.#begun(undefined);
    const slot = new Slot<T>(() => this.#serveAll());
    this.#slots.push(slot);
    return slot;
  }

  /** It ended at the producer. What has come before may still be read. */
  end(failure: { readonly reason: unknown } | undefined): void {
    if (this.#state === "over") return;
    this.#failure = failure;
    this.#finish();
    this.#serveAll();
  }

  /** An incarnation of the thread at `address` ended. */
  gone({ endpoint, life }: Address, report: WireReport): void {
    const { address, name, incarnation } = this.#core;
    if (address.endpoint !== endpoint || address.life !== life) return;
    // A call that was not begun may be answered by the next incarnation.
    if (this.#state !== "open") return;
    const cause = report.error && errorFromWire(report.error);
    const method = this.#method.name;
    const stopped = report.kind === "stopped" || report.kind === "done";
    const reason = stopped
      ? new ActorStoppedError(
        `Cannot read on in ${method}() of "${name}" as it has stopped: read it from the beginning elsewhere`,
        { actor: name, safeToRetry: false, cause },
      )
      : new ActorCrashedError(
        `"${name}" ended (${report.kind}) while ${method}() was read: its elements so far have arrived`,
        { actor: name, incarnation, cause },
      );
    this.#core.heard = true;
    this.end({ reason });
  }

  #open(): void {
    this.#state = "opening";
    const { isolate } = this.#core;
    const { signal, transfer } = this.#options;
    this.#id = isolate.streams.read(this as Inlet<unknown>);
    this.#granted = this.#credit;
    const { endpoint, table } = isolate;
    const life = table.get(endpoint, ENDPOINT.LIFE);
    const epoch = table.get(endpoint, ENDPOINT.EPOCH);
    const { name, hash } = this.#method;
    const call: OpenArgs = [
      this.#id,
      life,
      epoch,
      this.#credit,
      hash,
      this.#args,
    ];
    const opening = signal?.aborted
      ? Promise.reject(signal.reason)
      : ask(this.#core, { name, hash: OPEN }, call, {
        timeout: Infinity,
        ...(transfer === undefined ? {} : { transfer }),
      });
    if (signal !== undefined) {
      this.#onAbort = () => this.#abandon({ reason: signal.reason });
      signal.addEventListener("abort", this.#onAbort, { once: true });
    }
    this.#opened = opening.then(
      (answer) => this.#begun(answer as OpenAnswer),
      (reason) => this.end({ reason }),
    );
  }

  #begun(found: OpenAnswer): void {
    if (found !== undefined) {
      const { name } = this.#core;
      return this.end({ reason: noStream(name, this.#method.name, found) });
    }
    if (this.#state !== "opening") return;
    this.#state = "open";
    this.#demand();
  }

  /** Gives credit when half of it is used up: not one by one. */
  #demand(): void {
    if (this.#state !== "open") return;
    const due = this.#asked + this.#credit - 1 - this.#granted;
    if (due < Math.max(1, this.#credit >> 1)) return;
    this.#granted += due;
    this.#core.isolate.streams.grant(this.#core, this.#id, due);
  }

  #wait(waiter: Waiter<T>): void {
    const { timeout = Infinity } = this.#options;
    const { streams } = this.#core.isolate;
    if (this.#waiters.length === 0) streams.waiting++;
    const timer = timeout > MAX_TIMER_MS
      ? undefined
      : setTimeout(() => this.#late(timeout), timeout);
    this.#waiters.push({ ...waiter, timer });
    this.#core.isolate.wake();
  }

  #late(timeoutMs: number): void {
    const actor = this.#core.name;
    const method = this.#method.name;
    const begun = this.#state !== "opening";
    this.#abandon({
      reason: new AskTimeoutError(
        `Cannot get an element of ${method}() of "${actor}" within ${timeoutMs} ms: ${
          begun ? "none came" : "it has not begun yet"
        }, raise the timeout with ref.with({ timeout })`,
        { actor, method, timeoutMs, begun },
      ),
    });
  }

  #serveAll(): void {
    while (this.#waiters.length > 0 && this.#serve(this.#waiters[0]!)) {
      clearTimeout(this.#waiters.shift()!.timer);
      if (this.#waiters.length === 0) this.#core.isolate.streams.waiting--;
    }
  }

  /** Gives `waiter` what there is for it; false if there is nothing yet. */
  #serve(waiter: Waiter<T>): boolean {
    const [slot] = this.#slots;
    if (slot !== undefined) {
      if (slot.read === undefined) return false;
      this.#slots.shift();
      try {
        waiter.resolve({ done: false, value: slot.read() });
      } catch (reason) {
        waiter.reject(reason);
        queueMicrotask(() => this.#abandon(undefined));
      }
      return true;
    }
    if (this.#state !== "over") return false;
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure === undefined) waiter.resolve(DONE);
    else waiter.reject(failure.reason);
    return true;
  }

  /** Gives it up from here, without waiting for the other side. */
  #abandon(failure: { readonly reason: unknown } | undefined): void {
    // Whoever is told is told of `failure`; what its `finally` throws fails the producer.
    this.#leave(failure)?.(undefined).catch(() => {});
  }

  /** Gives it up from here; returns what closes it at the producer, if it must be. */
  #leave(
    failure: { readonly reason: unknown } | undefined,
  ): ((timeoutMs: number | undefined) => Promise<void>) | undefined {
    const before = this.#state;
    this.#slots = [];
    this.#failure = failure;
    if (before !== "over") this.#finish();
    this.#serveAll();
    if (before === "opening") {
      // Nothing has come yet, and it may be long before anything would.
      void this.#opened!.then(() => this.#close(undefined)).catch(() => {});
    }
    return before === "open"
      ? (timeoutMs) => this.#close(timeoutMs)
      : undefined;
  }

  async #close(timeoutMs: number | undefined): Promise<void> {
    const { streams } = this.#core.isolate;
    const { name } = this.#method;
    let thrown: Error | undefined;
    try {
      thrown = await streams.close(this.#core, this.#id, name, timeoutMs);
    } catch (error) {
      // If it has ended, the stream has too.
      if (error instanceof AskTimeoutError) throw error;
    }
    if (thrown !== undefined) throw thrown;
  }

  #finish(): void {
    this.#state = "over";
    this.#release();
    const { isolate } = this.#core;
    isolate.streams.drop(this.#id);
    if (this.#onAbort === undefined) return;
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
  }
}

const DONE: Step<never> = { done: true, value: undefined };
