/**
 * What a thread tells others about light actors; see light_control.ts.
 *
 * @module
 */
import type { ExitReport } from "../../exit_report.ts";
import { encode, type Encoded } from "../../memory/codec.ts";
import { ENDPOINT } from "../../memory/endpoints.ts";
import { Ask, askedAt } from "../mail/ask_book.ts";
import type { WireError } from "../../error_wire.ts";
import {
  type Address,
  KIND,
  UNMISSED,
  type WireReport,
} from "../mail/protocol.ts";
import { fromWireReport, toWireReport } from "../mail/ref_core.ts";
import { NO_TRANSFER } from "../mail/send.ts";
import type { Isolate } from "../thread/isolate.ts";
import type { LightActor } from "./light_actor.ts";
import type { LightSender } from "./light_message.ts";
import { armed } from "../nursery/armed.ts";
import { LIGHT_OP } from "./light_control.ts";
import { BOUND } from "./light_others.ts";
import type { LightStop } from "./light_stop.ts";

/** How much later than it has to an actor on a host may end, in milliseconds, before its host is suspected. */
const GRACE_MS = 1_000;
const LOST: ExitReport = { kind: "lost", code: 1 };

/** The way out for orders and answers of one thread's light actors. */
export class LightPost {
  readonly #isolate: Isolate;

  /** For the thread of `isolate`. */
  constructor(isolate: Isolate) {
    this.#isolate = isolate;
  }

  /** Asks a light actor of another thread to end; resolves with its report. */
  stopThere(
    to: Address & { readonly local: number },
    { reason, drain, deadlineMs, asked }: LightStop,
  ): Promise<ExitReport> {
    const { promise, resolve } = Promise.withResolvers<ExitReport>();
    const { asks } = this.#isolate;
    const late = this.#suspectLater(to, deadlineMs);
    const done = (report: ExitReport): void => {
      clearTimeout(late);
      resolve(report);
    };
    const ask = new Ask(
      asks,
      askedAt(to),
      "stop",
      [],
      Infinity,
      (report) => done(fromWireReport(report as WireReport)),
      // Its thread ended, and it with it.
      () => done(LOST),
    );
    ask.light = { begun: false, sent: false, capacity: 1 };
    asks.add(ask);
    const value = [reason, deadlineMs, drain, asked];
    this.order(to, LIGHT_OP.STOP, to.local, ask.id, value, ask);
    this.#isolate.wake();
    return promise;
  }

  /** A host that does not end an actor in time may hang: then only its own end helps. */
  #suspectLater(
    { endpoint, life, local }: Address & { readonly local: number },
    deadlineMs: number,
  ): ReturnType<typeof setTimeout> | undefined {
    if ((local & BOUND) !== 0) return undefined;
    return armed(() => {
      this.#isolate.post({
        type: "host",
        address: { endpoint, life },
        hangMs: Infinity,
        suspected: true,
      });
    }, deadlineMs + GRACE_MS);
  }

  /** Sends an order about the light actor `local` to another thread; see light_control.ts. */
  order(
    to: Address,
    op: number,
    local: number,
    b: number,
    value: readonly unknown[],
    ask?: Ask,
    transfer: readonly Transferable[] = NO_TRANSFER,
  ): void {
    const encoded = encode(value, { transfer });
    this.send(to, KIND.LIGHT, op, b, local, encoded, ask);
  }

  /** Tells the thread at `endpoint` that the light actor `local` of this one is gone for good. */
  tellGone(endpoint: number, local: number, report: ExitReport): void {
    const to = this.addressOf(endpoint);
    this.order(to, LIGHT_OP.GONE, local, 0, [toWireReport(report)]);
  }

  /** Tells the thread at `endpoint` that the light actor `local` of this one is up again. */
  tellRestart(endpoint: number, local: number, incarnation: number): void {
    const to = this.addressOf(endpoint);
    this.order(to, LIGHT_OP.RESTARTED, local, 0, [incarnation]);
  }

  /** Answers the question `askId` of the thread at `endpoint` about an end. */
  answerStop(endpoint: number, askId: number, report: ExitReport): void {
    this.answer(endpoint, askId, toWireReport(report));
  }

  /** Answers the question `askId` of the thread at `endpoint`. */
  answer(endpoint: number, askId: number, value: unknown): void {
    const encoded = encode(value);
    const to = this.addressOf(endpoint);
    this.send(to, KIND.REPLY, UNMISSED, askId, 0, encoded);
  }

  /** A message of `from` to `actor` is dealt with: it is told so from time to time. */
  credit(from: LightSender, actor: LightActor, urgent: boolean): void {
    const owed = urgent ? ++from.owedUrgent : ++from.owed;
    // Who does not wait for room wants to know exactly.
    if (actor.overflow === "wait" && owed * 2 < actor.capacity) return;
    if (urgent) from.owedUrgent = 0;
    else from.owed = 0;
    const op = urgent ? LIGHT_OP.CREDIT_URGENT : LIGHT_OP.CREDIT;
    this.order(from, op, actor.id, owed, []);
  }

  /** Answers the question `askId` of a thread: nobody will handle it. */
  turnAway(to: Address, askId: number, error: WireError): void {
    this.send(to, KIND.ERROR, UNMISSED, askId, 0, encode(error));
  }

  /** Who is at `endpoint` now. */
  addressOf(endpoint: number): Address {
    const life = this.#isolate.table.get(endpoint, ENDPOINT.LIFE);
    return { endpoint, life };
  }

  /** Sends a record of `kind` with these words. */
  send(
    to: Address,
    kind: number,
    a: number,
    b: number,
    d: number,
    encoded: Encoded,
    ask?: Ask,
  ): void {
    const parts = { kind, a, b, d, encoded, transfer: NO_TRANSFER };
    this.#isolate.send(to, true, parts, Infinity, ask);
  }
}
