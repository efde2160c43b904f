import { crc32 } from "node:zlib";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { Refusal } from "../errors.ts";
import { decode, encode } from "../memory/codec.ts";
import { portable } from "../memory/portable.ts";
import type { Effect } from "./effect.ts";
import { Items } from "./items.ts";
import { someInside } from "./some_inside.ts";
import type { State } from "./state.ts";

/** The version of the tables below, kept as `user_version`. */
export const SCHEMA_VERSION = 1;
/** Tells the file of a Manager from others, kept as `application_id`: "Trpe". */
export const APPLICATION_ID = 0x54_72_70_65;

/**
 * The tables. Keys and values are encoded as messages are; `crc` is of all other columns of its row, in their order.
 * `position` counts up, with gaps and from any number.
 */
export const SCHEMA: string = `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL, crc INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE entries (
    id INTEGER PRIMARY KEY, map TEXT NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL,
    version INTEGER NOT NULL, expires INTEGER NOT NULL, crc INTEGER NOT NULL, UNIQUE (map, key)
  );
  CREATE TABLE items (
    list TEXT NOT NULL, position INTEGER NOT NULL, value BLOB NOT NULL, crc INTEGER NOT NULL,
    PRIMARY KEY (list, position)
  ) WITHOUT ROWID;
  INSERT INTO meta VALUES ('epoch', 0, ${
  metaCrc("epoch", 0)
}), ('revision', 0, ${metaCrc("revision", 0)});
`;

/** What a file knows of itself: who may write it, and up to where numbers of writes may have been used. */
export type Meta = "epoch" | "revision";

/** The sum over a row of `meta`. */
export function metaCrc(name: Meta, value: number): number {
  return crc32(`${name}\n${value}\n`);
}

/** A change of the tables, with all that it needs in bytes: the values may be others by the time that it is made. */
export type RowChange = (rows: StateRows) => void;

/** The tables of a state: reads all of it, and changes rows. Whoever calls it has begun a transaction. */
export class StateRows {
  readonly #set: StatementSync;
  readonly #delete: StatementSync;
  readonly #insert: StatementSync;
  readonly #remove: StatementSync;
  readonly #database: DatabaseSync;
  /** The positions of each list, in order. */
  readonly #positions: Map<string, Items<number>> = new Map();

