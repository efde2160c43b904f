/**
 * The receiving side of an endpoint: all lanes that lead to it.
 *
 * Every sending thread has two lanes to every endpoint it talks to: one for
 * mail (messages of users, bounded, one at a time) and one for express (replies,
 * read at once). So a full mailbox never holds up a reply.
 *
 * The lanes outlive the thread that reads them. A successor adopts them with a
 * new tag, and a predecessor that still runs is fenced from that moment on.
 *
 * @module
 */
import { LaneReader } from "../memory/lane.ts";

/** What the producer's thread must be told when room came free. */
export type RingProducer = (endpoint: number) => void;

/** Records taken from one lane before the next lane has its turn. */
const BURST = 32;
/** A producer that waits for room is rung after so many records, or when there are no more: not for each. */
const RING_AFTER = 256;

/** All lanes that lead to one endpoint. */
export class Mailbox {
  readonly #mail: LaneReader[] = [];
  readonly #express: LaneReader[] = [];
  readonly #tag: number;
  readonly #ringProducer: RingProducer;
  readonly #drained: (memory: SharedArrayBuffer) => void;
  #next = 0;
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
  }

  /**
   * Takes over a lane.
   *
   * @returns Whether a message was in flight on it when its former reader ended; it is skipped, or kept at the head when `redeliver` says so.
   */
  adopt(
    memory: SharedArrayBuffer,
    express: boolean,
    redeliver: boolean,
  ): boolean {
    const reader = new LaneReader(memory, this.#tag);
    const found = reader.adopt(redeliver && !express ? "keep" : "skip");
    (express ? this.#express : this.#mail).push(reader);
    this.#ringIfWanted(reader);
    return found === "inFlight";
  }

  /** Messages that wait, over all lanes. */
  get depth(): number {
    let depth = 0;
    for (const lane of this.#mail) depth += lane.depth;
    return depth;
  }

  /**
   * The mail lanes that `from` wrote and that were not read to their end yet. Those that are written still are another
   * incarnation's, or those of an actor that has the row by now.
   */
  sealedFrom(from: number): SharedArrayBuffer[] {
    return this.#mail.filter((lane) => lane.from === from && lane.sealed)
      .map((lane) => lane.memory);
  }

  /** Looks where the mail of `from` ends now; answers later whether it was read up to there. */
  readTo(from: number): () => boolean {
    const ends = this.#mail.filter((lane) =>
      lane.from === from && lane.depth > 0
    )
      .map((lane) => ({ lane, end: lane.finished + lane.depth }));
    return () =>
      ends.every(({ lane, end }) =>
        ((lane.finished - end) | 0) >= 0 || !this.#mail.includes(lane)
      );
  }

  /** A quick look: is there anything to read? `mail` says whether mail counts. */
  hasMore(mail: boolean): boolean {
    for (let i = 0; i < this.#express.length; i++) {
      if (this.#express[i]!.hasMore) return true;
    }
    if (mail) {
      for (let i = 0; i < this.#mail.length; i++) {
        if (this.#mail[i]!.hasMore) return true;
      }
    }
    return false;
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
   * Takes the next message, from the lanes in turn, so that no sender starves another.
   *
   * @returns The lane whose fields describe the record in place, `"fenced"` when a successor took over, or `undefined`.
   */
  takeMail(): LaneReader | "fenced" | undefined {
    for (let tried = 0, n = this.#mail.length; tried < n; tried++) {
      if (this.#next >= this.#mail.length) this.#next = 0;
      const lane = this.#mail[this.#next];
      if (lane === undefined) return undefined;
      const state = lane.take();
      if (state === "taken") {
        this.#next++;
        return lane;
      }
      if (state === "fenced") return "fenced";
      if (state === "ended") {
        this.#mail.splice(this.#next, 1);
        this.#drained(lane.memory);
      } else this.#next++;
    }
    return undefined;
  }

  /**
   * Finishes the message taken from `lane`, which frees its room, and takes the next.
   *
   * @returns What {@link takeMail} returns.
   */
  finishAndTake(lane: LaneReader): LaneReader | "fenced" | undefined {
    if (++this.#burst < BURST) {
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
    for (const lane of this.#mail) this.#ringIfWanted(lane);
  }

  #ringIfWanted(lane: LaneReader): void {
    if (!lane.roomWanted) return;
    lane.roomWanted = false;
    this.#ringProducer(lane.from);
  }
}
