/**
 * Messages that the actor of a thread put aside: a lane from the thread to itself.
 *
 * A record keeps all that it had in the lane it came by, with who sent it as its
 * third word and the number of its arrival here as its fourth. It is written
 * before that lane lets go of it, and outlives the thread: the nursery makes
 * the shelf of the next incarnation from it, in the order of arrival.
 *
 *   (in a lane) → aside            put()
 *   aside       → in its turn      takeBeside(), after release()
 *   in its turn → aside            put() again: behind all others, until those have had their turn too
 *   in its turn → gone             its lane's done()
 *   (in a lane), in its turn → skipped   skip(): behind all others, until recall() gives those their turn before all
 *
 * @module
 */
import type { Mailbox } from "../../channel/mailbox.ts";
import { createLane, LaneReader, LaneWriter } from "../../memory/lane.ts";
import { PUT_ASIDE, stashRefusal } from "../stash.ts";
import { stashFull } from "../stash_full_error.ts";

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

/** What one incarnation puts aside. */
export class Shelf {
  /** Reads what is aside; `undefined` until there was something. */
  reader: LaneReader | undefined;
  /** The lane of the message that is handled, if it is handled alone. */
  inHand: LaneReader | undefined;
  /** Whether that message was put aside. */
  aside = false;
  #writer: LaneWriter | undefined;
  readonly #endpoint: number;
  readonly #epoch: number;
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
  #known: PromiseWithResolvers<void> | undefined;
  readonly #announce: (memory: SharedArrayBuffer) => void;

  /**
   * The shelf of incarnation `epoch` at `endpoint`.
   *
   * @param memory What the incarnation before left there.
   * @param announce Called with memory that the nursery is to know; then {@link known} is owed.
   */
  constructor(
    endpoint: number,
    epoch: number,
    /** Messages that may be put aside. */
    readonly capacity: number,
    memory: SharedArrayBuffer | undefined,
    announce: (memory: SharedArrayBuffer) => void,
  ) {
    this.#endpoint = endpoint;
    this.#epoch = epoch;
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

  /** See `Stashing.stashed`. */
  get stashed(): number {
    return this.size - (this.#isInHand ? 1 : 0);
  }

  get #isInHand(): boolean {
    return this.inHand !== undefined && this.inHand === this.reader;
  }

  /** Whether one is to have its turn. */
  get due(): boolean {
    return this.#left > 0 || (this.#all && this.size > 0) ||
      (this.#recalled && this.#skipped > 0);
  }

  /** Calls `then` when what was put aside outlives this thread, at once if it does already. */
  kept(then: () => void): void {
    if (this.#known === undefined) then();
    else void this.#known.promise.then(then);
  }

  /** The nursery knows the shelf. */
  known(): void {
    this.#known?.resolve();
    this.#known = undefined;
  }

  /** Why no message more may be skipped, if none may. */
  get full(): "count" | "bytes" | undefined {
    if (this.due) return undefined;
    if (this.size > this.capacity) return "count";
    return this.#writer?.hasRoom(LONGEST_BYTES + RESERVE_BYTES) === false
      ? "bytes"
      : undefined;
  }

  /** Puts the record that `lane` has in flight behind all others, until {@link recall}; there must be room for it. */
  skip(lane: LaneReader): void {
    this.put(lane, true);
    this.#skipped++;
  }

  /** What was skipped has its turn from the next {@link takeBeside} on, in its order, before any other. */
  recall(): void {
    this.#recalled = true;
  }

  /** Puts the record that `lane` has in flight aside. Returns why it could not. */
  put(lane: LaneReader, anyway = false): "put" | "count" | "bytes" {
    const again = lane === this.reader;
    if (!again && !anyway && this.size >= this.capacity) return "count";
    if (this.#writer === undefined) {
      const memory = createShelf(this.#endpoint, this.capacity);
      this.#open(memory);
      this.#known = Promise.withResolvers();
      this.#announce(memory);
    }
    const writer = this.#writer!;
    const { kind, a, b, c, e, start, end } = lane;
    const length = end - start;
    if (!again && !anyway && !writer.hasRoom(length + RESERVE_BYTES)) {
      return "bytes";
    }
    const d = again ? lane.d : this.#next++;
    const payload = lane.bytes.slice(start, end);
    const result = writer.tryWrite(kind, a, b, c, d, e, payload, length);
    return result === "written" ? "put" : "bytes";
  }

  /** See `Stashing.stash()`: puts the message of the actor aside that is in hand. */
  stash(actor: string, concurrency: number): never {
    const lane = this.inHand;
    const refusal = stashRefusal(actor, concurrency, lane !== undefined);
    if (refusal !== undefined) throw refusal;
    if (this.aside) throw PUT_ASIDE;
    const put = this.put(lane!);
    if (put !== "put") throw stashFull(actor, this.capacity, put);
    this.aside = true;
    throw PUT_ASIDE;
  }

  /** See `Stashing.unstash()`: lets all that are aside have their turn from the next {@link takeBeside} on. */
  release(): number {
    this.#all = true;
    return this.stashed;
  }

  /** Finishes the message of `handled`, and takes the next: one that is aside and has its turn, else one of the mail. */
  takeBeside(
    mailbox: Mailbox,
    handled: LaneReader | undefined,
  ): LaneReader | "fenced" | undefined {
    if (handled !== undefined && !mailbox.finish(handled)) return "fenced";
    return this.#take() ?? mailbox.takeMail();
  }

  #take(): LaneReader | "fenced" | undefined {
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
      this.put(reader);
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
