/**
 * One thread's end of a system: its mailbox, its ways out, its pending asks,
 * and the loop that turns them.
 *
 * The loop polls a little before it parks, as long as polling pays: a reply
 * that comes within microseconds costs no wake-up. It yields to the event loop
 * every few milliseconds, so timers and signals are never starved.
 *
 * @module
 */
import { Doorbell } from "../channel/doorbell.ts";
import { Mailbox } from "../channel/mailbox.ts";
import { Outlet } from "../channel/outlet.ts";
import { ENDPOINT, type EndpointTable } from "../memory/endpoints.ts";
import type { LaneReader } from "../memory/lane.ts";
import { decode, type Encoded } from "../memory/codec.ts";
import { AskBook } from "./ask_book.ts";
import {
  type Address,
  type FromNursery,
  KIND,
  type LaneInfo,
  type Parcel,
  type ToNursery,
  type WireReport,
} from "./protocol.ts";

/** Longest time the loop runs without yielding to the event loop, in milliseconds. */
const SLICE_MS = 2;
const MIN_POLLS = 32;
const MAX_POLLS = 4_096;
/** Microtasks that the loop lets pass after work, so that whoever was answered can go on first. */
const HOPS = 4;

/** The part of an actor that the loop feeds with mail. */
export interface MailConsumer {
  /** Whether it would take a message now. */
  readonly ready: boolean;
  /** Handles messages until there is none or it is busy. Returns how many. */
  consume(): number;
}

/** The ways to one endpoint. */
interface Route {
  readonly life: number;
  mail?: Outlet;
  express?: Outlet;
}

/** What is needed to send one record. */
export interface Parts {
  readonly kind: number;
  readonly a: number;
  readonly b: number;
  readonly encoded: Encoded;
  readonly transfer: readonly Transferable[];
}

/** The isolate whose messages are being decoded or whose actor runs here; handles revive into it. */
let here: Isolate | undefined;

/** The isolate that a handle revived now belongs to. */
export function currentIsolate(): Isolate | undefined {
  return here;
}

/** Makes `isolate` the one that handles revive into. */
export function enterIsolate(isolate: Isolate): void {
  here = isolate;
}

/** One thread's end of a system. */
export class Isolate {
  /** The shared table of endpoints. */
  readonly table: EndpointTable;
  /** The endpoint this thread serves; 0 is the thread that made the system. */
  readonly endpoint: number;
  /** What this thread receives. */
  readonly mailbox: Mailbox;
  /** Questions that wait for their answer. */
  readonly asks: AskBook;
  /** Set by the actor that runs here. */
  consumer: MailConsumer | undefined;
  /** Told of the final end of an address. */
  onGone: ((address: Address, report: WireReport) => void) | undefined;
  /** Called when a successor took this thread's place: it must end itself. */
  onFenced: (() => void) | undefined;
  /** Whether the system is closed. */
  closed = false;
  readonly #post: (message: ToNursery, transfer?: Transferable[]) => void;
  readonly #routes: Map<number, Route> = new Map();
  readonly #laneIds: WeakMap<SharedArrayBuffer, string> = new WeakMap();
  readonly #parcels: Map<number, Parcel> = new Map();
  readonly #awaited: Map<number, () => void> = new Map();
  readonly #bell: Doorbell;
  readonly #epoch: number;
  #serial = 0;
  #running = false;
  #parked = false;
  #parkToken = 0;
  #polls = MIN_POLLS;
  #sliceEnd = 0;
  #hops = 0;

  /** An isolate serving `endpoint` as its incarnation `epoch`; `post` reaches the nursery. */
  constructor(
    table: EndpointTable,
    endpoint: number,
    epoch: number,
    post: (message: ToNursery, transfer?: Transferable[]) => void,
  ) {
    this.table = table;
    this.endpoint = endpoint;
    this.#epoch = epoch;
    this.#post = post;
    this.asks = new AskBook(epoch, {
      begun: (to, sequence) =>
        this.#routes.get(to)?.mail?.begun(sequence) ?? false,
      sweep: (now) => this.#expire(now),
    });
    this.#bell = new Doorbell(table.words, table.at(endpoint, ENDPOINT.SLEEP));
    this.mailbox = new Mailbox(epoch, {
      ring: (producer) => this.#ring(producer),
      drained: (memory) => {
        const id = this.#laneIds.get(memory);
        if (id !== undefined) this.#post({ type: "drained", id });
      },
    });
  }

  /** Sends a message to the nursery. */
  post(message: ToNursery, transfer: Transferable[] = []): void {
    this.#post(message, transfer);
  }

  /** Whether this incarnation was replaced: nothing it does may count any more. */
  get fenced(): boolean {
    return this.table.get(this.endpoint, ENDPOINT.EPOCH) !== this.#epoch;
  }

