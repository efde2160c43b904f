import { InvalidOptionError } from "../errors.ts";
import { load, notify, peek, store } from "../memory/cells.ts";
import type { Views } from "../memory/kind.ts";
import { type Rec, type RecInit, RecordLayout } from "../memory/record.ts";
import { viewsOf } from "../memory/record_accessors.ts";
import { roundUp } from "../memory/record_fields.ts";
import { refusePromise } from "../sync/no_promise.ts";
import type { Wait } from "../sync/wait.ts";
import { awaitChange } from "./await_change.ts";
import { Handles } from "./handles.ts";
import { Scratch } from "./scratch.ts";
import {
  checkIsLayout,
  fieldsIn,
  makeBlock,
  ROWS_ALIGNMENT,
} from "./struct_block.ts";
import { writeAlone } from "./writer_word.ts";

/**
 * The memory of a snapshot: see struct_block.ts, and
 *
 *   byte  word  field    written by       meaning
 *     16     4  VERSION  writer           how often the record was published, mod 2^32; its low bits say in which slot it is
 *     20     5  WRITER   every writer     see writer_word.ts
 *     64    16  SLOTS    writer, plain    four records, each on a cache line of its own
 *
 * A version lies in slot `version mod 4`. Who writes version v + 1 writes a slot that was last read as version v - 3, and then
 * VERSION. So what a reader has read of version v is whole if VERSION is at most v + 2 afterwards.
 */
export const SNAPSHOT: {
  readonly VERSION: 4;
  readonly WRITER: 5;
  readonly SLOTS_BYTES: 64;
  readonly SLOTS: 4;
} = { VERSION: 4, WRITER: 5, SLOTS_BYTES: ROWS_ALIGNMENT, SLOTS: 4 };
const TAG = 0x53_4e_01_00;

/** Set by the class below. */
let handles: Handles<Snapshot<unknown>>;

/**
 * A struct that is published as a whole, again and again, to any number of readers.
 *
 * - **Readers never wait:** not for a writer, which may sleep in the middle of its work, and not for each other. A reader that
 *   is overtaken three times while it copies begins again.
 * - **Whole:** a reader sees one version, never parts of two.
 * - **Latest:** versions in between are not kept. Use a ring for what must all be read.
 * - **One writer** is meant; several take turns.
 * - **Travels** inside any message.
 *
 * @example A position and its time belong together
 * ```ts
 * import { Snapshot, struct } from "@troupe/actors/shared";
 * import { assertEquals } from "@std/assert";
 *
 * const Position = struct({ at: "f64", x: "f32", y: "f32" });
 * const position = new Snapshot(Position, { at: 0, x: 0, y: 0 });
 * position.publish({ at: 1, x: 0.5, y: 2 });
 * assertEquals(position.read(), { at: 1, x: 0.5, y: 2 });
 * assertEquals(position.version, 1);
 * ```
 */
export class Snapshot<F> {
  /** How the struct lies in memory. */
  readonly layout: RecordLayout<F>;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #views: Views;
  readonly #slotBytes: number;
  readonly #scratch: Scratch<F>;

