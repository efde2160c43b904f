/**
 * The light actors of one thread, and what it knows of those of other threads.
 *
 * A light actor has no row in the table of endpoints and no lane of its own: its
 * messages come in the express lane of its thread, with its number, and go to a
 * queue of its own; those of the same thread go there directly. Who has messages
 * waits in a line for its turn, so that none starves the others.
 *
 * @module
 */
import { errorToWire } from "../../error_wire.ts";
import { ActorStoppedError } from "../../errors.ts";
import type { ExitReport } from "../../exit_report.ts";
import { encode } from "../../memory/codec.ts";
import { ENDPOINT } from "../../memory/endpoints.ts";
import type { LaneReader } from "../../memory/lane.ts";
import type { Isolate } from "../thread/isolate.ts";
import type { LightMail } from "./light_mail.ts";
import { LightActor } from "./light_actor.ts";
import { deepFreeze } from "./deep_freeze.ts";
import { LIGHT_OP } from "./light_control.ts";
import { lightCrash } from "./light_crash.ts";
import type { LightLife } from "./light_life.ts";
import type { WireCrash } from "../thread/last_call.ts";
import { LaneLine } from "./light_lane_line.ts";
import { LocalLine } from "./light_local_line.ts";
import { LightMessage, type LightSender } from "./light_message.ts";
import type { LightOrder } from "./light_order.ts";
import { BOUND, LightOthers } from "./light_others.ts";
import { LightPost } from "./light_post.ts";
import type { LightStage } from "./light_stage.ts";
import { LightTurns } from "./light_turns.ts";
import { type Address, KIND, type WireReport } from "../mail/protocol.ts";
import { type ActorRef, refTo } from "../ref.ts";
import { fromWireReport, RefCore } from "../mail/ref_core.ts";
import type { SendOptions } from "../mail/send.ts";

const RESULT = { root: "result" };
const LOST: ExitReport = { kind: "lost", code: 1 };

/** The light actors of one thread. */
export class Lights implements LightMail, LightStage {
  /** Lines with messages that wait for room. */
  readonly crowded: Set<LocalLine | LaneLine> = new Set();
  /** What it tells other threads. */
  readonly post: LightPost;
  readonly #actors: Map<number, LightActor> = new Map();
  readonly #others: LightOthers = new LightOthers();
  readonly #turns: LightTurns = new LightTurns();
  /** Whether what is handed over as it is, is frozen. */
  readonly #freezes: boolean;
  #sliceOver = false;

  /** The light actors of the thread of `isolate`. */
  constructor(readonly isolate: Isolate) {
    this.post = new LightPost(isolate);
    this.#freezes = isolate.table.freezes;
  }

  /** How many there are. */
  get size(): number {
    return this.#actors.size;
  }

  /** Opens the address of an actor that lives and dies with this thread. */
  open(
    given: { name: string | undefined; definition: string },
    capacity: number,
    maxBytes: number,
  ): LightActor {
    const { endpoint, table } = this.isolate;
    const local = table.bump(endpoint, ENDPOINT.LIGHTS) + 1 | BOUND;
    const actor = this.#actorAt(local, capacity);
    actor.name = given.name ??
      `${given.definition}-${endpoint}.${local & ~BOUND}`;
    this.#coreOf(actor, capacity, maxBytes);
    return actor;
  }

