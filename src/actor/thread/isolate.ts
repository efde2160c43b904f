/**
 * One thread's end of a system: its mailbox, its ways out and its pending asks,
 * turned by a pump.
 *
 * @module
 */
import { Doorbell, ring, rouse } from "../../channel/doorbell.ts";
import { Mailbox } from "../../channel/mailbox.ts";
import { type Delivery, Outlet } from "../../channel/outlet.ts";
import { ENDPOINT, type EndpointTable } from "../../memory/endpoints.ts";
import type { LaneReader } from "../../memory/lane.ts";
import { decode, type Encoded } from "../../memory/codec.ts";
import { AskBook } from "../mail/ask_book.ts";
import { AskChain } from "../mail/ask_chain.ts";
import { type Notice, NoticeQueue } from "../mail/notice_queue.ts";
import { DeadLetterBatch, type LostMessage } from "../mail/dead_letter.ts";
import type { LightMail } from "../light/light_mail.ts";
import { mailOptions } from "../mail/mail_options.ts";
import { movable } from "../mail/movable.ts";
import { ParcelShelf } from "./parcel_shelf.ts";
import {
  type Address,
  type FromNursery,
  KIND,
  type LaneInfo,
  type ToNursery,
  type WireReport,
} from "../mail/protocol.ts";
import { type Look, Pump } from "./pump.ts";
import { coreOf } from "../mail/ref_core.ts";

/** The part of an actor that the loop feeds with mail. */
export interface MailConsumer {
  /** Whether it would take a message now. */
  readonly ready: boolean;
  /** Handles messages until there is none, it is busy, or the slice is over. Returns how many. */
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
  /** The light actor it is for. */
  readonly d?: number;
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
  /** What the actor here is told between two messages. */
  readonly notices: NoticeQueue = new NoticeQueue();
  /** The handler that runs here, and who waits for it. */
  readonly chain: AskChain;
  /** Set by the actor that runs here. */
  consumer: MailConsumer | undefined;
  /** The light actors of this thread. */
  light: LightMail | undefined;
  /** Told of the final end of an address. */
  onGone: ((address: Address, report: WireReport) => void) | undefined;
  /** Told of the end of an incarnation that was asked to stop from here. */
  onStopped: ((address: Address, report: WireReport) => void) | undefined;
  /** Called when a successor took this thread's place: it must end itself. */
  onFenced: (() => void) | undefined;
  /** Whether nothing is handled in turn here: on the thread that made the system, and in a task. */
  turnless: boolean;
  /** Whether the system is closed. */
  closed = false;
  readonly #post: (message: ToNursery, transfer?: Transferable[]) => void;
  readonly #routes: Map<number, Route> = new Map();
  readonly #laneIds: WeakMap<SharedArrayBuffer, string> = new WeakMap();
  readonly #parcels: ParcelShelf = new ParcelShelf();
  /** Outlets with messages that wait for room. */
  readonly #crowded: Set<Outlet> = new Set();
  readonly #pump: Pump;
  readonly #deadLetters: DeadLetterBatch;
  readonly #epoch: number;
  #serial = 0;

