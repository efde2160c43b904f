/**
 * The hand of one thread in a queue: what it puts as bytes, what it takes as values.
 *
 * @module
 */
import { decode } from "../memory/decode.ts";
import { DataCloneError, InvalidOptionError } from "../errors.ts";
import { encode } from "../memory/encode.ts";
import { throwFenced } from "../sync/obtain.ts";
import { collect, collectSync, discard } from "./depot.ts";
import { Goods } from "./goods.ts";
import { MessageOverCapacityError } from "./message_over_capacity_error.ts";
import type { QueueCore } from "./queue_core.ts";
import { RECORD } from "./queue_layout.ts";
import { QueueRecords } from "./queue_records.ts";
import type { Freight } from "./queue_ring.ts";
import { pathOfHolder } from "../memory/unsendable.ts";

/** Messages up to so many bytes are copied in the section that takes them; larger ones are read where they lie. */
const COPIED = 1 << 14;

const NO_TRANSFER: readonly Transferable[] = [];
const landedWords: Int32Array = new Int32Array(COPIED / 4);
const landed: Uint8Array = new Uint8Array(landedWords.buffer);

/** A message on its way. The object of a hand is used again for the next one. */
class Load implements Freight {
  bytes: Uint8Array = landed;
  start = 0;
  length = 0;
  goods: Goods | undefined;
  priority = 0;
}

/** A message that was taken, until it is opened. */
class Arrival {
  /** Where it lies, if it is this thread's there; -1: it is in `landed`. */
  position = -1;
  length = 0;
  parcel = 0;
  from = 0;
  /** Its bytes, if they are too many for `landed` and it lies nowhere. */
  copy: Uint8Array | undefined;
}

/** What a thread puts into a queue and takes out of it. */
export class QueueHand {
  /** The message that was encoded last. */
  readonly load: Load = new Load();
  /** Records of this thread that are not acknowledged, the oldest first. */
  readonly held: number[] = [];
  /** What its messages are; `undefined`: anything. */
  readonly records: QueueRecords | undefined;
  readonly #core: QueueCore;
  readonly #arrival = new Arrival();

  /** The hand in the queue of these sections. */
  constructor(core: QueueCore) {
    this.#core = core;
    this.records = QueueRecords.in(core.ring);
  }

  /**
   * Encodes a message into {@linkcode load}.
   *
   * @throws {DataCloneError} If it cannot be sent.
   * @throws {MessageOverCapacityError} If it is larger than the queue.
   */
  pack(
    value: unknown,
    priority: number,
    transfer: readonly Transferable[] = NO_TRANSFER,
  ): Load {
    const { load, records } = this;
    if (records !== undefined) {
      return this.#packRecord(records, value, priority, transfer);
    }
    const { bytes, length, attachments } = transfer.length === 0
      ? encode(value)
      : encode(value, { transfer });
    load.goods = attachments && new Goods(attachments, transfer);
    if (load.goods !== undefined && this.#core.monitor.plot !== undefined) {
      this.drop(load);
      const path = pathOfHolder(attachments!, value, "value");
      throw new DataCloneError(
        `Cannot send ${path} to other programs as it holds what only threads of this one can have, such as shared memory or a port: send what is in it`,
        { path },
      );
    }
    this.#checkFits(length, value);
    load.bytes = bytes;
    load.length = length;
    load.priority = priority;
    return load;
  }

