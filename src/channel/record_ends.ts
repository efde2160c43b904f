/**
 * The ends of a channel of records, as their threads have them.
 *
 * @module
 */
import type { Rec, RecInit } from "../memory/record.ts";
import type { ChannelParts } from "./channel_parts.ts";
import { ChannelReceiver } from "./channel_receiver.ts";
import { ChannelSender } from "./channel_sender.ts";
import type { RingIn, RingOut } from "./record_ring.ts";
import type { TypedReceiver, TypedSender } from "./typed_ends.ts";

/** The sending end. */
export class RecordSender<F> extends ChannelSender<RecInit<F>>
  implements TypedSender<F> {
  readonly #ring: RingOut<F>;

  /** Made by `channel()`, and where an end arrives. */
  constructor(parts: ChannelParts, ring: RingOut<F>, held?: boolean) {
    super(parts, ring, held);
    this.#ring = ring;
  }

  /** See {@linkcode TypedSender.fill}. */
  fill(
    count: number,
    write: (record: Rec<F>, index: number) => void,
  ): number {
    return this.publish(() => this.#ring.fill(count, write));
  }
}

/** The receiving end. */
export class RecordReceiver<F> extends ChannelReceiver<Rec<F>>
  implements TypedReceiver<F> {
  readonly #ring: RingIn<F>;

  /** Made by `channel()`, and where an end arrives. */
  constructor(parts: ChannelParts, ring: RingIn<F>, held?: boolean) {
    super(parts, ring, held);
    this.#ring = ring;
  }

  /** See {@linkcode TypedReceiver.drain}. */
  drain(visit: (record: Rec<F>) => void, max: number = Infinity): number {
    return this.consume(() => this.#ring.drain(visit, max));
  }
}
