/**
 * Messages that the actor of a thread put aside: a lane from the thread to itself.
 *
 * A record keeps all that it had in the lane it came by, with who sent it as its
 * third word and the number of its arrival here as its fourth. It is written
 * before that lane lets go of it, and outlives the thread: the nursery makes
 * the shelf of the next incarnation from it, in the order of arrival.
 *
 *   (in a lane) → aside            put()
 *   aside       → in its turn      take(), after release()
 *   in its turn → aside            put() again: behind all others, until those have had their turn too
 *   in its turn → gone             its lane's done()
 *   (in a lane), in its turn → skipped   skip(): behind all others, until recall() gives those their turn before all
 *
 * @module
 */
import { createLane, LaneReader, LaneWriter } from "../../memory/lane.ts";

/** Bytes of the ring: 1 MiB of records fit in any case. What nobody writes to is not paid for. */
const SHELF_BYTES = 1 << 22;
/** Left free, so that each can be moved from the head of the ring to its end: lanes of mail hold records up to 128 KiB. */
const RESERVE_BYTES = 1 << 19;
/** No record of a lane of mail is longer. */
const LONGEST_BYTES = 1 << 17;
/** Records that a lane may hold. */
const MAX_RECORDS = 1 << 20;

/** Makes the memory of a shelf for `capacity` messages of the actor at `endpoint`. */
export function createShelf(
  endpoint: number,
  capacity: number,
): SharedArrayBuffer {
  return createLane({
    from: endpoint,
    to: endpoint,
    capacityBytes: SHELF_BYTES,
    // One is in flight while it is put aside again, and one may be skipped beyond the capacity.
    capacityMessages: Math.min(capacity + 2, MAX_RECORDS),
  });
}

/** What one incarnation puts aside of one kind; see shelves.ts. */
export class Shelf {
  /** Reads what is aside; `undefined` until there was something. */
  reader: LaneReader | undefined;
  #writer: LaneWriter | undefined;
  readonly #endpoint: number;
  readonly #epoch: number;
  readonly #capacity: number;
  /** Number of the next arrival. */
  #next = 0;
  /** Messages that are to have their turn before any other. */
  #left = 0;
  /** Whether all that are aside are to have it. */
  #all = false;
  /** Messages at the end that were skipped, and have their turn once they are recalled. */
  #skipped = 0;
  /** Whether they are. */
  #recalled = false;
  readonly #announce: (memory: SharedArrayBuffer) => void;

  /**
   * The shelf of incarnation `epoch` at `endpoint`, for `capacity` messages.
   *
   * @param memory What the incarnation before left there.
   * @param announce Called with memory that the nursery is to know.
   */
  constructor(
    endpoint: number,
    epoch: number,
    capacity: number,
    memory: SharedArrayBuffer | undefined,
    announce: (memory: SharedArrayBuffer) => void,
  ) {
    this.#endpoint = endpoint;
    this.#epoch = epoch;
    this.#capacity = capacity;
    this.#announce = announce;
    if (memory === undefined) return;
    this.#open(memory);
    this.#next = this.reader!.depth;
    this.#all = true;
  }

  /** How many are aside, with one that has its turn. */
  get size(): number {
    return this.reader?.depth ?? 0;
  }

  /** Whether one is to have its turn. */
  get due(): boolean {
    return this.#left > 0 || (this.#all && this.size > 0) ||
      (this.#recalled && this.#skipped > 0);
  }

  /** Whether there is room for any record. */
  get roomy(): boolean {
    return this.#writer?.hasRoom(LONGEST_BYTES + RESERVE_BYTES) !== false;
  }

  /** Puts the record that `lane` has in flight behind all others, until {@link recall}; there must be room for it. */
  skip(lane: LaneReader): void {
    this.put(lane, true);
    this.#skipped++;
  }

  /** What was skipped has its turn from the next {@link take} on, in its order, before any other. */
  recall(): void {
    this.#recalled = true;
  }

  /** Makes the shelf, if there is none yet. */
  prepare(): void {
    if (this.#writer !== undefined) return;
    const memory = createShelf(this.#endpoint, this.#capacity);
    this.#open(memory);
    this.#announce(memory);
  }

  /** Puts the record that `lane` has in flight aside; `anyway` if it leaves no reserve. Returns whether there was room. */
  put(lane: LaneReader, anyway: boolean): boolean {
    const again = lane === this.reader;
    this.prepare();
    const writer = this.#writer!;
    const { kind, a, b, c, e, start, end } = lane;
    const length = end - start;
    if (!again && !anyway && !writer.hasRoom(length + RESERVE_BYTES)) {
      return false;
    }
    const d = again ? lane.d : this.#next++;
    const payload = lane.bytes.slice(start, end);
    return writer.tryWrite(kind, a, b, c, d, e, payload, length) === "written";
  }

  /** All that are aside have their turn from the next {@link take} on. */
  release(): void {
    this.#all = true;
  }

  /** Takes the next that has its turn. */
  take(): LaneReader | "fenced" | undefined {
    if (this.#all && !this.#line()) return "fenced";
    if (this.#recalled && !this.#callBack()) return "fenced";
    if (this.#left === 0) return undefined;
    this.#left--;
    return this.reader!.take() === "taken" ? this.reader! : "fenced";
  }

  /** Lines all up in the order of their arrival: those put aside again came before the ones that wait for their turn. */
  #line(): boolean {
    this.#all = false;
    const reader = this.reader;
    if (reader === undefined) return true;
    if (this.#left < reader.depth && !this.#turn(this.#left)) return false;
    this.#left = reader.depth;
    this.#skipped = 0;
    return true;
  }

  /** Lines those up that were skipped, which came before those whose turn it is; the others that are aside behind them. */
  #callBack(): boolean {
    this.#recalled = false;
    if (this.#skipped === 0) return true;
    const due = this.#left + this.#skipped;
    const others = this.size - due;
    if (!this.#turn(this.#left) || !this.#turn(others)) return false;
    this.#left = due;
    this.#skipped = 0;
    return true;
  }

  /** Moves the first `count` behind the others. */
  #turn(count: number): boolean {
    const reader = this.reader!;
    for (let left = count; left > 0; left--) {
      if (reader.take() !== "taken") return false;
      this.put(reader, true);
      if (reader.done() === "fenced") return false;
    }
    return true;
  }

  #open(memory: SharedArrayBuffer): void {
    this.#writer = new LaneWriter(memory);
    this.reader = new LaneReader(memory, this.#epoch & 1023);
    this.reader.adopt("skip");
    this.reader.roomWanted = false;
  }
}