  /** Handles what the nursery says to every thread. Returns false when the message is not of that kind. */
  receive(message: FromNursery): boolean {
    if (message.type === "lane") this.adopt(message.lane);
    else if (message.type === "parcel") {
      this.#parcels.set(message.id, message);
      this.#awaited.get(message.id)?.();
      this.#awaited.delete(message.id);
    } else if (message.type === "gone") this.#gone(message);
    else return false;
    return true;
  }

  /** Takes over a lane that leads here. */
  adopt(lane: LaneInfo): void {
    this.#laneIds.set(lane.memory, lane.id);
    this.mailbox.adopt(lane.memory, lane.express, false);
    this.wake();
  }

  /** Whether all that a record needs has arrived. */
  complete(lane: LaneReader): boolean {
    return lane.e === 0 || this.#parcels.has(lane.e);
  }

  /** Calls `then` when the parcel arrives. */
  whenParcel(id: number, then: () => void): void {
    this.#awaited.set(id, then);
  }

  /** The parcel's record is dealt with. */
  parcelDone(id: number): void {
    this.#parcels.delete(id);
    this.#post({ type: "parcelDone", to: this.endpoint, id });
  }

  /** Decodes the value of a record, in place. */
  read(lane: LaneReader): unknown {
    here = this;
    if (lane.e === 0) return decode(lane.bytes, lane.start, lane.end);
    return this.#unpack(lane.e, lane.bytes, lane.start, lane.end);
  }

