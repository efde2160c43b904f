import { decode } from "../memory/decode.ts";
import { keepHere } from "../memory/keep_here.ts";
import { ownLife } from "../sync/lives.ts";
import { showAs } from "./show_as.ts";
import { mayBlock, throwFenced } from "../sync/obtain.ts";
import { RoomLine } from "../sync/room_line.ts";
import {
  checkAwaited,
  checkBlocking,
  type SyncWait,
  type Wait,
} from "../sync/wait.ts";
import { WaitTimeoutError } from "../sync/wait_timeout_error.ts";
import { type BroadcastCore, RECEIVED } from "./broadcast_core.ts";
import { AIM, SLOT } from "./broadcast_layout.ts";
import { collectSync } from "./depot.ts";
import { EndInUseError } from "./end_in_use_error.ts";
import { inTurn } from "./in_turn.ts";
import { QueueClosedError } from "./queue_closed_error.ts";
import { rest, restIsDue } from "./rest.ts";
import { LookWaiter } from "./queue_waiters.ts";
import { waitFor, waitForSync } from "./queue_wait.ts";
import { type Selectable, selectable, type Selection } from "./selectable.ts";

/** Messages up to so many bytes are copied out without an array of their own. */
const landed: Uint8Array = new Uint8Array(1 << 14);

/** A message as it was found in the ring. */
interface Found {
  readonly number: number;
  readonly bytes: Uint8Array;
  readonly length: number;
  readonly parcel: number;
  readonly from: number;
}

/**
 * What one subscriber gets of a broadcast; made by `subscribe()`, for this thread.
 *
 * - **Order:** messages come in the order in which they were published; calls of `receive()` have theirs in the order called.
 * - **Lag:** what it was too slow for is not there, and counted by {@linkcode Subscription.lag}.
 * - **No trace:** a wait that is over in time, or aborted, takes no message.
 * - **Ends** with the broadcast, when all that was published has been received, and with {@linkcode Subscription.close}.
 */
export class Subscription<T> implements AsyncIterable<T>, Disposable {
  readonly #core: BroadcastCore;
  readonly #one: number;
  /** Those that wait for a message. */
  readonly #line: RoomLine = new RoomLine();
  #closed = false;
  #finalLag = 0;

  /** Made by `subscribe()`. */
  constructor(core: BroadcastCore, one: number) {
    this.#core = core;
    this.#one = one;
  }

  /** Messages that wait for it. */
  get size(): number {
    return this.#closed ? 0 : this.#section((core, one) => core.waiting(one));
  }

  /** Whether there is a message to receive now. */
  get pending(): boolean {
    return this.size > 0;
  }

  /** Messages that were published since it began and that it will never have, as it was too slow. */
  get lag(): number {
    return this.#closed
      ? this.#finalLag
      : this.#section((core, one) => core.lag(one) >>> 0);
  }

  /** Whether nothing can be received any more. */
  get closed(): boolean {
    return this.#closed ||
      this.#section((core, one) => core.look(one)) === RECEIVED.ENDED;
  }

  /**
   * Receives the next message, when there is one.
   *
   * @param options How long to wait.
   * @returns A promise of it. It rejects with each of the errors below, and with the reason of the signal.
   * @throws {WaitTimeoutError} If none came in time.
   * @throws {QueueClosedError} If all was received and the broadcast is closed, or if this subscription is.
   * @throws {ParcelLostError} If a part of the message was lost with its sender.
   * @throws {InvalidOptionError} If an option is out of bounds.
   * @throws {FencedError} If this thread was given up.
   */
  receive(options: Wait = {}): Promise<T> {
    try {
      checkAwaited("receive", options);
      options.signal?.throwIfAborted();
      if (this.#line.isEmpty) {
        const taken = this.#take();
        if (taken !== undefined) return Promise.resolve(taken.value);
      }
    } catch (error) {
      return Promise.reject(error);
    }
    return this.#later(options);
  }

  /**
   * Receives the next message if there is one, and nobody waits for it.
   *
   * @returns It, or `undefined` if there is none.
   * @throws {QueueClosedError} If all was received and the broadcast is closed, or if this subscription is.
   * @throws {ParcelLostError} If a part of the message was lost with its sender.
   * @throws {FencedError} If this thread was given up.
   */
  tryReceive(): { value: T } | undefined {
    return this.#line.isEmpty ? this.#take() : undefined;
  }

