/**
 * The links of one actor: who ends with whom.
 *
 * @module
 */
import { InvalidOptionError, LinkedExitError } from "../errors.ts";
import type { ExitReport } from "../exit_report.ts";
import type { Isolate } from "./thread/isolate.ts";
import type { Address, FromNursery } from "./mail/protocol.ts";
import { type ActorRef, coreIn, refTo } from "./ref.ts";
import { coreOf, endRef, RefCore } from "./mail/ref_core.ts";

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
  /** How many of its calls of `unlink()` the nursery has not heard yet, by the actor unlinked. */
  readonly #unlinking: Map<string, number> = new Map();
  #trap: ((exit: Exit) => unknown) | undefined;

  /** The links of the actor on `isolate`; `crash` ends it. */
  constructor(isolate: Isolate, crash: (error: Error) => void) {
    this.#isolate = isolate;
    this.#crash = crash;
  }

  /** See `Context.link()`. */
  link(ref: ActorRef<unknown>): void {
    const { address, name } = checked("link with", ref);
    this.#isolate.post({ type: "link", to: address, name });
  }

  /** See `Context.unlink()`. */
  unlink(ref: ActorRef<unknown>): void {
    const { address } = checked("unlink", ref);
    const key = keyOf(address);
    this.#unlinking.set(key, (this.#unlinking.get(key) ?? 0) + 1);
    this.#isolate.post({ type: "unlink", to: address });
  }

  /** See `Context.trapExits()`. */
  trapExits(handler: (exit: Exit) => unknown): Disposable {
    if (typeof handler !== "function") {
      throw new InvalidOptionError(
        `Cannot trap exits as the handler must be a function: current value is ${
          Deno.inspect(handler, { depth: 1 })
        }`,
        { option: "handler", value: handler },
      );
    }
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
    else if (message.type === "exit") this.#exit(message);
    else return false;
    return true;
  }

  #unlinked(from: Address): void {
    const key = keyOf(from);
    const left = (this.#unlinking.get(key) ?? 0) - 1;
    if (left > 0) this.#unlinking.set(key, left);
    else this.#unlinking.delete(key);
  }

  #exit({ from, name, report }: Extract<ExitMessage, { type: "exit" }>): void {
    // It was on its way when the link was given up.
    if (this.#unlinking.has(keyOf(from))) return;
    const isolate = this.#isolate;
    const core = coreOf(isolate, from) ?? new RefCore(isolate, from, name, 0);
    endRef(isolate, from, report);
    const exit: Exit = { from: refTo(core), reason: core.report! };
    if (this.#trap === undefined) return this.#follow(name, exit.reason);
    isolate.notify(from.endpoint, () => this.#trap?.(exit));
  }

  /** Ends as the other did, unless it was meant to. */
  #follow(name: string, report: ExitReport): void {
    if (report.kind === "done" || report.kind === "stopped") return;
    const { error } = report;
    this.#crash(
      new LinkedExitError(
        `Cannot go on as "${name}", which this actor is linked with, ended (${report.kind})${
          error === undefined ? "" : `: ${error.message}`
        }; trap exits to go on`,
        { actor: name, report, ...(error && { cause: error }) },
      ),
    );
  }
}

function keyOf({ endpoint, life }: Address): string {
  return `${endpoint}.${life}`;
}

function checked(what: string, ref: unknown): RefCore {
  const core = coreIn(ref);
  if (core?.line !== undefined) {
    throw new InvalidOptionError(
      `Cannot ${what} "${core.name}" as it shares its thread with others: watch it, or start it with placement "thread"`,
      { option: "ref", value: ref },
    );
  }
  if (core !== undefined) return core;
  throw new InvalidOptionError(
    `Cannot ${what} another actor as the argument must be its ref: current value is ${
      Deno.inspect(ref, { depth: 1 })
    }`,
    { option: "ref", value: ref },
  );
}
