import type { Delivery } from "../../channel/outlet.ts";
import type { Overflow } from "../../channel/overflow.ts";
import type { ExitReport } from "../../exit_report.ts";
import type { PortableData } from "../../memory/portable.ts";
import { policyWord } from "../mail/policy_word.ts";
import type { OwnerThread } from "./light_order.ts";
import { Ask } from "../mail/ask_book.ts";
import type { ActorStream } from "../stream/actor_stream.ts";
import type { RefCore } from "../mail/ref_core.ts";
import {
  DEFAULT_TIMEOUT_MS,
  type MethodName,
  type SendOptions,
} from "../mail/send.ts";

/** How the mailbox of a light actor takes messages. */
export interface LightRoom {
  /** Messages of each sending thread that may wait. */
  readonly capacity: number;
  /** Largest message, in bytes. */
  readonly maxBytes: number;
  /** What becomes of a message that finds no room. */
  readonly overflow: Overflow;
  /** Whether urgent messages come before the others. */
  readonly urgent: boolean;
}

/** What is known of a light actor wherever a ref to it is. */
export interface LineFacts extends LightRoom {
  /** Who starts it. */
  readonly owner: OwnerThread;
}

/** The way from one thread to one light actor: what a ref does goes through it. */
export interface LightLine extends LineFacts {
  /** Whether it takes no more messages, as it stops after those that wait. */
  readonly draining: boolean;
  /** Whether the actor is one of another program, which has other links than this one. */
  readonly abroad?: boolean;
  /** Sends a call and promises its result. */
  ask(
    core: RefCore,
    method: MethodName,
    args: unknown[],
    options: SendOptions,
  ): Promise<unknown>;
  /** Sends a call and forgets it; `delivery` is told what became of it, else it may be a dead letter. */
  tell(
    core: RefCore,
    method: MethodName,
    args: unknown[],
    options: SendOptions,
    delivery?: Delivery,
  ): void;
  /** Sends a call if there is room for it now. Returns whether it was sent. */
  trySend(
    core: RefCore,
    method: MethodName,
    args: unknown[],
    options: SendOptions,
  ): boolean;
  /** Begins a stream where that takes another way than a call does. */
  stream?(
    core: RefCore,
    method: MethodName,
    args: unknown[],
    options: SendOptions,
  ): ActorStream<unknown>;
  /** Takes back the message whose delivery that is. Returns whether it waited for room. */
  withdraw(delivery: Delivery): boolean;
  /** Wants to be told of its final end, and of its incarnations after `incarnation`. */
  watch(incarnation: number): void;
  /** Asks its incarnation to end within `deadlineMs`; resolves when it has. */
  stop(
    reason: unknown,
    deadlineMs: number,
    drain: boolean,
  ): Promise<ExitReport>;
  /** What a ref to it becomes in a message. */
  travel(core: RefCore): PortableData;
}

/**
 * Enters a question to the light actor behind `core`; it settles by `resolve` or `reject`.
 *
 * Called when its arguments are found good: what is refused before leaves nothing behind.
 */
export function openAsk(
  core: RefCore,
  method: string,
  args: readonly unknown[],
  { timeout = DEFAULT_TIMEOUT_MS, signal }: SendOptions,
  resolve: (value: unknown) => void,
  reject: (error: unknown) => void,
): Ask {
  const { asks } = core.isolate;
  const ask = new Ask(asks, core, method, args, timeout, resolve, reject);
  const { capacity } = core.line!;
  ask.light = { begun: false, sent: false, capacity };
  asks.add(ask);
  if (signal !== undefined) ask.listen(signal);
  return ask;
}

/** A ref to a light actor as it travels. */
export function travelling(core: RefCore, line: LightLine): PortableData {
  const { endpoint, life, local } = core.address;
  const { name, incarnation } = core;
  const { capacity, maxBytes, owner } = line;
  const policy = policyWord(line.overflow, line.urgent);
  return {
    kind: "light",
    data: [
      endpoint,
      life,
      local,
      name,
      incarnation,
      capacity,
      maxBytes,
      policy,
      owner.endpoint,
      owner.epoch,
    ],
  };
}
