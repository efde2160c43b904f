/**
 * How the handler of a light actor receives messages while it runs; see receive.ts.
 *
 * What is skipped stays where it is in the queue, and gives its room in the mailbox back.
 *
 * @module
 */
import { type Clause, notReceived, Receipt } from "../receipt.ts";
import { type ReceiveOptions, receiveRefusal } from "../receive.ts";
import { PUT_ASIDE } from "../stash.ts";
import { stashFull } from "../stash_full_error.ts";
import type { LightLife } from "./light_life.ts";
import type { LightMessage } from "./light_message.ts";
import type { LightQueue } from "./light_queue.ts";

/** What one incarnation receives. */
export class LightReceiving {
  /** The message whose handler receives, once it has. */
  outer: LightMessage | undefined;
  readonly #life: LightLife;
  readonly #queue: LightQueue;
  readonly #skipped: (message: LightMessage) => void;
  #receipt: Receipt | undefined;
  /** The last one that was looked at and is another. */
  #seen: LightMessage | undefined;
  /** How many of those that were looked at are put aside. */
  #aside = 0;

  /** For `life`, whose messages wait in `queue`; `skipped` is told of each that takes no room in the mailbox any more. */
  constructor(
    life: LightLife,
    queue: LightQueue,
    skipped: (message: LightMessage) => void,
  ) {
    this.#life = life;
    this.#queue = queue;
    this.#skipped = skipped;
  }

  /** Whether a message is waited for. */
  get waits(): boolean {
    return this.#receipt !== undefined && this.#receipt.waits;
  }

  /** Whether a message is waited for, and all that are there were looked at. */
  get inVain(): boolean {
    return this.waits && this.#next === undefined;
  }

  /** Whether there is one to look at. */
  get due(): boolean {
    const next = this.#next;
    return next !== undefined &&
      (next.complete || this.#clauseOf(next) === undefined);
  }

  /** See `Receiving.receive()`. */
  begin(clauses: object, options: ReceiveOptions = {}): Promise<unknown> {
    const received = this.#begin(clauses, options);
    // Who does not await it is told nothing.
    received.catch(() => {});
    return received;
  }

  async #begin(clauses: object, options: ReceiveOptions): Promise<unknown> {
    const life = this.#life;
    const { name, concurrency } = life.order;
    const message = life.running > 0 ? life.inHand : undefined;
    const refusal = receiveRefusal(name, {
      concurrency,
      handles: message !== undefined || this.outer !== undefined,
      receives: this.#receipt !== undefined,
    });
    if (refusal !== undefined) throw refusal;
    if (message?.aside) throw PUT_ASIDE;
    const { stop } = life;
    const none = stop !== undefined &&
      (!stop.drain || this.#queue.head === undefined);
    if (none || life.state !== "up") throw notReceived(name, "stopped");
    const methods = life.methods!;
    const receipt = new Receipt(name, methods, clauses, options, () => {
      if (this.#receipt === receipt) this.#receipt = undefined;
    });
    this.#receipt = receipt;
    this.outer ??= message;
    life.inHand = undefined;
    this.lookAgain();
    life.actor.stir();
    return await receipt.promise;
  }

  /** The queue has changed before what was looked at. */
  lookAgain(): void {
    this.#seen = undefined;
    this.#aside = 0;
  }

  /** Looks at one message that is {@link due}. Takes it out if it is the one that is waited for. */
  take(aside: number):
    | { message: LightMessage; clause: Clause; receipt: Receipt }
    | undefined {
    const message = this.#next!;
    const clause = this.#clauseOf(message);
    const receipt = this.#receipt!;
    if (clause === undefined) return this.#skip(message, aside);
    this.#queue.takeAfter(this.#seen);
    receipt.take();
    return { message, clause, receipt };
  }

  /** The actor is over, or asked to stop, and no message is to come. */
  stop(): void {
    this.#receipt?.giveUp("stopped");
  }

  /** The handler of `message` has ended. Returns whether it has received. */
  close(message: LightMessage): boolean {
    if (this.outer !== message) return false;
    this.outer = undefined;
    this.#receipt?.giveUp("ended");
    return true;
  }

  get #next(): LightMessage | undefined {
    return this.#seen === undefined ? this.#queue.head : this.#seen.next;
  }

  #clauseOf({ notice, hash }: LightMessage): Clause | undefined {
    return notice === undefined ? this.#receipt?.clauseOf(hash) : undefined;
  }

  #skip(message: LightMessage, aside: number): undefined {
    this.#seen = message;
    if (message.notice !== undefined) return;
    const { name, stash } = this.#life.order;
    if (!message.roomless) {
      message.roomless = true;
      this.#skipped(message);
    }
    if (++this.#aside + aside > stash) {
      this.#receipt!.reject(stashFull(name, stash));
    }
  }
}
