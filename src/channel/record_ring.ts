/**
 * Records of one layout, in a ring of slots behind the control block of their channel. `channel_layout.ts` draws it.
 *
 * Lamport's ring with one producer and one consumer, each of which remembers how far it has seen the other. A record is
 * written where it will be read, and published by one CAS, which fails once the ring is sealed.
 *
 * @module
 */
import { cas, load, or, peek, store, type Words } from "../memory/cells.ts";
import type { Views } from "../memory/kind.ts";
import type { Rec, RecInit, RecordLayout } from "../memory/record.ts";
import { viewsOf } from "../memory/record_accessors.ts";
import { AT, type RawRecord } from "../memory/record_numbers.ts";
import { type RecordCodec, recordCodec } from "../memory/record_codec.ts";
import type { ChannelControl } from "./channel_control.ts";
import { CHANNEL, RING_TAIL } from "./channel_layout.ts";
import { NotBytesError } from "./not_bytes_error.ts";
import type { InTrack, Letter, OutTrack, Taken, Written } from "./track.ts";

const { CAPACITY, HEAD, SLOTS, STRIDE, TAIL } = CHANNEL;
const { COUNT, SEALED } = RING_TAIL;

/** Slots of a ring for so many records. */
export function slotsFor(capacity: number): number {
  return 2 ** Math.ceil(Math.log2(capacity));
}

/** What both ends know of the memory. */
class Ring<F> {
  readonly words: Words;
  readonly capacity: number;
  readonly views: Views;
  readonly codec: RecordCodec<F>;
  /** A record over whatever slot it is set to. */
  readonly cursor: RawRecord;
  readonly #stride: number;
  readonly #mask: number;

  constructor({ words, capacity }: ChannelControl, layout: RecordLayout<F>) {
    this.words = words;
    this.capacity = peek(words, CAPACITY);
    this.views = viewsOf(words.buffer);
    this.codec = recordCodec(layout);
    this.cursor = layout.at(this.views, SLOTS * 4) as unknown as RawRecord;
    this.#stride = peek(words, STRIDE);
    this.#mask = slotsFor(capacity) - 1;
  }

  /** The first byte of the slot of the `count`-th record. */
  at(count: number): number {
    return SLOTS * 4 + (count & this.#mask) * this.#stride;
  }

  /** The record of that number, in place. */
  record(count: number): Rec<F> {
    this.cursor[AT] = this.at(count);
    return this.cursor as unknown as Rec<F>;
  }
}

/** The way into a ring. */
export class RingOut<F> implements OutTrack<RecInit<F>> {
  readonly #ring: Ring<F>;
  readonly #layout: RecordLayout<F>;
  /** Records sent. */
  #tail: number;
  /** Records received, when last looked at. */
  #head: number;
  /** What found no room last. */
  #last: RecInit<F> | undefined;

  /** The way into the ring of a channel. */
  constructor(control: ChannelControl, layout: RecordLayout<F>) {
    this.#ring = new Ring(control, layout);
    this.#layout = layout;
    this.#tail = load(control.words, TAIL) & COUNT;
    this.#head = load(control.words, HEAD);
  }

