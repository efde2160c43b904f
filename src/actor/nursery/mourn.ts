import { takeUnsettled } from "../../memory/lane.ts";
import type { LostMessage } from "../mail/dead_letter.ts";
import { numberOf } from "../mail/ref_core.ts";
import type { Link, Seat } from "./seat.ts";

/** Calls `lose` for each tell that the incarnation of a host had taken out of a lane, and that ended with it. */
export function mourn(
  { address: { endpoint }, name: toName }: Seat,
  { lane: { memory } }: Link,
  lose: (message: LostMessage) => void,
): void {
  const { from, count, hand } = takeUnsettled(memory);
  const lost = { why: "lost", kind: "tell", from } as const;
  if (hand !== undefined) {
    // The thread of the system knows who that is.
    const to = numberOf({ endpoint, life: 0, local: hand.who });
    lose({ ...lost, to, hash: hand.a });
  }
  for (let left = count - (hand ? 1 : 0); left > 0; left--) {
    lose({ ...lost, to: endpoint, toName, hash: 0 });
  }
}