  #packRecord(
    records: QueueRecords,
    value: unknown,
    priority: number,
    transfer: readonly Transferable[],
  ): Load {
    if (transfer.length > 0) {
      throw new InvalidOptionError(
        `Cannot put as 'transfer' must be empty where messages are records: current length is ${transfer.length}`,
        { option: "transfer", value: transfer },
      );
    }
    const { load } = this;
    load.goods = undefined;
    const bytes = records.pack(value);
    const { byteLength } = records.layout;
    this.#checkFits(byteLength, value);
    load.bytes = bytes;
    load.length = byteLength;
    load.priority = priority;
    return load;
  }

  #checkFits(bytes: number, value: unknown): void {
    const limit = this.#core.ring.longest;
    if (bytes <= limit) return;
    this.drop(this.load);
    throw new MessageOverCapacityError(
      `Cannot put a message of ${bytes} bytes: the limit is ${limit}; make the queue with a greater 'capacityBytes'`,
      { bytes, limit, unsent: value },
    );
  }

  /** The message that was encoded last, for a time in which others are. */
  keep(): Freight {
    const { bytes, length, goods, priority } = this.load;
    return { bytes: bytes.slice(0, length), start: 0, length, goods, priority };
  }

  /** A message that was encoded is not put: handles in it can be used as before. */
  drop({ goods }: Freight): void {
    goods?.refuse();
  }

  /** A message that was encoded is thrown away, and its sender is not told: handles in it that were given away are nobody's. */
  lose({ goods }: Freight): void {
    goods?.lose();
  }

  /** What was dropped in sections of this thread needs nothing of the depot any more. */
  sweep(): void {
    const { dropped } = this.#core;
    if (dropped.length === 0) return;
    for (let i = 0; i < dropped.length; i += 3) {
      discard(dropped[i]!, dropped[i + 1]!, dropped[i + 2] === 1);
    }
    dropped.length = 0;
  }

  /** Whether a record is read where it lies, so that it is to be this thread's until then. */
  stays(position: number): boolean {
    const { ack, ring } = this.#core;
    return ack || ring.of(position, RECORD.LENGTH) > COPIED;
  }

  /** In a section: reads a record that leaves. */
  copy(position: number): void {
    const { ring } = this.#core;
    this.note(position);
    this.#arrival.position = -1;
    ring.read(position, landedWords);
  }

  /** In a section: reads a record that stays for another. */
  peek(position: number): void {
    const { ring } = this.#core;
    this.note(position);
    const arrival = this.#arrival;
    arrival.position = -1;
    if (arrival.length > COPIED) {
      const start = ring.startOf(position);
      arrival.copy = ring.bytes.slice(start, start + arrival.length);
    } else this.copy(position);
  }

  /** In a section: notes a record that is this thread's until it is opened, or acknowledged. */
  note(position: number): void {
    const { ring } = this.#core;
    const arrival = this.#arrival;
    arrival.position = position;
    arrival.length = ring.of(position, RECORD.LENGTH);
    arrival.parcel = ring.of(position, RECORD.PARCEL);
    arrival.from = ring.of(position, RECORD.FROM);
  }

  /** In a section: reads a record in the one way or the other. Answers whether it may leave. */
  read(position: number): boolean {
    if (this.stays(position)) {
      this.note(position);
      return false;
    }
    this.copy(position);
    return true;
  }

  /**
   * Right after the section: the value of what was read. What the depot keeps for it is waited for.
   *
   * @throws {DecodeError} If this thread cannot make it of its bytes.
   * @throws {FencedError} If this thread was given up meanwhile.
   */
  open(): unknown {
    const { parcel } = this.#arrival;
    if (parcel === 0) return this.#decode();
    const { from } = this.#arrival;
    const rest = this.#setAside();
    return collect(parcel, from, this.#core.ack).then((parts) =>
      decode(rest, 0, rest.length, parts)
    );
  }

  /** As {@linkcode open}, blocking the thread. `keep` leaves the message as it is for another. */
  openSync(keep: boolean = this.#core.ack): unknown {
    const { parcel, from } = this.#arrival;
    if (parcel === 0) return this.#decode();
    const rest = this.#setAside();
    return decode(rest, 0, rest.length, collectSync(parcel, from, keep));
  }

  /** The value of a record of this thread, which it stays. It needs nothing of the depot. */
  view(): unknown {
    const { length, position } = this.#arrival;
    const { ring } = this.#core;
    return this.#valueOf(ring.bytes, ring.startOf(position), length);
  }

  #valueOf(bytes: Uint8Array, start: number, length: number): unknown {
    return this.records === undefined
      ? decode(bytes, start, start + length)
      : this.records.read(bytes, start);
  }

  #decode(): unknown {
    const { length, position } = this.#arrival;
    if (position < 0) return this.#valueOf(this.#takeCopy(), 0, length);
    const { ring } = this.#core;
    try {
      return this.#valueOf(ring.bytes, ring.startOf(position), length);
    } finally {
      this.#settle(position);
    }
  }

  #takeCopy(): Uint8Array {
    const { copy } = this.#arrival;
    this.#arrival.copy = undefined;
    return copy ?? landed;
  }

  /** The bytes of what was read, for a while in which others may be. */
  #setAside(): Uint8Array {
    const { length, position } = this.#arrival;
    if (position < 0) return this.#takeCopy().slice(0, length);
    const { ring } = this.#core;
    const start = ring.startOf(position);
    const bytes = ring.bytes.slice(start, start + length);
    this.#settle(position);
    return bytes;
  }

  /** A record of this thread was read: it leaves, or is held until it is acknowledged. */
  #settle(position: number): void {
    const core = this.#core;
    if (core.ack) {
      this.held.push(position);
      return;
    }
    const left = core.run(() => {
      if (!core.enter() || !core.release(position)) return false;
      core.serve();
      return true;
    });
    if (!left) throwFenced("take");
  }
}
