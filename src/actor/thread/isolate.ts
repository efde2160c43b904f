/**
 * One thread's end of a system: its mailbox, its ways out and its pending asks,
 * turned by a pump.
 *
 * @module
 */
import { Doorbell, rouse } from "../../channel/doorbell.ts";
import { Mailbox } from "../../channel/mailbox.ts";
import type { Delivery } from "../../channel/outlet.ts";
import { ENDPOINT, type EndpointTable } from "../../memory/endpoints.ts";
import { joinDepot, serveDepot } from "../../channel/depot.ts";
import { type LaneReader, takeUnsettled } from "../../memory/lane.ts";
import { decode } from "../../memory/codec.ts";
import { AskBook } from "../mail/ask_book.ts";
import { AskChain } from "../mail/ask_chain.ts";
import { type Notice, NoticeQueue } from "../mail/notice_queue.ts";
import { DeadLetterBatch, type LostMessage } from "../mail/dead_letter.ts";
import type { LightMail } from "../light/light_mail.ts";
import type { MailConsumer } from "./mail_consumer.ts";
import type { Parts } from "../mail/parts.ts";
import { Outgoing } from "./outgoing.ts";
import { ParcelShelf } from "./parcel_shelf.ts";
import type { Services } from "../services.ts";
import { StreamDesk } from "../stream/stream_desk.ts";
import {
  type Address,
  type FromNursery,
  KIND,
  type LaneInfo,
  type ToNursery,
  UNMISSED,
  type WireReport,
} from "../mail/protocol.ts";
import { type Look, Pump } from "./pump.ts";

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
  /** The incarnation of that endpoint that this thread is. */
  readonly epoch: number;
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
  /** The services of the system, at the thread that made it. */
  services: Pick<Services, "spawner" | "get" | "receive" | "apart"> | undefined;
  /** The streams that are read or produced here. */
  readonly streams: StreamDesk = new StreamDesk(this);
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
  readonly #laneIds: WeakMap<SharedArrayBuffer, string> = new WeakMap();
  readonly #parcels: ParcelShelf = new ParcelShelf();
  readonly #outgoing: Outgoing;
  readonly #pump: Pump;
  readonly #deadLetters: DeadLetterBatch;
  readonly #leaveDepot: () => void;

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
    this.epoch = epoch;
    this.#post = post;
    this.#outgoing = new Outgoing(this, epoch);
    // Of a worker's keeper that worker knows; see worker_entry.ts.
    this.#leaveDepot = endpoint === 0 ? joinDepot({ post }) : () => {};
    this.chain = new AskChain(table, endpoint, KIND.ASK, () => this.fenced);
    this.#deadLetters = new DeadLetterBatch((bundle) => post(bundle));
    this.asks = new AskBook(epoch, {
      begun: (to, sequence, urgent) =>
        this.#outgoing.begun(to, sequence, urgent),
      // Odd while an incarnation starts or runs.
      idle: (to) => (table.get(to, ENDPOINT.EPOCH) & 1) === 0,
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
        this.light?.drained();
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
          (this.notices.due && this.consumer?.free === true) ||
          this.light?.ready === true ||
          this.#outgoing.roomy,
        expecting: () => {
          if (this.asks.size > 0 || this.#outgoing.crowded) return "reply";
          if (this.streams.waiting > 0) return "reply";
          return this.consumer?.ready ? "mail" : "nothing";
        },
        onSlice: () => this.#beginSlice(),
        beforePark: () => {
          this.#showDepth();
          return this.#outgoing.flush();
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
    return this.table.get(this.endpoint, ENDPOINT.EPOCH) !== this.epoch;
  }

  /** Handles what the nursery says to every thread. Returns false when the message is not of that kind. */
  receive(message: FromNursery): boolean {
    if (message.type === "lane") {
      this.adopt(message.lane);
      const { back } = message;
      if (back !== undefined) this.#outgoing.useReturnLane(back.lane, back.to);
    } else if (message.type === "parcel") this.#parcels.put(message);
    else if (message.type === "collect" || message.type === "forget") {
      serveDepot(message);
    } else if (message.type === "silent") {
      this.#parcels.silence(this.mailbox.sealedFrom(message.from));
    } else if (message.type === "gone") this.#gone(message);
    else if (
      message.type === "tie" || message.type === "untie" ||
      message.type === "exit"
    ) {
      // What was sent before the end comes first.
      this.#drainExpress();
      this.light?.ties.receive(message);
    } else if (message.type === "stopped") {
      this.onStopped?.(message.address, message.report);
    } else return false;
    return true;
  }

  /** Takes over a lane that leads here. */
  adopt(lane: LaneInfo): void {
    this.#laneIds.set(lane.memory, lane.id);
    // The nursery has counted what ended with the incarnation before; that one may have run on.
    takeUnsettled(lane.memory);
    this.mailbox.adopt(lane.memory, lane.express, false, lane.urgent);
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
    this.#outgoing.send(to, express, parts, waitMs, delivery);
  }

  /** Sends a message if there is room for it now, and it need not wait for others. Returns whether it was sent. */
  trySend(to: Address, parts: Parts): boolean {
    return this.#outgoing.trySend(to, parts);
  }

  /** See {@link Outgoing.hold}. */
  hold(to: Address, more: number): void {
    this.#outgoing.hold(to, more);
  }

  /** Takes back a message that waits for room. Returns whether it waited. */
  withdraw(to: Address, delivery: Delivery): boolean {
    return this.#outgoing.withdraw(to, delivery);
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

  /** As {@link notify}, after every message that came from `from`, which lives on, so far. */
  notifyBehind(from: number, notice: Notice): void {
    if (this.turnless) return queueMicrotask(notice);
    this.notices.putBehind(this.mailbox.readTo(from), notice);
    this.wake();
  }

  /** Ends this thread's part: nothing is read or answered any more. */
  close(error: Error): void {
    this.closed = true;
    this.#pump.close();
    this.asks.close(error);
    this.#leaveDepot();
    this.#outgoing.abandon();
    this.light?.close();
    this.streams.end(error);
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
    this.streams.gone(address, report);
    if (!final) return;
    this.#outgoing.close(address);
    this.onGone?.(address, report);
  }

  #expire(now: number): number {
    return Math.min(
      this.#outgoing.expire(now),
      this.light?.expire(now) ?? Infinity,
    );
  }

  #drainExpress(): number {
    return this.mailbox.drainExpress((lane) => {
      const { b: askId, c: from, e: parcel } = lane;
      if (lane.kind === KIND.STREAM) return this.streams.receive(lane);
      if (lane.kind === KIND.SERVICE) return this.services?.receive(lane);
      if (lane.kind !== KIND.REPLY && lane.kind !== KIND.ERROR) {
        return this.light?.receive(lane);
      }
      const ok = lane.kind === KIND.REPLY;
      if (parcel === 0) {
        const unmissed = lane.a === UNMISSED;
        return this.asks.settle(askId, ok, this.read(lane), from, unmissed);
      }
      this.readLater(
        lane,
        (read) => this.asks.settle(askId, ok, read(), from),
      );
    });
  }

  #work(): number {
    let work = this.#drainExpress();
    if (this.#outgoing.flush()) work++;
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
}
