import { InvalidOptionError } from "../errors.ts";
import { createLane } from "../memory/lane.ts";
import { definePortable } from "../memory/portable.ts";
import { RecordLayout } from "../memory/record.ts";
import { parseFingerprint } from "../memory/record_fields.ts";
import { checkOptionNames } from "../option_names.ts";
import { ChannelControl } from "./channel_control.ts";
import { CHANNEL, type Side } from "./channel_layout.ts";
import type { ChannelParts } from "./channel_parts.ts";
import { ChannelReceiver } from "./channel_receiver.ts";
import { ChannelSender } from "./channel_sender.ts";
import { LaneIn } from "./lane_in.ts";
import { LaneOut } from "./lane_out.ts";
import type { Receiver } from "./receiver.ts";
import { RecordReceiver, RecordSender } from "./record_ends.ts";
import { RingIn, RingOut, slotsFor } from "./record_ring.ts";
import type { Sender } from "./sender.ts";
import { NO_TRACK } from "./track.ts";
import type { TypedReceiver, TypedSender } from "./typed_ends.ts";

const MAX_CAPACITY = 2 ** 20;
/** A ring may not be larger. */
const MAX_RING_BYTES = 2 ** 30;

/** How much a channel of records holds. */
export interface TypedChannelOptions {
  /**
   * Messages that it holds before who sends must wait, 1 to 1,048,576.
   * @default {1024}
   */
  readonly capacity?: number;
}

/** How much a channel holds. */
export interface ChannelOptions extends TypedChannelOptions {
  /**
   * Bytes that it holds: a power of two from 1 KiB to 4 MiB. Memory not yet used is not paid for. A message of more than
   * half of that travels beside the channel.
   * @default {262144}
   */
  readonly capacityBytes?: number;
}

/** The two ends of a channel of records. */
export interface TypedChannel<F> {
  /** The sending end. */
  readonly tx: TypedSender<F>;
  /** The receiving end. */
  readonly rx: TypedReceiver<F>;
}

/** The two ends of a channel. */
export interface Channel<T> {
  /** The sending end. */
  readonly tx: Sender<T>;
  /** The receiving end. */
  readonly rx: Receiver<T>;
}

/**
 * Makes a channel of records: of fixed layout, written where they will be read. Nothing is encoded.
 *
 * @param layout The records: what `struct()` makes of names and types.
 * @param options How much it holds.
 * @returns Both ends, which this thread has until it sends them away.
 * @throws {InvalidOptionError} If an option is out of its bounds.
 *
 * @example Records
 * ```ts
 * import { channel, struct } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * const Point = struct({ x: "f32", y: "f32" });
 * const { tx, rx } = channel(Point, { capacity: 256 });
 * await tx.send({ x: 1, y: 2 });
 * assertEquals(await rx.receive(), { x: 1, y: 2 });
 * ```
 */
export function channel<F>(
  layout: RecordLayout<F>,
  options?: TypedChannelOptions,
): TypedChannel<F>;
/**
 * Makes a channel from one thread to another, for messages of any kind.
 *
 * - **Ends travel:** an end that is sent in a message is the receiver's; it may be sent on. If the message was refused, the
 *   end can be sent once more, but not used where it was.
 * - **Ends end:** closed, or with the thread that has them; the other end is told at once, and what was sent is received
 *   first. An actor that shares its thread must close its ends by itself.
 * - **Ends get lost:** in a message that is thrown away before anybody has it, as by `"dropOldest"`; the other end is told by a
 *   {@linkcode PeerDiedError} then. Who is told that a message is refused has the ends in it still.
 *
 * @param options How much it holds.
 * @returns Both ends, which this thread has until it sends them away.
 * @throws {InvalidOptionError} If an option is out of its bounds.
 *
 * @example Send, close, receive
 * ```ts
 * import { channel } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * const { tx, rx } = channel<string>({ capacity: 16 });
 * await tx.send("one");
 * await tx.send("two");
 * tx.close();
 * assertEquals(await Array.fromAsync(rx), ["one", "two"]);
 * ```
 */
