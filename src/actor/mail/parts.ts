import type { Encoded } from "../../memory/codec.ts";

/** What is needed to send one record. */
export interface Parts {
  /** Kind of the record; see protocol.ts. */
  readonly kind: number;
  /** The method, or the status. */
  readonly a: number;
  /** The ask, 0 for none. */
  readonly b: number;
  /** Whether it goes before the mail of others: its receiver takes such. */
  readonly urgent?: boolean;
  /** The light actor it is for. */
  readonly d?: number;
  /** Whether it was counted by `Isolate.hold()` until now. */
  readonly held?: boolean;
  /** Its value. */
  readonly encoded: Encoded;
  /** What of that is moved. */
  readonly transfer: readonly Transferable[];
}