  /**
   * Makes a snapshot, of version 0.
   *
   * @param layout The struct; see {@linkcode struct}.
   * @param initial Its values.
   * @throws {InvalidOptionError} If a field is missing or of another type.
   * @throws {ViewRangeError} If a text or an array is too long.
   */
  constructor(layout: RecordLayout<F>, initial: RecInit<F>) {
    const memory = handles.arrival()?.memory;
    checkIsLayout("snapshot", layout);
    this.layout = layout;
    this.#slotBytes = roundUp(layout.byteLength, ROWS_ALIGNMENT);
    this.#scratch = new Scratch(layout);
    const bytes = memory === undefined
      ? this.#scratch.bytesOf(initial)
      : undefined;
    const slots = SNAPSHOT.SLOTS * this.#slotBytes;
    const buffer = memory ?? makeBlock(layout, SNAPSHOT.SLOTS_BYTES + slots);
    this.#words = new Int32Array(buffer, 0, SNAPSHOT.SLOTS_BYTES / 4);
    this.#views = viewsOf(buffer);
    if (bytes !== undefined) {
      this.#views.u8.set(bytes, this.#slot(0));
      handles.begin(this.#words);
    }
    handles.note(this.#words, this as Snapshot<unknown>);
  }

  /** How often it was published, modulo 2^32. */
  get version(): number {
    return load(this.#words, SNAPSHOT.VERSION) >>> 0;
  }

  /**
   * Publishes new values.
   *
   * @throws {InvalidOptionError} If a field is missing or of another type.
   * @throws {ViewRangeError} If a text or an array is too long. Nothing is published then.
   */
  publish(values: RecInit<F>): void {
    const bytes = this.#scratch.bytesOf(values);
    this.#publish((at) => this.#views.u8.set(bytes, at));
  }

  /**
   * Publishes what `change` makes of the record, which begins as a copy of the last version; only with one writer.
   *
   * @param change Writes the fields of the record that it is given. To publish another record, call {@link publish}.
   * @throws {InvalidOptionError} If `change` returns a plain object or a promise, and so did not mean to write.
   * @throws What `change` throws; nothing is published then.
   */
  update(change: (record: Rec<F>) => void): void {
    const last = this.#slot(load(this.#words, SNAPSHOT.VERSION));
    refuseResult(change(this.#scratch.load(this.#views.u8, last)));
    this.#publish((at) => this.#views.u8.set(this.#scratch.bytes, at));
  }

  /** A plain copy of the last version. */
  read(): Rec<F>;
  /**
   * What `take` computes of the last version. It may run again, and what it reads may be of two versions then: it must only
   * compute, and not keep the record.
   *
   * @throws What `take` throws.
   */
  read<T>(take: (record: Rec<F>) => T): T;
  read<T>(take?: (record: Rec<F>) => T): T | Rec<F> {
    for (;;) {
      const version = load(this.#words, SNAPSHOT.VERSION);
      const record = this.layout.at(this.#views, this.#slot(version));
      const taken = take === undefined
        ? this.layout.copy(record)
        : take(record);
      const now = load(this.#words, SNAPSHOT.VERSION);
      if (((now - version) | 0) <= SNAPSHOT.SLOTS - 2) return taken;
    }
  }

  /**
   * Waits for another version than one that the caller knows.
   *
   * @param version What {@link version} said.
   * @param options `timeout` in milliseconds, none by default; `signal` ends the wait.
   * @returns False if there was none when the timeout passed.
   * @throws The signal's reason.
   */
  changed(version: number, options?: Wait): Promise<boolean> {
    const words = this.#words;
    const isOther = () => load(words, SNAPSHOT.VERSION) >>> 0 !== version;
    return awaitChange(words, SNAPSHOT.VERSION, isOther, options);
  }

  static {
    handles = new Handles<Snapshot<unknown>>(this.prototype, {
      name: "Snapshot",
      tag: TAG,
      parts: (snapshot) => ({ memory: snapshot.#words.buffer }),
      revive: ({ memory }) => {
        const layout = new RecordLayout<unknown>(fieldsIn(memory));
        return new Snapshot<unknown>(layout, {});
      },
      show: (snapshot) => `Snapshot ${Deno.inspect(snapshot.read())}`,
    });
  }

  #slot(version: number): number {
    const slot = version & (SNAPSHOT.SLOTS - 1);
    return SNAPSHOT.SLOTS_BYTES + slot * this.#slotBytes;
  }

  #publish(write: (at: number) => void): void {
    const words = this.#words;
    writeAlone(words, SNAPSHOT.WRITER, () => {
      // Plain: only a writer changes it, and this is the one.
      const next = peek(words, SNAPSHOT.VERSION) + 1;
      write(this.#slot(next));
      // Publishes the slot.
      store(words, SNAPSHOT.VERSION, next);
    });
    notify(words, SNAPSHOT.VERSION);
  }
}

/** `update()` of its neighbours takes what is returned: here that would be lost in silence. */
function refuseResult(result: unknown): void {
  refusePromise("publish", "change", result, "await first, then update");
  if (typeof result !== "object" || result === null) return;
  if (Object.getPrototypeOf(result) !== Object.prototype) return;
  throw new InvalidOptionError(
    `Cannot publish as 'change' must write the record that it is given: it returned ${
      Deno.inspect(result, { depth: 1 })
    }; give that to publish()`,
    { option: "change", value: result },
  );
}
