/**
 * Messages of any kind out of a lane; `lane_out.ts` draws the words of their records.
 *
 * @module
 */
import { byteMessageStart } from "../memory/byte_message.ts";
import { decode } from "../memory/codec.ts";
import { LaneReader, sealLane } from "../memory/lane.ts";
import { collect, collectSync, discard } from "./depot.ts";
import { notBytes } from "./lease.ts";
import type { InTrack, Taken } from "./track.ts";

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
