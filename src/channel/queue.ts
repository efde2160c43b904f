import type { Rec, RecInit, RecordLayout } from "../memory/record.ts";
import type { Region } from "../memory/region_room.ts";
import { defineHandle, remember } from "../sync/handles.ts";
import { KIND } from "../sync/layout.ts";
import { type Ground, isGround } from "../sync/plot.ts";
import {
  checkAwaited,
  checkNames,
  type SyncWait,
  type Wait,
} from "../sync/wait.ts";
import {
  PUT,
  PUT_HOW,
  PUT_SYNC,
  type PutHow,
  type PutOptions,
  type PutSyncOptions,
} from "./put_options.ts";
import { putMany } from "./queue_batch.ts";
import { QueueDesk } from "./queue_desk.ts";
import { QueueInPlace } from "./queue_in_place.ts";
import { createQueue, type QueueOptions } from "./queue_memory.ts";
import { queueIn, type RegionQueueOptions } from "./queue_in_region.ts";
import { checkedLayout, checkRecords } from "./queue_records.ts";
import { eachOf, selectionOf } from "./queue_selection.ts";
import {
  sayDone,
  takeNext,
  takeNextSync,
  takeSeveral,
  tryTakeNext,
  waitIdle,
  waitIdleSync,
} from "./queue_take.ts";
import { checkSyncWait } from "./queue_wait.ts";
import { type Selectable, selectable, type Selection } from "./selectable.ts";

/**
 * A queue in shared memory: any thread puts, any thread takes.
 *
 * - **Order:** messages come in the order in which they were put, each to one taker; those who wait, for a message or for
 *   room, are served in the order in which they came.
 * - **Safe when put:** `put()` is over when the message is in shared memory. It is there for whoever takes it, also when the
 *   thread that put it has ended.
 * - **Deaths:** a thread that ends while it puts, takes or waits breaks nothing for others. What it has taken is gone with
 *   it, unless the queue was made with `ack`.
 * - **Bounded** by messages and by bytes; see {@linkcode QueueOptions}.
 * - **Exact:** `size`, `empty` and `full` are true of a moment during the call.
 * - **Ends without a sentinel:** after `close()` those who take have what is left, and then the end.
 * - **Travels** in any message, and is the same object for the same queue on one thread.
 * - **Reach:** the threads of one program; made by `in()`, all programs that have a region open.
 *
 * @typeParam T What is taken: anything that can be sent.
 * @typeParam In What is put; the same, but in a queue of records, whose arrays may be of any kind.
 *
 * @example One puts, one takes
 * ```ts
 * import { Queue } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * using queue = new Queue<{ id: number }>({ capacity: 4 });
 * await queue.put({ id: 1 });
 * await queue.put({ id: 2 });
 * assertEquals([queue.size, await queue.take()], [2, { id: 1 }]);
 * queue.close();
 * for await (const { id } of queue) assertEquals(id, 2);
 * ```
 */