  /**
   * As {@linkcode Subscription.receive}, blocking the thread.
   *
   * @throws {MainThreadWaitError} If this is the main thread and `onMain` is not set.
   * @throws {EndInUseError} If promises of this subscription wait.
   * @throws {WaitTimeoutError} If none came in time.
   * @throws {QueueClosedError} If all was received and the broadcast is closed, or if this subscription is.
   * @throws {ParcelLostError} If a part of the message was lost with its sender.
   * @throws {InvalidOptionError} If an option is out of bounds.
   * @throws {FencedError} If this thread was given up.
   */
  receiveSync(options: SyncWait = {}): T {
    checkBlocking("receive", options);
    mayBlock("receive", options);
    if (!this.#line.isEmpty) {
      throw new EndInUseError(
        "Cannot receive as promises of this subscription wait for messages: await them first",
      );
    }
    const { timeout = Infinity } = options;
    const end = timeout === Infinity ? timeout : performance.now() + timeout;
    for (;;) {
      const taken = this.#take();
      if (taken !== undefined) return taken.value;
      const left = Math.max(0, end - performance.now());
      const wait = { timeout: left };
      if (!waitForSync(this.#core, this.#looker("receive"), wait)) {
        throw tooLate(options);
      }
    }
  }

  /** Ends it: nothing more is kept for it. Idempotent. */
  close(): void {
    if (this.#closed) return;
    const core = this.#core;
    this.#closed = true;
    core.run(() => {
      // The subscriptions of a thread that was given up are forgotten.
      if (!core.enter()) return;
      this.#finalLag = core.lag(this.#one) >>> 0;
      core.unsubscribe(this.#one);
    });
    core.sweep();
  }

  /** As {@linkcode Subscription.close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Receives message after message, and ends with the broadcast; leaving it early leaves the subscription open. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, void> {
    for (;;) {
      if (restIsDue()) await rest();
      let value: T;
      try {
        value = await this.receive();
      } catch (error) {
        if (error instanceof QueueClosedError) return;
        throw error;
      }
      yield value;
    }
  }

  static {
    keepHere(
      this,
      "a subscription, which its own thread alone has: send the broadcast, and subscribe where it arrives",
    );
    showAs<Subscription<unknown>>(this.prototype, (one) => one.#shown());
    // Not a member: what is computed cannot be told from its text alone.
    Object.defineProperty(this.prototype, selectable, {
      get(this: Subscription<unknown>): Selection<unknown> {
        return selectionOf(this, (wake) => this.#watch(wake));
      },
    });
  }

  #shown(): string {
    // A thread that was given up cannot look.
    if (this.#closed || ownLife().fenced) return "Subscription(closed)";
    const { closed, lag, size } = this;
    const lost = lag === 0 ? "" : `, ${lag} missed`;
    return `Subscription(${closed ? "closed" : `${size} waiting${lost}`})`;
  }

  #watch(wake: () => void): () => void {
    const back = new AbortController();
    const over = (): void => {
      if (!back.signal.aborted) wake();
    };
    waitFor(this.#core, this.#looker("watch"), back).then(over, over);
    return () => back.abort();
  }

  #looker(what: string): LookWaiter {
    const core = this.#core;
    const one = this.#one;
    const arg = AIM.LOOK | one << AIM.SHIFT;
    const isThere = (): boolean =>
      this.#closed || core.look(one) !== RECEIVED.NOTHING;
    return new LookWaiter(core, what, arg, isThere);
  }

  async #later(options: Wait): Promise<T> {
    const taken = await inTurn(this.#line, options, async (timeout) => {
      const start = performance.now();
      for (let left = timeout;; left = timeout - performance.now() + start) {
        const taken = this.#take();
        if (taken !== undefined) return taken;
        const wait = { ...options, timeout: Math.max(0, left) };
        const looker = this.#looker("receive");
        if (!await waitFor(this.#core, looker, wait)) return undefined;
      }
    });
    if (taken === undefined) throw tooLate(options);
    return taken.value;
  }

  /**
   * The next message; `undefined` if there is none.
   *
   * @throws {QueueClosedError} If there will be none.
   */
  #take(): { value: T } | undefined {
    for (;;) {
      if (this.#closed) throw closed("this subscription is closed");
      const found = this.#section((core, one) => find(core, one));
      if (found === RECEIVED.NOTHING) return undefined;
      if (found === RECEIVED.ENDED) {
        throw closed("the broadcast is closed and nothing is left");
      }
      this.#core.sweep();
      const { bytes, length, parcel } = found as Found;
      if (parcel === 0) return { value: decode(bytes, 0, length) as T };
      const parts = this.#collect(found as Found);
      if (parts === undefined) continue;
      return { value: decode(bytes, 0, length, parts) as T };
    }
  }

  /** What the depot keeps for a message, which is received with that; `undefined`: it was dropped meanwhile. */
  #collect({ number, parcel, from }: Found): readonly unknown[] | undefined {
    try {
      const parts = collectSync(parcel, from, true);
      this.#pass(number);
      return parts;
    } catch (error) {
      const isLost = this.#section((core, one) =>
        core.waiting(one) > 0 && core.cursor(one) !== number
      );
      if (isLost) return undefined;
      this.#pass(number);
      throw error;
    }
  }

  #pass(number: number): void {
    this.#section((core, one) => core.pass(one, number));
    this.#core.sweep();
  }

  #section<R>(body: (core: BroadcastCore, one: number) => R): R {
    const core = this.#core;
    let may = true;
    const result = core.run(() => {
      may = core.enter();
      return may ? body(core, this.#one) : undefined;
    });
    if (!may) throwFenced("receive");
    return result as R;
  }
}

/** It can be one of several; see {@linkcode Selectable}. */
export interface Subscription<T> extends Selectable<T> {}

function selectionOf<T>(
  subscription: Subscription<T>,
  watch: (wake: () => void) => () => void,
): Selection<T> {
  return {
    tryTake: () => subscription.closed ? undefined : subscription.tryReceive(),
    get ended() {
      return subscription.closed;
    },
    watch,
  };
}

/** In a section: copies the next message, which is received with that if the depot keeps nothing for it. */
function find(core: BroadcastCore, one: number): Found | number {
  const came = core.look(one);
  if (came !== RECEIVED.MESSAGE) return came;
  const number = core.cursor(one);
  const length = core.slot(number, SLOT.LENGTH);
  const parcel = core.slot(number, SLOT.PARCEL);
  const from = core.slot(number, SLOT.FROM);
  const start = core.startOf(number);
  let bytes = landed;
  if (parcel !== 0 || length > landed.length) {
    bytes = core.bytes.slice(start, start + length);
  } else landed.set(core.bytes.subarray(start, start + length));
  if (parcel === 0) core.pass(one, number);
  return { number, bytes, length, parcel, from };
}

function tooLate({ timeout = Infinity }: { timeout?: number }): Error {
  return new WaitTimeoutError(
    `Cannot receive as no message came in time: the limit is ${timeout} ms`,
    { timeoutMs: timeout },
  );
}

function closed(why: string): Error {
  return new QueueClosedError(`Cannot receive as ${why}`);
}
