/**
 * What one thread does at one queue, behind the page of `Queue`.
 *
 * @module
 */
import { load } from "../memory/cells.ts";
import { throwFenced } from "../sync/obtain.ts";
import { lookUntil } from "../sync/parker.ts";
import type { SyncWait, Wait } from "../sync/wait.ts";
import { WaitTimeoutError } from "../sync/wait_timeout_error.ts";
import { nameUnsent } from "./name_unsent.ts";
import { checkTransfer } from "./check_transfer.ts";
import {
  checkPriority,
  type PutOptions,
  type Rank,
  rankOf,
} from "./put_options.ts";
import { QueueClosedError } from "./queue_closed_error.ts";
import { QueueCore } from "./queue_core.ts";
import { IDLE, OVERFLOW, PUT, TAKE } from "./queue_outcomes.ts";
import { QueueFullError } from "./queue_full_error.ts";
import { QueueHand } from "./queue_hand.ts";
import { AIM, QUEUE } from "./queue_layout.ts";
import { QueueLine } from "./queue_line.ts";
import type { Freight } from "./queue_ring.ts";
import { waitFor, waitForSync } from "./queue_wait.ts";
import {
  COPIED_AT_ONCE,
  LookWaiter,
  type PutEnd,
  PutWaiter,
  TakeWaiter,
} from "./queue_waiters.ts";

/** How a message is put, as its caller gave it. */
export type PutAsked = PutOptions;

/** What was taken. */
export interface Taken {
  /** The message, or a promise of it. */
  readonly value: unknown;
  /** Its record, where it is to be acknowledged; else -1. */
  readonly position: number;
}

const DONE: Promise<void> = Promise.resolve();

/** Whether this thread may look for a moment before it waits: the main thread has others to serve. */
const MAY_LOOK = "WorkerGlobalScope" in globalThis;

/** One thread at one queue. */
export class QueueDesk {
  /** The sections. */
  readonly core: QueueCore;
  /** What this thread puts and takes. */
  readonly hand: QueueHand;
  /** Those of this thread that wait for room. */
  readonly line: QueueLine;
  /** Those of this thread that wait for a message. */
  readonly takers: Set<TakeWaiter> = new Set();
  // Made once: a closure for each section would cost as much as the section.
  readonly #putLoad = (): number =>
    this.core.enter() ? this.core.putNow(this.hand.load) : PUT.FENCED;
  readonly #takeOne = (): number => this.#take();
  readonly #isReady = (): boolean =>
    load(this.core.monitor.words, QUEUE.SIZE) !== 0 || this.core.closed;
  readonly #isRoomy = (): boolean =>
    load(this.core.monitor.words, QUEUE.SIZE) < this.core.ring.capacity ||
    this.core.closed;
  #rank: Rank | undefined;
  readonly #read = (position: number): boolean => this.hand.read(position);

  /** The desk of this thread at the queue in `memory`. */
  constructor(memory: SharedArrayBuffer) {
    this.core = new QueueCore(memory);
    this.hand = new QueueHand(this.core);
    this.line = new QueueLine(this.core);
  }

  // -- Putting ----------------------------------------------------------------

  /** Encodes a message into what the hand loads. */
  pack(value: unknown, options?: PutAsked): Freight {
    if (options === undefined && this.#rank === undefined) {
      return this.hand.pack(value, 0);
    }
    const { transfer } = options ?? {};
    checkTransfer("put", transfer);
    const rank = this.#rank;
    const { priority = rank === undefined ? 0 : rankOf(rank, value) } =
      options ?? {};
    checkPriority("put", priority, this.core.ring.ranked);
    return this.hand.pack(value, priority, transfer);
  }

  /** Has a function say how great the priority of a message is that is put without. */
  rankBy(rank: unknown): void {
    if (typeof rank === "function") this.#rank = rank as Rank;
  }

