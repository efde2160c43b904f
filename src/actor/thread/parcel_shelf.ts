/**
 * Parcels that have arrived: what a record in a lane could not carry itself.
 *
 * @module
 */
import { decode } from "../../memory/codec.ts";
import type { LaneReader } from "../../memory/lane.ts";
import type { Parcel } from "../mail/protocol.ts";

/** The parcels of one thread, until their records are dealt with. */
export class ParcelShelf {
  readonly #parcels: Map<number, Parcel> = new Map();
  /** Lanes of which all parcels that ever come have come. */
  readonly #silent: WeakSet<SharedArrayBuffer> = new WeakSet();
  #awaited: Map<number, () => void> = new Map();

  /** Whether the parcel is here. */
  has(id: number): boolean {
    return this.#parcels.has(id);
  }

  /** Whether what a record needs is gone: with the incarnation it was moved to, or with a sender that could not send it. */
  lost({ e, memory }: LaneReader): boolean {
    if (e === 0) return false;
    const parcel = this.#parcels.get(e);
    return parcel === undefined
      ? this.#silent.has(memory)
      : parcel.lost === true;
  }

  /** The writer of `lanes` has ended, and no parcel of theirs is on its way. Who awaits one is called, to look again. */
  silence(lanes: readonly SharedArrayBuffer[]): void {
    for (const lane of lanes) this.#silent.add(lane);
    const awaited = this.#awaited;
    this.#awaited = new Map();
    for (const then of awaited.values()) then();
  }

  /** Takes a parcel in. */
  put(parcel: Parcel): void {
    this.#parcels.set(parcel.id, parcel);
    this.#awaited.get(parcel.id)?.();
    this.#awaited.delete(parcel.id);
  }

  /** Calls `then` when the parcel arrives, or may be lost. */
  await(id: number, then: () => void): void {
    this.#awaited.set(id, then);
  }

  /** Forgets a parcel. */
  delete(id: number): void {
    this.#parcels.delete(id);
  }

  /** Decodes the value of the record that the parcel belongs to; `bytes` are the record's own. */
  unpack(id: number, bytes: Uint8Array, start: number, end: number): unknown {
    const parcel = this.#parcels.get(id);
    if (parcel?.spill === undefined) {
      return decode(bytes, start, end, parcel?.attachments);
    }
    const spill = new Uint8Array(parcel.spill);
    return decode(spill, 0, spill.length, parcel.attachments);
  }
}
