import { crc32 } from "node:zlib";

/** The version of the tables below, kept as `user_version`. */
export const SCHEMA_VERSION = 2;
/** Tells the file of a Manager from others, kept as `application_id`: "Trpe". */
export const APPLICATION_ID = 0x54_72_70_65;

/** What version 1 had not. */
const LOG = `
  CREATE TABLE log (id INTEGER PRIMARY KEY, writes BLOB NOT NULL, crc INTEGER NOT NULL);
`;
/** Makes a file of version 1 one of this. Positions were without gaps there, which is right too. */
export const UPGRADE: string =
  `${LOG} PRAGMA user_version = ${SCHEMA_VERSION};`;

/**
 * The tables: `entries` and `items` are the state as it was, and `log` is what was written since. Keys and values are encoded
 * as messages are; `crc` is of all other columns of its row, in their order.
 *
 * - `items`: `position` counts up, with gaps and from any number.
 * - `log`: a commit each, its writes as records, see `record.ts`; `id` counts up from 1, without gaps.
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
  INSERT INTO meta VALUES ('epoch', 0, ${metaCrc("epoch", 0)}),
    ('revision', 0, ${metaCrc("revision", 0)});
  PRAGMA application_id = ${APPLICATION_ID};
  ${UPGRADE}
`;

/** What a file knows of itself: who may write it, and up to where numbers of writes may have been used. */
export type Meta = "epoch" | "revision";

/** The sum over a row of `meta`. */
export function metaCrc(name: Meta, value: number): number {
  return crc32(`${name}\n${value}\n`);
}
