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
import type { ExitReport } from "../../exit_report.ts";
import { checkSendable, glanceAt } from "../../memory/check_sendable.ts";
import { encode } from "../../memory/codec.ts";
import { ENDPOINT } from "../../memory/endpoints.ts";
import type { LaneReader } from "../../memory/lane.ts";
import type { Isolate } from "../thread/isolate.ts";
import { FarPlaces } from "./far_places.ts";
import type { LightMail } from "./light_mail.ts";
import { LightActor } from "./light_actor.ts";
import { deepFreeze } from "./deep_freeze.ts";
import { LIGHT_OP } from "./light_control.ts";
import { lightCrash } from "./light_crash.ts";
import type { LightLife } from "./light_life.ts";
import type { WireCrash } from "../thread/last_call.ts";
import { LightLosses } from "./light_losses.ts";
import { LightHome, type LightNest } from "./light_home.ts";
import { LightInbox } from "./light_inbox.ts";
import { LaneLine } from "./light_lane_line.ts";
import { LocalLine } from "./light_local_line.ts";
import type { LightMessage } from "./light_message.ts";
import type { LightRoom, LineFacts } from "./light_line.ts";
import type { LightOrder, OwnerThread } from "./light_order.ts";
import { BOUND, LightOthers } from "./light_others.ts";
import { LightPost } from "./light_post.ts";
import { LightTies } from "./light_ties.ts";
import type { LightStage } from "./light_stage.ts";
import { RetiredLately } from "./retired_lately.ts";
import { tellRestart } from "../watch.ts";
import { LightTurns } from "./light_turns.ts";
import { LightWork } from "./light_work.ts";
import { Tenants } from "./tenants.ts";
import { behindAll } from "./behind_all.ts";
import { type Address, KIND, type WireReport } from "../mail/protocol.ts";
import { type ActorRef, refTo } from "../ref.ts";
import { fromWireReport, numberOf, RefCore } from "../mail/ref_core.ts";
import type { SendOptions } from "../mail/send.ts";
import { askedForStream } from "../stream/stream_method_error.ts";
import { isStream } from "../stream/stream_source.ts";

const RESULT = { root: "result" };
const LOST: ExitReport = { kind: "lost", code: 1 };

/** The light actors of one thread. */
export class Lights implements LightMail, LightStage {
  /** Lines with messages that wait for room. */
  readonly crowded: Set<LocalLine | LaneLine> = new Set();
  /** What starts actors on this thread. */
  nest: LightNest | undefined;
  /** What it tells other threads. */
  readonly post: LightPost;
  /** See {@link LightStage.handling}. */
  readonly handling: LightWork = new LightWork(this);
  /** What is known of those of other threads. */
  readonly others: LightOthers = new LightOthers();
  /** Those that this thread started on host workers. */
  readonly places: FarPlaces = new FarPlaces(this);
  /** Those whose owners are other threads. */
  readonly tenants: Tenants = new Tenants(this);
  /** See {@link LightMail.ties}. */
  readonly ties: LightTies = new LightTies(this);
  readonly #actors: Map<number, LightActor> = new Map();
  readonly #turns: LightTurns = new LightTurns();
  /** Whether what is handed over as it is, is frozen. */
  readonly #freezes: boolean;
  /** Who was here. */
  readonly retired: RetiredLately = new RetiredLately();
  readonly #inbox: LightInbox;
  /** What becomes of messages that are not handled. */
  readonly losses: LightLosses;
  /** Asks of other threads whose handlers went on after their last turn: most end before the next. */
  #slow: { readonly actor: LightActor; readonly message: LightMessage }[] = [];
  #sliceOver = false;
  #stem: { readonly definition: string; readonly text: string } | undefined;

  /** The light actors of the thread of `isolate`. */
  constructor(readonly isolate: Isolate) {
    this.post = new LightPost(isolate);
    this.#freezes = isolate.table.freezes;
    this.#inbox = new LightInbox(this);
    this.losses = new LightLosses(this);
  }

  /** How many there are. */
  get size(): number {
    return this.#actors.size;
  }

  /** Opens the address of an actor that lives and dies with this thread. */
  open(
    given: { name: string | undefined; definition: string },
    { capacity, maxBytes, overflow, urgent }: LightRoom,
  ): LightActor {
    const { endpoint, table } = this.isolate;
    const local = table.bump(endpoint, ENDPOINT.LIGHTS) + 1 | BOUND;
    const actor = this.actorAt(local, capacity);
    actor.overflow = overflow;
    actor.urgent = urgent;
    actor.name = given.name ??
      this.#stemOf(given.definition) + (local & ~BOUND);
    this.#coreOf(actor, capacity, maxBytes);
    return actor;
  }