  #unpack(id: number, bytes: Uint8Array, start: number, end: number): unknown {
    here = this;
    const parcel = this.#parcels.get(id);
    if (parcel?.spill === undefined) {
      return decode(bytes, start, end, parcel?.attachments);
    }
    const spill = new Uint8Array(parcel.spill);
    return decode(spill, 0, spill.length, parcel.attachments);
  }

  /**
   * Sends a record; never blocks.
   *
   * @param waitMs How long it may wait for room in the receiver's mailbox.
   * @returns Its sequence number, 0 when it waits for room, `"sealed"` when the receiver is gone for good.
   */
  send(
    to: Address,
    express: boolean,
    parts: Parts,
    waitMs: number,
    onSent: ((sequence: number) => void) | undefined,
    onRefused: (why: "full" | "sealed") => void,
  ): number | "sealed" {
    const outlet = this.#outlet(to, express);
    const { bytes, attachments } = parts.encoded;
    let { length } = parts.encoded;
    let e = 0;
    if (attachments !== undefined || length > outlet.maxPayload) {
      e = this.#sendParcel(to, parts, length > outlet.maxPayload);
      if (length > outlet.maxPayload) length = 0;
    }
    const sent = outlet.send(
      { kind: parts.kind, a: parts.a, b: parts.b, e },
      bytes,
      length,
      waitMs,
      onSent,
      onRefused,
    );
    if (sent !== "sealed") this.#ring(to.endpoint);
    if (sent === 0) {
      this.asks.arm(waitMs);
      this.wake();
    }
    return sent;
  }

  /** Makes the loop turn soon, also when it is parked. */
  wake(): void {
    if (this.#parked) {
      this.#parked = false;
      this.#parkToken++;
      this.#bell.ring();
    }
    this.#schedule();
  }

  /** Ends this thread's part: nothing is read or answered any more. */
  close(error: Error): void {
    this.closed = true;
    this.#parkToken++;
    this.#bell.ring();
    this.asks.close(error);
  }

  #sendParcel(to: Address, parts: Parts, spilled: boolean): number {
    // Unique among all senders to one endpoint: the endpoint of the sender, its epoch and a counter.
    const id = (this.endpoint << 18) ^ ((this.#epoch & 63) << 12) ^
        (++this.#serial & 4095) | 1 << 31;
    let spill: SharedArrayBuffer | undefined;
    if (spilled) {
      spill = new SharedArrayBuffer(parts.encoded.length);
      new Uint8Array(spill).set(
        parts.encoded.bytes.subarray(0, parts.encoded.length),
      );
    }
    this.#post({
      type: "parcel",
      to: to.endpoint,
      from: this.endpoint,
      id,
      spill,
      attachments: parts.encoded.attachments,
      transfer: parts.transfer,
    }, [...parts.transfer]);
    return id;
  }

  #outlet(to: Address, express: boolean): Outlet {
    let route = this.#routes.get(to.endpoint);
    if (route === undefined || route.life !== to.life) {
      route?.mail?.abandon();
      route = { life: to.life };
      this.#routes.set(to.endpoint, route);
    }
    const found = express ? route.express : route.mail;
    if (found !== undefined) return found;
    const outlet = new Outlet({
      from: this.endpoint,
      to: to.endpoint,
      self: this.endpoint,
    });
    if (express) route.express = outlet;
    else route.mail = outlet;
    const id = `${this.endpoint}.${this.#epoch}.${++this.#serial}`;
    const lane = { id, memory: outlet.memory, express };
    this.#post({ type: "connect", from: this.endpoint, to, lane });
    return outlet;
  }

  #ring(endpoint: number): void {
    new Doorbell(
      this.table.words,
      this.table.at(endpoint, ENDPOINT.SLEEP),
    ).ring();
  }

  #gone(message: Extract<FromNursery, { type: "gone" }>): void {
    const { address, report, final } = message;
    // Replies that were published before the end count.
    this.#drainExpress();
    this.asks.fail(address, report, final);
    if (!final) return;
    const route = this.#routes.get(address.endpoint);
    if (route?.life === address.life) {
      this.#routes.delete(address.endpoint);
      route.mail?.abandon();
    }
    this.onGone?.(address, report);
  }

  #expire(now: number): void {
    for (const route of this.#routes.values()) {
      route.mail?.expire(now);
      route.express?.expire(now);
    }
  }

  #schedule(): void {
    if (this.#running || this.closed) return;
    this.#running = true;
    this.#sliceEnd = performance.now() + SLICE_MS;
    queueMicrotask(() => this.#turn());
  }

  #drainExpress(): number {
    return this.mailbox.drainExpress((lane) => {
      const { b: askId, e: parcel } = lane;
      const ok = lane.kind === KIND.REPLY;
      if (parcel === 0) return this.asks.settle(askId, ok, this.read(lane));
      // The record's bytes are freed when this returns; those of a spilled one are in the parcel.
      const bytes = lane.bytes.slice(lane.start, lane.end);
      const settle = () => {
        const value = this.#unpack(parcel, bytes, 0, bytes.length);
        this.asks.settle(askId, ok, value);
        this.parcelDone(parcel);
      };
      if (this.complete(lane)) settle();
      else this.whenParcel(parcel, settle);
    });
  }

  #turn(): void {
    if (this.closed) return;
    this.table.bump(this.endpoint, ENDPOINT.PROGRESS);
    if (this.endpoint !== 0 && this.fenced) {
      this.closed = true;
      this.onFenced?.();
      return;
    }
    let work = this.#drainExpress();
    this.#flushAll();
    if (this.consumer !== undefined) {
      work += this.consumer.consume();
      this.table.set(this.endpoint, ENDPOINT.DEPTH, this.mailbox.depth);
    }
    if (work > 0) this.#hops = HOPS;
    if (performance.now() > this.#sliceEnd) return this.#yield();
    if (this.#hops > 0) {
      this.#hops--;
      queueMicrotask(() => this.#turn());
    } else if (this.#poll()) queueMicrotask(() => this.#turn());
    else this.#park();
  }

  /** Publishes what waited for room. Returns whether anything was. */
  #flushAll(): boolean {
    let progress = false;
    for (const { mail, express } of this.#routes.values()) {
      if (mail?.waiting && this.#flush(mail)) progress = true;
      if (express?.waiting && this.#flush(express)) progress = true;
    }
    return progress;
  }

  #flush(outlet: Outlet): boolean {
    const before = outlet.waiting;
    outlet.flush();
    if (outlet.waiting === before) return false;
    this.#ring(outlet.to);
    return true;
  }

  #yield(): void {
    setImmediate(() => {
      this.#sliceEnd = performance.now() + SLICE_MS;
      this.#turn();
    });
  }

  #wantsMail(): boolean {
    return this.consumer?.ready ?? false;
  }

  /** Looks for work a little longer, as long as that paid off lately. */
  #poll(): boolean {
    if (this.endpoint === 0 && this.asks.size === 0) return false;
    const mail = this.#wantsMail();
    for (let i = 0; i < this.#polls; i++) {
      if (this.mailbox.hasMore(mail)) {
        this.#polls = Math.min(MAX_POLLS, this.#polls * 2);
        return true;
      }
    }
    this.#polls = Math.max(MIN_POLLS, this.#polls >> 1);
    return false;
  }

  #park(): void {
    this.#bell.arm();
    // Asks for room again now that a ring would be heard: one that came earlier met a loop that was awake.
    const flushed = this.#flushAll();
    const waiting = flushed || this.mailbox.hasMore(this.#wantsMail())
      ? undefined
      : this.#bell.parkAsync();
    if (waiting === undefined) {
      this.#bell.disarm();
      queueMicrotask(() => this.#turn());
      return;
    }
    this.#running = false;
    this.#parked = true;
    const token = ++this.#parkToken;
    waiting.then(() => {
      if (token !== this.#parkToken) return;
      this.#parked = false;
      this.#schedule();
    });
  }
}
