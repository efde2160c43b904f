import { crc32 } from "node:zlib";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { Refusal } from "../errors.ts";
import { encode, portable } from "../memory/codec.ts";
import type { Effect } from "./effect.ts";
import { effectsIn, putRecord, recordBytes } from "./record.ts";
import { someInside } from "./some_inside.ts";

/** Bytes that are kept for the writes of the next commit. */
const ROOM_BYTES = 2 ** 16;

/** The table of what was written since the other tables were. Whoever changes it has begun a transaction. */
export class FileLog {
  readonly #insert: StatementSync;
  readonly #clear: StatementSync;
  readonly #select: StatementSync;
  /** The writes that are not in it yet. */
  #bytes: Uint8Array = new Uint8Array(ROOM_BYTES);
  #length = 0;
  #rows = 0;
  #written = 0;

  /** Of a database that has the table. */
  constructor(database: DatabaseSync) {
    this.#insert = database.prepare("INSERT INTO log VALUES (?, ?, ?)");
    this.#clear = database.prepare("DELETE FROM log");
    this.#select = database.prepare("SELECT * FROM log ORDER BY id");
  }

  /** Bytes of all writes, in it and not. */
  get bytes(): number {
    return this.#written + this.#length;
  }

  /**
   * Takes a write for the next commit, in bytes.
   *
   * @throws {Refusal} If a value holds what means nothing to the next program: a ref, or shared memory. Nothing was taken.
   */
  add(effects: readonly Effect[]): void {
    const encoded = encode(effects, { root: "write" });
    const attached = encoded.attachments?.length ?? 0;
    if (attached > 0 || effects.some(holdsHandle)) {
      throw new Refusal(
        "Cannot write a value that holds a handle to the file as it means nothing to the next program: write what it stands for",
      );
    }
    const end = this.#length + recordBytes(encoded);
    if (end > this.#bytes.length) this.#grow(end);
    putRecord(this.#bytes, this.#length, encoded);
    this.#length = end;
  }

  /** Puts the writes that are not in it there, as one row. */
  write(): void {
    if (this.#length === 0) return;
    const id = ++this.#rows;
    const writes = this.#bytes.subarray(0, this.#length);
    this.#insert.run(id, writes, rowCrc(id, writes));
    this.#written += this.#length;
    this.#empty();
  }

  /** Forgets all of it, and the writes that are not in it too: they are in the other tables. */
  clear(): void {
    if (this.#rows > 0) this.#clear.run();
    this.#rows = this.#written = 0;
    this.#empty();
  }

  /**
   * Gives what its rows say to `apply`, in order.
   *
   * @returns What is wrong with a row, if one is damaged or missing.
   */
  read(apply: (effect: Effect) => void): string | undefined {
    for (const row of this.#select.iterate() as Iterable<LogRow>) {
      const { id, writes, crc } = row;
      const wanted = this.#rows + 1;
      if (id !== wanted) return `row ${wanted} of "log" is missing`;
      if (crc !== rowCrc(id, writes)) return `row ${id} of "log" is damaged`;
      for (const effect of effectsIn(writes, 0, writes.length)) apply(effect);
      this.#rows = id;
      this.#written += writes.length;
    }
    return undefined;
  }

  #grow(bytes: number): void {
    const larger = new Uint8Array(Math.max(bytes, 2 * this.#bytes.length));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }

  #empty(): void {
    if (this.#bytes.length > 2 ** 20) this.#bytes = new Uint8Array(ROOM_BYTES);
    this.#length = 0;
  }
}

interface LogRow {
  readonly id: number;
  readonly writes: Uint8Array;
  readonly crc: number;
}

function rowCrc(id: number, writes: Uint8Array): number {
  return crc32(writes, crc32(`${id}\n`));
}

function holdsHandle(effect: Effect): boolean {
  switch (effect[0]) {
    case "set":
      return isHandleIn(effect[2]) || isHandleIn(effect[3]);
    case "splice":
      return effect[4].some(isHandleIn);
    default:
      return false;
  }
}

function isHandleIn(value: unknown): boolean {
  return someInside(value, (one) => portable in one);
}