  /** An isolate serving `endpoint` as its incarnation `epoch`; `post` reaches the nursery. */
  constructor(
    table: EndpointTable,
    endpoint: number,
    epoch: number,
    post: (message: ToNursery, transfer?: Transferable[]) => void,
  ) {
    this.table = table;
    this.endpoint = endpoint;
    this.turnless = endpoint === 0;
    this.#epoch = epoch;
    this.#post = post;
    this.chain = new AskChain(table, endpoint, KIND.ASK, () => this.fenced);
    this.#deadLetters = new DeadLetterBatch((bundle) => post(bundle));
    this.asks = new AskBook(epoch, {
      begun: (to, sequence) =>
        this.#routes.get(to)?.mail?.begun(sequence) ?? false,
      capacity: (to) => table.get(to, ENDPOINT.CAPACITY),
      sweep: (now) => this.#expire(now),
      late: (from, fromName, method) =>
        this.report({
          why: "lateReply",
          kind: "reply",
          to: endpoint,
          from,
          fromName,
          method,
          hash: 0,
        }),
    });
    this.mailbox = new Mailbox(epoch, {
      ring: (producer) => rouse(table.words, this.#sleepOf(producer)),
      drained: (memory) => {
        this.notices.drained(memory);
        const id = this.#laneIds.get(memory);
        if (id !== undefined) this.#post({ type: "drained", id });
      },
    });
    this.#pump = new Pump(
      new Doorbell(table.words, this.#sleepOf(endpoint), epoch),
      {
        work: () => this.#work(),
        hasWork: () =>
          this.mailbox.hasMore(this.consumer?.ready ?? false) ||
          (this.notices.due && this.consumer?.ready === true) ||
          this.light?.ready === true ||
          this.#hasRoom(),
        expecting: () => {
          if (this.asks.size > 0 || this.#crowded.size > 0) return "reply";
          return this.consumer?.ready ? "mail" : "nothing";
        },
        onSlice: () => this.#beginSlice(),
        beforePark: () => {
          this.#showDepth();
          return this.#flushAll();
        },
      },
    );
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
    else if (message.type === "parcel") this.#parcels.put(message);
    else if (message.type === "silent") {
      this.#parcels.silence(this.mailbox.sealedFrom(message.from));
    } else if (message.type === "gone") this.#gone(message);
    else if (message.type === "stopped") {
      this.onStopped?.(message.address, message.report);
    } else return false;
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

  /** Whether something that the record needs went to an incarnation that has ended. */
  lost(lane: LaneReader): boolean {
    return this.#parcels.lost(lane);
  }

  /** Calls `then` when the parcel arrives. */
  whenParcel(id: number, then: () => void): void {
    this.#parcels.await(id, then);
  }

  /** The parcel's record is dealt with. */
  parcelDone(id: number): void {
    this.#parcels.delete(id);
    this.#post({ type: "parcelDone", to: this.endpoint, id });
  }

  /** Calls `then` with what decodes the value of a record, now or when its parcel has arrived. */
  readLater(lane: LaneReader, then: (read: () => unknown) => void): void {
    const { e: parcel } = lane;
    if (parcel === 0) return then(() => this.read(lane));
    // The record's bytes are freed when this returns; those of a spilled one are in the parcel.
    const bytes = lane.bytes.slice(lane.start, lane.end);
    const unpack = () =>
      then(() => {
        const value = this.#unpack(parcel, bytes, 0, bytes.length);
        this.parcelDone(parcel);
        return value;
      });
    const look = () => {
      if (this.#parcels.has(parcel)) unpack();
      else this.whenParcel(parcel, look);
    };
    look();
  }

  /** Decodes the value of a record, in place. */
  read(lane: LaneReader): unknown {
    here = this;
    if (lane.e === 0) return decode(lane.bytes, lane.start, lane.end);
    return this.#unpack(lane.e, lane.bytes, lane.start, lane.end);
  }

  #unpack(id: number, bytes: Uint8Array, start: number, end: number): unknown {
    here = this;
    return this.#parcels.unpack(id, bytes, start, end);
  }

  /**
   * Sends a record; never blocks.
   *
   * @param waitMs How long it may wait for room in the receiver's mailbox.
   * @param delivery Told what became of it.
   */
  send(
    to: Address,
    express: boolean,
    parts: Parts,
    waitMs: number,
    delivery?: Delivery,
  ): void {
    const outlet = this.#outlet(to, express);
    const { kind, a, b, d = 0, encoded } = parts;
    let { length } = encoded;
    let e = 0;
    if (encoded.attachments !== undefined || length > outlet.maxPayload) {
      const spilled = length > outlet.maxPayload;
      e = this.#sendParcel(to, parts, spilled);
      if (spilled) length = 0;
    }
    outlet.send({ kind, a, b, d, e }, encoded.bytes, length, waitMs, delivery);
    ring(this.table.words, this.#sleepOf(to.endpoint));
    if (outlet.waiting > 0) {
      this.#crowded.add(outlet);
      this.asks.arm(waitMs);
      this.wake();
    }
  }

  /** Makes a dead letter known to the system. */
  report(letter: LostMessage): void {
    this.#deadLetters.add(letter);
  }

  /** Looks at the clock now and then; to be asked after each message. */
  look(): Look {
    return this.#pump.look();
  }

  /** Makes the loop turn soon, also when it is parked. */
  wake(): void {
    this.#pump.wake();
  }

  /** Has the actor here do something in its turn, after every message that came from who has ended at `after`. */
  notify(after: number, notice: Notice): void {
    if (this.turnless) return queueMicrotask(notice);
    this.notices.put(this.mailbox.sealedFrom(after), notice);
    this.wake();
  }

  /** Ends this thread's part: nothing is read or answered any more. */
  close(error: Error): void {
    this.closed = true;
    this.#pump.close();
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
    const { attachments } = parts.encoded;
    const transfer = [...new Set([...parts.transfer, ...movable(attachments)])];
    this.#post({
      type: "parcel",
      to: to.endpoint,
      from: this.endpoint,
      id,
      spill,
      attachments,
      transfer,
    }, transfer);
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
      // Replies are bounded by the asks that are open, not by the mailbox of who asked.
      ...(express ? {} : mailOptions(this, to)),
    });
    if (express) route.express = outlet;
    else route.mail = outlet;
    const id = `${this.endpoint}.${this.#epoch}.${++this.#serial}`;
    const lane = { id, memory: outlet.memory, express };
    const toName = coreOf(this, to)?.name;
    this.#post({ type: "connect", from: this.endpoint, to, toName, lane });
    return outlet;
  }

