import { takeBack } from "../memory/moved_handles.ts";
import { ownLife } from "../sync/lives.ts";
import { deposit, discard } from "./depot.ts";

/** What the bytes of a message cannot carry, until it is known whether the message is sent. */
export class Goods {
  readonly #attachments: readonly unknown[] | undefined;
  readonly #transfer: readonly Transferable[];
  readonly #spill: SharedArrayBuffer | undefined;
  /** Its number in the depot; 0: it is not there. */
  #parcel = 0;

  /** What `encode()` gave beside the bytes, what of that is moved, and the bytes themselves if there are too many of them. */
  constructor(
    attachments: readonly unknown[] | undefined,
    transfer: readonly Transferable[] = [],
    spill?: SharedArrayBuffer,
  ) {
    this.#attachments = attachments;
    this.#transfer = transfer;
    this.#spill = spill;
  }

  /**
   * Leaves them in the depot: there is room for the message. What is moved is gone from here on.
   *
   * @returns Their number there.
   * @throws {DOMException} If something was moved before. Nothing is left then.
   */
  leave(): number {
    const all = this.#spill === undefined
      ? this.#attachments
      : [this.#spill, ...this.#attachments ?? []];
    return this.#parcel ||= deposit(all, this.#transfer);
  }

  /** The message is not sent: handles in it can be used as before. */
  refuse(): void {
    discard(this.#parcel, ownLife().who);
    this.#parcel = 0;
    takeBack(this.#attachments);
  }
}
