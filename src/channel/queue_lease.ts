/**
 * Messages of bytes, read where they lie.
 *
 * The record stays in the ring and is this thread's, TAKEN, until the lease ends; a thread that is dead loses it as any other.
 *
 * @module
 */
import { byteMessageStart } from "../memory/byte_message.ts";
import { throwFenced } from "../sync/obtain.ts";
import { checkAwaited, type SyncWait, type Wait } from "../sync/wait.ts";
import { ByteLease, type Lease, notBytes } from "./lease.ts";
import { TAKE } from "./queue_outcomes.ts";
import { type QueueDesk, tooLate } from "./queue_desk.ts";
import { QUEUE, RECORD } from "./queue_layout.ts";
import { endOf } from "./queue_take.ts";
import { checkSyncWait, waitFor, waitForSync } from "./queue_wait.ts";
import { TakeWaiter } from "./queue_waiters.ts";

/** See `Queue.tryLease()`. */
export function tryLease(desk: QueueDesk): Lease | undefined {
  const { core } = desk;
  let position = -1;
  const now = core.run(() => {
    if (!core.enter()) return TAKE.FENCED;
    if (!core.hasMessage) {
      return core.endsFor(core.monitor.life.who) ? TAKE.ENDED : TAKE.NOTHING;
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
): Promise<Lease> {
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
export function leaseSync(desk: QueueDesk, options: SyncWait): Lease {
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
function open(desk: QueueDesk, position: number): Lease {
  const { core, hand } = desk;
  const { ring } = core;
  const start = ring.startOf(position);
  const end = start + ring.of(position, RECORD.LENGTH);
  const at = hand.records === undefined
    ? byteMessageStart(ring.bytes, start, end)
    : -1;
  if (at >= 0) {
    const { buffer } = ring.monitor.words;
    const bytes = new Uint8Array(buffer, at, end - at);
    return new ByteLease(bytes, () => release(desk, position));
  }
  core.run(() => {
    if (!core.enter()) return;
    core.giveBack(position);
    core.serve();
  });
  throw notBytes();
}

function release({ core }: QueueDesk, position: number): void {
  core.run(() => {
    // Who was given up has lost it already.
    if (!core.enter() || !core.release(position)) return;
    if (core.ack) core.ring.add(QUEUE.UNDONE, -1);
    core.serve();
  });
}
