/**
 * What the library notes about a region: at its end, so that byte 0 of the region is the first byte of its user. A program in
 * another language that maps the region by its name, as Python's `shared_memory` does, has the user's bytes where it expects
 * them, and a region that such a program made, which has no tail, can be opened here.
 *
 * @module
 */
import { cas, load, peek, poke, store, type Words } from "./cells.ts";
import type { Owner } from "./region_owner.ts";
import { roomStart } from "./region_room.ts";

/**
 * The last 512 bytes of the region. Changing them changes VERSION.
 *
 *   byte  word  field      written by        meaning
 *      0     0  MAGIC      creator, once     "TROU"
 *      4     1  VERSION    creator, once     1
 *      8     2  SIZE       creator, once     two words: bytes of the user
 *     16     4  IDENTITY   creator, once     two words, drawn: another region of the same name has others
 *     24     6  PID        creator, owners   the process that owns it; 0: nobody, it outlives its creator
 *     28     7  START      creator, owners   two words: when that process started, in ticks
 *     36     9  SPACE      creator, owners   the space of process numbers that it is in
 *     40    10  LAYOUT     first who claims  hash of the layout of what is in it, 0 none; never changes again
 *     44    11  LENGTH     who set LAYOUT    bytes of that layout in TEXT, at last; 0 as long as they are not there
 *     48    12  ROOM       creator, once     bytes of its room; see region_room.ts
 *     52-63     reserved   nobody            zero
 *     64        TEXT       who set LAYOUT    the layout in UTF-8, what fits of it
 *
 * A worked example, a region of 1,024 bytes of process 77 without a layout:
 *
 *   [54 52 4f 55] [01 00 00 00] [00 04 00 00 00 00 00 00] [identity: 8] [4d 00 00 00] [start: 8] [space: 4] [00 …]
 */
const TAIL = {
  MAGIC: 0,
  VERSION: 1,
  SIZE: 2,
  IDENTITY: 4,
  PID: 6,
  START: 7,
  SPACE: 9,
  LAYOUT: 10,
  LENGTH: 11,
  ROOM: 12,
  TEXT_BYTES: 64,
} as const;

/** Bytes of a tail. */
export const TAIL_BYTES = 512;
const MAGIC = 0x55_4f_52_54;
const VERSION = 1;

/** What is fixed about a region when it is made. */
export interface RegionFacts {
  /** Bytes of the user. */
  readonly size: number;
  /** Drawn for this region. */
  readonly identity: number;
  /** Who owns it. */
  readonly owner: Owner;
  /** Bytes of its room; see `region_room.ts`. */
  readonly room: number;
}

/** The bytes of the tail of a new region. */
export function tailOf(facts: RegionFacts): Uint8Array<ArrayBuffer> {
  const words = new Int32Array(TAIL_BYTES / 4);
  poke(words, TAIL.MAGIC, MAGIC);
  poke(words, TAIL.VERSION, VERSION);
  pokeLong(words, TAIL.SIZE, facts.size);
  pokeLong(words, TAIL.IDENTITY, facts.identity);
  poke(words, TAIL.PID, facts.owner.pid);
  pokeLong(words, TAIL.START, facts.owner.start);
  poke(words, TAIL.SPACE, facts.owner.space);
  poke(words, TAIL.ROOM, facts.room);
  return new Uint8Array(words.buffer);
}

/**
 * What a tail says.
 *
 * @param available Bytes before the tail.
 * @returns The facts, or `undefined` if it is no tail of this version, or one that cannot be true.
 */
export function readTail(
  words: Words,
  available: number,
): RegionFacts | undefined {
  if (peek(words, TAIL.MAGIC) !== MAGIC) return undefined;
  if (peek(words, TAIL.VERSION) !== VERSION) return undefined;
  const size = peekLong(words, TAIL.SIZE);
  const room = peek(words, TAIL.ROOM) >>> 0;
  const needed = room === 0 ? size : roomStart(size) + room;
  if (size < 1 || room % 64 !== 0 || needed > available) return undefined;
  const owner = {
    pid: peek(words, TAIL.PID),
    start: peekLong(words, TAIL.START),
    space: peek(words, TAIL.SPACE) >>> 0,
  };
  return { size, identity: peekLong(words, TAIL.IDENTITY), owner, room };
}

/** Has another process own the region. */
export function setOwner(words: Words, { pid, start, space }: Owner): void {
  // As long as nobody does, nobody takes it for a dead one's.
  store(words, TAIL.PID, 0);
  pokeLong(words, TAIL.START, start);
  poke(words, TAIL.SPACE, space);
  // Publishes the two.
  store(words, TAIL.PID, pid);
}

/** An identity: 53 bits of chance. */
export function drawIdentity(): number {
  const drawn = crypto.getRandomValues(new Uint32Array(2));
  return (drawn[1]! & 0x1f_ffff) * 2 ** 32 + drawn[0]!;
}

/**
 * Notes the layout of what is in a region, if none is noted.
 *
 * @returns Whether it is the layout that is noted now.
 */
export function claimLayout(words: Words, layout: string): boolean {
  const hash = hashOf(layout);
  const found = cas(words, TAIL.LAYOUT, 0, hash);
  if (found !== 0) return found === hash;
  const { buffer, byteOffset } = words;
  const text = new Uint8Array(
    buffer,
    byteOffset + TAIL.TEXT_BYTES,
    TAIL_BYTES - TAIL.TEXT_BYTES,
  );
  // Not by encodeInto(), which takes no memory of that kind everywhere.
  const bytes = new TextEncoder().encode(layout).subarray(0, text.length);
  text.set(bytes);
  // Publishes the text.
  store(words, TAIL.LENGTH, bytes.length);
  return true;
}

/** Whether the layout noted is this one. */
export function hasLayout(words: Words, layout: string): boolean {
  return load(words, TAIL.LAYOUT) === hashOf(layout);
}

/** The layout noted, as much of it as there was room for; empty if none is. */
export function layoutText(words: Words): string {
  const most = TAIL_BYTES - TAIL.TEXT_BYTES;
  const length = Math.min(load(words, TAIL.LENGTH) >>> 0, most);
  const { buffer, byteOffset } = words;
  return new TextDecoder().decode(
    new Uint8Array(buffer, byteOffset + TAIL.TEXT_BYTES, length).slice(),
  );
}

/** FNV-1a over the UTF-8 of a text; never 0. */
function hashOf(text: string): number {
  let hash = 0x811c_9dc5;
  for (const byte of new TextEncoder().encode(text)) {
    hash = Math.imul(hash ^ byte, 0x0100_0193);
  }
  return hash | 0 || 1;
}

function pokeLong(words: Words, at: number, value: number): void {
  poke(words, at, value | 0);
  poke(words, at + 1, Math.floor(value / 2 ** 32));
}

function peekLong(words: Words, at: number): number {
  return peek(words, at + 1) * 2 ** 32 + (peek(words, at) >>> 0);
}
