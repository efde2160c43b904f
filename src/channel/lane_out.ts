/**
 * Messages of any kind into a lane.
 *
 * What does not fit into half of the lane, and what is no bytes, goes by the depot; the record keeps its place in the order.
 *
 *   word  of the record's header
 *      a  1 if its bytes are the first of the parcel's things, else 0
 *      b  who sent it
 *      e  the number of the parcel, 0 for none
 *
 * @module
 */
import { encode } from "../memory/codec.ts";
import { LaneWriter, sealLane } from "../memory/lane.ts";
import { byteMessageHead } from "../memory/byte_message.ts";
import { takeBack } from "../memory/moved_handles.ts";
import { ownLife } from "../sync/lives.ts";
import { Goods } from "./goods.ts";
import type { Letter, OutTrack, Room, Written } from "./track.ts";

/** The only kind of record. */
const VALUE = 1;
const NO_BYTES = new Uint8Array();
const NOTHING: readonly Transferable[] = [];

/** A message that is encoded. */
interface Packet {
  readonly bytes: Uint8Array;
  readonly length: number;
  readonly attachments: readonly unknown[] | undefined;
}

/** The way into a lane. */
export class LaneOut implements OutTrack<unknown> {
  readonly #writer: LaneWriter;
  /** What found no room last. */
  #last: Packet | undefined;
  #transfer: readonly Transferable[] | undefined;

  /** The way into the lane in `memory`. */
  constructor(memory: SharedArrayBuffer) {
    this.#writer = new LaneWriter(memory);
  }

  /** Messages sent and not received. */
  get size(): number {
    return this.#writer.depth;
  }

  /** See {@linkcode OutTrack.write}. */
  write(value: unknown, transfer?: readonly Transferable[]): Written {
    const packet = encoded(value, transfer);
    const written = this.#send(packet, transfer);
    if (written === "full") {
      this.#last = packet;
      this.#transfer = transfer;
    }
    return written;
  }

  /** See {@linkcode OutTrack.prepare}. */
  prepare(
    value: unknown,
    transfer?: readonly Transferable[],
  ): Letter {
    this.#last = encoded(value, transfer);
    this.#transfer = transfer;
    return this.retry();
  }

  /** See {@linkcode OutTrack.retry}. */
  retry(): Letter {
    const { bytes, length, attachments } = this.#last!;
    const transfer = this.#transfer;
    this.#last = this.#transfer = undefined;
    // The encoder uses its memory again.
    const packet = { bytes: bytes.slice(0, length), length, attachments };
    return {
      write: () => this.#send(packet, transfer),
      drop: () => takeBack(attachments),
    };
  }

  /** See {@linkcode OutTrack.drop}. */
  drop(): void {
    takeBack(this.#last?.attachments);
    this.#last = this.#transfer = undefined;
  }

  /** See {@linkcode OutTrack.writeMany}. */
  writeMany(values: readonly unknown[], from: number): number {
    for (let i = from; i < values.length; i++) {
      let written: Written;
      try {
        written = this.write(values[i]);
      } catch (error) {
        // Those before it are told of; it has its turn again, and fails then.
        if (i > from) return i - from;
        throw error;
      }
      if (written === "full") {
        this.drop();
        return i - from;
      }
      // Some of them can be read, so it is not told yet.
      if (written === "sealed") return i === from ? -1 : i - from;
    }
    return values.length - from;
  }

  /** Whether there may be room. */
  roomy(): boolean {
    return this.#writer.hasRoom(0) || this.#writer.sealed;
  }

  /** See {@linkcode OutTrack.seal}. */
  seal(): void {
    sealLane(this.#writer.memory);
  }

  #send(
    { bytes, length, attachments }: Packet,
    transfer?: readonly Transferable[],
  ): Written {
    const writer = this.#writer;
    const spills = length > writer.maxPayload;
    if (attachments === undefined && !spills) {
      return writer.tryWrite(VALUE, 0, 0, 0, 0, 0, bytes, length);
    }
    const inLane = spills ? 0 : length;
    // Before anything is moved: what finds no room leaves no trace.
    if (!writer.hasRoom(inLane)) {
      if (!writer.sealed) return "full";
      takeBack(attachments);
      return "sealed";
    }
    if (!spills) {
      const goods = new Goods(attachments, transfer);
      return this.#sendGoods(goods, 0, bytes, length);
    }
    const goods = new Goods(attachments, transfer, spill(bytes, length));
    return this.#sendGoods(goods, 1, NO_BYTES, 0);
  }

  #sendGoods(
    goods: Goods,
    spilled: 0 | 1,
    bytes: Uint8Array,
    length: number,
  ): Written {
    const { who } = ownLife();
    let written: Written = "full";
    try {
      const parcel = goods.leave();
      const writer = this.#writer;
      written = writer.tryWrite(
        VALUE,
        spilled,
        who,
        0,
        0,
        parcel,
        bytes,
        length,
      );
      return written;
    } finally {
      if (written !== "written") goods.refuse();
    }
  }

  /** See {@linkcode OutTrack.claim}. What does not fit into the lane has a memory of its own. */
  claim(length: number): Room | "full" | "sealed" {
    const writer = this.#writer;
    const head = byteMessageHead(length);
    const whole = head.length + length;
    const spills = whole > writer.maxPayload;
    const place = writer.place(spills ? 0 : whole);
    if (place < 0) return writer.sealed ? "sealed" : "full";
    const memory = spills ? new SharedArrayBuffer(whole) : writer.memory;
    const start = spills ? 0 : place;
    new Uint8Array(memory).set(head, start);
    return {
      bytes: new Uint8Array(memory, start + head.length, length),
      commit: () =>
        spills
          ? this.#sendGoods(
            new Goods(undefined, NOTHING, memory),
            1,
            NO_BYTES,
            0,
          )
          : writer.tryWrite(VALUE, 0, 0, 0, 0, 0, writer.bytes, whole),
    };
  }
}

function encoded(
  value: unknown,
  transfer: readonly Transferable[] | undefined,
): Packet {
  return transfer === undefined ? encode(value) : encode(value, { transfer });
}

function spill(bytes: Uint8Array, length: number): SharedArrayBuffer {
  const memory = new SharedArrayBuffer(length);
  new Uint8Array(memory).set(bytes.subarray(0, length));
  return memory;
}
