/**
 * The ways out of one thread: its lanes to other endpoints, with what waits for room there.
 *
 * @module
 */
import { ring } from "../../channel/doorbell.ts";
import { type Delivery, Outlet } from "../../channel/outlet.ts";
import { ENDPOINT } from "../../memory/endpoints.ts";
import { mailOptions } from "../mail/mail_options.ts";
import { createLane } from "../../memory/lane.ts";
import { movable } from "../../memory/movable.ts";
import { takeBack } from "../../memory/moved_handles.ts";
import type { Parts } from "../mail/parts.ts";
import { takesUrgent } from "../mail/policy_word.ts";
import { type Address, isTell, KIND, type LaneInfo } from "../mail/protocol.ts";
import { coreOf } from "../mail/ref_core.ts";
import type { Isolate } from "./isolate.ts";

/** The ways to one endpoint. */
interface Route {
  readonly life: number;
  mail?: Outlet;
  express?: Outlet;
  /** Of mail that comes before other mail, if the receiver takes such. */
  urgent?: Outlet;
}

/** What one thread sends, and what of it waits for room. */
export class Outgoing {
  readonly #isolate: Isolate;
  readonly #epoch: number;
  readonly #routes: Map<number, Route> = new Map();
  /** Outlets with messages that wait for room. */
  readonly #crowded: Set<Outlet> = new Set();
  #serial = 0;

  /** The ways out of the thread of `isolate`, which serves its endpoint as incarnation `epoch`. */
  constructor(isolate: Isolate, epoch: number) {
    this.#isolate = isolate;
    this.#epoch = epoch;
  }

  /** Whether anything waits for room. */
  get crowded(): boolean {
    return this.#crowded.size > 0;
  }

  /** Whether there is room for a good part of what waits somewhere. */
  get roomy(): boolean {
    if (this.#crowded.size === 0) return false;
    for (const outlet of this.#crowded) if (outlet.roomy) return true;
    return false;
  }

  /** Whether the `sequence`-th message to `endpoint` has been begun there. */
  begun(endpoint: number, sequence: number, urgent: boolean): boolean {
    const route = this.#routes.get(endpoint);
    const outlet = urgent ? route?.urgent : route?.mail;
    return outlet?.begun(sequence) ?? false;
  }

  /** See `Isolate.send()`. */
  send(
    to: Address,
    express: boolean,
    parts: Parts,
    waitMs: number,
    delivery?: Delivery,
  ): void {
    const { kind, a, b, d = 0, held, encoded } = parts;
    const outlet = this.#outlet(to, express, parts.urgent, expectsCredit(kind));
    let { length } = encoded;
    let e = 0;
    if (encoded.attachments !== undefined || length > outlet.maxPayload) {
      const spilled = length > outlet.maxPayload;
      e = this.#sendParcel(to, parts, spilled);
      if (spilled) length = 0;
    }
    const { attachments, bytes } = encoded;
    const envelope = { kind, a, b, d, e, held, attachments };
    outlet.send(envelope, bytes, length, waitMs, delivery);
    this.#ring(to.endpoint);
    if (outlet.waiting > 0) {
      this.#crowded.add(outlet);
      this.#isolate.asks.arm(waitMs);
      this.#isolate.wake();
    }
  }

  /** See `Isolate.trySend()`. */
  trySend(to: Address, parts: Parts): boolean {
    const outlet = this.#outlet(to, false, parts.urgent);
    const { length } = parts.encoded;
    // Before anything is moved: what finds no room leaves no trace.
    if (!outlet.hasRoom(length > outlet.maxPayload ? 0 : length)) {
      takeBack(parts.encoded.attachments);
      return false;
    }
    let taken = true;
    this.send(to, false, parts, 0, {
      sent: () => {},
      // The actor ended in between.
      refused: () => taken = false,
    });
    return taken;
  }

  /** So many more tells wait on this thread for room at a light actor there, or less. */
  hold({ endpoint, life }: Address, more: number): void {
    const route = this.#routes.get(endpoint);
    if (route?.life === life) route.express?.hold(more);
  }

  /** Takes back a message that waits for room. Returns whether it waited. */
  withdraw({ endpoint, life }: Address, delivery: Delivery): boolean {
    const route = this.#routes.get(endpoint);
    if (route?.life !== life) return false;
    return route.mail?.withdraw(delivery) === true ||
      route.urgent?.withdraw(delivery) === true;
  }

  /** The actor at `address` is gone for good: what waits for room there is given back. */
  close(address: Address): void {
    const route = this.#routes.get(address.endpoint);
    if (route?.life !== address.life) return;
    this.#routes.delete(address.endpoint);
    abandonMail(route);
  }

  /** Nothing is sent any more: all that waits for room is given back. */
  abandon(): void {
    for (const outlet of this.#crowded) outlet.abandon();
    this.#crowded.clear();
  }

  /** Gives back what has waited longer than it may. Returns when the next has, at `Infinity` if none waits. */
  expire(now: number): number {
    let next = Infinity;
    for (const outlet of this.#crowded) {
      next = Math.min(next, outlet.expire(now));
    }
    return next;
  }

  /** Publishes what waited for room. Returns whether anything moved. */
  flush(): boolean {
    if (this.#crowded.size === 0) return false;
    let moved = false;
    for (const outlet of this.#crowded) {
      if (outlet.flush()) {
        moved = true;
        this.#ring(outlet.to);
      }
      if (outlet.waiting === 0) this.#crowded.delete(outlet);
    }
    return moved;
  }

  #ring(endpoint: number): void {
    const { table } = this.#isolate;
    ring(table.words, table.at(endpoint, ENDPOINT.SLEEP));
  }

  /**
   * The thread at `to` answers by the lane `back`, which this side reads already, unless it has found a way of its own.
   */
  useReturnLane({ memory }: LaneInfo, to: number): void {
    const life = this.#isolate.table.get(to, ENDPOINT.LIFE);
    const route = this.#route({ endpoint: to, life });
    route.express ??= this.#expressTo(to, memory);
  }

  #route(to: Address): Route {
    const found = this.#routes.get(to.endpoint);
    if (found?.life === to.life) return found;
    if (found !== undefined) abandonMail(found);
    const route = { life: to.life };
    this.#routes.set(to.endpoint, route);
    return route;
  }

  #outlet(
    to: Address,
    express: boolean,
    urgent = false,
    answered = false,
  ): Outlet {
    const route = this.#route(to);
    const found = express ? route.express : urgent ? route.urgent : route.mail;
    if (found !== undefined) return found;
    if (express) {
      return route.express = this.#open(to, true, false, answered);
    }
    const { table } = this.#isolate;
    // Both at once, the urgent one first: its receiver must know it before it knows anything to overtake.
    if (takesUrgent(table.get(to.endpoint, ENDPOINT.POLICY))) {
      route.urgent = this.#open(to, false, true);
    }
    route.mail = this.#open(to, false, false);
    return urgent ? route.urgent! : route.mail;
  }

  #open(
    to: Address,
    express: boolean,
    urgent: boolean,
    answered = false,
  ): Outlet {
    const { endpoint: from } = this.#isolate;
    const outlet = express ? this.#expressTo(to.endpoint) : new Outlet({
      from,
      to: to.endpoint,
      self: from,
      isMissed: isTell,
      ...mailOptions(this.#isolate, to),
    });
    const lane = { id: this.#newId(), memory: outlet.memory, express, urgent };
    const back = answered ? this.#openReturnLane(to.endpoint) : undefined;
    const toName = coreOf(this.#isolate, to)?.name;
    this.#isolate.post({ type: "connect", from, to, toName, lane, back });
    return outlet;
  }

  /** Replies are bounded by the asks that are open, not by the mailbox of who asked. */
  #expressTo(to: number, memory?: SharedArrayBuffer): Outlet {
    const { endpoint: from } = this.#isolate;
    const options = { from, to, self: from, isMissed: isTell };
    return new Outlet(memory === undefined ? options : { ...options, memory });
  }

