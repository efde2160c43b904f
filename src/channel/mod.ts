/**
 * Queues, channels and pipes in shared memory; and what they and actors are made of.
 *
 * | what                 | for                                                     | when a thread with it dies                  |
 * |----------------------|---------------------------------------------------------|---------------------------------------------|
 * | {@linkcode Queue}    | many producers and consumers, on any threads            | nothing: nobody holds it                    |
 * | {@linkcode broadcast} | every subscriber, on any thread, gets every message        | its subscriptions are forgotten             |
 * | {@linkcode channel}  | one sender and one receiver; their ends travel          | the other end is told, after all that was sent |
 * | {@linkcode channel} of a struct | the same for records, which are not encoded: some ten times as fast | the same             |
 * | {@linkcode pipe}     | two that send to each other                             | the same                                    |
 *
 * {@linkcode select} takes from the first of several that has something, {@linkcode selectEach} and {@linkcode merge} from
 * all until they have ended, {@linkcode pipeTo} leads messages on, {@linkcode batch} gathers them and
 * {@linkcode rateLimit} slows them down.
 *
 * - **Sent is safe:** a message is in shared memory when `put()` or `send()` resolves; its sender may end or be killed.
 * - **Bounded:** what finds no room waits, with a `timeout` and a `signal`.
 * - **Refused is yours:** a message that is refused is in the error as `unsent`; ends of channels and buffers to be moved that
 *   it holds stay where they are.
 * - **Without a copy:** large messages of bytes are written where they will be read by `claim()`, and read there by `lease()`.
 * - **Never in the way:** `for await`, {@linkcode select}, {@linkcode merge} and what is made of them let the event loop of
 *   their thread have its turn every 10 ms, also when there is always a message; calls such as `receive()` do not.
 * - **Values, handles, ports:** all that can be in a message to an actor. What is no bytes, or does not fit, is left with the
 *   system and fetched by the receiver.
 * - **Ends travel:** an end in a message is the receiver's from then on; using it where it was is an `EndMovedError`.
 * - **Ends die:** when the thread with the other end crashes or is killed, all that it had sent is received first; then comes
 *   a `PeerDiedError`, at once.
 *
 * `Queue` is a queue in shared memory between any threads: bounded by messages and bytes, served in the order of arrival,
 * awaited or, in workers, waited for with the thread (`takeSync()`). A put is over when the message is in shared memory;
 * `close()` ends every `for await` over it when all is taken; `done()` and `idle()` tell when all is dealt with; a thread that
 * is killed anywhere in it breaks nothing for others, and with `ack: true` its messages go to the next one.
 * `Queue.of(struct({ … }))` is for records, which are not encoded and have their types from the struct; `Queue.latest()` has
 * the newest message alone. `using room = await queue.claim(bytes)` gives room for large bytes that is filled in place and put
 * by `room.commit()`, and `using frame = await queue.lease()` reads them where they lie, without a copy; `tx.claim()` and
 * `rx.lease()` do the same in a channel. A message that is refused is in the error as `unsent`, and the ends of channels and
 * the buffers that it holds stay where they are.
 *
 * `channel()` leads from one thread to another, and is faster: `tx.send()` is over when the message is in shared memory, and
 * `for await (const message of rx)` ends when `tx` is closed. `channel(struct({ … }))` is for records, which are written where
 * they are read, and not encoded. `pipe()` has two ends that each send and receive. All have `ready({ timeout })`, `readable`
 * and `writable` streams, and `sendSync()` and `receiveSync()` for workers.
 *
 * `select({ jobs, orders: rx, late: after(1_000), gone: ref.exited })` takes from the first that has something, fairly, and
 * leaves no trace at the others; `selectEach()`, `merge()` and `pipeTo()` go on until all have ended.
 *
 * `broadcast()` gives every message to every subscriber on any thread; a slow one holds up who publishes, or misses the oldest
 * or newest and knows its `lag`. `batch()` and `rateLimit()` are for any of these, and for streams.
 *
 * For authors of transports, and not needed to use actors:
 *
 * | what                | guarantee                                                                  |
 * |---------------------|----------------------------------------------------------------------------|
 * | {@linkcode Doorbell} | no wake-up is lost, also when a consumer is replaced while it sleeps       |
 * | {@linkcode Mailbox} | lanes have their turn one after the other; replies pass a full mailbox     |
 * | {@linkcode Outlet}  | messages keep their order, and each is published or given back, never lost |
 *
 * Only {@linkcode Doorbell.park}, and what ends in `Sync`, blocks its thread; not the main thread unless asked to.
 *
 * @example A channel
 * ```ts
 * import { channel } from "@troupe/actors/channel";
 * import { assertEquals } from "@std/assert";
 *
 * const { tx, rx } = channel<{ frame: number }>({ capacity: 16 });
 * await tx.sendMany([{ frame: 1 }, { frame: 2 }]);
 * tx.close();
 * const frames = [];
 * for await (const { frame } of rx) frames.push(frame);
 * assertEquals(frames, [1, 2]);
 * ```
 *
 * @example From an outlet into a mailbox
 * ```ts
 * import { Mailbox, Outlet } from "@troupe/actors/channel";
 * import { decode, encode } from "@troupe/actors/memory";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const outlet = new Outlet({ from: 1, to: 2, self: 0 });
 * const mailbox = new Mailbox(0, { ring: () => {}, drained: () => {} });
 * mailbox.adopt(outlet.memory, false, false);
 *
 * const { bytes, length } = encode("hello");
 * const envelope = { kind: 1, a: 0, b: 0, d: 0, e: 0 };
 * outlet.send(envelope, bytes, length, 5_000, undefined);
 *
 * const lane = mailbox.takeMail();
 * assert(lane !== undefined && lane !== "fenced");
 * assertEquals(decode(lane.bytes, lane.start, lane.end), "hello");
 * assert(mailbox.finish(lane));
 * ```
 *
 * @example Sleep until rung
 * ```ts
 * import { Doorbell, ring } from "@troupe/actors/channel";
 * import { assert } from "@std/assert";
 *
 * const words = new Int32Array(new SharedArrayBuffer(4));
 * const bell = new Doorbell(words, 0);
 * bell.arm(); // Then look once more: only if there is still nothing to do,
 * const rung = bell.parkAsync();
 * assert(ring(words, 0)); // as another thread does after it published something
 * await rung;
 * ```
 *
 * @module
 */