  /** Encodes a message, and puts it if it may be put at once; `looks`: or in a moment. */
  begin(value: unknown, options?: PutAsked, looks = false): PutEnd {
    const { length } = this.pack(value, options);
    if (!this.line.empty) return "full";
    try {
      // Who leaves goods in the depot may fail in the section, and then gives its room back.
      const isLong = length > COPIED_AT_ONCE ||
        this.hand.load.goods !== undefined;
      let end = isLong ? this.#putLong() : this.#putShort();
      const mayLook = looks && MAY_LOOK && this.core.ring.capacity !== 0;
      if (end === "full" && mayLook && lookUntil(this.#isRoomy)) {
        end = isLong ? this.#putLong() : this.#putShort();
      }
      return end;
    } catch (error) {
      this.hand.drop(this.hand.load);
      throw error;
    } finally {
      this.hand.sweep();
    }
  }

  #putShort(): PutEnd {
    let state = this.core.run(this.#putLoad);
    while (state === PUT.AGAIN) state = this.core.run(this.#putLoad);
    if (state === 0) return "put";
    if (state === PUT.FENCED) throwFenced("put");
    return state === PUT.CLOSED ? "closed" : "full";
  }

  #putLong(): PutEnd {
    const waiter = new PutWaiter(this.core, this.hand.load, false, true);
    waitForSync(this.core, waiter, {});
    if (waiter.failure !== undefined) throw waiter.failure.error;
    return waiter.end;
  }

  /** Puts a message, waiting where it may. */
  put(value: unknown, options?: PutAsked): Promise<void> {
    try {
      if (options?.signal?.aborted) throw options.signal.reason;
      const end = this.begin(value, options, this.mayWait);
      if (end === "put") return DONE;
      if (end === "closed" || !this.mayWait) {
        this.settle(end, value, this.hand.load);
        return DONE;
      }
    } catch (error) {
      return Promise.reject(nameUnsent(error, value));
    }
    return this.#putLater(value, this.hand.keep(), options ?? {});
  }

  async #putLater(
    value: unknown,
    freight: Freight,
    options: PutAsked,
  ): Promise<void> {
    try {
      this.settle(await this.line.put(freight, options), value, freight);
    } catch (error) {
      this.hand.drop(freight);
      throw nameUnsent(error, value);
    } finally {
      this.hand.sweep();
    }
  }

  /** As {@linkcode put}, blocking the thread. */
  putSync(value: unknown, options: PutAsked): void {
    let freight: Freight | undefined;
    try {
      let end = this.begin(value, options, this.mayWait);
      if (end === "full" && this.mayWait) {
        freight = this.hand.keep();
        end = this.line.putSync(freight, options as SyncWait);
        this.hand.sweep();
      }
      this.settle(end, value, freight ?? this.hand.load);
    } catch (error) {
      if (freight !== undefined) this.hand.drop(freight);
      throw nameUnsent(error, value);
    }
  }

  /** As {@linkcode put}, unless it would have to wait. Returns whether it is there. */
  tryPut(value: unknown, options?: PutAsked): boolean {
    try {
      const end = this.begin(value, options);
      if (end === "put") return true;
      this.#giveUp(end, value);
      return false;
    } catch (error) {
      throw nameUnsent(error, value);
    }
  }

  /** Whether who finds no room waits. */
  get mayWait(): boolean {
    const { overflow } = this.core;
    return overflow === OVERFLOW.WAIT || overflow === OVERFLOW.DROP_OLDEST;
  }

  /**
   * Says what came of a put.
   *
   * @throws {QueueClosedError} If it was closed.
   * @throws {QueueFullError} If it found no room, unless it may be dropped.
   */
  settle(end: PutEnd, value: unknown, freight: Freight): void {
    if (end === "put") return;
    const drops = this.core.overflow === OVERFLOW.DROP_NEWEST;
    if (end !== "closed" && drops) {
      this.hand.lose(freight);
      return this.#countDrop();
    }
    this.hand.drop(freight);
    if (end === "closed") {
      throw new QueueClosedError(
        "Cannot put as the queue is closed: nothing is put any more",
        { unsent: value },
      );
    }
    throw this.full(value);
  }

  /** There is no room for a message. */
  full(value: unknown): QueueFullError {
    const { capacity, units } = this.core.ring;
    const size = load(this.core.monitor.words, QUEUE.SIZE);
    const held = size < capacity
      ? ", where what is claimed, leased or not acknowledged has room as well"
      : "";
    return new QueueFullError(
      capacity === 0
        ? "Cannot put as nobody took the message in time, and none may wait: take first or wait longer"
        : `Cannot put as there is no room: ${size} of ${capacity} messages wait, in ${
          8 * units
        } bytes${held}; take some first or wait longer`,
      { unsent: value, capacity },
    );
  }

