/**
 * Links between actors, as the nursery keeps them.
 *
 * @module
 */
import type {
  Address,
  FromNursery,
  ToNursery,
  WireReport,
} from "../mail/protocol.ts";
import type { Seat } from "./seat.ts";

/** What a thread says of its links. */
export type TieMessage = Extract<
  ToNursery,
  { type: "link" | "unlink" | "trap" }
>;

/** What links need of the nursery. */
export interface TieHooks {
  /** The seat of an address, while it lives. */
  seat(address: Address): Seat | undefined;
  /** Says something to the actor on a seat. */
  tell(seat: Seat, message: FromNursery): void;
  /** Ends the incarnation on a seat. */
  end(seat: Seat, report: WireReport): void;
}

/** How long an actor may take to end because of a link, in milliseconds; then it is killed. */
const EXIT_MS = 5_000;

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
 * An actor that was told has {@linkcode EXIT_MS} to end. It may have unlinked or
 * begun to trap meanwhile; then its own word on that arrives here after, and
 * takes the deadline back.
 */
export class Ties {
  readonly #hooks: TieHooks;
  /** The deadlines of those who were told of an end, by who ended. */
  readonly #deadlines: Map<Seat, Map<string, ReturnType<typeof setTimeout>>> =
    new Map();

  /** No links yet. */
  constructor(hooks: TieHooks) {
    this.#hooks = hooks;
  }

  /** What the actor on `seat` says of its links. */
  receive(seat: Seat, message: TieMessage): void {
    if (message.type === "trap") {
      seat.traps = message.on;
      if (message.on) this.ended(seat);
      return;
    }
    const { to } = message;
    const other = this.#hooks.seat(to);
    if (message.type === "link") {
      if (other === seat) return;
      if (other === undefined) {
        return this.#signal(seat, to, message.name, { kind: "lost", code: 1 });
      }
      seat.partners.add(other);
      other.partners.add(seat);
      return;
    }
    if (other !== undefined) {
      seat.partners.delete(other);
      other.partners.delete(seat);
    }
    clearTimeout(this.#deadlines.get(seat)?.get(keyOf(to)));
    this.#hooks.tell(seat, { type: "unlinked", from: to });
  }

  /** The incarnation on `seat` ended: no deadline holds any more. */
  ended(seat: Seat): void {
    for (const timer of this.#deadlines.get(seat)?.values() ?? []) {
      clearTimeout(timer);
    }
    this.#deadlines.delete(seat);
  }

  /** The actor of `seat` is gone for good, and everything of it is free. */
  gone(seat: Seat, report: WireReport): void {
    const partners = [...seat.partners];
    seat.partners.clear();
    for (const partner of partners) {
      partner.partners.delete(seat);
      this.#signal(partner, seat.address, seat.name, report);
    }
  }

  #signal(seat: Seat, from: Address, name: string, report: WireReport): void {
    if (seat.state === "empty") return;
    const exit = { type: "exit", from, name, report } as const;
    if (seat.traps) return this.#hooks.tell(seat, exit);
    if (isNormal(report)) return;
    if (seat.chick === undefined) {
      return this.#hooks.end(seat, { kind: "killed", code: 1 });
    }
    this.#hooks.tell(seat, exit);
    const deadlines = this.#deadlines.get(seat) ?? new Map();
    this.#deadlines.set(seat, deadlines);
    deadlines.set(
      keyOf(from),
      setTimeout(
        () => this.#hooks.end(seat, { kind: "killed", code: 1 }),
        EXIT_MS,
      ),
    );
  }
}

function keyOf({ endpoint, life }: Address): string {
  return `${endpoint}.${life}`;
}
