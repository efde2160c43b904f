import { PUT_ASIDE, stashRefusal } from "../stash.ts";
import { stashFull } from "../stash_full_error.ts";
import type { LightLife } from "./light_life.ts";
import type { LightMessage } from "./light_message.ts";
import type { LightQueue } from "./light_queue.ts";

/** The messages that a light actor put aside. They outlive its incarnations, as those in its queue do. */
export class LightStash {
  /** In the order in which they came. */
  #messages: LightMessage[] = [];
  readonly #queue: LightQueue;

  /** What is put aside of the messages in `queue`. */
  constructor(queue: LightQueue) {
    this.#queue = queue;
  }

  /** How many are put aside. */
  get size(): number {
    return this.#messages.length;
  }

  /** Puts the message that `life` handles aside; see `Stashing.stash()`. */
  add(life: LightLife): never {
    const { name, concurrency, stash } = life.order;
    const message = life.running > 0 ? life.inHand : undefined;
    const refusal = stashRefusal(name, concurrency, message !== undefined);
    if (refusal !== undefined) throw refusal;
    if (message!.aside) throw PUT_ASIDE;
    if (this.#messages.length >= stash) throw stashFull(name, stash);
    this.#messages.push(message!);
    message!.aside = true;
    throw PUT_ASIDE;
  }

  /** Puts all of them at the head of the queue. Returns how many. */
  release(): number {
    const messages = this.#messages;
    this.#messages = [];
    for (let i = messages.length - 1; i >= 0; i--) {
      this.#queue.unshift(messages[i]!);
    }
    return messages.length;
  }
}
