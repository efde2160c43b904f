/**
 * How records wait and wake: a doorbell on one shared word, the mailbox in which all lanes to an address end, and the
 * outlet in which a sender's messages wait for room. For authors of transports; actors need none of it.
 *
 * | what                | guarantee                                                                  |
 * |---------------------|----------------------------------------------------------------------------|
 * | {@linkcode Doorbell} | no wake-up is lost, also when a consumer is replaced while it sleeps       |
 * | {@linkcode Mailbox} | lanes have their turn one after the other; replies pass a full mailbox     |
 * | {@linkcode Outlet}  | messages keep their order, and each is published or given back, never lost |
 *
 * Only {@linkcode Doorbell.park} blocks its thread; never call it on the main thread.
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
export {
  type Channel,
  channel,
  type ChannelOptions,
  type TypedChannel,
  type TypedChannelOptions,
} from "./channel.ts";
export { ChannelClosedError } from "./channel_closed_error.ts";
export { ChannelFullError } from "./channel_full_error.ts";
export { Doorbell, ring, rouse } from "./doorbell.ts";
export { EndInUseError } from "./end_in_use_error.ts";
export { EndMovedError } from "./end_moved_error.ts";
export { Mailbox, type RingProducer } from "./mailbox.ts";
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
export {
  type PutHow,
  type PutOptions,
  type PutSyncOptions,
  Queue,
} from "./queue.ts";
export { QueueClosedError } from "./queue_closed_error.ts";
export { QueueFullError } from "./queue_full_error.ts";
export type { QueueOptions, QueueOverflow } from "./queue_memory.ts";
export { PeerDiedError } from "./peer_died_error.ts";
export { pipe, PipeEnd } from "./pipe.ts";
export { Receiver } from "./receiver.ts";
export type {
  ChannelSendOptions,
  ChannelSendSyncOptions,
  TransferOption,
} from "./send_options.ts";
export { type Selectable, selectable, type Selection } from "./selectable.ts";
export { Sender } from "./sender.ts";
export { TypedReceiver, TypedSender } from "./typed_ends.ts";