  /** Over a database that has the tables. */
  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#set = database.prepare(
      `INSERT INTO entries (map, key, value, version, expires, crc) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (map, key) DO UPDATE SET
       value = excluded.value, version = excluded.version, expires = excluded.expires, crc = excluded.crc`,
    );
    this.#delete = database.prepare(
      "DELETE FROM entries WHERE map = ? AND key = ?",
    );
    this.#insert = database.prepare("INSERT INTO items VALUES (?, ?, ?, ?)");
    this.#remove = database.prepare(
      "DELETE FROM items WHERE list = ? AND position = ?",
    );
  }

  /**
   * Does in an empty state what the rows say.
   *
   * @returns What is wrong with a row, if one is damaged.
   */
  load(state: State): string | undefined {
    const entries = this.#database.prepare("SELECT * FROM entries ORDER BY id");
    for (const row of entries.iterate() as Iterable<EntryRow>) {
      const { map, key, value, version, expires, crc } = row;
      if (crc !== entryCrc(map, key, value, version, expires)) {
        return `row ${row.id} of "entries" is damaged`;
      }
      state.apply(["set", map, read(key), read(value), version, expires]);
    }
    const items = this.#database.prepare(
      "SELECT * FROM items ORDER BY list, position",
    );
    for (const row of items.iterate() as Iterable<ItemRow>) {
      const { list, position, value, crc } = row;
      if (crc !== itemCrc(list, position, value)) {
        return `row ("${list}", ${position}) of "items" is damaged`;
      }
      const positions = this.#positionsOf(list);
      state.apply(["splice", list, positions.length, 0, [read(value)]]);
      positions.splice(positions.length, 0, [position]);
    }
    return undefined;
  }

  /** Puts an entry. */
  set(
    map: string,
    key: Uint8Array,
    value: Uint8Array,
    version: number,
    expires: number,
  ): void {
    const crc = entryCrc(map, key, value, version, expires);
    this.#set.run(map, key, value, version, expires, crc);
  }

  /** Removes an entry. */
  delete(map: string, key: Uint8Array): void {
    this.#delete.run(map, key);
  }

  /** Replaces items of a list; those behind are moved only if there is no gap for what comes. */
  splice(
    list: string,
    start: number,
    count: number,
    values: readonly Uint8Array[],
  ): void {
    const positions = this.#positionsOf(list);
    for (const position of positions.splice(start, count, [])) {
      this.#remove.run(list, position);
    }
    if (values.length === 0) return;
    const free = this.#freeAt(list, positions, start, values.length);
    const coming = values.map((_, i) => free + i);
    for (const [i, value] of values.entries()) {
      const position = coming[i]!;
      this.#insert.run(list, position, value, itemCrc(list, position, value));
    }
    positions.splice(start, 0, coming);
  }

  /** Where so many positions are free, between the neighbours at `start`. */
  #freeAt(
    list: string,
    positions: Items<number>,
    start: number,
    count: number,
  ): number {
    const before = start === 0 ? undefined : positions.at(start - 1);
    const after = positions.at(start);
    if (after === undefined) return (before ?? 0) + 1;
    if (before === undefined) return after - count;
    if (after - before > count) return before + 1;
    // No gap: all behind go to the end of it, one by one.
    const move = this.#database.prepare(
      "SELECT value FROM items WHERE list = ? AND position = ?",
    );
    for (let i = positions.length - 1; i >= start; i--) {
      const old = positions.at(i)!;
      const { value } = move.get(list, old) as { value: Uint8Array };
      this.#remove.run(list, old);
      const position = old + count;
      positions.put(i, position);
      this.#insert.run(list, position, value, itemCrc(list, position, value));
    }
    return before + 1;
  }

  #positionsOf(list: string): Items<number> {
    const positions = this.#positions.get(list) ?? new Items<number>();
    this.#positions.set(list, positions);
    return positions;
  }
}

interface EntryRow {
  readonly id: number;
  readonly map: string;
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly version: number;
  readonly expires: number;
  readonly crc: number;
}

interface ItemRow {
  readonly list: string;
  readonly position: number;
  readonly value: Uint8Array;
  readonly crc: number;
}

/**
 * The change of the tables that an effect is.
 *
 * @throws {Refusal} If a value holds what means nothing to the next program: a ref, or shared memory.
 */
export function rowChange(effect: Effect): RowChange | undefined {
  switch (effect[0]) {
    case "set": {
      const [, map, key, value, version, expires] = effect;
      const [k, v] = [keyBytes(key), bytesOf(value)];
      return (rows) => rows.set(map, k, v, version, expires);
    }
    case "delete": {
      const [, map, key] = effect;
      const k = keyBytes(key);
      return (rows) => rows.delete(map, k);
    }
    case "splice": {
      const [, list, start, count, items] = effect;
      const values = items.map(bytesOf);
      return (rows) => rows.splice(list, start, count, values);
    }
    default:
      return undefined;
  }
}

/** One key has one row: a `Map` takes -0 for 0. */
function keyBytes(key: unknown): Uint8Array {
  return bytesOf(key === 0 ? 0 : key);
}

function bytesOf(value: unknown): Uint8Array {
  const { bytes, length, attachments } = encode(value);
  if (
    attachments !== undefined && attachments.length > 0 || holdsHandle(value)
  ) {
    throw new Refusal(
      "Cannot write a value that holds a handle to the file as it means nothing to the next program: write what it stands for",
    );
  }
  return bytes.slice(0, length);
}

function holdsHandle(value: unknown): boolean {
  return someInside(value, (one) => portable in one);
}

function read(bytes: Uint8Array): unknown {
  return decode(bytes, 0, bytes.length);
}

function entryCrc(
  map: string,
  key: Uint8Array,
  value: Uint8Array,
  version: number,
  expires: number,
): number {
  return crc32(value, crc32(key, crc32(`${map}\n${version}\n${expires}\n`)));
}

function itemCrc(list: string, position: number, value: Uint8Array): number {
  return crc32(value, crc32(`${list}\n${position}\n`));
}
