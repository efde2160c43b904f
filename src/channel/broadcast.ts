import type { OptionNames } from "../option_names.ts";
import { load } from "../memory/cells.ts";
import { encode } from "../memory/encode.ts";
import { defineHandle, remember } from "../sync/handles.ts";
import { KIND } from "../sync/layout.ts";
import { mayBlock, throwFenced } from "../sync/obtain.ts";
import { RoomLine } from "../sync/room_line.ts";
import {
  checkAwaited,
  checkBlocking,
  checkNames,
  type SyncWait,
  type Wait,
} from "../sync/wait.ts";
import { BroadcastCore, type Cargo, PUBLISHED } from "./broadcast_core.ts";
import { BROADCAST, SUBSCRIBERS } from "./broadcast_layout.ts";
import {
  type BroadcastOptions,
  type BroadcastOverflow,
  createBroadcast,
} from "./broadcast_memory.ts";
import { checkTransfer } from "./check_transfer.ts";
import { EndInUseError } from "./end_in_use_error.ts";
import { Goods } from "./goods.ts";
import { inTurn } from "./in_turn.ts";
import { MessageOverCapacityError } from "./message_over_capacity_error.ts";
import { nameUnsent } from "./name_unsent.ts";
import { PublishWaiter } from "./publish_waiter.ts";
import { QueueClosedError } from "./queue_closed_error.ts";
import { QueueFullError } from "./queue_full_error.ts";
import { waitFor, waitForSync } from "./queue_wait.ts";
import type { TransferOption } from "./send_options.ts";
import { Subscription } from "./subscription.ts";
import { SubscriptionLimitError } from "./subscription_limit_error.ts";

const TRANSFER: OptionNames<TransferOption> = { transfer: true };
const PUBLISH: OptionNames<Wait & TransferOption> = {
  ...TRANSFER,
  timeout: true,
  signal: true,
};
const PUBLISH_SYNC: OptionNames<SyncWait & TransferOption> = {
  ...TRANSFER,
  timeout: true,
  onMain: true,
};
const NO_TRANSFER: readonly Transferable[] = [];

/**
 * Makes a broadcast; see {@linkcode Broadcast}.
 *
 * @param options Its bounds, and what becomes of a message when the slowest subscriber leaves no room.
 * @throws {InvalidOptionError} If an option is out of its bounds.
 *
 * @example Two subscribers
 * ```ts
 * import { broadcast } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * using prices = broadcast<number>({ capacity: 64 });
 * using a = prices.subscribe();
 * await prices.publish(1);
 * using b = prices.subscribe();
 * await prices.publish(2);
 * assertEquals([await a.receive(), await a.receive()], [1, 2]);
 * assertEquals(await b.receive(), 2);
 * ```
 *
 * @example The newest alone
 * ```ts
 * import { broadcast } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * using frames = broadcast<string>({ capacity: 1, overflow: "dropOldest" });
 * using screen = frames.subscribe();
 * for (const frame of ["a", "b", "c"]) await frames.publish(frame);
 * assertEquals([await screen.receive(), screen.lag], ["c", 2]);
 * ```
 */
export function broadcast<T>(options: BroadcastOptions = {}): Broadcast<T> {
  return new Broadcast<T>(options);
}

/**
 * A place in shared memory where any thread publishes, and every subscriber on any thread gets every message.
 *
 * - **From now on:** who subscribes gets what is published after that; what is published to nobody is gone.
 * - **Order:** all subscribers get the messages in the same order, and those of one thread in the order in which it
 *   published them. Who waits for room is called in the order of arrival.
 * - **Once in memory,** however many subscribe, until the slowest has received it; see {@linkcode BroadcastOptions} for what
 *   happens when that takes too long.
 * - **Deaths:** the subscriptions of a thread that ends are forgotten; what it had published stays. A thread that ends in
 *   the middle of either breaks nothing for others.
 * - **Ends:** after `close()` subscribers get what is left for them, and then the end.
 * - **Travels** in any message, and is the same object for the same broadcast on one thread. Its subscriptions do not.
 * - **Reach:** the threads of one program.
 *
 * @typeParam T What is published: anything that can be sent. What can only be moved, a port, one subscriber gets.
 */
export class Broadcast<T> implements Disposable {
  readonly #core: BroadcastCore;
  readonly #words: Int32Array;
  /** Those of this thread that wait for room. */
  readonly #line: RoomLine = new RoomLine();

