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
import { ClaimOverError } from "./claim_over_error.ts";
import { MessageOverCapacityError } from "./message_over_capacity_error.ts";
import { NotBytesError } from "./not_bytes_error.ts";
import {
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

/**
 * Room for a message of bytes, which this thread writes where it will be read; see {@linkcode QueueInPlace.claim}. Disposing it
 * before {@linkcode Claim.commit} gives the room back, and nothing is put.
 */
export interface Claim extends Disposable {
  /**
   * The bytes of the message, in shared memory, until the claim ends. They are whatever they were before.
   *
   * @throws {ClaimOverError} If the claim has ended.
   */
  readonly bytes: Uint8Array<SharedArrayBuffer>;

  /**
   * Puts the message: who takes it has the bytes as they are now.
   *
   * @throws {ClaimOverError} If the claim has ended.
   * @throws {FencedError} If this thread was given up; nothing is put then.
   */
  commit(): void;
}

class RecordClaim implements Claim {
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
    return mustLast(this.#bytes);
  }

  commit(): void {
    mustLast(this.#bytes);
    const { core } = this.#desk;
    if (!this.#end(() => core.publish(this.#position))) throwFenced("put");
  }

  [Symbol.dispose](): void {
    if (this.#bytes === undefined) return;
    const { core } = this.#desk;
    this.#end(() => {
      core.forsake(this.#position);
      core.serve();
    });
  }

  /** Does that with the record in a section, unless this thread was given up and has lost it. */
  #end(body: () => void): boolean {
    this.#bytes = undefined;
    const { core } = this.#desk;
    return core.run(() => {
      if (!core.enter() || !core.isClaimed(this.#position)) return false;
      body();
      return true;
    });
  }
}

/** What a claim still has. */
export function mustLast<B>(bytes: B | undefined): B {
  if (bytes !== undefined) return bytes;
  throw new ClaimOverError(
    "Cannot use a claim that has ended: claim room for the next message",
  );
}

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
  if (typeof priority !== "number" || Number.isNaN(priority)) {
    refuseOption("claim", "priority", priority, "a number");
  }
  if (hand.records !== undefined || core.ring.capacity === 0) {
    throw new NotBytesError(
      "Cannot claim room in a queue of records, or one whose 'capacity' is 0: put the message instead",
    );
  }
  const limit = core.ring.longest;
  const bytes = byteMessageHead(Math.min(length, limit));
  const whole = bytes.length + length;
  if (whole > limit) {
    throw new MessageOverCapacityError(
      `Cannot claim ${whole} bytes: the limit is ${limit}; make the queue with a greater 'capacityBytes'`,
      { bytes: whole, limit, unsent: undefined },
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
  const { ring } = desk.core;
  const { buffer } = ring.monitor.words;
  const start = ring.startOf(position) + filled;
  const bytes = new Uint8Array(buffer, start, length);
  return new RecordClaim(desk, position, bytes);
}
