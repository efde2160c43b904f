import type { SyncWait, Wait } from "../sync/wait.ts";
import type { ClaimOptions, ClaimSyncOptions } from "./put_options.ts";
import { claim, claimSync, tryClaim } from "./queue_claim.ts";
import type { QueueDesk } from "./queue_desk.ts";
import { QueueFacts } from "./queue_facts.ts";
import type { Claim } from "./claim.ts";
import type { Lease } from "./lease.ts";
import { lease, leaseSync, tryLease } from "./queue_lease.ts";

/** What has messages of bytes. */
export interface OfBytes {
  /** The next message. */
  peek(): { value: Uint8Array } | undefined;
}

/** What a queue of bytes does where its messages lie, in shared memory: nothing is copied. */
export abstract class QueueInPlace extends QueueFacts {
  readonly #desk: QueueDesk;

  /**
   * The queue that a thread has at this desk.
   *
   * @ignore
   */
  constructor(desk: QueueDesk) {
    super(desk.core);
    this.#desk = desk;
  }

  /**
   * Takes the next message without copying it: its bytes are read where they lie in shared memory.
   *
   * - **Bytes alone:** for messages that were put as `Uint8Array`, not on shared or moved memory.
   * - **Until it is disposed,** the message takes up its room, and so does what came behind it. With `ack`, disposing
   *   acknowledges it.
   * - **Deaths:** if this thread ends before, the message is the next one again, with `ack` or without.
   *
   * @param options How long to wait.
   * @returns A promise of the lease. It rejects as that of `Queue.take()`.
   * @throws {NotBytesError} If the message is anything else; it is the next one still.
   *
   * @example Read a frame in place
   * ```ts
   * import { Queue } from "@troupe/actors";
   * import { assertEquals } from "@std/assert";
   *
   * using frames = new Queue<Uint8Array>({ capacityBytes: 1 << 24 });
   * await frames.put(new Uint8Array(8_000_000).fill(1));
   * using frame = await frames.lease();
   * assertEquals(frame.bytes.length, 8_000_000);
   * ```
   */
  lease(this: QueueInPlace & OfBytes, options: Wait = {}): Promise<Lease> {
    return lease(this.#desk, options);
  }

  /**
   * As {@linkcode QueueInPlace.lease}, blocking the thread; throws what that rejects with.
   *
   * @throws {MainThreadWaitError} If this is the main thread and `onMain` is not set.
   */
  leaseSync(this: QueueInPlace & OfBytes, options: SyncWait = {}): Lease {
    return leaseSync(this.#desk, options);
  }

  /**
   * As {@linkcode QueueInPlace.lease}, if there is a message; `undefined` if the queue is empty. Throws what that rejects with.
   */
  tryLease(this: QueueInPlace & OfBytes): Lease | undefined {
    return tryLease(this.#desk);
  }

  /**
   * Claims room for a message of so many bytes, which are written where they will be read, and then put: nothing is copied.
   *
   * - **Nothing is seen of it** until it is committed; disposing it before gives the room back.
   * - **Its turn** is the one of a message that is put when the room is claimed, among those that have not been taken by then.
   * - **Keep it short:** it takes up one of the messages that may wait, and the queue does not end before it.
   * - **Deaths:** if this thread ends before, the room is free, and nothing was put.
   *
   * @param bytes How many.
   * @param options How long to wait for room.
   * @returns A promise of the room. It rejects as that of `Queue.put()`, without a message.
   * @throws {NotBytesError} If this is a queue of records, or its capacity is 0.
   *
   * @example Fill a frame in place
   * ```ts
   * import { Queue } from "@troupe/actors";
   * import { assertEquals } from "@std/assert";
   *
   * using frames = new Queue<Uint8Array>({ capacityBytes: 1 << 24 });
   * {
   *   using room = await frames.claim(8_000_000);
   *   room.bytes.fill(7);
   *   room.commit();
   * }
   * using frame = await frames.lease();
   * assertEquals(frame.bytes[7_999_999], 7);
   * ```
   */
  claim(
    this: QueueInPlace & OfBytes,
    bytes: number,
    options: ClaimOptions = {},
  ): Promise<Claim> {
    return claim(this.#desk, bytes, options);
  }

  /**
   * As {@linkcode QueueInPlace.claim}, blocking the thread; throws what that rejects with.
   *
   * @throws {MainThreadWaitError} If this is the main thread and `onMain` is not set.
   */
  claimSync(
    this: QueueInPlace & OfBytes,
    bytes: number,
    options: ClaimSyncOptions = {},
  ): Claim {
    return claimSync(this.#desk, bytes, options);
  }

  /** As {@linkcode QueueInPlace.claim}, if there is room and nobody waits for it; else `undefined`. Throws what that rejects with. */
  tryClaim(this: QueueInPlace & OfBytes, bytes: number): Claim | undefined {
    return tryClaim(this.#desk, bytes, {});
  }
}