export type { LaneReader } from "../memory/lane_reader.ts";
export { batch, type BatchOptions } from "./batch.ts";
export { type Broadcast, broadcast } from "./broadcast.ts";
export type {
  BroadcastOptions,
  BroadcastOverflow,
} from "./broadcast_memory.ts";
export {
  type Channel,
  channel,
  type ChannelOptions,
  type TypedChannel,
  type TypedChannelOptions,
} from "./channel.ts";
export { ChannelAbortedError } from "./channel_aborted_error.ts";
export { ChannelClosedError } from "./channel_closed_error.ts";
export { ChannelFullError } from "./channel_full_error.ts";
export { after, every } from "./clock.ts";
export { Doorbell, ring, rouse } from "./doorbell.ts";
export { EndInUseError } from "./end_in_use_error.ts";
export { EndMovedError } from "./end_moved_error.ts";
export { Mailbox, type RingProducer } from "./mailbox.ts";
export { merge, type Mergeable } from "./merge.ts";
export {
  type Delivery,
  type Envelope,
  type Lost,
  Outlet,
  type Refused,
} from "./outlet.ts";
export type { Overflow } from "./overflow.ts";
export { ParcelLostError } from "./parcel_lost_error.ts";
export type { SyncWait, Wait } from "../sync/wait.ts";
export { MessageOverCapacityError } from "./message_over_capacity_error.ts";
export { OverDoneError } from "./over_done_error.ts";
export type {
  ClaimOptions,
  ClaimSyncOptions,
  PutHow,
  PutOptions,
  PutSyncOptions,
} from "./put_options.ts";
export { Queue } from "./queue.ts";
export type { Lease } from "./lease.ts";
export { LeaseOverError } from "./lease_over_error.ts";
export { NotBytesError } from "./not_bytes_error.ts";
export { UnsendableError } from "./unsendable_error.ts";
export { UnsentError } from "./unsent_error.ts";
export type { Claim } from "./claim.ts";
export { ClaimOverError } from "./claim_over_error.ts";
export type { QueueFacts } from "./queue_facts.ts";
export type { OfBytes, QueueInPlace } from "./queue_in_place.ts";
export { QueueClosedError } from "./queue_closed_error.ts";
export { QueueFullError } from "./queue_full_error.ts";
export type { Region } from "../memory/region_room.ts";
export type { RegionQueueOptions } from "./queue_in_region.ts";
export type { QueueOptions, QueueOverflow } from "./queue_memory.ts";
export { PeerDiedError } from "./peer_died_error.ts";
export { pipe, type PipeEnd } from "./pipe.ts";
export { pipeTo, type PipeToOptions, type Sink } from "./pipe_to.ts";
export type { Receiver } from "./receiver.ts";
export type {
  ChannelSendOptions,
  ChannelSendSyncOptions,
  TransferOption,
} from "./send_options.ts";
export {
  type Choice,
  type Chosen,
  type ChosenEnd,
  type ChosenMessage,
  type IndexOf,
  select,
  type Sources,
} from "./select.ts";
export { selectEach } from "./select_each.ts";
export {
  type Selectable,
  selectable,
  type Selected,
  type Selection,
} from "./selectable.ts";
export {
  type IterableSource,
  type Source,
  sourceOf,
  type ValueOf,
} from "./sources.ts";
export type { Sender } from "./sender.ts";
export type { Subscription } from "./subscription.ts";
export { rateLimit, type RateLimitOptions } from "./rate_limit.ts";
export { SubscriptionLimitError } from "./subscription_limit_error.ts";
export type { TypedReceiver, TypedSender } from "./typed_ends.ts";
