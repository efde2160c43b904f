/**
 * The sending side: this thread's lane to one endpoint, with what waits for room.
 *
 * A message that finds no room waits here, in order, without blocking the
 * sender's event loop; it is published as soon as the receiver makes room, or
 * given back to its sender when `waitMs` is over.
 *
 * @module
 */
import { createLane, LaneWriter } from "../memory/lane.ts";

/** A message that waits for room. */
interface Waiting {
  readonly kind: number;
  readonly a: number;
  readonly b: number;
  readonly e: number;
  readonly payload: Uint8Array;
  readonly until: number;
  readonly onSent: ((sequence: number) => void) | undefined;
  readonly onRefused: (why: "full" | "sealed") => void;
}

/** What a message needs besides its bytes. */
export interface Envelope {
  /** Kind of record; see protocol.ts. */
  kind: number;
  /** First header word: method or status. */
  a: number;
  /** Second header word: the ask, 0 for none. */
  b: number;
  /** Fifth header word: the parcel, 0 for none. */
  e: number;
}

/** This thread's way to one endpoint. */
export class Outlet {
  readonly #writer: LaneWriter;
  readonly #waiting: Waiting[] = [];
  readonly #self: number;

  /** Makes the lane. The caller tells the other side of {@link memory}. */
  constructor(
    options: {
      from: number;
      to: number;
      self: number;
      capacityMessages?: number;
      capacityBytes?: number;
    },
  ) {
    this.#self = options.self;
    this.#writer = new LaneWriter(createLane(options));
  }

  /** The lane's memory. */
  get memory(): SharedArrayBuffer {
    return this.#writer.memory;
  }

  /** Largest payload that a record may carry; larger ones travel as a parcel. */
  get maxPayload(): number {
    return this.#writer.maxPayload;
  }

  /** The endpoint it leads to. */
  get to(): number {
    return this.#writer.to;
  }

  /** How many messages wait here for room. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Messages in the lane that the receiver has not finished. */
  get depth(): number {
    return this.#writer.depth;
  }

  /** Whether the `sequence`-th message has been begun by a receiver. */
  begun(sequence: number): boolean {
    return this.#writer.begun(sequence);
  }

  /**
   * Publishes a message, or lets it wait for room.
   *
   * @param waitMs How long it may wait for room, in milliseconds.
   * @returns Its sequence number when it was published at once; 0 when it waits; `"sealed"` when this thread was fenced.
   */
  send(
    envelope: Envelope,
    payload: Uint8Array,
    length: number,
    waitMs: number,
    onSent: ((sequence: number) => void) | undefined,
    onRefused: (why: "full" | "sealed") => void,
  ): number | "sealed" {
    const writer = this.#writer;
    const { kind, a, b, e } = envelope;
    if (this.#waiting.length === 0) {
      const result = writer.tryWrite(
        kind,
        a,
        b,
        this.#self,
        0,
        e,
        payload,
        length,
      );
      if (result === "written") return writer.sent;
      if (result === "sealed") return "sealed";
    }
    this.#waiting.push({
      kind,
      a,
      b,
      e,
      payload: payload.slice(0, length),
      until: performance.now() + waitMs,
      onSent,
      onRefused,
    });
    if (this.#waiting.length === 1) this.flush();
    return 0;
  }

  /** Publishes what waits, as far as there is room. Returns whether anything still waits. */
  flush(): boolean {
    const waiting = this.#waiting;
    let sent = 0;
    while (sent < waiting.length) {
      const w = waiting[sent]!;
      const result = this.#writer.tryWrite(
        w.kind,
        w.a,
        w.b,
        this.#self,
        0,
        w.e,
        w.payload,
        w.payload.length,
      );
      if (result === "sealed") {
        waiting.splice(0);
        w.onRefused("sealed");
        return false;
      }
      if (result === "full") {
        if (this.#writer.wantRoom(w.payload.length)) continue;
        break;
      }
      sent++;
      w.onSent?.(this.#writer.sent);
    }
    if (sent > 0) waiting.splice(0, sent);
    return waiting.length > 0;
  }

  /** Gives back what has waited longer than it may. */
  expire(now: number): void {
    while (this.#waiting.length > 0 && this.#waiting[0]!.until <= now) {
      this.#waiting.shift()!.onRefused("full");
    }
  }

  /** Gives back all that waits: the receiver is gone. */
  abandon(): void {
    for (const w of this.#waiting.splice(0)) w.onRefused("sealed");
  }
}
