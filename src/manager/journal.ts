import { Refusal } from "../errors.ts";
import { add, load, store } from "../memory/cells.ts";
import { encode } from "../memory/codec.ts";
import { type Effect, takesObject } from "./effect.ts";
import { type Keeper, takenOver } from "./keeper.ts";
import { effectsIn, putRecord, recordBytes } from "./record.ts";
import type { State } from "./state.ts";
import { StateAfter } from "./state_after.ts";

/**
 * The memory of a journal: two halves, of which one is in use. Only the Manager's thread writes it; the thread that started
 * the Manager holds it, so that it outlives the other.
 *
 *   byte  word  field     meaning
 *      0     0  EPOCH     which incarnation of the Manager may write; counts up
 *      4     1  HALF      which half is in use
 *      8     2  LENGTHS   bytes in use of each half
 *     64        RECORDS   the first half, and then the second: records, see `record.ts`
 *
 * A record counts once the length of its half reaches behind it. A new incarnation, and a full half, write the state as it is
 * into the other half and then HALF. So what a thread writes that was given up lands where nobody looks.
 *
 * A half is larger than the largest state, so that one of that size can still be written again and again: a state is made anew
 * only when as much as the difference was written. What takes something away always finds room, or a state that is too large
 * could never become smaller: what adds to it leaves the last part of a half alone.
 */
const WORD: { EPOCH: 0; HALF: 1; LENGTHS: 2 } = {
  EPOCH: 0,
  HALF: 1,
  LENGTHS: 2,
};
const RECORDS_BYTES = 64;
/** How much of a half the state may fill when it is made anew: the rest is for what is written until it is made anew again. */
const FULL = 0.75;
/** How much of a half may be filled by what adds to the state. */
const GROWN = 0.9375;
/** Effects of one record of a state that is made anew. */
const BATCH = 64;
/** The most bytes of a state unless said otherwise. Memory that is not touched is not paid for. */
const STATE_BYTES = 2 ** 28;

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
  /** What was refused last: at which length, how large it was, and how large the state would have been. */
  #refused = { at: -1, bytes: 0, state: 0 };

  /** Memory for the journal of a state of at most so many bytes, to be held by who outlives its thread. */
  static memory(stateBytes: number = STATE_BYTES): SharedArrayBuffer {
    const halfBytes = Math.ceil(stateBytes / FULL);
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
    // If it does not fit, as what was one value for many keys is many now, it stays where it is.
    if (this.#length > 0) this.#renew([], 1);
  }

  /** See {@link Keeper.keep}. */
  keep(effects: readonly Effect[]): undefined {
    this.#mustBeLatest();
    const adds = effects.some(isGrowth);
    const most = this.#share(adds ? GROWN : 1);
    const end = this.#write(this.#half, this.#length, effects, most);
    const isBlind = effects.some(takesObject);
    if (end > most || isBlind) {
      this.#keepAnew(effects, end - this.#length, adds);
    } else {
      this.#length = end;
      // Publishes the record.
      store(this.#words, WORD.LENGTHS + this.#half, end);
    }
  }

  /** See {@link Keeper.close}. */
  close(): void {}

  #replay(): void {
    const base = this.#half * this.#halfBytes;
    for (const effect of effectsIn(this.#bytes, base, base + this.#length)) {
      this.#state.apply(effect);
    }
  }

  /** Keeps a write of so many bytes by writing the state anew. */
  #keepAnew(effects: readonly Effect[], bytes: number, adds: boolean): void {
    const at = this.#length;
    const refused = this.#refused;
    // Who tries again and again must not have the state written again and again.
    const isMore = refused.at === at && bytes >= refused.bytes &&
      onlyAdds(effects, this.#state);
    if (isMore) throw this.#tooLarge(refused.state);
    const state = this.#renew(effects, adds ? FULL : 1);
    if (state === undefined) return;
    if (onlyAdds(effects, this.#state)) this.#refused = { at, bytes, state };
    throw this.#tooLarge(state);
  }

  /** Writes the state as it is after `effects` into the other half, and uses that; answers its bytes if they do not fit. */
  #renew(effects: readonly Effect[], share: number): number | undefined {
    const half = 1 - this.#half;
    const most = this.#share(share);
    const after = new StateAfter(this.#state, effects);
    const end = this.#writeState(half, after, most);
    if (end > most) return end;
    store(this.#words, WORD.LENGTHS + half, end);
    // Publishes the half.
    store(this.#words, WORD.HALF, half);
    this.#half = half;
    this.#length = end;
    return undefined;
  }

  /** Writes a state as far as there is room; answers where it ends, or would. */
  #writeState(half: number, state: StateAfter, most: number): number {
    let end = 0;
    let batch: Effect[] = [];
    const flush = (): void => {
      // It takes its time, and this thread may be given up meanwhile.
      this.#mustBeLatest();
      end = this.#write(half, end, batch, most);
      batch = [];
    };
    for (const effect of state.effects()) {
      if (!this.#filter(effect)) continue;
      if (batch.push(effect) === BATCH) flush();
    }
    flush();
    return end;
  }

  /**
   * Writes a record at `at`, which does not count yet, if it ends before `most`.
   *
   * @returns Where it ends, or would.
   */
  #write(
    half: number,
    at: number,
    effects: readonly Effect[],
    most: number,
  ): number {
    const encoded = encode(effects, { root: "write" });
    if ((encoded.attachments?.length ?? 0) > 0) {
      throw new Refusal(
        "Cannot keep a value that holds shared memory, a port or a stream: share it by Manager.handle(), or start the Manager with 'keep' false",
      );
    }
    const end = at + recordBytes(encoded);
    if (end > most) return end;
    putRecord(this.#bytes, half * this.#halfBytes + at, encoded);
    return end;
  }

  /** So much of a half, in bytes. */
  #share(share: number): number {
    return Math.floor(share * this.#halfBytes);
  }

  #mustBeLatest(): void {
    if (load(this.#words, WORD.EPOCH) !== this.#epoch) throw takenOver();
  }

  #tooLarge(bytes: number): Refusal {
    return new Refusal(
      `Cannot keep the write as the state would be too large: its size with it is ${bytes} bytes, the limit is ${
        this.#share(FULL)
      }; delete keys, or start the Manager with more 'keepBytes'`,
    );
  }
}

/** Whether an effect adds to the state; locks are as many as there are names of them. */
function isGrowth(effect: Effect): boolean {
  return effect[0] === "set" || effect[0] === "splice" && effect[4].length > 0;
}

/** Whether nothing that is there goes for effects that add something. */
function onlyAdds(effects: readonly Effect[], state: State): boolean {
  return effects.every((effect) =>
    effect[0] === "set"
      ? state.entry(effect[1], effect[2]) === undefined
      : effect[0] === "splice" && effect[3] === 0
  );
}
