/**
 * How a list lies in its region.
 *
 * @module
 */
import { InvalidOptionError } from "../errors.ts";
import { peek, poke, type Words } from "../memory/cells.ts";

/** What a slot of a {@linkcode SharedList} may hold. */
export type Slot = number | bigint | boolean | string | Uint8Array | null;

/** The layout that the region says it has. */
export const LAYOUT = "SharedList 1";

/**
 * The region of a list: a head, a row for each slot, and behind the rows the bytes of the slots, each from a multiple of 8 on.
 *
 *   byte  word  field     written by     meaning
 *      0     0  LENGTH    creator, once  how many slots
 *      4-15               nobody         zero
 *     16     4  first row
 *
 * A row, 16 bytes:
 *
 *      0     0  TYPE      every writer   one of TYPE below
 *      4     1  BYTES     every writer   how many bytes of a text or of bytes
 *      8     2  ROOM      creator, once  how many there may be, a multiple of 8
 *     12     3  PLACE     creator, once  where they begin, in units of 8 bytes
 */
export const LIST = { LENGTH: 0, HEAD_BYTES: 16 } as const;
export const ROW = {
  TYPE: 0,
  BYTES: 1,
  ROOM: 2,
  PLACE: 3,
  WORDS: 4,
  BYTES_EACH: 16,
} as const;

/** What is in a slot. */
export const TYPE = {
  NULL: 0,
  FALSE: 1,
  TRUE: 2,
  NUMBER: 3,
  BIGINT: 4,
  TEXT: 5,
  BYTES: 6,
} as const;
/** What each of them is called. */
export const TYPE_NAMES: readonly string[] = [
  "null",
  "bool",
  "bool",
  "f64",
  "i64",
  "text",
  "bytes",
];
/** Bytes of a number, and what rooms are multiples of. */
export const NUMBER_BYTES = 8;

const encoder = new TextEncoder();

/**
 * Bytes of the room of a slot.
 *
 * @throws {InvalidOptionError} If it cannot hold the value.
 */
export function roomFor(value: Slot, reserve: number): number {
  typeOf(value);
  const needed = Math.max(bytesOf(value)?.length ?? 0, reserve);
  return Math.ceil(needed / NUMBER_BYTES) * NUMBER_BYTES;
}

/** Bytes of a list whose slots have so much room. */
export function bytesFor(rooms: readonly number[]): number {
  return rooms.reduce((sum, room) => sum + room, rowsEnd(rooms.length));
}

function rowsEnd(slots: number): number {
  return LIST.HEAD_BYTES + slots * ROW.BYTES_EACH;
}

/** Writes the head and the rows of a list of nulls. */
export function layList(words: Words, rooms: readonly number[]): void {
  let place = rowsEnd(rooms.length) / NUMBER_BYTES;
  poke(words, LIST.LENGTH, rooms.length);
  rooms.forEach((room, slot) => {
    poke(words, rowOf(slot) + ROW.ROOM, room);
    poke(words, rowOf(slot) + ROW.PLACE, place);
    place += room / NUMBER_BYTES;
  });
}

/** Whether there may be a list: every slot lies where there is memory. */
export function isList(words: Words): boolean {
  const length = peek(words, LIST.LENGTH);
  const { byteLength } = words;
  if (!(length >= 0 && rowsEnd(length) <= byteLength)) return false;
  for (let slot = 0; slot < length; slot++) {
    const room = peek(words, rowOf(slot) + ROW.ROOM);
    const place = peek(words, rowOf(slot) + ROW.PLACE) * NUMBER_BYTES;
    const isThere = room >= NUMBER_BYTES && place >= rowsEnd(length) &&
      place + room <= byteLength;
    if (!isThere) return false;
  }
  return true;
}

/** The first word of the row of a slot. */
export function rowOf(slot: number): number {
  return LIST.HEAD_BYTES / 4 + slot * ROW.WORDS;
}

/** The bytes of a text or of bytes; none of other values. */
export function bytesOf(value: Slot): Uint8Array | undefined {
  if (typeof value === "string") return encoder.encode(value);
  return value instanceof Uint8Array ? value : undefined;
}

/**
 * What a slot says that holds a value.
 *
 * @throws {InvalidOptionError} If a slot cannot hold it.
 */
export function typeOf(value: Slot): number {
  if (value === null) return TYPE.NULL;
  if (typeof value === "boolean") return value ? TYPE.TRUE : TYPE.FALSE;
  if (typeof value === "number") return TYPE.NUMBER;
  if (typeof value === "string") return TYPE.TEXT;
  if (value instanceof Uint8Array) return TYPE.BYTES;
  if (typeof value === "bigint" && BigInt.asIntN(64, value) === value) {
    return TYPE.BIGINT;
  }
  throw new InvalidOptionError(
    `Cannot put that into a slot as it must be a number, a bigint of 64 bits, a boolean, a text, a Uint8Array or null: current value is ${
      Deno.inspect(value, { depth: 1 })
    }`,
    { option: "value", value },
  );
}

/** Whether two values are the same: bytes one by one, and `NaN` is itself. */
export function isSame(a: Slot, b: Slot): boolean {
  if (!(a instanceof Uint8Array && b instanceof Uint8Array)) {
    return a === b || a !== a && b !== b;
  }
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** The error that there is no list in a region that should have one. */
export function damaged(name: string): InvalidOptionError {
  return new InvalidOptionError(
    `Cannot read the list "${name}" as what is in its region is none: current value is another program's, or was overwritten`,
    { option: "region", value: name },
  );
}
