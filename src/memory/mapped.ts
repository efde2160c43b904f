/**
 * Memory that has a name and that every process of the machine may map: POSIX shared memory, by Deno's FFI.
 *
 * A region is a file of the system's memory: the bytes of its user from byte 0 on, then nothing up to the end of a page, the
 * last 512 bytes of which are the tail that `region_tail.ts` draws. It is mapped as two plain `ArrayBuffer`s, which are
 * detached before it is unmapped: whoever touches a view of them later gets a TypeError, and no crash.
 *
 * @module
 */
import { cString, ERRNO, libc } from "./libc.ts";
import { type Owner, ownProcess } from "./region_owner.ts";
import {
  RegionError,
  RegionExistsError,
  RegionNoRoomError,
  RegionNotFoundError,
} from "./region_errors.ts";
import { RegionRoom, roomStart } from "./region_room.ts";
import {
  drawIdentity,
  readTail,
  type RegionFacts,
  TAIL_BYTES,
  tailOf,
} from "./region_tail.ts";

const IS_MAC = Deno.build.os === "darwin";
/** What lengths are multiples of, so that the system does not round them: then a tail could not be found. */
const PAGE = IS_MAC ? 16_384 : 4_096;
const OPEN = {
  RDWR: 2,
  CREAT: IS_MAC ? 0x200 : 0x40,
  EXCL: IS_MAC ? 0x800 : 0x80,
};
const MAP = { READ_WRITE: 3, SHARED: 1, FAILED: 0xffff_ffff_ffff_ffffn };
const FALLOCATE_KEEP_SIZE = 1;
const ENOSPC = 28;
const SEEK = { SET: 0, END: 2 };
/** Where macOS tells how long a file is. */
const MAC_STAT = { BYTES: 144, SIZE_AT: 96 };
const MS_SYNC = IS_MAC ? 0x10 : 4;
/** Nobody else may read or write it. */
const MODE = 0o600;

/** Memory of so many bytes is had in some milliseconds: more is waited for. */
const SHORT_BYTES = 2 ** 23;

/** The largest region, in bytes. */
export const MAX_REGION_BYTES: number = 2 ** 32;

/** A region that is mapped. */
export class Mapped {
  /** Its name. */
  readonly name: string;
  /** What its tail says; without one, it was made by another program, and `identity` is 0. */
  readonly facts: RegionFacts | undefined;
  /** The bytes of the user. */
  readonly buffer: ArrayBuffer;
  /** The tail, if it has one. */
  readonly tail: Int32Array<ArrayBuffer> | undefined;
  /** Its room, if it was made with one. */
  readonly room: RegionRoom | undefined;
  readonly #address: bigint;
  readonly #length: number;
  readonly #file: number | undefined;
  #isMapped = true;

  /** What stands for `length` bytes at `address`; `file` is closed with it. */
  constructor(name: string, address: bigint, length: number, file?: number) {
    this.#file = file;
    this.name = name;
    this.#address = address;
    this.#length = length;
    const at = Deno.UnsafePointer.create(address)!;
    const end = length - TAIL_BYTES;
    if (length % 4 === 0 && end > 0) {
      const { getArrayBuffer } = Deno.UnsafePointerView;
      const words = new Int32Array(getArrayBuffer(at, TAIL_BYTES, end));
      this.facts = readTail(words, end);
      if (this.facts !== undefined) this.tail = words;
      else words.buffer.transfer(0);
    }
    const size = this.facts?.size ?? length;
    this.buffer = Deno.UnsafePointerView.getArrayBuffer(at, size);
    const room = this.facts?.room ?? 0;
    if (room > 0) this.room = new RegionRoom(name, at, roomStart(size), room);
  }

  /** Whether it was closed. */
  get closed(): boolean {
    return !this.#isMapped;
  }