  /**
   * Makes a broadcast, as {@linkcode broadcast} does.
   *
   * @throws {InvalidOptionError} If an option is out of its bounds.
   */
  constructor(options?: BroadcastOptions);
  /**
   * The broadcast in `memory`, as a message brought it.
   *
   * @ignore
   */
  constructor(memory: BroadcastOptions | SharedArrayBuffer);
  constructor(given: BroadcastOptions | SharedArrayBuffer = {}) {
    this.#core = new BroadcastCore(
      given instanceof SharedArrayBuffer ? given : createBroadcast(given),
    );
    const { words } = this.#core.monitor;
    this.#words = words;
    remember(this, words);
  }

  /** Messages that are kept at most. */
  get capacity(): number {
    return this.#core.capacity;
  }

  /** What becomes of a message when the slowest subscriber leaves no room. */
  get overflow(): BroadcastOverflow {
    const names = ["wait", "dropOldest", "dropNewest"] as const;
    return names[this.#core.policy]!;
  }

  /** Messages that are kept for those who have not received them. */
  get size(): number {
    return this.#core.run(() => this.#core.kept);
  }

  /** How many subscriptions there are. */
  get subscribers(): number {
    const core = this.#core;
    return core.run(() => {
      core.enter();
      return load(this.#words, BROADCAST.COUNT);
    });
  }

  /** Messages that were published to nobody for want of room, with the overflow `"dropNewest"`; mod 2^32. */
  get dropped(): number {
    return load(this.#words, BROADCAST.DROPPED) >>> 0;
  }

  /** Whether nothing can be published any more. */
  get closed(): boolean {
    return load(this.#words, BROADCAST.CLOSED) !== 0;
  }

  /**
   * Subscribes to all that is published from now on. Close the subscription when it is no longer read: with the overflow
   * `"wait"` it holds everybody up.
   *
   * @throws {SubscriptionLimitError} If there are 256 subscriptions.
   * @throws {FencedError} If this thread was given up.
   */
  subscribe(): Subscription<T> {
    const core = this.#core;
    const one = core.run(() => core.enter() ? core.subscribe() : undefined);
    if (one === undefined) throwFenced("subscribe");
    if (one < 0) {
      throw new SubscriptionLimitError(
        `Cannot subscribe as there are ${SUBSCRIBERS} subscriptions: close one first`,
        { limit: SUBSCRIBERS },
      );
    }
    return new Subscription<T>(core, one);
  }

  /**
   * Publishes a message, when there is room.
   *
   * @param value The message; it is copied before this returns.
   * @param options How long to wait for room, and what to move instead of copying.
   * @returns A promise that resolves when it is published, or dropped. It rejects with each of the errors below, and with the
   *   reason of the signal; nobody gets the message then.
   * @throws {QueueFullError} If no room came in time.
   * @throws {QueueClosedError} If the broadcast is closed, or is before there is room.
   * @throws {DataCloneError} If the message cannot be sent; it names where.
   * @throws {MessageOverCapacityError} If it is larger than `capacityBytes`.
   * @throws {InvalidOptionError} If an option is out of bounds.
   * @throws {FencedError} If this thread was given up.
   */
  publish(value: T, options: Wait & TransferOption = {}): Promise<void> {
    try {
      checkAwaited("publish", options, PUBLISH);
      checkTransfer("publish", options.transfer);
      options.signal?.throwIfAborted();
      const cargo = this.#pack(value, options.transfer);
      const end = this.#line.isEmpty ? this.#now(cargo) : PUBLISHED.FULL;
      if (end !== PUBLISHED.FULL) {
        this.#settle(end, value, cargo);
        return Promise.resolve();
      }
      const { bytes, length, goods } = cargo;
      const kept = { bytes: bytes.slice(0, length), length, goods };
      return this.#later(value, kept, options);
    } catch (error) {
      return Promise.reject(nameUnsent(error, value));
    }
  }

  /**
   * As {@linkcode Broadcast.publish}, blocking the thread.
   *
   * @throws {MainThreadWaitError} If this is the main thread and `onMain` is not set.
   * @throws {EndInUseError} If promises of this thread wait for room here.
   * @throws {QueueFullError} If no room came in time.
   * @throws {QueueClosedError} If the broadcast is closed, or is before there is room.
   * @throws {DataCloneError} If the message cannot be sent.
   * @throws {MessageOverCapacityError} If it is larger than `capacityBytes`.
   * @throws {InvalidOptionError} If an option is out of bounds.
   * @throws {FencedError} If this thread was given up.
   */
  publishSync(value: T, options: SyncWait & TransferOption = {}): void {
    let cargo: Cargo | undefined;
    try {
      checkBlocking("publish", options, PUBLISH_SYNC);
      checkTransfer("publish", options.transfer);
      mayBlock("publish", options);
      if (!this.#line.isEmpty) {
        throw new EndInUseError(
          "Cannot publish as promises of this thread wait for room: await them first",
          { unsent: value },
        );
      }
      cargo = this.#pack(value, options.transfer);
      const waiter = new PublishWaiter(this.#core, cargo);
      waitForSync(this.#core, waiter, options);
      if (waiter.failure !== undefined) throw waiter.failure.error;
      this.#settle(waiter.end, value, cargo);
    } catch (error) {
      cargo?.goods?.refuse();
      throw nameUnsent(error, value);
    }
  }

  /**
   * Publishes a message if there is room, and nobody waits for it.
   *
   * @returns Whether it is published.
   * @throws {QueueClosedError} If the broadcast is closed.
   * @throws {DataCloneError} If the message cannot be sent.
   * @throws {MessageOverCapacityError} If it is larger than `capacityBytes`.
   * @throws {FencedError} If this thread was given up.
   */
  tryPublish(value: T, options: TransferOption = {}): boolean {
    try {
      checkNames("publish", options, TRANSFER);
      checkTransfer("publish", options.transfer);
      const cargo = this.#pack(value, options.transfer);
      const end = this.#line.isEmpty ? this.#now(cargo) : PUBLISHED.FULL;
      // Its publisher is told, and has it back.
      if (end === PUBLISHED.FULL || end === PUBLISHED.DROPPED) {
        cargo.goods?.refuse();
      } else this.#settle(end, value, cargo);
      return end === PUBLISHED.DONE;
    } catch (error) {
      throw nameUnsent(error, value);
    }
  }

  /** Ends the broadcast: nothing is published any more, and subscribers get what is left for them. Twice is once. */
  close(): void {
    const core = this.#core;
    core.run(() => {
      if (core.enter()) core.close();
    });
  }

  /** As {@linkcode Broadcast.close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  #pack(value: T, transfer: readonly Transferable[] = NO_TRANSFER): Cargo {
    const { bytes, length, attachments } = transfer.length === 0
      ? encode(value)
      : encode(value, { transfer });
    const goods = attachments && new Goods(attachments, transfer);
    const limit = this.#core.longest;
    if (length > limit) {
      goods?.refuse();
      throw new MessageOverCapacityError(
        `Cannot publish a message of ${length} bytes: the limit is ${limit}; make the broadcast with a greater 'capacityBytes'`,
        { bytes: length, limit, unsent: value },
      );
    }
    return { bytes, length, goods };
  }

  #now(cargo: Cargo): number {
    const core = this.#core;
    let failure: { readonly error: unknown } | undefined;
    const step = (): number => {
      if (!core.enter()) return PUBLISHED.FENCED;
      try {
        return core.isBehind(-1) ? PUBLISHED.FULL : core.publish(cargo);
      } catch (error) {
        // A section does not end by an error.
        failure = { error };
        return PUBLISHED.FAILED;
      }
    };
    let end = core.run(step);
    while (end === PUBLISHED.AGAIN) end = core.run(step);
    if (end === PUBLISHED.FENCED) throwFenced("publish");
    if (failure === undefined) return end;
    cargo.goods?.refuse();
    throw failure.error;
  }

  async #later(value: T, cargo: Cargo, options: Wait): Promise<void> {
    const waiter = new PublishWaiter(this.#core, cargo);
    try {
      await inTurn(
        this.#line,
        options,
        (timeout) => waitFor(this.#core, waiter, { ...options, timeout }),
      );
      if (waiter.failure !== undefined) throw waiter.failure.error;
    } catch (error) {
      cargo.goods?.refuse();
      throw nameUnsent(error, value);
    }
    this.#settle(waiter.end, value, cargo);
  }

  #settle(end: number, value: T, { goods }: Cargo): void {
    this.#core.sweep();
    if (end === PUBLISHED.DONE) return;
    if (end === PUBLISHED.DROPPED) return goods?.lose();
    goods?.refuse();
    if (end === PUBLISHED.CLOSED) {
      throw new QueueClosedError(
        "Cannot publish as the broadcast is closed: nothing is published any more",
        { unsent: value },
      );
    }
    const { capacity } = this;
    throw new QueueFullError(
      `Cannot publish as the slowest subscriber leaves no room: current capacity is ${capacity}, wait longer or drop some`,
      { unsent: value, capacity },
    );
  }
}

defineHandle(
  "broadcast",
  KIND.BROADCAST,
  Broadcast,
  ({ capacity, closed, size, subscribers }) =>
    `${size} of ${capacity}, ${subscribers} subscribed${
      closed ? ", closed" : ""
    }`,
);