  /** Messages sent and not received. */
  get size(): number {
    this.#head = load(this.#ring.words, HEAD);
    return (this.#tail - this.#head) & COUNT;
  }

  /** See {@linkcode OutTrack.write}. */
  write(value: RecInit<F>): Written {
    const { codec, views } = this.#ring;
    if (this.#room() === 0) {
      // What could never be sent is refused before it waits.
      this.#last = value;
      return this.#sealed() ? "sealed" : "full";
    }
    codec.write(views, this.#ring.at(this.#tail), value);
    return this.#publish(1) ? "written" : "sealed";
  }

  /** See {@linkcode OutTrack.prepare}. */
  prepare(value: RecInit<F>): Letter {
    this.#last = value;
    return this.retry();
  }

  /** See {@linkcode OutTrack.retry}. */
  retry(): Letter {
    const value = this.#last!;
    this.#last = undefined;
    const { byteLength } = this.#layout;
    // The caller may change its object meanwhile.
    const copy = viewsOf(new ArrayBuffer(Math.ceil(byteLength / 8) * 8));
    this.#ring.codec.write(copy, 0, value);
    const bytes = copy.u8.subarray(0, byteLength);
    const write = (): Written => {
      if (this.#room() === 0) return this.#sealed() ? "sealed" : "full";
      this.#ring.views.u8.set(bytes, this.#ring.at(this.#tail));
      return this.#publish(1) ? "written" : "sealed";
    };
    return { write, drop: () => {} };
  }

  /** See {@linkcode OutTrack.drop}. */
  drop(): void {
    this.#last = undefined;
  }

  /** See {@linkcode OutTrack.writeMany}. */
  writeMany(values: readonly RecInit<F>[], from: number): number {
    const { codec, views } = this.#ring;
    const count = Math.min(this.#room(), values.length - from);
    if (count === 0) return this.#sealed() ? -1 : 0;
    let good = 0;
    try {
      for (; good < count; good++) {
        const at = this.#ring.at(this.#tail + good);
        codec.write(views, at, values[from + good]!);
      }
    } catch (error) {
      // Those before it are sent; it has its turn again, and fails then.
      if (good === 0) throw error;
    }
    return this.#publish(good) ? good : -1;
  }

  /** Lets `write` fill up to `count` records in place, as far as there is room, and publishes them at once. */
  fill(
    count: number,
    write: (record: Rec<F>, index: number) => void,
  ): number {
    const most = Math.min(this.#room(), count);
    if (most === 0) return this.#sealed() ? -1 : 0;
    for (let i = 0; i < most; i++) write(this.#ring.record(this.#tail + i), i);
    return this.#publish(most) ? most : -1;
  }

  /** A record is no message of bytes. */
  claim(): never {
    throw new NotBytesError(
      "Cannot claim room in a channel of records: fill() writes them in place",
    );
  }

  /** Whether there may be room. */
  roomy(): boolean {
    return this.#room() > 0 || this.#sealed();
  }

  /** See {@linkcode OutTrack.seal}. */
  seal(): void {
    or(this.#ring.words, TAIL, SEALED);
  }

  #room(): number {
    const { words, capacity } = this.#ring;
    const room = capacity - ((this.#tail - this.#head) & COUNT);
    if (room > 0) return room;
    this.#head = load(words, HEAD);
    return capacity - ((this.#tail - this.#head) & COUNT);
  }

  #sealed(): boolean {
    return load(this.#ring.words, TAIL) < 0;
  }

  /** Publishes the records written behind the last one; false if the ring is sealed. */
  #publish(count: number): boolean {
    const tail = (this.#tail + count) & COUNT;
    if (cas(this.#ring.words, TAIL, this.#tail, tail) !== this.#tail) {
      return false;
    }
    this.#tail = tail;
    return true;
  }
}

/** The way out of a ring. */
export class RingIn<F> implements InTrack<Rec<F>> {
  readonly #ring: Ring<F>;
  /** Records received. */
  #head: number;
  /** Records sent, when last looked at. */
  #tail: number;
  #value: Rec<F> | undefined;

  /** The way out of the ring of a channel. */
  constructor(control: ChannelControl, layout: RecordLayout<F>) {
    this.#ring = new Ring(control, layout);
    this.#head = load(control.words, HEAD);
    this.#tail = this.#head;
  }

  /** Messages sent and not received. */
  get size(): number {
    this.#look();
    return (this.#tail - this.#head) & COUNT;
  }

  /** Whether there is a message. */
  get hasMore(): boolean {
    if (this.#tail === this.#head) this.#look();
    return this.#tail !== this.#head;
  }

  /** Whether there is none, and none will come. */
  get over(): boolean {
    // In this order: what came before it was sealed is seen.
    return load(this.#ring.words, TAIL) < 0 && !this.hasMore;
  }

  /** See {@linkcode InTrack.give}. */
  give(): Rec<F> {
    const value = this.#value!;
    this.#value = undefined;
    return value;
  }

  /** See {@linkcode InTrack.take}. */
  take(): Taken {
    const { codec, views } = this.#ring;
    if (!this.hasMore) return this.#nothing();
    this.#value = codec.read(views, this.#ring.at(this.#head)) as Rec<F>;
    this.#free(1);
    return "taken";
  }

  /** Never called: a record needs no parcel. */
  fetch(): Promise<Rec<F>> {
    return Promise.resolve(this.give());
  }

  /** Never called: a record needs no parcel. */
  fetchSync(): Rec<F> {
    return this.give();
  }

  /** See {@linkcode InTrack.takeMany}. */
  takeMany(max: number, into: Rec<F>[]): void {
    const { codec, views } = this.#ring;
    const count = Math.min(this.size, max - into.length);
    for (let i = 0; i < count; i++) {
      into.push(codec.read(views, this.#ring.at(this.#head + i)) as Rec<F>);
    }
    if (count > 0) this.#free(count);
  }

  /** A record is no message of bytes. */
  takeInPlace(): never {
    throw new NotBytesError(
      "Cannot lease a record of a channel: drain() shows them in place",
    );
  }

  /** Never called: nothing is given in place. */
  giveInPlace(): never {
    return this.takeInPlace();
  }

  /** Never called: nothing is given in place. */
  fetchInPlace(): never {
    return this.takeInPlace();
  }

  /** Never called: nothing is given in place. */
  fetchInPlaceSync(): never {
    return this.takeInPlace();
  }

  /** Never called: nothing is given in place. */
  release(): void {}

  /** Shows `visit` up to `max` records in place, and frees their room at once, those that it has seen if it throws. */
  drain(visit: (record: Rec<F>) => void, max: number): number {
    const count = Math.min(this.size, max);
    let seen = 0;
    try {
      while (seen < count) visit(this.#ring.record(this.#head + seen++));
    } finally {
      if (seen > 0) this.#free(seen);
    }
    return seen;
  }

  /** See {@linkcode InTrack.seal}. */
  seal(): void {
    or(this.#ring.words, TAIL, SEALED);
  }

  /** See {@linkcode InTrack.drop}. */
  drop(): void {
    const left = this.size;
    if (left > 0) this.#free(left);
  }

  #look(): void {
    this.#tail = load(this.#ring.words, TAIL) & COUNT;
  }

  #nothing(): Taken {
    if (load(this.#ring.words, TAIL) >= 0) return "empty";
    // A record may have come since the look before; SEALED counts only if none did.
    this.#look();
    return this.#tail === this.#head ? "ended" : this.take();
  }

  #free(count: number): void {
    this.#head = (this.#head + count) & COUNT;
    // Hands the slots back: who sends may write over them.
    store(this.#ring.words, HEAD, this.#head);
  }
}
