/**
 * Parcels that have arrived: what a record in a lane could not carry itself.
 *
 * @module
 */
import { decode } from "../memory/codec.ts";
import type { Parcel } from "./protocol.ts";

/** The parcels of one thread, until their records are dealt with. */
export class ParcelShelf {
  readonly #parcels: Map<number, Parcel> = new Map();
  readonly #awaited: Map<number, () => void> = new Map();

  /** Whether the parcel is here. */
  has(id: number): boolean {
    return this.#parcels.has(id);
  }

  /** Whether what the parcel held went to an incarnation that has ended. */
  lost(id: number): boolean {
    return this.#parcels.get(id)?.lost === true;
  }

  /** Takes a parcel in. */
  put(parcel: Parcel): void {
    this.#parcels.set(parcel.id, parcel);
    this.#awaited.get(parcel.id)?.();
    this.#awaited.delete(parcel.id);
  }

  /** Calls `then` when the parcel arrives. */
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
