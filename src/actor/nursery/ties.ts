/**
 * Links between actors, as the nursery keeps them.
 *
 * @module
 */
import { BOUND } from "../light/light_others.ts";
import type {
  Address,
  FromNursery,
  Tied,
  ToNursery,
  WireReport,
} from "../mail/protocol.ts";
import { isBefore } from "../../memory/tie_clock.ts";
import { isSameAddress } from "../mail/same_address.ts";
import { EarlyUnlinks } from "../early_unlinks.ts";
import { LightParties, LightParty } from "./light_party.ts";
import type { Seat } from "./seat.ts";

/** What a thread says of its links. */
export type TieMessage = Extract<
  ToNursery,
  { type: "link" | "unlink" | "trap" | "lightGone" }
>;

/** Who may be linked: the actor of a thread, or a light one. */
export type Party = Seat | LightParty;

/** What links need of the nursery. */
export interface TieHooks {
  /** The seat of an address, while it lives. */
  seat(address: Address): Seat | undefined;
  /** Says something to the thread at an endpoint. */
  tell(endpoint: number, message: FromNursery): void;
  /** Ends the incarnation on a seat. */
  end(seat: Seat, report: WireReport): void;
  /** The host worker at an address may hang. */
  suspect(address: Address): void;
}

/** How long an actor may take to end because of a link, in milliseconds; then it is killed. */
const EXIT_MS = 5_000;
const LOST: WireReport = { kind: "lost", code: 1 };

/** Whether an end of that kind is a wanted one, which harms nobody. */
function isNormal({ kind }: WireReport): boolean {
  return kind === "done" || kind === "stopped";
}

/**
 * Who is linked with whom.
 *
 *   apart → linked   link, from either side; again is nothing
 *   linked → apart   unlink, from either side
 *   linked → apart   one ended for good: the other is told, and ends or traps it
 *
 * Two threads may speak of one pair, and their words come in any order: each has its time, and a later one that is here
 * first is not undone by an earlier one.
 *
 * An actor of a thread that was told has {@linkcode EXIT_MS} to end. It may have
 * unlinked or begun to trap meanwhile; then its own word on that arrives here
 * after, and takes the deadline back.
 *
 * Of light actors their threads say when they have ended, which know from here
 * who of them is linked. Ends by themselves, without a word, are those of threads:
 *
 *   a thread ended               those that are bound to it have ended with it
 *   a host worker ended          its actors may be started again: the next incarnation is told who is linked, and says
 *                                whom nobody starts
 *   it is up no more, for good   all of its actors have ended
 */
export class Ties {
  readonly #hooks: TieHooks;
  readonly #lights: LightParties = new LightParties();
  readonly #early: EarlyUnlinks = new EarlyUnlinks();
  /** The deadlines of those who were told of an end, by who ended. */
  readonly #deadlines: Map<Seat, Map<string, ReturnType<typeof setTimeout>>> =
    new Map();
  /** The deadlines of hosts whose actors were told of an end. */
  readonly #suspicions: Map<number, ReturnType<typeof setTimeout>> = new Map();

  /** No links yet. */
  constructor(hooks: TieHooks) {
    this.#hooks = hooks;
  }

  /** What a thread says of the links of its actors; `seat` is that of its own actor. */
  receive(seat: Seat | undefined, message: TieMessage): void {
    if (message.type === "trap") {
      seat!.traps = message.on;
      if (message.on) this.#forgive(seat!);
    } else if (message.type === "lightGone") {
      this.#lightGone(message);
    } else if (message.type === "link") {
      const { by, to, at } = message;
      const one = by === undefined ? seat : this.#find(by);
      if (one !== undefined) this.#link(one, to, at);
    } else this.#unlink(seat, message);
  }

  /** The incarnation on `seat` ended: no deadline holds any more, and those that are bound to it have ended with it. */
  ended(seat: Seat, report: WireReport): void {
    this.#forgive(seat);
    for (const party of this.#lights.of(seat.address)) {
      if ((party.local & BOUND) !== 0) this.#over(party, report);
    }
  }

  /** An incarnation on `seat` is up: it hears who of its light actors is linked. */
  up(seat: Seat): void {
    for (const party of this.#lights.of(seat.address)) {
      for (const partner of party.partners.keys()) {
        this.#tie(party, partner, undefined);
      }
    }
  }

  /** The actor of `seat` is gone for good, and everything of it is free. */
  gone(seat: Seat, report: WireReport): void {
    this.#over(seat, report);
    for (const party of this.#lights.of(seat.address)) {
      this.#over(party, report);
    }
  }

  #link(one: Party, to: Tied, at: number): void {
    if (isSameAddress(one.address, to.address)) return;
    const other = this.#find(to);
    if (other === undefined) return this.#signal(one, to, LOST);
    if (this.#early.overtook(one.address, to.address, at)) return;
    const since = one.partners.get(other);
    if (since === undefined || isBefore(since, at)) {
      one.partners.set(other, at);
      other.partners.set(one, at);
    }
    this.#tie(one, other, at);
    this.#tie(other, one, at);
  }

