/**
 * Records of one layout as the messages of a queue: their bytes are the message, without any tag.
 *
 * @module
 */
import { InvalidOptionError } from "../errors.ts";
import { peek, poke } from "../memory/cells.ts";
import type { Views } from "../memory/kind.ts";
import { LayoutMismatchError } from "../memory/layout_mismatch_error.ts";
import { RecordLayout } from "../memory/record.ts";
import { viewsOf } from "../memory/record_accessors.ts";
import { type RecordCodec, recordCodec } from "../memory/record_codec.ts";
import { parseFingerprint } from "../memory/record_fields.ts";
import { QUEUE } from "./queue_layout.ts";
import { type QueueRing, ringUnits } from "./queue_ring.ts";

/** Bytes in which so many records may wait, and one is read, wherever in the ring they begin. */
export function bytesFor(
  capacity: number,
  layout: { readonly byteLength: number },
): number {
  return Math.max(1_024, (capacity + 2) * ringUnits(layout.byteLength) * 8);
}

/** Has a new queue say that its messages are records of a layout. */
export function inscribe(
  words: Int32Array<SharedArrayBuffer>,
  at: number,
  fingerprint: Uint8Array,
): void {
  new Uint8Array(words.buffer).set(fingerprint, at * 4);
  poke(words, QUEUE.RECORDS, fingerprint.length);
}

/** The records of one queue, on one thread. User code runs here, so none of this is for sections. */
export class QueueRecords {
  /** How a record lies in a message. */
  readonly layout: RecordLayout<unknown>;
  readonly #codec: RecordCodec<unknown>;
  /** The memory of the queue. */
  readonly #shared: Views;
  /** A record on its way. */
  readonly #own: Views;
  /** Whether a record may leave bytes as they were. */
  readonly #gaps: boolean;
  #busy = false;
  /** Where records were read last that are not in the queue. */
  #landed: Views | undefined;

  private constructor(ring: QueueRing, fingerprint: string) {
    this.layout = new RecordLayout<unknown>(parseFingerprint(fingerprint));
    this.#codec = recordCodec(this.layout);
    this.#shared = viewsOf(ring.bytes.buffer);
    this.#own = this.#room();
    this.#gaps = this.layout.fields.some(({ type, count }) =>
      typeof type !== "string" || type === "text" || count > 0
    );
  }

  /** What a queue says of its records; `undefined`: its messages are of any kind. */
  static in(ring: QueueRing): QueueRecords | undefined {
    const { words } = ring.monitor;
    const length = peek(words, QUEUE.RECORDS);
    if (length === 0) return undefined;
    const at = ring.end * 4;
    const text = ring.bytes.slice(at, at + length);
    return new QueueRecords(ring, new TextDecoder().decode(text));
  }

  /**
   * The bytes of a record, until the next one is packed.
   *
   * @throws {InvalidOptionError} If a field is missing or of another type.
   * @throws {ViewRangeError} If a text or an array is too long.
   */
  pack(value: unknown): Uint8Array {
    // A getter of the value may put something itself.
    const views = this.#busy ? this.#room() : this.#own;
    const outer = this.#busy;
    this.#busy = true;
    try {
      if (this.#gaps) views.u8.fill(0);
      this.#codec.write(views, 0, value as never);
    } finally {
      this.#busy = outer;
    }
    return views.u8;
  }

  /** A plain copy of the record that begins at a byte of the queue's memory, or of other bytes. */
  read(bytes: Uint8Array, start: number): unknown {
    const { buffer } = bytes;
    if (buffer === this.#shared.u8.buffer) {
      return this.#codec.read(this.#shared, start);
    }
    if (this.#landed?.u8.buffer !== buffer) this.#landed = viewsOf(buffer);
    return this.#codec.read(this.#landed, start);
  }

  #room(): Views {
    return viewsOf(new ArrayBuffer((this.layout.byteLength + 7) & ~7));
  }
}

/**
 * A layout, if it is one.
 *
 * @throws {InvalidOptionError} If it is not.
 */
export function checkedLayout<F>(layout: RecordLayout<F>): RecordLayout<F> {
  if (layout instanceof RecordLayout) return layout;
  throw new InvalidOptionError(
    `Cannot make a queue of records as 'layout' must be what struct() gives: current value is ${
      Deno.inspect(layout, { depth: 1 })
    }`,
    { option: "layout", value: layout },
  );
}

/**
 * Checks that the messages of a queue are records of a layout.
 *
 * @throws {LayoutMismatchError} If they are not.
 */
export function checkRecords(
  records: QueueRecords | undefined,
  { fingerprint: expected }: { readonly fingerprint: string },
): void {
  const actual = records?.layout.fingerprint ?? "";
  if (actual === expected) return;
  const current = actual === ""
    ? "its messages are of any kind; make it by Queue.of()"
    : `current layout is "${actual}"; both sides must declare the same fields in the same order`;
  throw new LayoutMismatchError(
    `Cannot use the queue as one of records "${expected}": ${current}`,
    { expected, actual },
  );
}