  /** A message is not put, and nobody waits for room: it is dropped, refused or as if nothing had been. */
  #giveUp(end: PutEnd, value: unknown): void {
    if (end === "closed") return this.settle(end, value, this.hand.load);
    // Its sender is told, and has it back.
    this.hand.drop(this.hand.load);
    if (this.core.overflow === OVERFLOW.DROP_NEWEST) this.#countDrop();
  }

  #countDrop(): void {
    const { core } = this;
    core.run(() => core.enter() && core.ring.add(QUEUE.DROPPED, 1));
  }

  // -- Taking -----------------------------------------------------------------

  /** Takes a message if there is one; one of {@linkcode TAKE}. It is opened before anything else. */
  takeNow(): number {
    const now = this.core.run(this.#takeOne);
    if (now === TAKE.FENCED) throwFenced("take");
    return now;
  }

  /** As {@linkcode takeNow}; where there is nothing, looks for as long as that has paid lately. */
  takeSoon(): number {
    const now = this.takeNow();
    if (now !== TAKE.NOTHING || !MAY_LOOK) return now;
    return lookUntil(this.#isReady) ? this.takeNow() : now;
  }

  /** In a section. */
  #take(): number {
    const { core, hand } = this;
    if (!core.enter()) return TAKE.FENCED;
    if (!core.hasMessage) {
      return core.endsFor(core.monitor.life.who) ? TAKE.ENDED : TAKE.NOTHING;
    }
    if (hand.stays(core.ring.first())) hand.note(core.take());
    else {
      hand.copy(core.ring.first());
      core.shift();
    }
    core.serve();
    return TAKE.TAKEN;
  }

  /** What was taken just now. */
  opened(): Taken {
    const value = this.hand.open();
    return { value, position: this.core.ack ? this.hand.held.at(-1)! : -1 };
  }

  /**
   * Waits for a message.
   *
   * @returns It, or `undefined` at the end.
   * @throws {WaitTimeoutError} If the time is over.
   */
  async takeLater(options: Wait): Promise<Taken | undefined> {
    let taken: Taken | undefined;
    const waiter: TakeWaiter = new TakeWaiter(
      this.core,
      this.takers,
      false,
      this.#read,
      () => {
        if (!waiter.ended) taken = this.opened();
      },
    );
    this.takers.add(waiter);
    try {
      if (!await waitFor(this.core, waiter, options)) throw tooLate(options);
    } finally {
      this.takers.delete(waiter);
      this.hand.sweep();
    }
    return taken;
  }

  /** As {@linkcode takeLater}, blocking the thread. */
  takeLaterSync(options: SyncWait): { value: unknown } | undefined {
    let taken: { value: unknown } | undefined;
    const waiter: TakeWaiter = new TakeWaiter(
      this.core,
      this.takers,
      true,
      this.#read,
      () => {
        if (!waiter.ended) taken = { value: this.hand.openSync() };
      },
    );
    if (!waitForSync(this.core, waiter, options)) throw tooLate(options);
    return taken;
  }

  // -- The rest ---------------------------------------------------------------

  /** The next message, which stays; `undefined` if there is none. */
  peek(): { value: unknown } | undefined {
    const { core, hand } = this;
    const found = core.run(() => {
      if (!core.enter()) return TAKE.FENCED;
      if (!core.hasMessage) return TAKE.NOTHING;
      hand.peek(core.ring.first());
      return TAKE.TAKEN;
    });
    if (found === TAKE.FENCED) throwFenced("peek");
    return found === TAKE.TAKEN ? { value: hand.openSync(true) } : undefined;
  }

  /** Who waits until all is done. */
  idler(): LookWaiter {
    const { core } = this;
    const isIdle = (): boolean => core.ring.get(QUEUE.UNDONE) === 0;
    return new LookWaiter(core, "wait for a queue", IDLE, isIdle);
  }

  /** See {@linkcode Selection.watch}. */
  watch(wake: () => void): () => void {
    const { core } = this;
    const back = new AbortController();
    const isThere = (): boolean => core.hasMessage || core.drained;
    const looker = new LookWaiter(core, "watch", AIM.LOOK, isThere);
    const over = (): void => {
      if (!back.signal.aborted) wake();
    };
    // Also what ends the wait otherwise: who takes then is told.
    waitFor(core, looker, back).then(over, over);
    return () => back.abort();
  }

  /** Whether nothing comes any more. */
  get ended(): boolean {
    const { core } = this;
    return core.run(() => core.enter() && core.drained);
  }

  /** Closes the queue. */
  close(): void {
    const { core } = this;
    core.run(() => {
      if (core.enter()) core.close();
    });
  }
}

/** The time of a wait is over. */
export function tooLate({ timeout }: { readonly timeout?: number }): Error {
  return new WaitTimeoutError(
    `Cannot wait any longer for a queue: the limit is ${timeout} ms`,
    { timeoutMs: timeout ?? Infinity },
  );
}