  #sleepOf(endpoint: number): number {
    return this.table.at(endpoint, ENDPOINT.SLEEP);
  }

  #gone(message: Extract<FromNursery, { type: "gone" }>): void {
    const { address, report, final } = message;
    // Replies that were published before the end count.
    this.#drainExpress();
    this.asks.fail(message);
    this.light?.gone(address, report, final);
    if (!final) return;
    const route = this.#routes.get(address.endpoint);
    if (route?.life === address.life) {
      this.#routes.delete(address.endpoint);
      route.mail?.abandon();
    }
    this.onGone?.(address, report);
  }

  #expire(now: number): void {
    for (const outlet of this.#crowded) outlet.expire(now);
    this.light?.expire(now);
  }

  #drainExpress(): number {
    return this.mailbox.drainExpress((lane) => {
      const { b: askId, c: from, e: parcel } = lane;
      if (lane.kind !== KIND.REPLY && lane.kind !== KIND.ERROR) {
        return this.light?.receive(lane);
      }
      const ok = lane.kind === KIND.REPLY;
      if (parcel === 0) {
        return this.asks.settle(askId, ok, this.read(lane), from);
      }
      this.readLater(
        lane,
        (read) => this.asks.settle(askId, ok, read(), from),
      );
    });
  }

  #work(): number {
    let work = this.#drainExpress();
    if (this.#flushAll()) work++;
    if (this.consumer !== undefined) work += this.consumer.consume();
    if (this.light !== undefined) work += this.light.work();
    return work;
  }

  /** Shows that the thread lives and what waits. False when a successor took over. */
  #beginSlice(): boolean {
    this.table.bump(this.endpoint, ENDPOINT.PROGRESS);
    this.#showDepth();
    if (this.endpoint === 0 || !this.fenced) return true;
    this.closed = true;
    this.onFenced?.();
    return false;
  }

  #showDepth(): void {
    if (this.consumer === undefined) return;
    this.table.set(this.endpoint, ENDPOINT.DEPTH, this.mailbox.depth);
  }

  #hasRoom(): boolean {
    if (this.#crowded.size === 0) return false;
    for (const outlet of this.#crowded) if (outlet.roomy) return true;
    return false;
  }

  /** Publishes what waited for room. Returns whether anything moved. */
  #flushAll(): boolean {
    if (this.#crowded.size === 0) return false;
    let moved = false;
    for (const outlet of this.#crowded) {
      if (outlet.flush()) {
        moved = true;
        ring(this.table.words, this.#sleepOf(outlet.to));
      }
      if (outlet.waiting === 0) this.#crowded.delete(outlet);
    }
    return moved;
  }
}