  /** Has all of it written to the disk that it is a file of. */
  async flush(): Promise<void> {
    const bytes = BigInt(this.#length);
    if (await libc().all.msyncAside(this.#address, bytes, MS_SYNC) === 0) {
      return;
    }
    throw new RegionError(
      `Cannot write the region "${this.name}" to its disk as the system refuses: the file may be gone, or the disk full`,
      { region: this.name },
    );
  }

  /** Detaches its buffers and unmaps it. One whose buffer was moved elsewhere stays mapped: somebody may look at it. */
  close(): void {
    if (!this.#isMapped) return;
    this.#isMapped = false;
    this.room?.close();
    this.tail?.buffer.transfer(0);
    if (this.#file !== undefined) libc().all.close(this.#file);
    if (this.buffer.detached) return;
    this.buffer.transfer(0);
    libc().all.munmap(this.#address, BigInt(this.#length));
  }
}

/**
 * Makes a region, all zeros, and maps it. All of its memory is had at once: otherwise a machine that runs out of it ends the
 * program in the middle of a write.
 *
 * @param room Bytes of its room, a multiple of 64; 0 for none.
 * @throws {RegionExistsError} If there is one of that name.
 * @throws {RegionNoRoomError} If the machine has not so much.
 */
export async function createMapped(
  name: string,
  size: number,
  owner: Owner,
  room: number = 0,
): Promise<Mapped> {
  const file = openFile(name, OPEN.RDWR | OPEN.CREAT | OPEN.EXCL);
  try {
    const length = lengthFor(size, room);
    const tail = tailOf({ size, identity: drawIdentity(), owner, room });
    await reserve(name, file, length, tail);
    return map(name, file, length, tail);
  } catch (error) {
    libc().all.shm_unlink(pathOf(name));
    throw error;
  } finally {
    libc().all.close(file);
  }
}

/**
 * Maps the region of that name.
 *
 * @returns The region, or `undefined` if it is only being made.
 * @throws {RegionNotFoundError} If there is none.
 */
export function openMapped(name: string): Mapped | undefined {
  const file = openFile(name, OPEN.RDWR);
  try {
    const length = lengthOf(file);
    return length > 0 ? map(name, file, length) : undefined;
  } finally {
    libc().all.close(file);
  }
}

/**
 * Takes the name from a region: nobody can open it any more, and its memory is given back when the last one closes it.
 *
 * @param identity The one that is meant: another one of that name stays. None for whichever has the name.
 * @returns Whether it had the name.
 */
export function unlinkMapped(name: string, identity?: number): boolean {
  const { all, errno } = libc();
  if (identity !== undefined && identityOf(name) !== identity) return false;
  if (all.shm_unlink(pathOf(name)) === 0) return true;
  const number = errno();
  if (number === ERRNO.ENOENT) return false;
  throw failed("unlink", name, number);
}

/** The identity of the region of that name; `undefined` if there is none, or none with a tail. */
export function identityOf(name: string): number | undefined {
  let file: number;
  try {
    file = openFile(name, OPEN.RDWR);
  } catch (error) {
    if (error instanceof RegionError) return undefined;
    throw error;
  }
  try {
    return factsIn(file)?.identity;
  } finally {
    libc().all.close(file);
  }
}

/** What the tail of an open file says; `undefined` if it has none. Not by a mapping, which would cost more than all the rest. */
export function factsIn(file: number): RegionFacts | undefined {
  const { linux } = libc();
  const end = lengthOf(file) - TAIL_BYTES;
  if (end <= 0 || end % 4 !== 0) return undefined;
  const words = new Int32Array(TAIL_BYTES / 4);
  if (linux === undefined) {
    const mapped = map("", file, end + TAIL_BYTES);
    mapped.close();
    return mapped.facts;
  }
  if (linux.lseek(file, BigInt(end), SEEK.SET) < 0n) return undefined;
  const bytes = new Uint8Array(words.buffer);
  const read = linux.read(file, bytes, BigInt(TAIL_BYTES));
  return Number(read) === TAIL_BYTES ? readTail(words, end) : undefined;
}

function pathOf(name: string): Uint8Array<ArrayBuffer> {
  return cString(`/${name}`);
}

/** @throws {RegionError} What the number of the error means. */
function openFile(name: string, flags: number): number {
  const { all, errno, linux, macos } = libc();
  const path = pathOf(name);
  const file = linux?.shm_open(path, flags, MODE) ??
    macos!.shm_open(path, flags, MODE, 0, 0, 0, 0, 0, MODE);
  if (file >= 0) {
    // Whatever the mask of the process made of it.
    if (flags & OPEN.CREAT) all.fchmod(file, MODE);
    return file;
  }
  const number = errno();
  if (number === ERRNO.EEXIST) {
    throw new RegionExistsError(
      `Cannot create the region "${name}" as there is one of that name: open it, or choose another name`,
      { region: name },
    );
  }
  if (number === ERRNO.ENOENT) throw notFound(name);
  throw failed(flags & OPEN.CREAT ? "create" : "open", name, number);
}

/** The error that there is no region of that name. */
export function notFound(name: string): RegionNotFoundError {
  return new RegionNotFoundError(
    `Cannot open the region "${name}" as there is none of that name: it was never made, or it was unlinked`,
    { region: name },
  );
}

function failed(what: string, name: string, number: number): RegionError {
  if (number === ENOSPC) {
    return new RegionNoRoomError(
      `Cannot ${what} the region "${name}" as the system has no room for it: make it smaller, or give /dev/shm more`,
      { region: name },
    );
  }
  return new RegionError(
    `Cannot ${what} the region "${name}" as the system refuses: error number is ${number}`,
    { region: name },
  );
}

/** Makes the file so long. On Linux its tail is there with its length: who opens it finds both or neither. */
async function reserve(
  name: string,
  file: number,
  length: number,
  tail: Uint8Array<ArrayBuffer>,
): Promise<void> {
  const { all, errno, linux } = libc();
  if (linux === undefined) {
    if (all.ftruncate(file, BigInt(length)) === 0) return;
    throw failed("create", name, errno());
  }
  const at = BigInt(length - TAIL_BYTES);
  const size = BigInt(TAIL_BYTES);
  if (linux.pwrite(file, tail, size, at) !== size) {
    throw failed("create", name, errno());
  }
  const whole = BigInt(length);
  const { fallocate, fallocateAside } = linux;
  if (length <= SHORT_BYTES) {
    if (fallocate(file, FALLOCATE_KEEP_SIZE, 0n, whole) === 0) return;
    throw failed("create", name, errno());
  }
  if (await fallocateAside(file, FALLOCATE_KEEP_SIZE, 0n, whole) !== 0) {
    throw failed("create", name, ENOSPC);
  }
}

/** The bytes of a file of that size with such a room, and its tail. */
export function lengthFor(size: number, room: number): number {
  const used = room === 0 ? size : roomStart(size) + room;
  return Math.ceil((used + TAIL_BYTES) / PAGE) * PAGE;
}

/** Maps an open file; `keep`: it stays open as long as that is mapped. */
export function map(
  name: string,
  file: number,
  length: number,
  tail?: Uint8Array,
  keep: boolean = false,
): Mapped {
  const { all, errno } = libc();
  const { READ_WRITE, SHARED, FAILED } = MAP;
  const bytes = BigInt(length);
  const address = all.mmap(0n, bytes, READ_WRITE, SHARED, file, 0n);
  if (address === FAILED) throw failed("map", name, errno());
  if (IS_MAC && tail !== undefined) {
    const at = Deno.UnsafePointer.create(address)!;
    const end = length - TAIL_BYTES;
    const there = Deno.UnsafePointerView.getArrayBuffer(at, TAIL_BYTES, end);
    new Uint8Array(there).set(tail);
    there.transfer(0);
  }
  return new Mapped(name, address, length, keep ? file : undefined);
}

/** Bytes of an open file. */
export function lengthOf(file: number): number {
  const { linux, macos } = libc();
  if (linux !== undefined) return Number(linux.lseek(file, 0n, SEEK.END));
  const stat = new Uint8Array(MAC_STAT.BYTES);
  if (macos!.fstat(file, stat) !== 0) return 0;
  const view = new DataView(stat.buffer);
  return Number(view.getBigInt64(MAC_STAT.SIZE_AT, true));
}

/** Whether this process made the region, or a thread of it. */
export function isOwn(facts: RegionFacts | undefined): boolean {
  const { pid, start, space } = ownProcess();
  const owner = facts?.owner;
  return owner?.pid === pid && owner.start === start && owner.space === space;
}
