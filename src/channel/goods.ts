import { lossesOf, takeBack } from "../memory/moved_handles.ts";
import { ownLife } from "../sync/lives.ts";
import { deposit, discard } from "./depot.ts";
import { tellLosses } from "./tell_losses.ts";

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
    const losses = lossesOf(this.#attachments);
    return this.#parcel ||= deposit(all, this.#transfer, losses);
  }

  /** The message is not sent: handles in it can be used as before. */
  refuse(): void {
    this.#withdraw();
    takeBack(this.#attachments);
  }

  /** The message is thrown away, and its sender is not told: handles in it that were given away are nobody's. */
  lose(): void {
    this.#withdraw();
    tellLosses(lossesOf(this.#attachments));
  }

  #withdraw(): void {
    discard(this.#parcel, ownLife().who, false);
    this.#parcel = 0;
  }
}
