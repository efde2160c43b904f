import { load } from "../memory/cells.ts";
import type { ChannelControl } from "./channel_control.ts";
import { CHANNEL } from "./channel_layout.ts";

const SLEEP = CHANNEL.TX + CHANNEL.SLEEP;

/**
 * The wake-up that is owed to a sender who waits for room: soon, or at once when half of it is free. One for each message
 * would cost both more than the message.
 */
export class OwedRing {
  readonly #control: ChannelControl;
  #owes = false;

  /** What wakes the sender of this channel. */
  constructor(control: ChannelControl) {
    this.#control = control;
  }

  /** Whether somebody waits for it. */
  get isWanted(): boolean {
    return load(this.#control.words, SLEEP) !== 0;
  }

  /** Room has come free for who waits; `isHalf`: half of it is. */
  owe(isHalf: boolean): void {
    if (isHalf) return this.#control.ring(CHANNEL.TX);
    if (this.#owes) return;
    this.#owes = true;
    setImmediate(() => {
      this.#owes = false;
      this.#control.ring(CHANNEL.TX);
    });
  }
}
