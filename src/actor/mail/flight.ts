import type { LaneReader } from "../../memory/lane.ts";

/** What the answer to a message must know: `b` is the ask, `c` the sender; see protocol.ts. */
export type Call = LaneReader | Flight;

/** A message that is handled while its lane reads on. */
export class Flight {
  /** Kind of the record. */
  readonly kind: number;
  /** The method. */
  readonly a: number;
  /** The ask, 0 for none. */
  readonly b: number;
  /** The sender. */
  readonly c: number;

  /** Keeps what the lane says of the message it has taken. */
  constructor(lane: LaneReader) {
    this.kind = lane.kind;
    this.a = lane.a;
    this.b = lane.b;
    this.c = lane.c;
  }
}
