/**
 * The receiving side of an endpoint: all lanes that lead to it.
 *
 * Every sending thread has two lanes to every endpoint it talks to: one for
 * mail (messages of users, bounded, one at a time) and one for express (replies,
 * read at once). So a full mailbox never holds up a reply. To one that takes
 * urgent mail there is a third: all of those are read before any other mail.
 *
 * The lanes outlive the thread that reads them. A successor adopts them with a
 * new tag, and a predecessor that still runs is fenced from that moment on.
 *
 * @module
 */
import { LaneReader } from "../memory/lane.ts";
import { LaneRound } from "./lane_round.ts";

/** What the producer's thread must be told when room came free. */
export type RingProducer = (endpoint: number) => void;

/** Records taken from one lane before the next lane has its turn. */
const BURST = 32;
/** A producer that waits for room is rung after so many records, or when there are no more: not for each. */
const RING_AFTER = 256;

/** All lanes that lead to one endpoint. */
export class Mailbox {
  readonly #mail: LaneRound;
  readonly #urgent: LaneRound;
  readonly #express: LaneReader[] = [];
  readonly #tag: number;
  readonly #ringProducer: RingProducer;
  readonly #drained: (memory: SharedArrayBuffer) => void;
  #burst = 0;
  #owed = 0;

  /**
   * A mailbox that no lane leads to yet.
   *
   * @param tag The epoch of this consumer; see lane.ts.
   * @param hooks `ring` wakes a producer that waits for room; `drained` is told of a sealed lane that is empty.
   */
  constructor(
    tag: number,
    hooks: {
      ring: RingProducer;
      drained: (memory: SharedArrayBuffer) => void;
    },
  ) {
    this.#tag = tag & 1023;
    this.#ringProducer = hooks.ring;
    this.#drained = hooks.drained;
    this.#mail = new LaneRound(hooks.drained);
    this.#urgent = new LaneRound(hooks.drained);
  }

  /**
   * Takes over a lane.
   *
   * @param express Whether it carries replies; `urgent` whether its mail comes before that of others.
   * @returns Whether a message was in flight on it when its former reader ended; it is skipped, or kept at the head when `redeliver` says so.
   */
  adopt(
    memory: SharedArrayBuffer,
    express: boolean,
    redeliver: boolean,
    urgent = false,
  ): boolean {
    const reader = new LaneReader(memory, this.#tag);
    const found = reader.adopt(redeliver && !express ? "keep" : "skip");
    const mail = urgent ? this.#urgent : this.#mail;
    (express ? this.#express : mail.lanes).push(reader);
    this.#ringIfWanted(reader);
    return found === "inFlight";
  }

  /** Whether what `from` answers would be read here. */
  hears(from: number): boolean {
    return this.#express.some((lane) => lane.from === from && !lane.sealed);
  }

  /** Messages that wait, over all lanes. */
  get depth(): number {
    return this.#mail.depth + this.#urgent.depth;
  }

  /**
   * The mail lanes that `from` wrote and that were not read to their end yet. Those that are written still are another
   * incarnation's, or those of an actor that has the row by now.
   */
  sealedFrom(from: number): SharedArrayBuffer[] {
    return this.#mailOf(from).filter((lane) => lane.sealed)
      .map((lane) => lane.memory);
  }

  /** Looks where the mail of `from` ends now; answers later whether it was read up to there. */
  readTo(from: number): () => boolean {
    const ends = this.#mailOf(from).filter((lane) => lane.depth > 0)
      .map((lane) => ({ lane, end: lane.finished + lane.depth }));
    return () =>
      ends.every(({ lane, end }) =>
        ((lane.finished - end) | 0) >= 0 || !this.#mailOf(from).includes(lane)
      );
  }

  #mailOf(from: number): LaneReader[] {
    return [...this.#urgent.lanes, ...this.#mail.lanes]
      .filter((lane) => lane.from === from);
  }

  /** A quick look: is there anything to read? `mail` says whether mail counts. */
  hasMore(mail: boolean): boolean {
    for (let i = 0; i < this.#express.length; i++) {
      if (this.#express[i]!.hasMore) return true;
    }
    return mail && (this.#mail.hasMore || this.#urgent.hasMore);
  }

  /** Reads every express record there is. Returns how many; `onRecord` must not keep the reader. */
  drainExpress(onRecord: (lane: LaneReader) => void): number {
    let count = 0;
    for (let i = 0; i < this.#express.length; i++) {
      const lane = this.#express[i]!;
      let state = lane.take();
      while (state === "taken") {
        count++;
        onRecord(lane);
        if (lane.done() === "fenced") return count;
        this.#ringIfWanted(lane);
        state = lane.take();
      }
      if (state === "ended") {
        this.#express.splice(i--, 1);
        this.#drained(lane.memory);
      }
    }
    return count;
  }

  /**
   * Reads express records of `from` at once, in the middle of a handler, up to the first that `isIt` does not want: what
   * is wanted must run no code of users.
   */
  readAhead(
    from: number,
    isIt: (kind: number, a: number) => boolean,
    onRecord: (lane: LaneReader) => void,
  ): void {
    for (const lane of this.#express) {
      if (lane.from !== from) continue;
      while (lane.nextIs(isIt) && lane.take() === "taken") {
        onRecord(lane);
        if (lane.done() === "fenced") return;
        this.#ringIfWanted(lane);
      }
    }
  }

  /**
   * Takes the next message, an urgent one if there is any, from the lanes in turn, so that no sender starves another.
   *
   * @returns The lane whose fields describe the record in place, `"fenced"` when a successor took over, or `undefined`.
   */
  takeMail(): LaneReader | "fenced" | undefined {
    return this.#urgent.lanes.length === 0
      ? this.#mail.take()
      : this.#mail.take(this.#urgent);
  }

  /** As {@link takeMail}, of urgent mail alone. */
  takeUrgent(): LaneReader | "fenced" | undefined {
    return this.#urgent.lanes.length === 0 ? undefined : this.#urgent.take();
  }

  /** Whether the mail of `lane` comes before that of others. */
  isUrgent(lane: LaneReader): boolean {
    return this.#urgent.lanes.includes(lane);
  }

  /**
   * Finishes the message taken from `lane`, which frees its room, and takes the next.
   *
   * @returns What {@link takeMail} returns.
   */
  finishAndTake(lane: LaneReader): LaneReader | "fenced" | undefined {
    // The lane before those: see LaneRound.take().
    const overtaken = this.#urgent.lanes.length > 0 &&
      (!lane.hasMore || this.#urgent.hasMore);
    if (!overtaken && ++this.#burst < BURST) {
      const state = lane.doneAndTake();
      if (lane.roomWanted && ++this.#owed >= RING_AFTER) this.ringProducers();
      if (state === "taken") return lane;
      if (state === "fenced") return "fenced";
    } else if (lane.done() === "fenced") return "fenced";
    this.#burst = 0;
    return this.takeMail();
  }

  /** Finishes the message taken from `lane`. False when a successor took over. */
  finish(lane: LaneReader): boolean {
    return lane.done() !== "fenced";
  }

  /** Rings the producers that wait for room and have some now. Called before this thread parks, at the latest. */
  ringProducers(): void {
    this.#owed = 0;
    for (const lane of this.#mail.lanes) this.#ringIfWanted(lane);
    for (const lane of this.#urgent.lanes) this.#ringIfWanted(lane);
  }

  #ringIfWanted(lane: LaneReader): void {
    if (!lane.roomWanted) return;
    lane.roomWanted = false;
    this.#ringProducer(lane.from);
  }
}
