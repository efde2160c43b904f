/**
 * Messages of bytes, written where they will be read.
 *
 * The record is this thread's, WRITING, until it is committed; that of a thread that is dead is room again.
 *
 * @module
 */
import { byteMessageHead } from "../memory/byte_message.ts";
import { throwFenced } from "../sync/obtain.ts";
import { checkAwaited } from "../sync/wait.ts";
import { ByteClaim, type Claim } from "./claim.ts";
import { MessageOverCapacityError } from "./message_over_capacity_error.ts";
import { NotBytesError } from "./not_bytes_error.ts";
import {
  checkPriority,
  CLAIM,
  CLAIM_SYNC,
  type ClaimOptions,
  type ClaimSyncOptions,
  type PutHow,
} from "./put_options.ts";
import type { QueueDesk } from "./queue_desk.ts";
import type { Freight } from "./queue_ring.ts";
import { checkSyncWait, waitForSync } from "./queue_wait.ts";
import { PutWaiter } from "./queue_waiters.ts";
import { refuseOption } from "./refuse_option.ts";

/** See `Queue.claim()`. */
export async function claim(
  desk: QueueDesk,
  length: number,
  options: ClaimOptions,
): Promise<Claim> {
  checkAwaited("claim", options, CLAIM);
  options.signal?.throwIfAborted();
  const now = tryClaim(desk, length, options);
  if (now !== undefined) return now;
  const { core, line } = desk;
  const freight = freightFor(desk, length, options);
  if (!desk.mayWait) throw desk.full(undefined);
  const waiter = new PutWaiter(core, freight, true, false);
  const end = await line.wait(waiter, options);
  if (end !== "claimed") desk.settle(end, undefined, freight);
  return open(desk, waiter.position, length, freight);
}

/** See `Queue.claimSync()`. */
export function claimSync(
  desk: QueueDesk,
  length: number,
  options: ClaimSyncOptions,
): Claim {
  checkSyncWait("claim", options, CLAIM_SYNC);
  const now = tryClaim(desk, length, options);
  if (now !== undefined) return now;
  const { core, line } = desk;
  const freight = freightFor(desk, length, options);
  if (!desk.mayWait) throw desk.full(undefined);
  const waiter = new PutWaiter(core, freight, true, true);
  const end = line.waitSync(waiter, options);
  if (end !== "claimed") desk.settle(end, undefined, freight);
  return open(desk, waiter.position, length, freight);
}

/** See `Queue.tryClaim()`. */
export function tryClaim(
  desk: QueueDesk,
  length: number,
  how: PutHow,
): Claim | undefined {
  const { core, line } = desk;
  const freight = freightFor(desk, length, how);
  if (!line.empty) return undefined;
  const waiter = new PutWaiter(core, freight, false, true);
  waitForSync(core, waiter, {});
  desk.hand.sweep();
  if (waiter.end === "closed") desk.settle("closed", undefined, freight);
  if (waiter.end !== "claimed") return undefined;
  return open(desk, waiter.position, length, freight);
}

function freightFor(
  { core, hand }: QueueDesk,
  length: number,
  { priority = 0 }: PutHow,
): Freight {
  if (!(Number.isInteger(length) && length >= 0)) {
    refuseOption("claim", "bytes", length, "a whole number from 0");
  }
  checkPriority("claim", priority, core.ring.ranked);
  if (hand.records !== undefined || core.ring.capacity === 0) {
    throw new NotBytesError(
      "Cannot claim room in a queue of records, or one whose 'capacity' is 0: put the message instead",
    );
  }
  const limit = core.ring.longest;
  const bytes = byteMessageHead(Math.min(length, limit));
  const whole = bytes.length + length;
  if (whole > limit) {
    // What is said is in the bytes of the caller: the head of the message is the library's.
    const most = limit - bytes.length;
    throw new MessageOverCapacityError(
      `Cannot claim ${length} bytes: the limit is ${most}; make the queue with a greater 'capacityBytes'`,
      { bytes: length, limit: most, unsent: undefined },
    );
  }
  const filled = bytes.length;
  return { bytes, start: 0, length: whole, filled, goods: undefined, priority };
}

function open(
  desk: QueueDesk,
  position: number,
  length: number,
  { filled = 0 }: Freight,
): Claim {
  const { core } = desk;
  const { buffer } = core.monitor.words;
  const start = core.ring.startOf(position) + filled;
  // In a section, unless this thread was given up and has lost the record.
  const end = (body: () => void): boolean =>
    core.run(() => {
      if (!core.enter() || !core.isClaimed(position)) return false;
      body();
      return true;
    });
  return new ByteClaim(new Uint8Array(buffer, start, length), {
    commit() {
      if (!end(() => core.publish(position))) throwFenced("put");
    },
    cancel() {
      end(() => {
        core.forsake(position);
        core.serve();
      });
    },
  });
}
