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
import { takeBack } from "../memory/moved_handles.ts";
import { ownLife } from "../sync/lives.ts";
import { collect, collectSync, discard } from "./depot.ts";
import { Goods } from "./goods.ts";
import type { InTrack, Letter, OutTrack, Taken, Written } from "./track.ts";

/** The only kind of record. */
const VALUE = 1;
const NO_BYTES = new Uint8Array();

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
    const spilled = spills ? spill(bytes, length) : undefined;
    const goods = new Goods(attachments, transfer, spilled);
    const parcel = this.#leave(goods);
    const written = writer.tryWrite(
      VALUE,
      spills ? 1 : 0,
      ownLife().who,
      0,
      0,
      parcel,
      spills ? NO_BYTES : bytes,
      inLane,
    );
    if (written !== "written") goods.refuse();
    return written;
  }

  #leave(goods: Goods): number {
    try {
      return goods.leave();
    } catch (error) {
      goods.refuse();
      throw error;
    }
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
  /** The record whose parcel has to be collected. */
  #record: {
    readonly bytes: Uint8Array;
    readonly parcel: number;
    readonly who: number;
    readonly spilled: boolean;
  } | undefined;

  /**
   * The way out of the lane in `memory`.
   *
   * @param turn Higher than that of whoever had it before.
   */
  constructor(memory: SharedArrayBuffer, turn: number) {
    this.#reader = new LaneReader(memory, turn & 1023);
    this.#reader.adopt("skip");
  }

  /** Messages sent and not received. */
  get size(): number {
    return this.#reader.depth;
  }

  /** Whether there is a message. */
  get hasMore(): boolean {
    return this.#reader.hasMore;
  }

  /** Whether there is none, and none will come. */
  get over(): boolean {
    // In this order: what came before it was sealed is seen.
    return this.#reader.sealed && !this.#reader.hasMore;
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
    const state = reader.take();
    if (state !== "taken") return state === "empty" ? state : "ended";
    try {
      if (reader.e !== 0) {
        this.#record = {
          bytes: reader.bytes.slice(reader.start, reader.end),
          parcel: reader.e,
          who: reader.b,
          spilled: reader.a === 1,
        };
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
    return unpack(record, await collect(record.parcel, record.who));
  }

  /** See {@linkcode InTrack.fetchSync}. */
  fetchSync(): unknown {
    const record = this.#record!;
    return unpack(record, collectSync(record.parcel, record.who));
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

  /** See {@linkcode InTrack.seal}. */
  seal(): void {
    sealLane(this.#reader.memory);
  }

  /** See {@linkcode InTrack.drop}. */
  drop(): void {
    const reader = this.#reader;
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