  /** Gives an actor up for good: all that waits for it settles. */
  retire(actor: LightActor, report: ExitReport): void {
    if (this.#actors.get(actor.id) !== actor) return;
    const rest = actor.empty(report);
    this.#actors.delete(actor.id);
    for (const message of rest) this.#turnAway(actor, message);
    (actor.line as LocalLine).abandon();
    const told = new Set(actor.watchers);
    for (const endpoint of actor.senders?.keys() ?? []) told.add(endpoint);
    for (const endpoint of told) this.post.tellGone(endpoint, actor.id, report);
    actor.core?.end(report);
  }

  /** What a message of this thread hands over. */
  given(
    _core: RefCore,
    _method: string,
    args: unknown[],
    _options: SendOptions,
  ): unknown[] {
    return this.#freezes ? deepFreeze(args) : args;
  }

  /** The ref to `address`, which came in a message. */
  meet(
    address: Address & { readonly local: number },
    facts: {
      name: string;
      incarnation: number;
      capacity: number;
      maxBytes: number;
    },
  ): RefCore {
    const { name, incarnation, capacity, maxBytes } = facts;
    const here = address.endpoint === this.isolate.endpoint;
    const known = here
      ? this.#actors.get(address.local)?.core
      : this.#others.find(address.endpoint, address.local);
    if (known?.address.life === address.life) return known;
    const line = new LaneLine(this, address, capacity, maxBytes);
    const core = new RefCore(
      this.isolate,
      address,
      name,
      incarnation,
      false,
      line,
    );
    if (here) core.end(LOST);
    else this.#others.add(core, address.local);
    return core;
  }

  /** See {@link LightMail.ready}. */
  get ready(): boolean {
    return this.#turns.any;
  }

  /** See {@link LightMail.work}. */
  work(): number {
    let count = 0;
    this.#sliceOver = false;
    while (this.#turns.any && !this.#sliceOver) {
      const actor = this.#turns.shift();
      // A turn of one that has nothing to do any more counts too: the thread is not idle.
      count += Math.max(1, actor.run());
    }
    return count;
  }

  /** See {@link LightMail.receive}. */
  receive(lane: LaneReader): void {
    if (lane.kind === KIND.LIGHT) return this.#obey(lane);
    const actor = this.#actors.get(lane.d);
    const from = this.#senderOf(actor, lane.c);
    if (actor === undefined) return this.#stranger(lane, from);
    const message = new LightMessage(
      lane.kind === KIND.ASK,
      lane.a,
      [],
      undefined,
      from,
      lane.b,
    );
    let late = false;
    message.complete = false;
    this.isolate.readLater(lane, (read) => {
      message.args = late ? read : this.#readNow(read);
      message.complete = true;
      if (late) actor.stir();
    });
    late = true;
    actor.push(message);
  }

  /** See {@link LightMail.gone}. */
  gone(address: Address, report: WireReport, final: boolean): void {
    this.#others.gone(address, fromWireReport(report), final);
  }

  /** See {@link LightMail.expire}. */
  expire(now: number): void {
    for (const line of this.crowded) line.expire(now);
  }

  /** See {@link LightStage.enqueue}. */
  enqueue(actor: LightActor): void {
    this.#turns.push(actor);
    this.isolate.wake();
  }

  /** See {@link LightStage.sliceOver}. */
  sliceOver(): boolean {
    return this.#sliceOver = this.isolate.look() === "slice over";
  }

  /** See {@link LightStage.refTo}. */
  refTo(actor: LightActor, order: LightOrder): ActorRef<unknown> {
    const core = this.#coreOf(actor, order.capacity, order.maxBytes);
    core.incarnation = order.incarnation;
    return refTo(core);
  }

  /** See {@link LightStage.answer}. */
  answer(actor: LightActor, message: LightMessage, value: unknown): void {
    const { ask, from, askId } = message;
    if (ask !== undefined) {
      const { endpoint } = this.isolate;
      if (this.#freezes) deepFreeze(value);
      return this.isolate.asks.settle(ask.id, true, value, endpoint);
    }
    let encoded;
    try {
      encoded = encode(value, RESULT);
    } catch (error) {
      // The handler ran; only its answer cannot travel.
      return this.answerError(actor, message, error as Error);
    }
    this.post.send(from!, KIND.REPLY, 0, askId, 0, encoded);
  }

  /** See {@link LightStage.answerError}. */
  answerError(actor: LightActor, message: LightMessage, error: Error): void {
    const { ask, from, askId } = message;
    if (ask !== undefined) return this.isolate.asks.refuse(ask.id, error);
    const encoded = encode(errorToWire(error, actor.name));
    this.post.send(from!, KIND.ERROR, 0, askId, 0, encoded);
  }

  /** See {@link LightStage.describe}. */
  describe(life: LightLife, message: LightMessage): WireCrash | undefined {
    return lightCrash(this.isolate, life, message);
  }

  /** See {@link LightStage.finished}. */
  finished(actor: LightActor, { from }: LightMessage): void {
    if (from === undefined) return actor.line?.finished();
    if (++from.owed * 2 < actor.capacity) return;
    const { owed } = from;
    from.owed = 0;
    this.post.order(from, LIGHT_OP.CREDIT, actor.id, owed, []);
  }

  #actorAt(local: number, capacity: number): LightActor {
    const actor = new LightActor(this, local);
    actor.capacity = capacity;
    this.#actors.set(local, actor);
    return actor;
  }

  #coreOf(actor: LightActor, capacity: number, maxBytes: number): RefCore {
    if (actor.core !== undefined) return actor.core;
    const { endpoint, table } = this.isolate;
    const life = table.get(endpoint, ENDPOINT.LIFE);
    const line = new LocalLine(this, actor, capacity, maxBytes);
    actor.line = line;
    return actor.core = new RefCore(
      this.isolate,
      { endpoint, life, local: actor.id },
      actor.name,
      0,
      true,
      line,
    );
  }