  #unlink(
    seat: Seat | undefined,
    { by, to, at }: Extract<TieMessage, { type: "unlink" }>,
  ): void {
    if (by !== undefined) return this.#unlinkAt(by, to, at);
    if (seat === undefined) return;
    this.#unlinkAt(seat.address, to, at);
    clearTimeout(this.#deadlines.get(seat)?.get(keyOf(to)));
    this.#hooks.tell(seat.address.endpoint, { type: "unlinked", from: to });
  }

  #unlinkAt(from: Address, to: Address, at: number): void {
    const one = this.#known(from);
    const other = this.#known(to);
    const since = other && one?.partners.get(other);
    if (since === undefined) return this.#early.note(from, to, at);
    // The other one has linked again since, and its word was here first.
    if (isBefore(at, since)) return;
    this.#part(one!, other!);
    if (!(other instanceof LightParty)) return;
    const { address: { endpoint }, local } = other;
    this.#hooks.tell(endpoint, { type: "untie", local, partner: from });
  }

  #lightGone(
    { address, to, report }: Extract<TieMessage, { type: "lightGone" }>,
  ): void {
    const one = this.#lights.find(address);
    const other = this.#known(to);
    if (one === undefined || other === undefined) return;
    if (this.#part(one, other)) this.#signal(other, one, report);
  }

  /** It ended for good: all who are linked with it are told. */
  #over(party: Party, report: WireReport): void {
    for (const partner of [...party.partners.keys()]) {
      this.#part(party, partner);
      this.#signal(partner, party, report);
    }
  }

  /** Ends a link. Returns whether there was one. */
  #part(one: Party, other: Party): boolean {
    const linked = one.partners.delete(other);
    other.partners.delete(one);
    for (const party of [one, other]) {
      if (party instanceof LightParty) this.#lights.keep(party);
    }
    return linked;
  }

  /** Has the thread of a light actor tell of its end. */
  #tie(party: Party, partner: Party, at: number | undefined): void {
    if (!(party instanceof LightParty)) return;
    this.#lights.keep(party);
    const { address: { endpoint }, local, facts: { owner } } = party;
    const message = { type: "tie", local, owner, at } as const;
    this.#hooks.tell(endpoint, { ...message, partner: shown(partner) });
  }

  #known(address: Address): Party | undefined {
    return address.local === undefined
      ? this.#hooks.seat(address)
      : this.#lights.find(address);
  }

  /** Who is at an address; `undefined` if nobody is any more, for certain. */
  #find(tied: Tied): Party | undefined {
    const { address } = tied;
    const known = this.#known(address);
    if (known !== undefined || address.local === undefined) return known;
    // The thread that made the system has no seat, and lives.
    if (address.endpoint === 0) return new LightParty(tied);
    const seat = this.#hooks.seat(address);
    const bound = (address.local & BOUND) !== 0;
    if (seat === undefined || (bound && seat.state === "empty")) return;
    return new LightParty(tied);
  }

  #signal(party: Party, from: Party | Tied, report: WireReport): void {
    const exit = { type: "exit", from: shown(from), report } as const;
    const { address: { endpoint } } = party;
    if (party instanceof LightParty) {
      this.#hooks.tell(endpoint, { ...exit, local: party.local });
      if (!isNormal(report)) this.#suspectLater(party);
      return;
    }
    if (party.state === "empty") return;
    if (party.traps) return this.#hooks.tell(endpoint, exit);
    if (isNormal(report)) return;
    if (party.chick === undefined) {
      return this.#hooks.end(party, { kind: "killed", code: 1 });
    }
    this.#hooks.tell(endpoint, exit);
    const deadlines = this.#deadlines.get(party) ?? new Map();
    this.#deadlines.set(party, deadlines);
    deadlines.set(
      keyOf(from.address),
      setTimeout(
        () => this.#hooks.end(party, { kind: "killed", code: 1 }),
        EXIT_MS,
      ),
    );
  }

  /** A light actor ends by itself, unless its host hangs: then only its own end helps. */
  #suspectLater({ address, local }: LightParty): void {
    const { endpoint, life } = address;
    if ((local & BOUND) !== 0 || this.#suspicions.has(endpoint)) return;
    this.#suspicions.set(
      endpoint,
      setTimeout(() => {
        this.#suspicions.delete(endpoint);
        this.#hooks.suspect({ endpoint, life });
      }, EXIT_MS),
    );
  }

  #forgive(seat: Seat): void {
    for (const timer of this.#deadlines.get(seat)?.values() ?? []) {
      clearTimeout(timer);
    }
    this.#deadlines.delete(seat);
  }
}

/** Who it is, as a thread is told. */
function shown(party: Party | Tied): Tied {
  const { address, name } = party;
  if (!("facts" in party) || party.facts === undefined) {
    return { address, name };
  }
  return { address, name, facts: party.facts };
}

function keyOf({ endpoint, life, local = 0 }: Address): string {
  return `${endpoint}.${life}.${local}`;
}
