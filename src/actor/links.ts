/**
 * The links of the actor of a thread: who ends with whom.
 *
 * @module
 */
import type { ExitReport } from "../exit_report.ts";
import { TieClock } from "../memory/tie_clock.ts";
import { lightsOf } from "./light/lights_of.ts";
import { checkTrap, exitOf, linkedExit, tiedBy } from "./linked_exit.ts";
import type { Address, FromNursery } from "./mail/protocol.ts";
import type { ActorRef } from "./ref.ts";
import type { Isolate } from "./thread/isolate.ts";

/**
 * The end of a linked actor, as one that traps exits is told of it.
 *
 * @example Go on when the other fails
 * ```ts
 * import { actor, type ActorRef, type Context, type Exit, spawn } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * class PartnerActor {
 *   #context!: Context<PartnerActor>;
 *   readonly #exits: string[] = [];
 *   onStart(context: Context<PartnerActor>): void {
 *     this.#context = context;
 *     context.trapExits((exit: Exit) =>
 *       this.#exits.push(`${exit.from.name} ${exit.reason.kind}`)
 *     );
 *   }
 *   join(other: ActorRef<unknown>): void {
 *     this.#context.link(other);
 *   }
 *   exits(): string[] {
 *     return this.#exits;
 *   }
 * }
 * export const Partner = actor(import.meta, "Partner", PartnerActor);
 *
 * // Threads import this module too: only the main one starts the actors.
 * if (import.meta.main) {
 *   await using one = await spawn(Partner, [], { name: "one" });
 *   await using two = await spawn(Partner, [], { name: "two" });
 *   await one.ask.join(two);
 *   await two.kill();
 *   let exits = await one.ask.exits();
 *   while (exits.length === 0) exits = await one.ask.exits();
 *   assertEquals(exits, ["two killed"]);
 * }
 * ```
 */
export interface Exit {
  /** The actor that ended. */
  readonly from: ActorRef<unknown>;
  /** How it ended; the kind is `lost` when it had ended before the link was made. */
  readonly reason: ExitReport;
}

type ExitMessage = Extract<FromNursery, { type: "exit" | "unlinked" }>;

/** The links of the actor that runs on this thread. */
export class Links {
  readonly #isolate: Isolate;
  readonly #crash: (error: Error) => void;
  readonly #clock: TieClock;
  /** How many of its calls of `unlink()` the nursery has not heard yet, by the actor unlinked. */
  readonly #unlinking: Map<string, number> = new Map();
  #trap: ((exit: Exit) => unknown) | undefined;

  /** The links of the actor on `isolate`; `crash` ends it. */
  constructor(isolate: Isolate, crash: (error: Error) => void) {
    this.#isolate = isolate;
    this.#crash = crash;
    this.#clock = new TieClock(isolate.table);
  }

  /** See `Context.link()`. */
  link(ref: ActorRef<unknown>): void {
    const to = tiedBy("link with", ref);
    const { ties, post } = lightsOf(this.#isolate);
    ties.foretell(to.address, post.addressOf(this.#isolate.endpoint));
    this.#isolate.post({ type: "link", to, at: this.#clock.tick() });
  }

  /** See `Context.unlink()`. */
  unlink(ref: ActorRef<unknown>): void {
    const { address } = tiedBy("unlink", ref);
    const key = keyOf(address);
    this.#unlinking.set(key, (this.#unlinking.get(key) ?? 0) + 1);
    const at = this.#clock.tick();
    this.#isolate.post({ type: "unlink", to: address, at });
  }

  /** See `Context.trapExits()`. */
  trapExits(handler: (exit: Exit) => unknown): Disposable {
    checkTrap(handler);
    this.#trap = handler;
    this.#isolate.post({ type: "trap", on: true });
    return {
      [Symbol.dispose]: () => {
        if (this.#trap !== handler) return;
        this.#trap = undefined;
        this.#isolate.post({ type: "trap", on: false });
      },
    };
  }

  /** What the nursery says of links. False when the message is not of that kind. */
  receive(message: FromNursery): message is ExitMessage {
    if (message.type === "unlinked") this.#unlinked(message.from);
    else if (message.type === "exit" && message.local === undefined) {
      this.#exit(message);
    } else return false;
    return true;
  }

  #unlinked(from: Address): void {
    const key = keyOf(from);
    const left = (this.#unlinking.get(key) ?? 0) - 1;
    if (left > 0) this.#unlinking.set(key, left);
    else this.#unlinking.delete(key);
  }

  #exit({ from, report }: Extract<ExitMessage, { type: "exit" }>): void {
    const { address: { endpoint, local } } = from;
    // It was on its way when the link was given up.
    if (this.#unlinking.has(keyOf(from.address))) return;
    const isolate = this.#isolate;
    const exit = exitOf(lightsOf(isolate), from, report);
    if (this.#trap === undefined) {
      const error = linkedExit(exit);
      if (error !== undefined) this.#crash(error);
      return;
    }
    const told = () => this.#trap?.(exit);
    // The lanes of a light actor's thread live on.
    if (local === undefined) isolate.notify(endpoint, told);
    else isolate.notifyBehind(endpoint, told);
  }
}

function keyOf({ endpoint, life, local = 0 }: Address): string {
  return `${endpoint}.${life}.${local}`;
}
