import type { Delivery } from "../../channel/outlet.ts";
import { type LightRunning, runningLight } from "../current.ts";
import type { LaneReader } from "../../memory/lane.ts";
import type { Ask } from "../mail/ask_book.ts";
import type { LightEncore } from "./light_encore.ts";
import type { RoomDeadline } from "./room_deadline.ts";

/** What is true of a message, a bit each: there may be very many, and a field takes eight bytes. */
const FLAG = {
  ASKS: 1,
  LANDED: 2,
  ASIDE: 4,
  ROOMLESS: 8,
  URGENT: 16,
  INCOMPLETE: 32,
} as const;

/** What few messages have. */
interface Rare {
  notice: (() => unknown) | undefined;
  delivery: Delivery | undefined;
  again: LightEncore | undefined;
}

/** One call that a light actor has to handle: an entry of its queue. */
export class LightMessage {
  /** The one behind it. */
  next: LightMessage | undefined;
  /** Which light actor of this thread sent it, if it was one. */
  readonly caller: LightRunning | undefined = runningLight();
  /** What that one was handling, if it waits for this one. */
  cause: LightMessage | undefined;
  /** When it is given up, while it waits for room. */
  deadline: RoomDeadline | undefined;
  #flags: number;
  #rare: Rare | undefined;

  /** A call of the method `hash`. */
  constructor(
    /** Whether an answer is wanted. */
    asks: boolean,
    /** The method's name on the wire. */
    readonly hash: number,
    /** Answers the arguments; it may throw when they came as bytes. */
    public args: unknown[] | (() => unknown),
    /** The question, if it is one of this thread. */
    readonly ask: Ask | undefined,
    /** Who sent it, if it came from another thread. */
    readonly from: LightSender | undefined,
    /** Number of the question in the book of who sent it. */
    readonly askId: number,
  ) {
    this.#flags = asks ? FLAG.ASKS : 0;
  }

  /** Whether an answer is wanted. */
  get asks(): boolean {
    return (this.#flags & FLAG.ASKS) !== 0;
  }

  /** Whether its handler, which took time, has ended. */
  get landed(): boolean {
    return (this.#flags & FLAG.LANDED) !== 0;
  }

  set landed(is: boolean) {
    this.#mark(FLAG.LANDED, is);
  }

  /** Whether it was put aside while it was handled last. */
  get aside(): boolean {
    return (this.#flags & FLAG.ASIDE) !== 0;
  }

  set aside(is: boolean) {
    this.#mark(FLAG.ASIDE, is);
  }

  /** Whether its room in the mailbox is free: it was put aside before. */
  get roomless(): boolean {
    return (this.#flags & FLAG.ROOMLESS) !== 0;
  }

  set roomless(is: boolean) {
    this.#mark(FLAG.ROOMLESS, is);
  }

  /** Whether it comes before those that are not, and takes no room of theirs. */
  get urgent(): boolean {
    return (this.#flags & FLAG.URGENT) !== 0;
  }

  set urgent(is: boolean) {
    this.#mark(FLAG.URGENT, is);
  }

  /** Whether it may be handled: what it needs has arrived. */
  get complete(): boolean {
    return (this.#flags & FLAG.INCOMPLETE) === 0;
  }

  set complete(is: boolean) {
    this.#mark(FLAG.INCOMPLETE, !is);
  }

  #mark(flag: number, is: boolean): void {
    this.#flags = is ? this.#flags | flag : this.#flags & ~flag;
  }

  /** What is to be done in its turn, if it is no call. */
  get notice(): (() => unknown) | undefined {
    return this.#rare?.notice;
  }

  set notice(notice: (() => unknown) | undefined) {
    this.#own().notice = notice;
  }

  /** Who wants to know whether it finds room, if it is no ask. */
  get delivery(): Delivery | undefined {
    return this.#rare?.delivery;
  }

  set delivery(delivery: Delivery | undefined) {
    this.#own().delivery = delivery;
  }

  /** How it comes again, if it may: its handler changes what it was given. */
  get again(): LightEncore | undefined {
    return this.#rare?.again;
  }

  set again(again: LightEncore | undefined) {
    this.#own().again = again;
  }

  #own(): Rare {
    return this.#rare ??= {
      notice: undefined,
      delivery: undefined,
      again: undefined,
    };
  }

  /** When it is given up, on the clock of `performance.now()`. */
  get until(): number {
    return this.deadline?.at ?? Infinity;
  }
}

/** Another thread that sent to a light actor here. */
export interface LightSender {
  /** Its row. */
  readonly endpoint: number;
  /** Owner count of that row. */
  readonly life: number;
  /** Whether it was told that the actor takes no more messages. */
  told?: boolean;
  /** The lane that its latest message came by, which counts the tells that are lost with this thread. */
  lane?: LaneReader;
  /** Messages of it that are here and not finished. */
  held: number;
  /** The same of its urgent messages. */
  heldUrgent: number;
  /** Messages of it that were finished and that it was not told of. */
  owed: number;
  /** The same of its urgent messages. */
  owedUrgent: number;
}
