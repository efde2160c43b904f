import type { Delivery } from "../../channel/outlet.ts";
import type { Encoded } from "../../memory/codec.ts";
import type { Parts } from "../mail/parts.ts";
import type { RefCore } from "../mail/ref_core.ts";

/** A message that waits on its sender's thread for room at a light actor of another one. */
export interface HeldMessage {
  readonly parts: Parts;
  readonly until: number;
  readonly delivery: Delivery | undefined;
  /** Whom it is for. */
  readonly core: RefCore;
}

/** What is to be done when all that waits before it has gone, one way or the other. */
export interface HeldMark {
  readonly then: () => void;
  readonly until: typeof Infinity;
}

/** The same parts in bytes of their own: those of an encoded value are used again for the next one. */
export function keptParts(parts: Parts): Parts {
  return { ...parts, encoded: copyOf(parts.encoded) };
}

function copyOf(encoded: Encoded): Encoded {
  return { ...encoded, bytes: encoded.bytes.slice(0, encoded.length) };
}