export class Queue<T, In = T> extends QueueInPlace
  implements AsyncIterable<T>, Disposable {
  readonly #desk: QueueDesk;

  /**
   * Makes a queue.
   *
   * @param options Its bounds, and what becomes of a message without room.
   * @throws {InvalidOptionError} If an option is out of its bounds.
   */
  constructor(options?: QueueOptions<In>);
  /**
   * The queue in `memory`, as a message brought it.
   *
   * @ignore
   */
  constructor(memory: QueueOptions<In> | SharedArrayBuffer);
  constructor(given: QueueOptions<In> | Ground = {}) {
    const ground = isGround(given) ? given : createQueue(given);
    // A plot of a region is as good.
    const desk = new QueueDesk(ground as SharedArrayBuffer);
    super(desk);
    this.#desk = desk;
    if (!isGround(given)) desk.rankBy(given.priority);
    remember(this, desk.core.monitor.words);
  }

  /**
   * Makes a queue of records of one layout: their bytes are the messages, nothing is encoded.
   *
   * - **Checked when put:** a record with a field that is missing, of another type or too long is not put.
   * - **Plain when taken:** what is taken is a copy of its own.
   * - **Travels** with its layout; {@linkcode Queue.as} checks it where the queue arrives.
   *
   * @param layout What `struct()` gives.
   * @param options Its bounds, and what becomes of a record without room; `capacityBytes` is by default what `capacity`
   * records need.
   * @throws {InvalidOptionError} If an option is out of its bounds, or `layout` is none.
   *
   * @example Records
   * ```ts
   * import { Queue, struct } from "@troupe/actors";
   * import { assertEquals } from "@std/assert";
   *
   * const Reading = struct({ sensor: "u32", values: ["f32", 2] });
   * using queue = Queue.of(Reading, { capacity: 100 });
   * await queue.put({ sensor: 7, values: [0.5, 0.25] });
   * const { sensor, values } = await queue.take();
   * assertEquals([sensor, values], [7, Float32Array.of(0.5, 0.25)]);
   * ```
   */
  static of<F>(
    layout: RecordLayout<F>,
    options: QueueOptions<RecInit<F>> = {},
  ): Queue<Rec<F>, RecInit<F>> {
    const queue = new Queue<Rec<F>, RecInit<F>>(
      createQueue(options, undefined, checkedLayout(layout)),
    );
    queue.#desk.rankBy(options.priority);
    return queue;
  }

  /**
   * The queue of that name in a region of named memory, for all programs that have that open: it is made if there is none.
   *
   * - **Deaths:** what a process was putting when it was killed is not in the queue, what it had put is; with `ack`, what it had
   *   taken and not acknowledged is the next one's. That is noticed within 100 ms by who waits.
   * - **No ports, no shared memory** in a message: those are of one program. A message with them is refused.
   * - **Takes** `capacityBytes` and 18 KiB of the `room` that the region was made with.
   *
   * @param region The region, such as a `SharedMemory` with `room`.
   * @param name Its name there, 1 to 64 bytes of text.
   * @param options Its bounds, and what its messages are; who finds it must say the same.
   * @throws {LayoutMismatchError} If something else has that name there, or it was made otherwise.
   * @throws {RegionNoRoomError} If the region has not so much room left.
   * @throws {RegionClosedError} If the region was closed.
   * @throws {InvalidOptionError} If an argument is out of its bounds.
   */
  static in<F>(
    region: Region,
    name: string,
    options: RegionQueueOptions<RecInit<F>> & {
      readonly layout: RecordLayout<F>;
    },
  ): Queue<Rec<F>, RecInit<F>>;
  /** The same, of messages of any kind. */
  static in<T>(
    region: Region,
    name: string,
    options?: RegionQueueOptions<T>,
  ): Queue<T>;
  static in(
    region: Region,
    name: string,
    options: RegionQueueOptions<never> = {},
  ): Queue<unknown> {
    const queue = queueIn(
      region,
      name,
      options,
      (given) => new Queue<unknown>(given),
    );
    queue.#desk.rankBy(options.priority);
    return queue;
  }

  /**
   * Makes a queue that has the latest message alone: one that is put takes the place of the one before, if nobody has
   * taken that. A queue of `capacity: 1` and `overflow: "dropOldest"`; who puts never waits,
   * unless the room is claimed.
   */
  static latest<T>(
    options: Pick<QueueOptions, "capacityBytes"> = {},
  ): Queue<T> {
    return new Queue<T>({ ...options, capacity: 1, overflow: "dropOldest" });
  }

  /**
   * This queue, as one of records of a layout.
   *
   * @param layout What it is to hold; the layout it was made with may be another object with the same fields.
   * @throws {LayoutMismatchError} If it holds records of another layout, or messages of any kind.
   */
  as<F>(layout: RecordLayout<F>): Queue<Rec<F>, RecInit<F>> {
    checkRecords(this.#desk.hand.records, layout);
    return this as unknown as Queue<Rec<F>, RecInit<F>>;
  }

  /**
   * Puts a message at the end, when there is room.
   *
   * @param value The message; it is copied before this returns.
   * @param options How long to wait for room, and how to put it.
   * @returns A promise that resolves when it is in the queue; where `capacity` is 0, when it was taken. It rejects with each
   *   of the errors below, and with the reason of the signal; the message is not in the queue then, nor will it be.
   * @throws {QueueFullError} If no room came in time, or the overflow is `"fail"`.
   * @throws {QueueClosedError} If the queue is closed, or is before there is room.
   * @throws {DataCloneError} If the message cannot be sent; it names where.
   * @throws {MessageOverCapacityError} If it is larger than the whole queue.
   * @throws {InvalidOptionError} If an option is out of bounds.
   * @throws {FencedError} If this thread was given up.
   */
  put(value: In, options?: PutOptions): Promise<void> {
    try {
      if (options !== undefined) checkAwaited("put", options, PUT);
    } catch (error) {
      return Promise.reject(error);
    }
    return this.#desk.put(value, options);
  }

  /**
   * Puts messages one behind the other, up to 64 in one section, so that other threads are less in the way.
   *
   * @param values The messages; each is copied before it is put. An array is read at once, anything else as it is put: at most
   *   64 ahead, so that a generator may be endless. It is left by an error, and by the signal.
   * @param options How long each may wait for room, and how to put it.
   * @returns A promise that resolves when all are in the queue. It rejects as that of {@linkcode Queue.put}; those before the
   *   one that failed are in the queue then, and `unsent` is an array of that one and those behind it that were read; of one that cannot be sent, the path says which
   *   one it is, such as `values[2].on`.
   * @throws {QueueFullError} If no room came in time, or the overflow is `"fail"`.
   * @throws {QueueClosedError} If the queue is closed, or is before there is room.
   * @throws {DataCloneError} If a message cannot be sent; it names where.
   * @throws {MessageOverCapacityError} If one is larger than the whole queue.
   * @throws {InvalidOptionError} If an option is out of bounds.
   * @throws {FencedError} If this thread was given up.
   */
  async putMany(
    values: Iterable<In>,
    options: PutOptions = {},
  ): Promise<void> {
    checkAwaited("put", options, PUT);
    await putMany(this.#desk, values, options);
  }

  /**
   * As {@linkcode Queue.put}, blocking the thread; throws what that rejects with.
   *
   * @throws {MainThreadWaitError} If this is the main thread and `onMain` is not set.
   */
  putSync(value: In, options: PutSyncOptions = {}): void {
    checkSyncWait("put", options, PUT_SYNC);
    this.#desk.putSync(value, options);
  }

  /**
   * Puts a message if there is room and nobody waits for it; where `capacity` is 0, if somebody waits to take.
   *
   * @param value The message.
   * @param how How to put it.
   * @returns Whether it is in the queue.
   * @throws {QueueClosedError} If the queue is closed.
   * @throws {DataCloneError} If the message cannot be sent.
   * @throws {MessageOverCapacityError} If it is larger than the whole queue.
   * @throws {InvalidOptionError} If an option is out of bounds.
   * @throws {FencedError} If this thread was given up.
   */
  tryPut(value: In, how?: PutHow): boolean {
    if (how !== undefined) checkNames("put", how, PUT_HOW);
    return this.#desk.tryPut(value, how);
  }

  /**
   * Takes the next message, when there is one.
   *
   * @param options How long to wait.
   * @returns A promise of it. It rejects with each of the errors below, and with the reason of the signal; no message is
   *   taken then.
   * @throws {WaitTimeoutError} If the time is over.
   * @throws {QueueClosedError} If the queue is closed, and nothing is left.
   * @throws {InvalidOptionError} If an option is out of bounds.
   * @throws {FencedError} If this thread was given up.
   */
  take(options?: Wait): Promise<T> {
    return takeNext(this.#desk, options) as Promise<T>;
  }

  /**
   * As {@linkcode Queue.take}, blocking the thread; throws what that rejects with.
   *
   * @throws {MainThreadWaitError} If this is the main thread and `onMain` is not set.
   */
  takeSync(options: SyncWait = {}): T {
    return takeNextSync(this.#desk, options) as T;
  }

  /**
   * Takes messages that are there, the next one first, up to 64 by two sections; waits for the first.
   *
   * @param most How many at most, a whole number from 1.
   * @param options How long to wait for the first.
   * @returns A promise of them. It rejects as that of {@linkcode Queue.take}.
   * @throws {WaitTimeoutError} If the time is over.
   * @throws {QueueClosedError} If the queue is closed, and nothing is left.
   * @throws {InvalidOptionError} If an option is out of bounds.
   * @throws {FencedError} If this thread was given up.
   */
  takeMany(most: number, options: Wait = {}): Promise<T[]> {
    return takeSeveral(this.#desk, most, options) as Promise<T[]>;
  }

  /**
   * Takes the next message if there is one.
   *
   * @returns It, or `undefined` if the queue is empty.
   * @throws {QueueClosedError} If the queue is closed, and nothing is left.
   * @throws {FencedError} If this thread was given up.
   */
  tryTake(): { value: T } | undefined {
    return tryTakeNext(this.#desk) as { value: T } | undefined;
  }

  /**
   * The next message, which stays where it is.
   *
   * @returns It, or `undefined` if the queue is empty.
   * @throws {FencedError} If this thread was given up.
   */
  peek(): { value: T } | undefined {
    return this.#desk.peek() as { value: T } | undefined;
  }

  /**
   * Says that messages which were taken have been dealt with; where the queue was made with `ack`, acknowledges the oldest
   * that this thread has taken.
   *
   * @param n How many, a whole number from 1.
   * @throws {OverDoneError} If so many were not taken.
   * @throws {InvalidOptionError} If `n` is out of bounds.
   * @throws {FencedError} If this thread was given up.
   */
  done(n = 1): void {
    sayDone(this.#desk, n);
  }

  /**
   * Waits until all messages that were put are done.
   *
   * @param options How long to wait.
   * @returns A promise. It rejects with each of the errors below, and with the reason of the signal.
   * @throws {WaitTimeoutError} If the time is over.
   * @throws {InvalidOptionError} If an option is out of bounds.
   * @throws {FencedError} If this thread was given up.
   */
  idle(options: Wait = {}): Promise<void> {
    return waitIdle(this.#desk, options);
  }

  /**
   * As {@linkcode Queue.idle}, blocking the thread; throws what that rejects with.
   *
   * @throws {MainThreadWaitError} If this is the main thread and `onMain` is not set.
   */
  idleSync(options: SyncWait = {}): void {
    waitIdleSync(this.#desk, options);
  }

  /** Ends the queue: nothing is put any more, and who waits for room is refused; what is there can be taken. Twice is once. */
  close(): void {
    this.#desk.close();
  }

  /** As {@linkcode Queue.close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  /**
   * Takes message after message, until the queue is closed and empty.
   *
   * Where the queue was made with `ack`, a message is acknowledged when the next one is asked for, unless `done()` was
   * called; one that is left in the middle of the loop is the next one again.
   */
  [Symbol.asyncIterator](): AsyncGenerator<T, void, void> {
    return eachOf(this.#desk) as AsyncGenerator<T, void, void>;
  }

  static {
    // Not a member: what is computed cannot be told from its text alone.
    Object.defineProperty(this.prototype, selectable, {
      get(this: Queue<unknown>): Selection<unknown> {
        return selectionOf(this.#desk);
      },
    });
  }
}

/** See the class; this says what its static block adds: a queue is one of what `select()` and `merge()` choose from. */
export interface Queue<T, In = T> extends Selectable<T> {}

defineHandle(
  "queue",
  KIND.QUEUE,
  Queue,
  ({ closed, size, capacity }) =>
    `${size} of ${capacity}${closed ? ", closed" : ""}`,
);