  #readNow(read: () => unknown): unknown[] | (() => unknown) {
    try {
      return read() as unknown[];
    } catch (error) {
      return () => {
        throw error;
      };
    }
  }

  #senderOf(actor: LightActor | undefined, endpoint: number): LightSender {
    const life = this.isolate.table.get(endpoint, ENDPOINT.LIFE);
    const known = actor?.senders?.get(endpoint);
    if (known?.life === life) return known;
    const sender = { endpoint, life, owed: 0 };
    if (actor !== undefined) {
      (actor.senders ??= new Map()).set(endpoint, sender);
    }
    return sender;
  }

  /** A message for one that is not here any more. */
  #stranger(lane: LaneReader, from: LightSender): void {
    if (lane.kind === KIND.ASK) {
      const error = errorToWire(stoppedError(""));
      this.post.send(from, KIND.ERROR, 0, lane.b, 0, encode(error));
    }
    this.post.tellGone(from.endpoint, lane.d, LOST);
  }

  #turnAway(actor: LightActor, message: LightMessage): void {
    if (message.ask !== undefined) return message.ask.refused("sealed");
    if (message.asks) {
      this.answerError(actor, message, stoppedError(actor.name));
    }
  }

  /** An order about a light actor; see light_control.ts. */
  #obey(lane: LaneReader): void {
    const { a: op, b, c: from, d: local } = lane;
    if (op === LIGHT_OP.CREDIT) {
      return this.#others.line(from, local)?.credit(b);
    }
    this.isolate.readLater(lane, (read) => {
      const value = read() as unknown[];
      if (op === LIGHT_OP.GONE) {
        const report = fromWireReport(value[0] as WireReport);
        return this.#others.end(from, local, report);
      }
      const actor = this.#actors.get(local);
      if (op === LIGHT_OP.WATCH) {
        if (actor === undefined) return this.post.tellGone(from, local, LOST);
        (actor.watchers ??= new Set()).add(from);
      } else if (op === LIGHT_OP.STOP) this.#stop(actor, from, b, value);
    });
  }

  #stop(
    actor: LightActor | undefined,
    from: number,
    askId: number,
    value: readonly unknown[],
  ): void {
    const done = (report: ExitReport): void =>
      this.post.answerStop(from, askId, report);
    if (actor === undefined) return done(LOST);
    const [reason, deadlineMs, drain, asked] = value as [
      unknown,
      number,
      boolean,
      boolean,
    ];
    actor.stop({ reason, deadlineMs, drain, asked }, done);
  }
}

function stoppedError(actor: string): ActorStoppedError {
  return new ActorStoppedError(
    `Cannot ask "${actor}" as it has stopped: the call did not begin, it is safe to ask a successor`,
    { actor, safeToRetry: true },
  );
}
