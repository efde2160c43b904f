/**
 * What the other end of a link may have done with the refs that it was given: send.
 *
 * @module
 */
import type { Border } from "../actor/border.ts";
import type { RefCore } from "../actor/mail/ref_core.ts";
import { methodHash } from "../actor/mail/protocol.ts";
import { ask, type SendOptions, tell } from "../actor/mail/send.ts";
import { send } from "../actor/mail/send_awaited.ts";
import { type ActorRef, coreIn } from "../actor/ref.ts";
import { UnknownHandleError } from "../errors.ts";
import { FAR, unpack } from "./freight.ts";
import type { Handlers } from "./link.ts";

/** What serves the other end of a link. */
export interface Serving {
  /** The border that refs within a call cross. */
  readonly border: Border;
  /** Says something to the other end. */
  say(name: string, ...args: unknown[]): void;
  /** Aborted when the link is over, if that is to end what was begun for it. */
  readonly over?: AbortSignal;
}

/** How a message is sent, as the other end says. */
type Sending = Pick<SendOptions, "timeout" | "urgent">;

/** The handlers of asks, tells and stops. */
export function sendHandlers({ border, say, over }: Serving): Handlers {
  const open: Map<number, AbortController> = new Map();
  over?.addEventListener("abort", () => {
    for (const abort of open.values()) abort.abort(over.reason);
  }, { once: true });
  const args = (bytes: Uint8Array): unknown[] =>
    unpack(border, bytes) as unknown[];
  const named = (name: string) => ({ name, hash: methodHash(name) });
  const abortable = async (
    id: number,
    act: (signal: AbortSignal) => Promise<unknown>,
  ): Promise<unknown> => {
    const abort = new AbortController();
    open.set(id, abort);
    try {
      return await act(abort.signal);
    } finally {
      open.delete(id);
    }
  };
  return {
    ask: (
      id: number,
      ref: ActorRef<unknown>,
      method: string,
      bytes: Uint8Array,
      options: Sending,
    ) =>
      abortable(
        id,
        (signal) =>
          ask(coreOf(ref), named(method), args(bytes), { ...options, signal }),
      ),
    send: (
      id: number,
      ref: ActorRef<unknown>,
      method: string,
      bytes: Uint8Array,
      options: Sending,
    ) =>
      abortable(
        id,
        (signal) =>
          send(coreOf(ref), named(method), args(bytes), { ...options, signal }),
      ),
    tell: (
      ref: ActorRef<unknown>,
      method: string,
      bytes: Uint8Array,
      options: Sending,
    ) => tell(coreOf(ref), named(method), args(bytes), options),
    giveUp: (id: number) => open.get(id)?.abort(),
    stop: (
      ref: ActorRef<unknown>,
      reason: unknown,
      deadlineMs: number,
      drain: boolean,
    ) => coreOf(ref).stop(reason, deadlineMs, drain),
    follow: (ref: ActorRef<unknown>) =>
      void coreOf(ref).followed.then((report) => {
        try {
          say("gone", ref, report);
        } catch {
          // Why is too large for the other end, or cannot be sent: that it is gone can.
          const { kind, code } = report;
          say("gone", ref, { kind, code });
        }
      }),
  };
}

/** The actor behind a ref that the other end has. */
export function coreOf(ref: unknown): RefCore {
  const core = coreIn(ref);
  if (core !== undefined) return core;
  throw new UnknownHandleError(
    `Cannot send to what is no reference: current value is ${
      Deno.inspect(ref, { depth: 1 })
    }`,
    { kind: FAR },
  );
}
