/**
 * The room of a region: what lies behind the bytes of its user, for locks, queues and values that processes share by name.
 *
 * @module
 */

import { load, poke, store } from "./cells.ts";

/**
 * The room of a region, drawn. It begins at the first multiple of 64 behind the bytes of the user, and all zeros are an empty one.
 *
 *   byte  word  field     written by         meaning
 *      0     0  VERSION   first who comes    0 or 1
 *      4     1  GUARD     who makes a plot   0, or who is at it times 2 (bit 0: others sleep until it is done)
 *      8     2  USED      who has the guard  bytes of plots
 *     12-63     reserved  nobody             zero
 *     64    16  LIVES     see sync/layout.ts a table of lives, of ROWS rows
 *   1152   288  OWNERS    see ROOM_OWNER     which thread of the system has which row
 *   3200   800  PLOTS     see ROOM_PLOT      one behind the other; only ever more
 */
export const ROOM: {
  readonly VERSION: 0;
  readonly GUARD: 1;
  readonly USED: 2;
  readonly LIVES: 16;
  readonly ROWS: 128;
  readonly OWNERS: 288;
  readonly PLOTS_BYTES: 3200;
} = {
  VERSION: 0,
  GUARD: 1,
  USED: 2,
  LIVES: 16,
  ROWS: 128,
  OWNERS: 288,
  PLOTS_BYTES: 3_200,
} as const;

/**
 * Which thread of the system lives at a row of the table.
 *
 *   word  field    meaning
 *      0  THREAD   its number times 2; bit 0: START and SPACE are not there yet. 0: the row is free
 *    1-2  START    when it started, in ticks since the machine did
 *      3  SPACE    the space of numbers that it is in
 *
 *   from            to              by               how    means
 *   0               entering(n)     claimer          CAS    the row is its own, unless it is found dead
 *   entering(n)     living(n)       claimer          CAS    START and SPACE are written; only then does its life begin
 *   living(n)       0               n, or anybody    CAS    its life has ended; by anybody only when n is dead
 *   entering(n)     0               anybody          CAS    n is dead
 *
 * A life ends before its row is free, so who finds a free row finds no life in it.
 */
export const ROOM_OWNER: {
  readonly THREAD: 0;
  readonly START: 1;
  readonly SPACE: 3;
  readonly WORDS: 4;
} = { THREAD: 0, START: 1, SPACE: 3, WORDS: 4 } as const;

/**
 * A plot: the memory of one thing, behind a head of 192 bytes. Written whole before USED says that it is there; never changed.
 *
 *   byte  word  field    meaning
 *      0     0  BYTES    of the plot with its head, a multiple of 64
 *      4     1  KIND     what it is, of KIND in sync/layout.ts and what other folders add
 *      8     2  MEMORY   bytes of its memory
 *     12     3  MADE     hash of how it was made
 *     16     4  NAME     bytes of its name in UTF-8, which lies from byte 64 on
 *     20     5  TEXT     bytes of how it was made that there was room for, from byte 128 on
 */
export const ROOM_PLOT: {
  readonly BYTES: 0;
  readonly KIND: 1;
  readonly MEMORY: 2;
  readonly MADE: 3;
  readonly NAME: 4;
  readonly TEXT: 5;
  readonly NAME_AT: 64;
  readonly TEXT_AT: 128;
  readonly MOST: 64;
  readonly HEAD_BYTES: 192;
} = {
  BYTES: 0,
  KIND: 1,
  MEMORY: 2,
  MADE: 3,
  NAME: 4,
  TEXT: 5,
  NAME_AT: 64,
  TEXT_AT: 128,
  MOST: 64,
  HEAD_BYTES: 192,
} as const;

/** More than the system gives numbers. */
const NO_THREAD = 0x1fff_ffff;

/** The version of everything here. */
export const ROOM_VERSION = 1;

/** A region of named memory, such as a `SharedMemory`, in which locks, queues and values can be made by name. */
export interface Region {
  /** Its name. */
  readonly name: string;
}

const rooms: WeakMap<object, () => RegionRoom> = new WeakMap();

/** Says how to get at the room of a region. */
export function giveRoom(region: Region, room: () => RegionRoom): void {
  rooms.set(region, room);
}

/** Whether something is a region of this library. */
export function isRegion(given: unknown): given is Region {
  return rooms.has(given as object);
}

/**
 * The room of a region, which it is.
 *
 * @throws {RegionNoRoomError} If it was made without one.
 * @throws {RegionClosedError} If it was closed.
 */
export function roomOf(region: Region): RegionRoom {
  return rooms.get(region)!();
}

/** The room of a mapped region, on one thread. */
export class RegionRoom {
  /** The name of its region. */
  readonly name: string;
  /** All of it. */
  readonly words: Int32Array<ArrayBuffer>;
  readonly #at: Deno.PointerObject;
  readonly #offset: number;
  readonly #buffers: ArrayBuffer[] = [];
  readonly #leavers: Set<() => void> = new Set();
  #closed = false;

  /** The room of `bytes` bytes that begins `offset` bytes behind `at`. */
  constructor(
    name: string,
    at: Deno.PointerObject,
    offset: number,
    bytes: number,
  ) {
    this.name = name;
    this.#at = at;
    this.#offset = offset;
    this.words = this.cut(0, bytes);
  }

  /** Whether the region was closed. */
  get closed(): boolean {
    return this.#closed;
  }

  /** A part of it, as a memory of its own, which is detached with it. */
  cut(from: number, bytes: number): Int32Array<ArrayBuffer> {
    const { getArrayBuffer } = Deno.UnsafePointerView;
    const buffer = getArrayBuffer(this.#at, bytes, this.#offset + from);
    this.#buffers.push(buffer);
    return new Int32Array(buffer);
  }

  /** Has `leave` called before the region is closed. */
  onClose(leave: () => void): void {
    this.#leavers.add(leave);
  }

  /** Says of all who are in its table that they are dead, as somebody knows: the number is one that no thread has. */
  disown(space: number): void {
    const { THREAD, START, SPACE, WORDS } = ROOM_OWNER;
    for (let row = 1; row < ROOM.ROWS; row++) {
      const at = ROOM.OWNERS + row * WORDS;
      if (load(this.words, at + THREAD) === 0) continue;
      poke(this.words, at + START, 1);
      poke(this.words, at + SPACE, space | 0);
      store(this.words, at + THREAD, NO_THREAD << 1);
    }
  }

  /** Calls who wants to know, and detaches all memory of it. */
  close(): void {
    if (this.#closed) return;
    for (const leave of this.#leavers) leave();
    this.#closed = true;
    for (const buffer of this.#buffers) buffer.transfer(0);
  }
}

/** Where the room begins behind so many bytes. */
export function roomStart(size: number): number {
  return Math.ceil(size / 64) * 64;
}
