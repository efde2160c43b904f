import { Refusal } from "../errors.ts";
import { add, load, store } from "../memory/cells.ts";
import { encode } from "../memory/codec.ts";
import type { Effect } from "./effect.ts";
import { type Keeper, takenOver } from "./keeper.ts";
import { effectsIn, putRecord, recordBytes } from "./record.ts";
import type { State } from "./state.ts";

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
 * What takes something away always finds room, or a state that is too large could never become smaller: what adds to it fills
 * neither the last part of a half, nor more than a part of one that was made anew.
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
  /** The length at which the state was found to be too large. */
  #fullAt = -1;

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
    // If it does not fit, as what was one value for many keys is many now, it stays where it is.
    if (this.#length > 0) this.#renew([], 1);
  }

  /** See {@link Keeper.keep}. */
  keep(effects: readonly Effect[]): undefined {
    this.#mustBeLatest();
    const adds = effects.some(isGrowth);
    if (adds && this.#fullAt === this.#length) this.#refuse();
    const most = adds ? GROWN : 1;
    const end = this.#write(this.#half, this.#length, effects, most);
    if (end === undefined) {
      if (!this.#renew(effects, adds ? FULL : 1)) this.#refuse();
      return;
    }
    this.#length = end;
    // Publishes the record.
    store(this.#words, WORD.LENGTHS + this.#half, end);
  }

  /** See {@link Keeper.close}. */
  close(): void {}

  #replay(): void {
    const base = this.#half * this.#halfBytes;
    for (const effect of effectsIn(this.#bytes, base, base + this.#length)) {
      this.#state.apply(effect);
    }
  }

  /** Writes the state as it is after `effects` into the other half, and uses that; false if it does not fit. */
  #renew(effects: readonly Effect[], most: number): boolean {
    const half = 1 - this.#half;
    const gone = goneBy(effects);
    let end = this.#writeState(half, gone, most);
    // However small what comes is.
    if (end === undefined) this.#fullAt = this.#length;
    else end = this.#write(half, end, remaining(effects, gone), most);
    if (end === undefined) return false;
    store(this.#words, WORD.LENGTHS + half, end);
    // Publishes the half.
    store(this.#words, WORD.HALF, half);
    this.#half = half;
    this.#length = end;
    this.#fullAt = -1;
    return true;
  }

  #writeState(half: number, gone: Keys, most: number): number | undefined {
    let end: number | undefined = 0;
    let batch: Effect[] = [];
    const flush = (): void => {
      // It takes its time, and this thread may be given up meanwhile.
      this.#mustBeLatest();
      if (end !== undefined) end = this.#write(half, end, batch, most);
      batch = [];
    };
    for (const effect of this.#state.effects()) {
      if (!this.#filter(effect) || isAbout(effect, gone)) continue;
      if (batch.push(effect) === BATCH) flush();
      if (end === undefined) return undefined;
    }
    flush();
    return end;
  }

  /** Writes a record at `at`, which does not count yet; answers where it ends, if there is room in that much of the half. */
  #write(
    half: number,
    at: number,
    effects: readonly Effect[],
    most: number,
  ): number | undefined {
    const encoded = encode(effects, { root: "write" });
    if ((encoded.attachments?.length ?? 0) > 0) {
      throw new Refusal(
        "Cannot keep a value that holds shared memory, a port or a stream: share it by Manager.handle(), or start the Manager with 'keep' false",
      );
    }
    const end = at + recordBytes(encoded);
    if (end > most * this.#halfBytes) return undefined;
    putRecord(this.#bytes, half * this.#halfBytes + at, encoded);
    return end;
  }

  #mustBeLatest(): void {
    if (load(this.#words, WORD.EPOCH) !== this.#epoch) throw takenOver();
  }

  #refuse(): never {
    throw new Refusal(
      `Cannot keep the write as the state is too large: current room is ${this.#halfBytes} bytes; start the Manager with more 'keepBytes'`,
    );
  }
}

/** Whether an effect adds to the state; locks are as many as there are names of them. */
function isGrowth(effect: Effect): boolean {
  return effect[0] === "set" || effect[0] === "splice" && effect[4].length > 0;
}

/** Keys by the names of their maps. */
type Keys = ReadonlyMap<string, ReadonlySet<unknown>>;

/** The keys that are gone after `effects`, whatever was before. */
function goneBy(effects: readonly Effect[]): Keys {
  const gone = new Map<string, Set<unknown>>();
  for (const effect of effects) {
    if (effect[0] === "set") gone.get(effect[1])?.delete(effect[2]);
    if (effect[0] !== "delete") continue;
    const keys = gone.get(effect[1]) ?? new Set<unknown>();
    gone.set(effect[1], keys.add(effect[2]));
  }
  return gone;
}

/** Those of `effects` that are not only about keys that are gone. */
function remaining(effects: readonly Effect[], gone: Keys): Effect[] {
  const left = effects.filter((effect) => !isAbout(effect, gone));
  const versions = effects.map((effect) =>
    effect[0] === "delete" ? effect[3] : 0
  );
  const last = versions.reduce((a, b) => Math.max(a, b), 0);
  return last === 0 ? left : [...left, ["revision", last]];
}

function isAbout(effect: Effect, keys: Keys): boolean {
  return (effect[0] === "set" || effect[0] === "delete") &&
    keys.get(effect[1])?.has(effect[2]) === true;
}
