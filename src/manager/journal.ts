import { Refusal } from "../errors.ts";
import { add, load, store } from "../memory/cells.ts";
import { decode, encode } from "../memory/codec.ts";
import type { Effect } from "./effect.ts";
import type { Keeper } from "./keeper.ts";
import type { State } from "./state.ts";

/**
 * The memory of a journal: two halves, of which one is in use. Only the Manager's thread writes it; the thread that started
 * the Manager holds it, so that it outlives the other.
 *
 *   byte  word  field     meaning
 *      0     0  EPOCH     which incarnation of the Manager may write; counts up
 *      4     1  HALF      which half is in use
 *      8     2  LENGTHS   bytes in use of each half
 *     64        RECORDS   the first half, and then the second: records, each its length in 4 bytes and an encoded `Effect[]`
 *
 * A record counts once the length of its half reaches behind it. A new incarnation, and a full half, write the state as it is
 * into the other half and then HALF. So what a thread writes that was given up lands where nobody looks.
 */
const WORD: { EPOCH: 0; HALF: 1; LENGTHS: 2 } = {
  EPOCH: 0,
  HALF: 1,
  LENGTHS: 2,
};
const RECORDS_BYTES = 64;
/** How much of a half the state may fill: the rest is for what is written until it is made anew. */
const FULL = 0.75;
/** Bytes of a half unless said otherwise. Memory that is not touched is not paid for. */
export const HALF_BYTES: number = 2 ** 28;

/** Keeps writes in memory that outlives the thread which writes it. */
export class Journal implements Keeper {
  /** Everything is kept at once. */
  readonly pending: undefined;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #bytes: Uint8Array<SharedArrayBuffer>;
  readonly #halfBytes: number;
  readonly #state: State;
  readonly #filter: (effect: Effect) => boolean;
  readonly #epoch: number;
  #half: number;
  #length: number;

  /** Memory for a journal, to be held by who outlives its thread. */
  static memory(halfBytes: number = HALF_BYTES): SharedArrayBuffer {
    return new SharedArrayBuffer(RECORDS_BYTES + 2 * halfBytes);
  }

  /**
   * Goes on with the journal in `memory`: what it holds is done in `state`.
   *
   * @param filter What of a state is kept here.
   */
  constructor(
    memory: SharedArrayBuffer,
    state: State,
    filter: (effect: Effect) => boolean = () => true,
  ) {
    this.#words = new Int32Array(memory, 0, RECORDS_BYTES / 4);
    this.#bytes = new Uint8Array(memory, RECORDS_BYTES);
    this.#halfBytes = this.#bytes.length / 2;
    this.#state = state;
    this.#filter = filter;
    this.#epoch = add(this.#words, WORD.EPOCH, 1) + 1;
    this.#half = load(this.#words, WORD.HALF);
    this.#length = load(this.#words, WORD.LENGTHS + this.#half);
    this.#replay();
    if (this.#length > 0) this.#renew(1);
  }

  /** See {@link Keeper.keep}. */
  keep(effects: readonly Effect[]): undefined {
    if (load(this.#words, WORD.EPOCH) !== this.#epoch) {
      throw new Refusal(
        "Cannot keep the write as another incarnation of the Manager has taken over: ask again",
      );
    }
    if (!this.#append(this.#half, effects)) {
      this.#renew(FULL);
      if (!this.#append(this.#half, effects)) this.#refuse();
    }
    // Publishes the record.
    store(this.#words, WORD.LENGTHS + this.#half, this.#length);
  }

  /** See {@link Keeper.close}. */
  close(): void {}

  #replay(): void {
    const base = this.#half * this.#halfBytes;
    const view = new DataView(this.#bytes.buffer, RECORDS_BYTES);
    for (let at = 0; at < this.#length;) {
      const start = base + at + 4;
      const end = start + view.getUint32(base + at);
      const effects = decode(this.#bytes, start, end) as Effect[];
      for (const effect of effects) this.#state.apply(effect);
      at = end - base;
    }
  }

  /** Writes the state as it is into the other half, and uses that. */
  #renew(full: number): void {
    const before = this.#length;
    const half = 1 - this.#half;
    this.#length = 0;
    for (const effect of this.#state.effects()) {
      if (!this.#filter(effect)) continue;
      const fits = this.#append(half, [effect]);
      if (fits && this.#length <= full * this.#halfBytes) continue;
      this.#length = before;
      this.#refuse();
    }
    store(this.#words, WORD.LENGTHS + half, this.#length);
    // Publishes the half.
    store(this.#words, WORD.HALF, half);
    this.#half = half;
  }

  /** Writes a record, which does not count yet; answers whether there was room. */
  #append(half: number, effects: readonly Effect[]): boolean {
    const { bytes, length, attachments } = encode(effects, { root: "write" });
    if (attachments !== undefined && attachments.length > 0) {
      throw new Refusal(
        "Cannot keep a value that holds shared memory, a port or a stream: share it by Manager.handle(), or start the Manager with 'keep' false",
      );
    }
    if (this.#length + 4 + length > this.#halfBytes) return false;
    const at = half * this.#halfBytes + this.#length;
    new DataView(this.#bytes.buffer, RECORDS_BYTES).setUint32(at, length);
    this.#bytes.set(bytes.subarray(0, length), at + 4);
    this.#length += 4 + length;
    return true;
  }

  #refuse(): never {
    throw new Refusal(
      `Cannot keep the write as the state is too large: current room is ${this.#halfBytes} bytes; start the Manager with more 'keepBytes'`,
    );
  }
}
