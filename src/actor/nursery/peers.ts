import type { Link, Seat } from "./seat.ts";

/** What is known of the messages of a peer. */
export type PeerCounts = Pick<Link, "begun" | "dropped">;

/** Of a peer whose messages never were in the mailbox. */
export const NOTHING: PeerCounts = { begun: 0, dropped: 0 };

/** Who is to be told of an end of `seat`: those that write to it, and if it is `final` those that watch it. */
export function peersOf(seat: Seat, final: boolean): Map<number, PeerCounts> {
  const peers = new Map(
    [...(final ? seat.watchers : [])].map((peer) => [peer, NOTHING]),
  );
  for (const link of seat.links) {
    // What would have been begun again has been begun.
    const begun = final ? link.begun + link.kept : link.begun;
    const { from, lane, dropped } = link;
    if (!lane.express) peers.set(from, { begun, dropped });
    else if (!peers.has(from)) peers.set(from, NOTHING);
  }
  return peers;
}