export function channel<T>(options?: ChannelOptions): Channel<T>;
export function channel(
  first: RecordLayout<unknown> | ChannelOptions = {},
  second: TypedChannelOptions = {},
): Channel<unknown> | TypedChannel<unknown> {
  return first instanceof RecordLayout
    ? typedChannel(first, second)
    : anyChannel(first);
}

function typedChannel<F>(
  layout: RecordLayout<F>,
  options: TypedChannelOptions,
): TypedChannel<F> {
  checkOptionNames<TypedChannelOptions>("Cannot create a channel", options, {
    capacity: true,
  });
  const { capacity = 1_024 } = options;
  checkCapacity(capacity);
  const stride = layout.byteLength;
  const slots = slotsFor(capacity);
  if (stride * slots > MAX_RING_BYTES) {
    throw new InvalidOptionError(
      `Cannot create a channel as its records must take at most ${MAX_RING_BYTES} bytes: current value is ${slots} of ${stride} bytes; lower 'capacity'`,
      { option: "capacity", value: capacity },
    );
  }
  const control = ChannelControl.make(capacity, stride, slots);
  const parts = { control, rest: layout.fingerprint };
  return {
    tx: new RecordSender(parts, new RingOut(control, layout)),
    rx: new RecordReceiver(parts, new RingIn(control, layout)),
  };
}

function anyChannel<T>(options: ChannelOptions): Channel<T> {
  checkOptionNames<ChannelOptions>("Cannot create a channel", options, {
    capacity: true,
    capacityBytes: true,
  });
  const { capacity = 1_024, capacityBytes } = options;
  checkCapacity(capacity);
  const lane = createLane({
    from: 0,
    to: 0,
    capacityMessages: capacity,
    ...(capacityBytes === undefined ? {} : { capacityBytes }),
  });
  const parts = { control: ChannelControl.make(capacity), rest: lane };
  return {
    tx: new ChannelSender<T>(parts, new LaneOut(lane)),
    rx: new ChannelReceiver<T>(parts, new LaneIn(lane, 0) as never),
  };
}

function checkCapacity(capacity: number): void {
  if (
    Number.isInteger(capacity) && capacity >= 1 && capacity <= MAX_CAPACITY
  ) return;
  throw new InvalidOptionError(
    `Cannot create a channel as 'capacity' must be an integer from 1 to ${MAX_CAPACITY}: current value is ${capacity}`,
    { option: "capacity", value: capacity },
  );
}

/** What an end that arrives is made of, and whether it is this thread's to use. */
function arrive(
  side: Side,
  data: unknown,
): { readonly parts: ChannelParts; readonly held: boolean } {
  const [memory, from, rest] = Array.isArray(data) ? data : [data];
  const control = ChannelControl.in(memory);
  if (!(rest instanceof SharedArrayBuffer || typeof rest === "string")) {
    throw new InvalidOptionError(
      `Cannot revive the end of a channel as its messages must be in shared memory: current value is ${
        String(rest)
      }`,
      { option: "memory", value: rest },
    );
  }
  return { parts: { control, rest }, held: control.claim(side, Number(from)) };
}

function layoutOf(fingerprint: string): RecordLayout<unknown> {
  return new RecordLayout<unknown>(parseFingerprint(fingerprint));
}

definePortable("channel.sender", (data) => {
  const { parts, held } = arrive(CHANNEL.TX, data);
  const { control, rest } = parts;
  if (typeof rest !== "string") {
    return new ChannelSender(parts, held ? new LaneOut(rest) : NO_TRACK, held);
  }
  return new RecordSender(parts, new RingOut(control, layoutOf(rest)), held);
});

definePortable("channel.receiver", (data) => {
  const { parts, held } = arrive(CHANNEL.RX, data);
  const { control, rest } = parts;
  if (typeof rest !== "string") {
    const turn = control.turn(CHANNEL.RX);
    return new ChannelReceiver(
      parts,
      held ? new LaneIn(rest, turn) : NO_TRACK,
      held,
    );
  }
  return new RecordReceiver(parts, new RingIn(control, layoutOf(rest)), held);
});
