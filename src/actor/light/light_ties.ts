/**
 * The links of the light actors of one thread: who ends with whom.
 *
 * The nursery keeps all links; see nursery/ties.ts. Here is known who of this thread is
 * linked with whom, as their ends are told from here, and an exit of one that was unlinked
 * meanwhile has no effect.
 *
 * @module
 */
import type { ExitReport } from "../../exit_report.ts";
import { EarlyUnlinks } from "../early_unlinks.ts";
import type { Exit } from "../links.ts";
import { isBefore, TieClock } from "../../memory/tie_clock.ts";
import { exitOf, linkedExit, tiedBy, tiedOf } from "../linked_exit.ts";
import type { Address, FromNursery, WireReport } from "../mail/protocol.ts";
import { toWireReport } from "../mail/ref_core.ts";
import type { ActorRef } from "../ref.ts";
import { behindAll } from "./behind_all.ts";
import type { LightActor } from "./light_actor.ts";
import type { Lights } from "./light_host.ts";
import { LIGHT_OP } from "./light_control.ts";
import type { LightLife } from "./light_life.ts";

/** What the nursery says of the links of light actors. */
export type LightTieNotice = Extract<
  FromNursery,
  { type: "exit" | "tie" | "untie" }
>;

/** What an incarnation of a light actor does about its links, as its context reaches it. */
export interface LightBonds {
  /** See `Context.link()`. */
  link(ref: ActorRef<unknown>): void;
  /** See `Context.unlink()`. */
  unlink(ref: ActorRef<unknown>): void;
  /** Who is told of exits from now on, if anybody is. */
  trap: ((exit: Exit) => unknown) | undefined;
}

const LOST: ExitReport = { kind: "lost", code: 1 };

/** The links of the light actors of one thread. */
export class LightTies {
  readonly #lights: Lights;
  readonly #clock: TieClock;
  readonly #early: EarlyUnlinks = new EarlyUnlinks();
  /** Who is linked with the actor of a number. */
  readonly #partners: Map<number, Map<string, Address>> = new Map();

  /** None yet. */
  constructor(lights: Lights) {
    this.#lights = lights;
    this.#clock = new TieClock(lights.isolate.table);
  }

  /** The time of an end; see tie_clock.ts. */
  get now(): number {
    return this.#clock.now;
  }

  /** Whether the actor of that number is linked with anybody. */
  has(local: number): boolean {
    return this.#partners.has(local);
  }

  /** The links of an incarnation. */
  bondsOf(life: LightLife): LightBonds {
    const { actor: { id: local, core } } = life;
    const { isolate } = this.#lights;
    return {
      link: (ref) => {
        const to = tiedBy("link with", ref);
        if (life.state === "over") return;
        this.#add(local, to.address);
        this.foretell(to.address, core!.address);
        const at = this.#clock.tick();
        isolate.post({ type: "link", by: tiedOf(core!), to, at });
      },
      unlink: (ref) => {
        const { address: to } = tiedBy("unlink", ref);
        if (life.state === "over") return;
        this.#drop(local, to);
        const { address: by } = core!;
        const at = this.#clock.tick();
        this.#early.note(by, to, at);
        isolate.post({ type: "unlink", by, to, at });
      },
      trap: undefined,
    };
  }

  /**
   * Somebody links the actor at `one` with the one at `to`: the thread of that is told too, ahead of the nursery's word. It
   * may fail by what it is sent next, and then somebody hears of it.
   */
  foretell({ endpoint, life, local }: Address, one: Address): void {
    const { isolate, post } = this.#lights;
    if (local === undefined) return;
    if (endpoint === isolate.endpoint) return this.foretold(local, one);
    post.order({ endpoint, life }, LIGHT_OP.TIED, local, 0, [one]);
  }

  /** It is going to be linked with another one, unless that is taken back. */
  foretold(local: number, one: Address): void {
    if (this.#lights.actor(local) !== undefined) this.#add(local, one);
  }

  /** What the nursery says of them. */
  receive(message: LightTieNotice): void {
    const { type, local } = message;
    if (type === "untie") this.#drop(local, message.partner);
    else if (type === "tie") this.#tie(message);
    else this.#exit(local!, message);
  }

  /** An actor was given up for good: who is linked with it is told, after all that waits for room there. */
  gone({ id: local }: LightActor, report: ExitReport): void {
    const partners = this.#partners.get(local);
    if (partners === undefined) return;
    this.#partners.delete(local);
    const wire = toWireReport(report);
    for (const to of partners.values()) this.#tell(local, to, wire);
  }

  /** It is linked with another one. */
  #tie(
    { local, owner, partner, at }: Extract<LightTieNotice, { type: "tie" }>,
  ): void {
    const { tenants, retired } = this.#lights;
    if (this.#lights.find(local) === undefined) {
      const known = retired.get(local);
      const lost = known === undefined ||
        (at !== undefined && isBefore(known.at, at));
      const report = lost ? LOST : known.report;
      return this.#tell(local, partner.address, toWireReport(report));
    }
    const own = this.#addressOf(local);
    // The word of a link that was given up here meanwhile: an exit that may follow it has no effect.
    const { address } = partner;
    if (at !== undefined && this.#early.overtook(own, address, at)) return;
    this.#add(local, address);
    tenants.expectFrom(local, owner);
  }

  /** One that it is linked with has ended. */
  #exit(
    local: number,
    { from, report }: Extract<LightTieNotice, { type: "exit" }>,
  ): void {
    // It was on its way when the link was given up.
    if (!this.#drop(local, from.address)) return;
    const actor = this.#lights.actor(local);
    const life = actor?.life;
    if (life === undefined) return;
    const exit = exitOf(this.#lights, from, report);
    if (life.bonds?.trap !== undefined) {
      return actor!.behind(life, () => life.bonds!.trap?.(exit));
    }
    const error = linkedExit(exit);
    if (error !== undefined) actor!.crash(life, error);
  }

  #tell(local: number, to: Address, report: WireReport): void {
    const { isolate } = this.#lights;
    const address = this.#addressOf(local);
    behindAll(
      this.#lights.crowded,
      to.endpoint,
      () => isolate.post({ type: "lightGone", address, to, report }),
    );
  }

  #addressOf(local: number): Address {
    const { isolate, post } = this.#lights;
    return { ...post.addressOf(isolate.endpoint), local };
  }

  #add(local: number, partner: Address): void {
    let partners = this.#partners.get(local);
    if (partners === undefined) {
      this.#partners.set(local, partners = new Map());
    }
    partners.set(keyOf(partner), partner);
  }

  /** Forgets a link. Returns whether there was one. */
  #drop(local: number, partner: Address): boolean {
    const partners = this.#partners.get(local);
    const had = partners?.delete(keyOf(partner)) === true;
    if (partners?.size === 0) this.#partners.delete(local);
    return had;
  }
}

function keyOf({ endpoint, life, local = 0 }: Address): string {
  return `${endpoint}.${life}.${local}`;
}
