import type { Address, FromNursery } from "../mail/protocol.ts";

/** The word that there is nobody at `address` any more, nor anything known of its end. */
export function lost(address: Address): FromNursery {
  return {
    type: "gone",
    address,
    report: { kind: "lost", code: 1 },
    final: true,
    begun: 0,
    dropped: 0,
  };
}