  /**
   * A lane for what `from` answers, which is read from now on, also in a handler that never pauses: one that `from`
   * makes is known here a turn of the event loop later at the earliest.
   */
  #openReturnLane(from: number): LaneInfo | undefined {
    const { endpoint: to, mailbox } = this.#isolate;
    if (mailbox.hears(from)) return undefined;
    const memory = createLane({ from, to });
    const lane = { id: this.#newId(), memory, express: true };
    this.#isolate.adopt(lane);
    return lane;
  }

  #newId(): string {
    return `${this.#isolate.endpoint}.${this.#epoch}.${++this.#serial}`;
  }

  #sendParcel(to: Address, parts: Parts, spilled: boolean): number {
    const { endpoint: from } = this.#isolate;
    // Unique among all senders to one endpoint: the endpoint of the sender, its epoch and a counter.
    const id = (from << 18) ^ ((this.#epoch & 63) << 12) ^
        (++this.#serial & 4095) | 1 << 31;
    let spill: SharedArrayBuffer | undefined;
    if (spilled) {
      spill = new SharedArrayBuffer(parts.encoded.length);
      new Uint8Array(spill).set(
        parts.encoded.bytes.subarray(0, parts.encoded.length),
      );
    }
    const { attachments } = parts.encoded;
    const transfer = [...new Set([...parts.transfer, ...movable(attachments)])];
    this.#isolate.post({
      type: "parcel",
      to: to.endpoint,
      from,
      id,
      spill,
      attachments,
      transfer,
    }, transfer);
    return id;
  }
}

/** Whether it is for an actor that shares a thread, or about one: the thread has something to say about that. */
function expectsCredit(kind: number): boolean {
  const plain = kind & ~KIND.URGENT;
  return plain === KIND.TELL || plain === KIND.ASK || plain === KIND.LIGHT;
}

function abandonMail({ mail, urgent }: Route): void {
  mail?.abandon();
  urgent?.abandon();
}
