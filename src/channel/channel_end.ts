import { peek } from "../memory/cells.ts";
import type { PortableData } from "../memory/portable.ts";
import { LIVES } from "../sync/layout.ts";
import { ownLife } from "../sync/lives.ts";
import { FencedError } from "../sync/fenced_error.ts";
import { leaveReason, readReason } from "./abort_reason.ts";
import { ChannelAbortedError } from "./channel_aborted_error.ts";
import { ChannelClosedError } from "./channel_closed_error.ts";
import { type ChannelControl, otherSide } from "./channel_control.ts";
import { CHANNEL, type Side } from "./channel_layout.ts";
import { EndInUseError } from "./end_in_use_error.ts";
import { EndMovedError } from "./end_moved_error.ts";
import { PeerDiedError } from "./peer_died_error.ts";

/** What this thread may do with an end: it has it, has closed it, has sent it away, or came too late to have it. */
type Standing = "held" | "closed" | "sent" | "missed";

/** An end of a channel as its thread has it: whether it may still use it, and what has become of the other one. */
export class ChannelEnd {
  /** Who has what. */
  readonly control: ChannelControl;
  readonly #side: Side;
  readonly #deathWords: Int32Array;
  #deaths: number;
  #alone = false;
  #standing: Standing;
  #reason: { readonly reason: unknown } | undefined;

  /** The end of `control` on `side`; `held` unless it was received before. */
  constructor(control: ChannelControl, side: Side, held: boolean) {
    this.control = control;
    this.#side = side;
    this.#standing = held ? "held" : "missed";
    const { lives } = ownLife();
    this.#deathWords = lives.words;
    this.#deaths = lives.deaths - 1;
  }

  /** Whether this thread may use it. */
  get held(): boolean {
    return this.#standing === "held";
  }

  /** Whether nothing can be done with it any more. */
  get closed(): boolean {
    return this.#standing !== "held";
  }

  /** What it is called. */
  get #name(): string {
    return this.#side === CHANNEL.TX ? "sending" : "receiving";
  }

  /**
   * Whether the thread with the other end has ended, or the message with it was thrown away. Costs two plain reads if nothing
   * like that has happened since the last look; one that has closed its end is known by the channel itself.
   */
  get alone(): boolean {
    // Any recent value will do: who waits is told of each death.
    const deaths = peek(this.#deathWords, LIVES.DEATHS);
    if (deaths !== this.#deaths) {
      this.#deaths = deaths;
      this.#alone = this.control.fate(otherSide(this.#side)) !== "open";
    } else if (!this.#alone) {
      // No thread has ended, but the message with the other end may have been thrown away.
      this.#alone = this.control.died(otherSide(this.#side));
    }
    return this.#alone;
  }

  /** Wakes who waits at the other end. */
  ringPeer(): void {
    this.control.ring(otherSide(this.#side));
  }

  /** @throws {EndMovedError} If it is another thread's to use; one that was closed here has merely ended. */
  mustBeHere(what: string): void {
    if (this.#standing === "sent" || this.#standing === "missed") {
      throw this.refusal(what);
    }
  }

  /** Why this thread may not `what`. */
  refusal(what: string, unsent?: { unsent: unknown }): Error {
    if (this.#standing === "sent") {
      return new EndMovedError(
        `Cannot ${what} as this ${this.#name} end was sent away: use it where it was received`,
        unsent,
      );
    }
    if (this.#standing === "missed") {
      return new EndMovedError(
        `Cannot ${what} as this ${this.#name} end had been received before, or its sender had died: make a new channel`,
        unsent,
      );
    }
    return new ChannelClosedError(
      `Cannot ${what} as this ${this.#name} end is closed: make a new channel`,
      unsent,
    );
  }

  /** Why the channel is over, if this end was not closed. */
  over(what: string, unsent?: { unsent: unknown }): Error {
    if (!this.held) return this.refusal(what, unsent);
    const peer = this.control.fate(otherSide(this.#side));
    const name = this.#side === CHANNEL.TX ? "receiving" : "sending";
    if (peer === "died" && this.control.inTransit(otherSide(this.#side))) {
      return new PeerDiedError(
        `Cannot ${what} as the message with the ${name} end was thrown away, or its sender died: make a new channel`,
        unsent,
      );
    }
    if (peer === "died") {
      return new PeerDiedError(
        `Cannot ${what} as the thread with the ${name} end died: make a new channel`,
        unsent,
      );
    }
    if (peer === "closed") {
      const why = this.#why();
      if (why !== undefined) {
        return new ChannelAbortedError(
          `Cannot ${what} as the ${name} end was aborted: its reason is the cause; make a new channel`,
          { ...unsent, cause: why.reason },
        );
      }
      return new ChannelClosedError(
        `Cannot ${what} as the ${name} end is closed: make a new channel`,
        unsent,
      );
    }
    return new FencedError(
      `Cannot ${what} as this thread was given up: another may run in its place`,
    );
  }

  /** Why the other end was closed, if that was for a reason. */
  #why(): { readonly reason: unknown } | undefined {
    if (this.#reason !== undefined) return this.#reason;
    const [parcel, who] = this.control.why(otherSide(this.#side));
    if (parcel === 0) return undefined;
    return this.#reason = { reason: readReason(parcel, who) };
  }

  /** Gives it up, for a reason that the other end is told. */
  abort(reason: unknown): void {
    if (this.#standing !== "held") return;
    this.control.explain(this.#side, leaveReason(reason));
    this.close();
  }

  /** Gives it up. */
  close(): void {
    if (this.#standing !== "held") return;
    this.#standing = "closed";
    this.control.close(this.#side);
  }

  /**
   * How it travels.
   *
   * @param waits Whether promises of it wait.
   * @param rest What the receiver needs beside the control block.
   * @throws {EndMovedError} If it was sent away before, and has been received.
   * @throws {ChannelClosedError} If it is closed.
   * @throws {EndInUseError} If promises of it wait, or a claim or lease of it is held.
   */
  travel(waits: boolean, kind: string, rest: unknown): PortableData {
    const what = "send the end of a channel";
    // What could not be delivered can be sent once more, as long as nobody has it.
    const again = this.#standing === "sent" &&
      this.control.unclaimed(this.#side);
    if (!this.held && !again) throw this.refusal(what);
    if (waits) {
      throw new EndInUseError(
        `Cannot ${what} as this ${this.#name} end is in use: await its promises and dispose its ${
          this.#side === CHANNEL.TX ? "claim" : "lease"
        } first`,
      );
    }
    return {
      kind,
      data: [this.control.words.buffer, ownLife().who, rest],
      sent: () => {
        const before = this.#standing;
        this.#standing = "sent";
        this.control.sent(this.#side);
        return () => {
          // Sent once more, it may be on its way in the message before.
          if (before !== "held" || !this.control.takeBack(this.#side)) return;
          if (this.#standing === "sent") this.#standing = before;
        };
      },
      losses: [this.control.lossOf(this.#side)],
    };
  }
}
