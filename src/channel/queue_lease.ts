/**
 * Messages of bytes, read where they lie.
 *
 * The record stays in the ring and is this thread's, TAKEN, until the lease ends; a thread that is dead loses it as any other.
 *
 * @module
 */
import { byteMessageStart } from "../memory/byte_message.ts";
import { ownLife } from "../sync/lives.ts";
import { throwFenced } from "../sync/obtain.ts";
import { checkAwaited, type SyncWait, type Wait } from "../sync/wait.ts";
import { LeaseOverError } from "./lease_over_error.ts";
import { NotBytesError } from "./not_bytes_error.ts";
import { TAKE } from "./queue_core.ts";
import { type QueueDesk, tooLate } from "./queue_desk.ts";
import { QUEUE, RECORD } from "./queue_layout.ts";
import { endOf } from "./queue_take.ts";
import { checkSyncWait, waitFor, waitForSync } from "./queue_wait.ts";
import { TakeWaiter } from "./queue_waiters.ts";

/**
 * A message of bytes that this thread reads where it lies; see {@linkcode QueueInPlace.lease}. Disposing it ends it and frees the
 * room; twice is once.
 */
export interface QueueLease extends Disposable {
  /**
   * The bytes of the message, in shared memory, until the lease ends. An array that is kept beyond that shows whatever
   * is put next.
   *
   * @throws {LeaseOverError} If the lease has ended.
   */
  readonly bytes: Uint8Array<SharedArrayBuffer>;
}

class Lease implements QueueLease {
  #bytes: Uint8Array<SharedArrayBuffer> | undefined;
  readonly #desk: QueueDesk;
  readonly #position: number;

  constructor(
    desk: QueueDesk,
    position: number,
    bytes: Uint8Array<SharedArrayBuffer>,
  ) {
    this.#desk = desk;
    this.#position = position;
    this.#bytes = bytes;
  }

  get bytes(): Uint8Array<SharedArrayBuffer> {
    if (this.#bytes !== undefined) return this.#bytes;
    throw new LeaseOverError(
      "Cannot read the bytes of a lease that has ended: copy them before, with slice()",
    );
  }

  [Symbol.dispose](): void {
    if (this.#bytes === undefined) return;
    this.#bytes = undefined;
    const { core } = this.#desk;
    core.run(() => {
      // Who was given up has lost it already.
      if (!core.enter() || !core.release(this.#position)) return;
      if (core.ack) core.ring.add(QUEUE.UNDONE, -1);
      core.serve();
    });
  }
}

/** See `Queue.tryLease()`. */
export function tryLease(desk: QueueDesk): QueueLease | undefined {
  const { core } = desk;
  let position = -1;
  const now = core.run(() => {
    if (!core.enter()) return TAKE.FENCED;
    if (!core.hasMessage) {
      return core.endsFor(ownLife().who) ? TAKE.ENDED : TAKE.NOTHING;
    }
    position = core.take();
    core.serve();
    return TAKE.TAKEN;
  });
  if (now === TAKE.FENCED) throwFenced("take");
  if (now === TAKE.ENDED) throw endOf();
  return now === TAKE.NOTHING ? undefined : open(desk, position);
}

/** See `Queue.lease()`. */
export async function lease(
  desk: QueueDesk,
  options: Wait,
): Promise<QueueLease> {
  checkAwaited("take", options);
  options.signal?.throwIfAborted();
  const there = tryLease(desk);
  if (there !== undefined) return there;
  let position = -1;
  const keep = (at: number): boolean => {
    position = at;
    return false;
  };
  const { core, takers } = desk;
  const waiter = new TakeWaiter(core, takers, false, keep, () => {});
  takers.add(waiter);
  try {
    if (!await waitFor(core, waiter, options)) throw tooLate(options);
  } finally {
    takers.delete(waiter);
    desk.hand.sweep();
  }
  if (waiter.ended) throw endOf();
  return open(desk, position);
}

/** See `Queue.leaseSync()`. */
export function leaseSync(desk: QueueDesk, options: SyncWait): QueueLease {
  checkSyncWait("take", options);
  const there = tryLease(desk);
  if (there !== undefined) return there;
  const { core, hand, takers } = desk;
  let position = -1;
  const waiter = new TakeWaiter(core, takers, true, (at) => {
    position = at;
    return false;
  }, () => {});
  if (!waitForSync(core, waiter, options)) throw tooLate(options);
  hand.sweep();
  if (waiter.ended) throw endOf();
  return open(desk, position);
}

/** A lease of a record of this thread; one that is no array of bytes has its turn again. */
function open(desk: QueueDesk, position: number): QueueLease {
  const { core, hand } = desk;
  const { ring } = core;
  const start = ring.startOf(position);
  const end = start + ring.of(position, RECORD.LENGTH);
  const at = hand.records === undefined
    ? byteMessageStart(ring.bytes, start, end)
    : -1;
  if (at >= 0) {
    const { buffer } = ring.monitor.words;
    return new Lease(desk, position, new Uint8Array(buffer, at, end - at));
  }
  core.run(() => {
    if (!core.enter()) return;
    core.giveBack(position);
    core.serve();
  });
  throw new NotBytesError(
    "Cannot lease a message that is no Uint8Array, or on shared or moved memory: take it instead",
  );
}
