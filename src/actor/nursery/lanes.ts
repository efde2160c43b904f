/**
 * The lanes between the threads of a system, as the nursery keeps them.
 *
 * @module
 */
import { sealLane } from "../../memory/lane.ts";
import type { LostMessage } from "../mail/dead_letter.ts";
import type {
  Address,
  FromNursery,
  LaneInfo,
  ToNursery,
} from "../mail/protocol.ts";
import { readLane } from "./leftovers.ts";
import { lost } from "./lost.ts";
import { NOTHING } from "./peers.ts";
import { type Link, sealLinksOf, type Seat } from "./seat.ts";

/** What lanes need of the nursery. */
export interface LaneHooks {
  /** All seats, by their endpoint. */
  readonly seats: ReadonlyMap<number, Seat>;
  /** The seat of an address, while it lives. */
  seat(address: Address): Seat | undefined;
  /** Says something to the thread at an endpoint. */
  deliver(endpoint: number, message: FromNursery): void;
  /** Wakes one whom a thread that just ended may have owed a ring. */
  rouse(endpoint: number): void;
  /** Hears of a message that nobody will read. */
  lose(message: LostMessage): void;
}

/** The lanes between the threads of a system. */
export class Lanes {
  readonly #hooks: LaneHooks;
  /** Those that lead to the main thread. */
  readonly #toMain: Link[] = [];

  /** No lanes yet. */
  constructor(hooks: LaneHooks) {
    this.#hooks = hooks;
  }

  /** Hands a new lane to its reader, with the way back if that is made already. */
  connect(
    { from, to, toName, lane, back }: Extract<ToNursery, { type: "connect" }>,
  ): void {
    const { deliver, lose, seat } = this.#hooks;
    if (back !== undefined) this.#keep(from, to.endpoint, back);
    const message = {
      type: "lane",
      lane,
      ...(back && { back: { to: from, lane: back } }),
    } as const;
    if (to.endpoint === 0) {
      this.#keep(0, from, lane);
      return deliver(0, message);
    }
    const reader = seat(to);
    if (reader === undefined) {
      sealLane(lane.memory);
      if (back !== undefined) sealLane(back.memory);
      const about = { why: "stopped", to: to.endpoint, toName } as const;
      if (!lane.express) readLane(lane, from, 0, about, lose);
      return deliver(from, lost(to));
    }
    this.#keep(to.endpoint, from, lane);
    reader.chick?.post(message);
  }

  /** The lane leads from one endpoint to another from now on. */
  #keep(to: number, from: number, lane: LaneInfo): void {
    this.#linksTo(to)?.push({ from, lane, ...NOTHING, kept: 0 });
  }

  #linksTo(endpoint: number): Link[] | undefined {
    return endpoint === 0
      ? this.#toMain
      : this.#hooks.seats.get(endpoint)?.links;
  }

  /** The reader at `endpoint` has read the lane `id` to its end. */
  drained(endpoint: number, id: string): void {
    const links = this.#linksTo(endpoint) ?? [];
    const at = links.findIndex((link) => link.lane.id === id);
    if (at >= 0) links.splice(at, 1);
  }

  /** The incarnation at `endpoint` ended: nothing more comes by its lanes. */
  sealFrom(endpoint: number): void {
    const { rouse, seats } = this.#hooks;
    for (const seat of seats.values()) {
      const held = sealLinksOf(seat.links, endpoint);
      if (held === undefined) continue;
      const to = seat.address.endpoint;
      this.#loseHeld(held, endpoint, to, seat.name);
      rouse(to);
      seat.chick?.post({ type: "silent", from: endpoint });
    }
    const held = sealLinksOf(this.#toMain, endpoint);
    if (held === undefined) return;
    this.#loseHeld(held, endpoint, 0, "main");
    rouse(0);
  }

  /** What waited for room at a thread that ended. Only that thread knew what it was. */
  #loseHeld(count: number, from: number, to: number, toName: string): void {
    const letter: LostMessage = {
      why: "unsent",
      kind: "tell",
      to,
      toName,
      from,
      fromName: this.#hooks.seats.get(from)?.name,
      hash: 0,
    };
    for (let lost = 0; lost < count; lost++) {
      this.#hooks.lose(letter);
    }
  }
}
