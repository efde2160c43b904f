import type { Delivery } from "../../channel/outlet.ts";
import { type LightRunning, runningLight } from "../current.ts";
import type { LaneReader } from "../../memory/lane.ts";
import type { Ask } from "../mail/ask_book.ts";
import type { LightEncore } from "./light_encore.ts";
import type { RoomDeadline } from "./room_deadline.ts";

/** One call that a light actor has to handle: an entry of its queue. */
export class LightMessage {
  /** The one behind it. */
  next: LightMessage | undefined;
  /** What is to be done in its turn, if it is no call. */
  notice: (() => unknown) | undefined;
  /** Which light actor of this thread sent it, if it was one. */
  readonly caller: LightRunning | undefined = runningLight();
  /** What that one was handling, if it waits for this one. */
  cause: LightMessage | undefined;
  /** When it is given up, while it waits for room. */
  deadline: RoomDeadline | undefined;
  /** Who wants to know whether it finds room, if it is no ask. */
  delivery: Delivery | undefined;
  /** Whether its handler, which took time, has ended. */
  landed = false;
  /** How it comes again, if it may: its handler changes what it was given. */
  again: LightEncore | undefined;
  /** Whether it was put aside while it was handled last. */
  aside = false;
  /** Whether its room in the mailbox is free: it was put aside before. */
  roomless = false;
  /** Whether it comes before those that are not, and takes no room of theirs. */
  urgent = false;
  /** Whether it may be handled: what it needs has arrived. */
  complete = true;

  /** A call of the method `hash`. */
  constructor(
    /** Whether an answer is wanted. */
    readonly asks: boolean,
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
  ) {}

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
