import type { Address, Tied } from "../mail/protocol.ts";
import type { LineFacts } from "../light/light_line.ts";
import type { Party } from "./ties.ts";

/** A light actor that is linked with others, as the nursery knows it. */
export class LightParty {
  /** Where it lives. */
  readonly address: Address;
  /** Its name. */
  readonly name: string;
  /** What is known wherever a ref to it is. */
  readonly facts: LineFacts;
  /** Number of it on its thread. */
  readonly local: number;
  /** Who is linked with it, and since when; see ties.ts. */
  readonly partners: Map<Party, number> = new Map();

  /** The light actor that `tied` tells of. */
  constructor({ address, name, facts }: Tied) {
    this.address = address;
    this.name = name;
    this.facts = facts!;
    this.local = address.local!;
  }
}

/** The light actors that are linked, by thread and number. */
export class LightParties {
  readonly #known: Map<number, Map<number, LightParty>> = new Map();

  /** The one at `address`, if it is linked. */
  find({ endpoint, life, local }: Address): LightParty | undefined {
    const found = this.#known.get(endpoint)?.get(local!);
    return found?.address.life === life ? found : undefined;
  }

  /** Those of one life of a thread. */
  of({ endpoint, life }: Address): readonly LightParty[] {
    const all = [...this.#known.get(endpoint)?.values() ?? []];
    return all.filter(({ address }) => address.life === life);
  }

  /** Keeps one for as long as it is linked. */
  keep(party: LightParty): void {
    const { address: { endpoint }, local } = party;
    let known = this.#known.get(endpoint);
    if (known === undefined) this.#known.set(endpoint, known = new Map());
    if (party.partners.size > 0) known.set(local, party);
    else if (known.get(local) === party) known.delete(local);
    if (known.size === 0) this.#known.delete(endpoint);
  }
}
