import type { LightMessage } from "./light_message.ts";

/** The messages that wait at a light actor: the urgent ones, then the others, each first come first served. It outlives the incarnations, as a mailbox does. */
export class LightQueue {
  #tail: LightMessage | undefined;
  /** The last one of those that are urgent. */
  #lastUrgent: LightMessage | undefined;
  /** How many wait. */
  size = 0;
  /** The one whose turn it is. */
  head: LightMessage | undefined;

  /** Puts one behind the last of its kind. */
  push(message: LightMessage): void {
    if (message.urgent) {
      this.#insert(message, this.#lastUrgent);
      this.#lastUrgent = message;
      return;
    }
    if (this.#tail === undefined) this.head = message;
    else this.#tail.next = message;
    this.#tail = message;
    this.size++;
  }

  /** Puts one before all others of its kind. */
  unshift(message: LightMessage): void {
    if (message.urgent) {
      this.#insert(message, undefined);
      this.#lastUrgent ??= message;
    } else this.#insert(message, this.#lastUrgent);
  }

  #insert(message: LightMessage, after: LightMessage | undefined): void {
    if (after === undefined) {
      message.next = this.head;
      this.head = message;
    } else {
      message.next = after.next;
      after.next = message;
    }
    if (message.next === undefined) this.#tail = message;
    this.size++;
  }

  /** Takes the first; there must be one. */
  shift(): LightMessage {
    const message = this.head!;
    this.head = message.next;
    message.next = undefined;
    if (this.head === undefined) this.#tail = undefined;
    if (this.#lastUrgent === message) this.#lastUrgent = undefined;
    this.size--;
    return message;
  }

  /** Whether somebody waits for an answer to one of them. */
  get asked(): boolean {
    let each = this.head;
    while (each !== undefined && !each.asks) each = each.next;
    return each !== undefined;
  }

  /** Takes the first that `isIt` says so of. */
  takeOne(isIt: (message: LightMessage) => boolean): LightMessage | undefined {
    let before: LightMessage | undefined;
    let each = this.head;
    while (each !== undefined && !isIt(each)) {
      before = each;
      each = each.next;
    }
    if (each === undefined) return undefined;
    if (before === undefined) this.head = each.next;
    else before.next = each.next;
    if (each.next === undefined) this.#tail = before;
    if (this.#lastUrgent === each) this.#lastUrgent = before;
    each.next = undefined;
    this.size--;
    return each;
  }

  /** Takes the one behind `before`, or the first; there must be one. */
  takeAfter(before: LightMessage | undefined): LightMessage {
    if (before === undefined) return this.shift();
    const message = before.next!;
    before.next = message.next;
    if (message.next === undefined) this.#tail = before;
    if (this.#lastUrgent === message) this.#lastUrgent = before;
    message.next = undefined;
    this.size--;
    return message;
  }

  /** Takes all. */
  takeAll(): LightMessage[] {
    const all: LightMessage[] = [];
    for (let each = this.head; each !== undefined; each = each.next) {
      all.push(each);
    }
    this.head = this.#tail = this.#lastUrgent = undefined;
    this.size = 0;
    return all;
  }
}
