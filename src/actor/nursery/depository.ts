/**
 * The depot of a system: what its threads leave for each other in queues and channels. See src/channel/depot.ts.
 *
 * @module
 */
import {
  type Collect,
  type Deposit,
  type Forget,
  Parcels,
} from "../../channel/depot.ts";
import { tellLosses } from "../../channel/tell_losses.ts";
import type { FromNursery } from "../mail/protocol.ts";

/** What the depot has to know of the threads around it. */
interface Around {
  /** Whether a thread of this system lives under that name. */
  lives(who: number): boolean;
  /** Sends to the thread that made the system. */
  toMain(message: FromNursery, transfer?: Transferable[]): void;
}

/** Keeps parcels, and those who wait for one. */
export class Depository {
  readonly #around: Around;
  readonly #parcels = new Parcels();
  /** Who asked for what is not there yet. */
  readonly #waiting: Map<number, Collect> = new Map();
  /** Parcels on their way of which nobody will ask for any. */
  readonly #unwanted: Map<number, Forget> = new Map();

  /** An empty depot. */
  constructor(around: Around) {
    this.#around = around;
  }

  /** Takes what a thread says; `from` is the endpoint it serves, 0 for the one that made the system. */
  receive(message: Deposit | Collect | Forget, from: number): void {
    if (message.type === "deposit") this.#put(message);
    else if (message.type === "collect") this.#collect(message, from);
    else this.#discard(message, from);
  }

  /** The thread `who` has ended: nothing more comes from it. */
  ended(who: number): void {
    for (const asked of [...this.#waiting.values()]) {
      if (asked.who === who) this.#refuse(asked);
    }
    for (const [id, unwanted] of [...this.#unwanted]) {
      if (unwanted.who === who) this.#unwanted.delete(id);
    }
  }

  /** The system is closed. */
  close(): void {
    for (const asked of [...this.#waiting.values()]) this.#refuse(asked);
  }

  #put(parcel: Deposit): void {
    const unwanted = this.#unwanted.get(parcel.id);
    if (unwanted !== undefined) {
      this.#unwanted.delete(parcel.id);
      if (unwanted.lost) tellLosses(parcel.losses);
      return;
    }
    this.#parcels.put(parcel);
    const asked = this.#waiting.get(parcel.id);
    if (asked === undefined) return;
    this.#waiting.delete(parcel.id);
    this.#parcels.answer(asked);
  }

  #collect(asked: Collect, from: number): void {
    if (this.#parcels.answer(asked)) return;
    if (this.#around.lives(asked.who)) this.#waiting.set(asked.id, asked);
    // The thread that made the system asks whether this one has it; others, where it is.
    else if (from === 0) this.#refuse(asked);
    else this.#around.toMain(asked, [asked.port]);
  }

  #discard(forget: Forget, from: number): void {
    const { id, who, lost } = forget;
    if (this.#parcels.delete(id, lost)) return;
    if (this.#around.lives(who)) this.#unwanted.set(id, forget);
    else if (from !== 0) this.#around.toMain(forget);
  }

  #refuse({ id, port }: Collect): void {
    this.#waiting.delete(id);
    port.postMessage({});
    port.close();
  }
}