  /** Gives an actor up for good: all that waits for it settles. */
  retire(
    actor: LightActor,
    report: ExitReport,
    at: number = this.ties.now,
  ): void {
    if (this.#actors.get(actor.id) !== actor) return;
    const rest = actor.empty(report);
    this.#actors.delete(actor.id);
    this.retired.add(actor.id, { name: actor.name, report, at });
    for (const each of rest) this.losses.turnAway(actor, each, report.error);
    actor.line?.abandon();
    const told = new Set(actor.watchers);
    for (const endpoint of actor.senders?.keys() ?? []) told.add(endpoint);
    for (const endpoint of told) {
      this.tellGone(endpoint, actor.id, report);
    }
    this.ties.gone(actor, report);
    actor.core?.end(report);
  }

  /** What a message of this thread hands over. */
  given(
    _core: RefCore,
    _method: string,
    args: unknown[],
    { transfer }: SendOptions,
  ): unknown[] {
    if (this.#freezes) {
      checkSendable(args, "args", transfer);
      return deepFreeze(args);
    }
    glanceAt(args, "args", transfer);
    return args;
  }

  /** The ref to `address`, which came in a message. */
  meet(
    address: Address & { readonly local: number },
    name: string,
    incarnation: number,
    facts: LineFacts,
  ): RefCore {
    const { capacity, maxBytes, owner } = facts;
    const here = address.endpoint === this.isolate.endpoint;
    if (here) this.tenants.expectFrom(address.local, owner);
    const actor = here ? this.find(address.local) : undefined;
    if (actor !== undefined && actor.name === "") actor.name = name;
    const known = here
      ? actor && this.#coreOf(actor, capacity, maxBytes, owner)
      : this.others.find(address.endpoint, address.local);
    if (known?.address.life === address.life) return known;
    const line = new LaneLine(this, address, facts);
    const core = new RefCore(
      this.isolate,
      address,
      name,
      incarnation,
      false,
      line,
    );
    if (here) core.end(LOST);
    else this.others.add(core, address.local);
    return core;
  }

  /** See {@link LightMail.ready}. */
  get ready(): boolean {
    return this.#turns.any || this.#slow.length > 0;
  }

  /** See {@link LightMail.work}. */
  work(): number {
    let count = this.#tellBegun();
    this.#sliceOver = false;
    while (this.#turns.any && !this.#sliceOver) {
      const actor = this.#turns.shift();
      this.tenants.turnOf(actor.id);
      // A turn of one that has nothing to do any more counts too: the thread is not idle.
      count += Math.max(1, actor.run());
    }
    if (count > 0) this.tenants.turnOf(0);
    return count;
  }

  /** See {@link LightMail.receive}. */
  receive(lane: LaneReader): void {
    this.#inbox.receive(lane);
  }

  /** See {@link LightMail.gone}. */
  gone(address: Address, report: WireReport, final: boolean): void {
    const end = fromWireReport(report);
    this.others.gone(address, end, final);
    this.places.gone(address, end, final, report.culprit ?? 0);
    this.tenants.sweep();
  }

  /** See {@link LightMail.openForOthers}. */
  openForOthers(): void {
    this.tenants.open();
  }

  /** See {@link LightMail.drained}. */
  drained(): void {
    this.tenants.sweep();
  }

  /** See {@link LightMail.expire}. */
  expire(now: number): number {
    let next = Infinity;
    for (const line of this.crowded) next = Math.min(next, line.expire(now));
    return next;
  }

  /** See {@link LightMail.close}. */
  close(): void {
    for (const line of this.crowded) line.abandon();
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

  /** See {@link LightStage.homeOf}. */
  homeOf(actor: LightActor): LightHome | undefined {
    return this.nest &&
      new LightHome(this.nest, this.numberOf(actor), actor.name);
  }

  /** The number of its address, as it is shown. */
  numberOf({ id: local }: LightActor): number {
    return numberOf({ endpoint: this.isolate.endpoint, life: 0, local });
  }

  /** See {@link LightStage.restarted}. */
  restarted(actor: LightActor): void {
    const { incarnation, core, owner, id } = actor;
    const told = new Set(actor.watchers);
    for (const sender of actor.senders?.values() ?? []) {
      if (sender.told) told.add(sender.endpoint);
      sender.told = false;
    }
    for (const endpoint of told) {
      this.post.tellRestart(endpoint, id, incarnation);
    }
    if (core === undefined || owner!.endpoint === this.isolate.endpoint) return;
    tellRestart(this.isolate, core.address, incarnation);
  }

  /** See {@link LightStage.draining}. */
  draining(actor: LightActor): void {
    actor.line?.abandon();
    for (const sender of actor.senders?.values() ?? []) {
      sender.told = true;
      this.post.order(sender, LIGHT_OP.DRAINING, actor.id, 0, []);
    }
  }

  /** See {@link LightStage.takesTime}. */
  takesTime(actor: LightActor, message: LightMessage): void {
    this.#slow.push({ actor, message });
  }

  /** See {@link LightStage.answer}. */
  answer(actor: LightActor, message: LightMessage, value: unknown): void {
    const { ask, from, askId } = message;
    if (isStream(value)) {
      const error = askedForStream(actor.name, message.hash);
      return this.answerError(actor, message, error);
    }
    let encoded;
    try {
      if (ask === undefined) encoded = encode(value, RESULT);
      else if (this.#freezes || typeof value === "function") {
        checkSendable(value, RESULT.root);
      }
    } catch (error) {
      // The handler ran; only its answer cannot travel.
      return this.answerError(actor, message, error as Error);
    }
    if (encoded !== undefined) {
      return this.post.send(from!, KIND.REPLY, 0, askId, 0, encoded);
    }
    if (this.#freezes) deepFreeze(value);
    this.isolate.asks.settle(ask!.id, true, value, actor.core!.id);
  }

  /** See {@link LightStage.answerError}. */
  answerError(actor: LightActor, message: LightMessage, error: Error): void {
    const { ask, from, askId } = message;
    if (ask !== undefined) {
      return this.isolate.asks.refuse(ask.id, error, actor.core!.id);
    }
    const encoded = encode(errorToWire(error, actor.name));
    this.post.send(from!, KIND.ERROR, 0, askId, 0, encoded);
  }

  /** See {@link LightStage.describe}. */
  describe(life: LightLife, message: LightMessage): WireCrash | undefined {
    return lightCrash(this.isolate, life, message);
  }

  /** See {@link LightStage.finished}. */
  finished(actor: LightActor, { from, asks, urgent }: LightMessage): void {
    if (from === undefined) return actor.line?.finished(urgent);
    if (urgent) from.heldUrgent--;
    else from.held--;
    if (!asks) from.lane?.settle();
    this.post.credit(from, actor, urgent);
  }

  /** What the names of those without one begin with; kept, as most are of one definition. */
  #stemOf(definition: string): string {
    if (this.#stem?.definition !== definition) {
      const text = `${definition}-${this.isolate.endpoint}.`;
      this.#stem = { definition, text };
    }
    return this.#stem.text;
  }

  /** The actor of that number. */
  actor(local: number): LightActor | undefined {
    return this.#actors.get(local);
  }

  /** Makes the actor of that number, without an incarnation. */
  actorAt(local: number, capacity: number): LightActor {
    const actor = new LightActor(this, local);
    actor.capacity = capacity;
    this.#actors.set(local, actor);
    return actor;
  }

  /** Tells the thread at `endpoint` that `local` is gone for good, after all that waits here for room there. */
  tellGone(endpoint: number, local: number, report: ExitReport): void {
    behindAll(
      this.crowded,
      endpoint,
      () => this.post.tellGone(endpoint, local, report),
    );
  }

  /** Tells those whose asks take time that they have begun. Returns how many there were. */
  #tellBegun(): number {
    const slow = this.#slow;
    if (slow.length === 0) return 0;
    this.#slow = [];
    for (const { actor, message: { landed, from, askId } } of slow) {
      if (!landed) this.post.order(from!, LIGHT_OP.BEGUN, actor.id, askId, []);
    }
    return slow.length;
  }

  /** The actor of that number, or the one that is to be it. */
  find(local: number): LightActor | undefined {
    return this.#actors.get(local) ?? this.tenants.expect(local);
  }

  #coreOf(
    actor: LightActor,
    capacity: number,
    maxBytes: number,
    owner: OwnerThread = this.isolate,
  ): RefCore {
    if (actor.core !== undefined) return actor.core;
    const { endpoint, table } = this.isolate;
    const life = table.get(endpoint, ENDPOINT.LIFE);
    const line = new LocalLine(this, actor, capacity, maxBytes, owner);
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
}
