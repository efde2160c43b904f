/**
 * Messages of any kind, in a lane.
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
import { decode, encode } from "../memory/codec.ts";
import { LaneReader, LaneWriter, sealLane } from "../memory/lane.ts";
import { byteMessageHead, byteMessageStart } from "../memory/byte_message.ts";
import { takeBack } from "../memory/moved_handles.ts";
import { ownLife } from "../sync/lives.ts";
import { collect, collectSync, discard } from "./depot.ts";
import { Goods } from "./goods.ts";
import { notBytes } from "./lease.ts";
import type {
  InTrack,
  Letter,
  OutTrack,
  Room,
  Taken,
  Written,
} from "./track.ts";

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

/** The way out of a lane. */
export class LaneIn implements InTrack<unknown> {
  readonly #reader: LaneReader;
  #value: unknown;
  /** Whether the record at the head has been taken and not finished: it is leased, or is no bytes and the next one still. */
  #begun = false;
  #leased = false;
  #bytes: Uint8Array<SharedArrayBuffer> | undefined;
  /** The parcel of that record, if it was collected. */
  #goods: readonly unknown[] | undefined;
  /** The record whose parcel has to be collected. */
  #record: {
    readonly bytes: Uint8Array;
    readonly parcel: number;
    readonly who: number;
    readonly spilled: boolean;
    readonly goods: readonly unknown[] | undefined;
  } | undefined;

  /**
   * The way out of the lane in `memory`.
   *
   * @param turn Higher than that of whoever had it before.
   */
  constructor(memory: SharedArrayBuffer, turn: number) {
    this.#reader = new LaneReader(memory, turn & 1023);
    this.#reader.adopt("keep");
  }

  /** Messages sent and not received. */
  get size(): number {
    return this.#reader.depth - (this.#leased ? 1 : 0);
  }

  /** Whether there is a message. */
  get hasMore(): boolean {
    return (this.#begun && !this.#leased) || this.#reader.hasMore;
  }

  /** Whether there is none, and none will come. */
  get over(): boolean {
    // In this order: what came before it was sealed is seen.
    return this.#reader.sealed && !this.hasMore;
  }

  /** See {@linkcode InTrack.give}. */
  give(): unknown {
    const value = this.#value;
    this.#value = undefined;
    return value;
  }

  /** See {@linkcode InTrack.take}. */
  take(): Taken {
    const reader = this.#reader;
    const state = this.#begin();
    if (state !== "taken") return state;
    this.#begun = false;
    try {
      if (reader.e !== 0) {
        this.#record = {
          bytes: reader.bytes.slice(reader.start, reader.end),
          parcel: reader.e,
          who: reader.b,
          spilled: reader.a === 1,
          goods: this.#goods,
        };
        this.#goods = undefined;
        return "later";
      }
      this.#value = decode(reader.bytes, reader.start, reader.end);
    } finally {
      reader.done();
    }
    return "taken";
  }

  /** See {@linkcode InTrack.fetch}. */
  async fetch(): Promise<unknown> {
    const record = this.#record!;
    const { goods, parcel, who } = record;
    return unpack(record, goods ?? await collect(parcel, who));
  }

  /** See {@linkcode InTrack.fetchSync}. */
  fetchSync(): unknown {
    const record = this.#record!;
    const { goods, parcel, who } = record;
    return unpack(record, goods ?? collectSync(parcel, who));
  }

  /** See {@linkcode InTrack.takeMany}. */
  takeMany(max: number, into: unknown[]): void {
    while (into.length < max) {
      const taken = this.take();
      if (taken === "later") into.push(this.fetchSync());
      else if (taken === "taken") into.push(this.give());
      else return;
    }
  }

  /** See {@linkcode InTrack.takeInPlace}. */
  takeInPlace(): Taken {
    const reader = this.#reader;
    const state = this.#begin();
    if (state !== "taken") return state;
    if (reader.e !== 0 && reader.a === 1) return "later";
    const at = reader.e === 0
      ? byteMessageStart(reader.bytes, reader.start, reader.end)
      : -1;
    if (at < 0) throw notBytes();
    this.#bytes = new Uint8Array(reader.memory, at, reader.end - at);
    this.#leased = true;
    return "taken";
  }

  /** See {@linkcode InTrack.giveInPlace}. */
  giveInPlace(): Uint8Array<SharedArrayBuffer> {
    const bytes = this.#bytes!;
    this.#bytes = undefined;
    return bytes;
  }

  /** See {@linkcode InTrack.fetchInPlace}. */
  async fetchInPlace(): Promise<Uint8Array<SharedArrayBuffer>> {
    const { b: who, e: parcel } = this.#reader;
    return this.#view(this.#goods ?? await collect(parcel, who));
  }

  /** See {@linkcode InTrack.fetchInPlaceSync}. */
  fetchInPlaceSync(): Uint8Array<SharedArrayBuffer> {
    const { b: who, e: parcel } = this.#reader;
    return this.#view(this.#goods ?? collectSync(parcel, who));
  }

  /** The bytes of a message that has a memory of its own. */
  #view(goods: readonly unknown[]): Uint8Array<SharedArrayBuffer> {
    this.#goods = goods;
    const all = new Uint8Array(goods[0] as SharedArrayBuffer);
    const at = goods.length === 1 ? byteMessageStart(all, 0, all.length) : -1;
    if (at < 0) throw notBytes();
    this.#leased = true;
    return all.subarray(at);
  }

  /** See {@linkcode InTrack.release}. */
  release(): void {
    this.#goods = undefined;
    this.#leased = false;
    if (!this.#begun) return;
    this.#begun = false;
    this.#reader.done();
  }

  /** The record at the head is in flight, if there is one. */
  #begin(): "taken" | "empty" | "ended" {
    if (this.#begun) return "taken";
    const state = this.#reader.take();
    if (state !== "taken") return state === "empty" ? state : "ended";
    this.#begun = true;
    return state;
  }

  /** See {@linkcode InTrack.seal}. */
  seal(): void {
    sealLane(this.#reader.memory);
  }

  /** See {@linkcode InTrack.drop}. */
  drop(): void {
    const reader = this.#reader;
    if (this.#begun && !this.#leased) discard(reader.e, reader.b);
    this.release();
    while (reader.take() === "taken") {
      discard(reader.e, reader.b);
      reader.done();
    }
  }
}

function unpack(
  { bytes, spilled }: { bytes: Uint8Array; spilled: boolean },
  goods: readonly unknown[],
): unknown {
  if (!spilled) return decode(bytes, 0, bytes.length, goods);
  const spilt = new Uint8Array(goods[0] as SharedArrayBuffer);
  return decode(spilt, 0, spilt.length, goods.slice(1));
}
