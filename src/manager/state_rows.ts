import { crc32 } from "node:zlib";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { decode, encode } from "../memory/codec.ts";
import type { Entry } from "./effect.ts";
import type { State } from "./state.ts";

/** The tables of a state, but for its log: reads all of it, and changes rows. Whoever calls it has begun a transaction. */
export class StateRows {
  readonly #database: DatabaseSync;
  readonly #set: StatementSync;
  readonly #delete: StatementSync;
  readonly #insert: StatementSync;
  readonly #remove: StatementSync;
  readonly #removeAll: StatementSync;

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
    this.#removeAll = database.prepare("DELETE FROM items WHERE list = ?");
  }

  /**
   * Does in an empty state what the rows say.
   *
   * @param onItem Told of the position of each item, in their order.
   * @returns What is wrong with a row, if one is damaged.
   */
  load(
    state: State,
    onItem: (list: string, position: number) => void,
  ): string | undefined {
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
      const { length } = state.items(list);
      state.apply(["splice", list, length, 0, [read(value)]]);
      onItem(list, position);
    }
    return undefined;
  }

  /** Puts an entry. */
  set(map: string, key: unknown, entry: Entry): void {
    const { version, expires } = entry;
    const k = keyBytes(key);
    const v = bytesOf(entry.value);
    const crc = entryCrc(map, k, v, version, expires);
    this.#set.run(map, k, v, version, expires, crc);
  }

  /** Removes an entry. */
  delete(map: string, key: unknown): void {
    this.#delete.run(map, keyBytes(key));
  }

  /** Puts an item of a list where none is. */
  insert(list: string, position: number, item: unknown): void {
    const value = bytesOf(item);
    this.#insert.run(list, position, value, itemCrc(list, position, value));
  }

  /** Removes an item of a list. */
  remove(list: string, position: number): void {
    this.#remove.run(list, position);
  }

  /** Removes all items of a list. */
  removeAll(list: string): void {
    this.#removeAll.run(list);
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

/** One key has one row: a `Map` takes -0 for 0. */
function keyBytes(key: unknown): Uint8Array {
  return bytesOf(key === 0 ? 0 : key);
}

function bytesOf(value: unknown): Uint8Array {
  const { bytes, length } = encode(value);
  return bytes.slice(0, length);
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
