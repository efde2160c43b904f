import type { FromNursery, WireReport } from "../mail/protocol.ts";
import type { WireCrash } from "../thread/last_call.ts";
import type { Seat } from "./seat.ts";

/** What a peer is told of its messages: how far they were begun, and which asks are put aside. */
export type PeerCounts = Pick<
  Extract<FromNursery, { type: "gone" }>,
  "begun" | "dropped" | "urgent" | "aside" | "keptAside"
>;

/** Of a peer whose messages never were in the mailbox. */
export const NOTHING: PeerCounts & { readonly begun: 0; readonly dropped: 0 } =
  { begun: 0, dropped: 0 };

/** Who must know of an end of `seat`, and what; `final` if nobody comes after it. */
export function peersOf(
  seat: Seat,
  final: boolean,
): ReadonlyMap<number, PeerCounts> {
  const peers = new Map<number, PeerCounts>(
    [...(final ? seat.watchers : [])].map((peer) => [peer, NOTHING]),
  );
  for (const link of seat.links) {
    // What would have been begun again has been begun.
    const begun = final ? link.begun + link.kept : link.begun;
    const { from, lane, dropped } = link;
    if (!lane.express) {
      const counts = lane.urgent
        ? { urgent: { begun, dropped } }
        : { begun, dropped };
      const known = peers.get(from) ?? NOTHING;
      peers.set(from, { ...known, ...counts, ...asideOf(seat, from, final) });
    } else if (!peers.has(from)) peers.set(from, NOTHING);
  }
  return peers;
}

function asideOf(
  { aside, start }: Seat,
  peer: number,
  final: boolean,
): Pick<PeerCounts, "aside" | "keptAside"> {
  const own = aside.filter(({ from, begun }) =>
    from === peer && !(final && begun)
  );
  if (own.length === 0) return {};
  const keptAside = !final && start?.dropMail !== true;
  return { aside: own.map(({ ask }) => ask), keptAside };
}

/** What the owner of an incarnation is told of its end. */
export function endOf(
  { address, asked, start }: Seat,
  report: WireReport,
  heard: boolean,
  crash?: WireCrash,
): FromNursery {
  const incarnation = start?.become.incarnation ?? 0;
  return { type: "ended", address, incarnation, report, asked, crash, heard };
}
