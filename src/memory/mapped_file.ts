/**
 * Regions over files: they outlast the programs that use them, and the machine's next start.
 *
 * A file is as a region of the system's memory is, with its tail at its end. Everyone who maps it holds a lock of the system on
 * it, together; who finds that it could have it alone knows that nobody else is there, whatever the table of its room says.
 *
 * @module
 */
import { cString, libc } from "./libc.ts";
import { factsIn, lengthFor, lengthOf, map, type Mapped } from "./mapped.ts";
import {
  RegionDamagedError,
  RegionError,
  RegionNotFoundError,
} from "./region_errors.ts";
import { NOBODY, ownProcess } from "./region_owner.ts";
import { drawIdentity, TAIL_BYTES, tailOf } from "./region_tail.ts";

/** Read and write; not for programs that this one starts. */
const RDWR = 2 | (Deno.build.os === "darwin" ? 0x100_0000 : 0x8_0000);
/** Locks of the system: with others, and alone or not at all. */
const LOCK = { SHARED: 1, ALONE_NOW: 6 };
/** Written at a time, in bytes. */
const PIECE = 2 ** 20;
const MODE = 0o600;

/** Whether a name is that of a file. */
export function isFileName(name: unknown): name is string {
  return typeof name === "string" && name.startsWith("/");
}

/**
 * Maps a file.
 *
 * @param path Its whole path. Deno is asked first whether this program may read and write it.
 * @throws {RegionNotFoundError} If there is none.
 * @throws {RegionDamagedError} If it is no region, or not all of one.
 */
export function openMappedFile(path: string): Mapped {
  mayOpen(path);
  const { all, errno } = libc();
  const file = all.open(cString(path), RDWR);
  if (file < 0) {
    throw new RegionError(
      `Cannot open the region "${path}" as the system refuses: error number is ${errno()}`,
      { region: path },
    );
  }
  try {
    const facts = factsIn(file);
    const length = lengthOf(file);
    if (facts === undefined || length !== lengthFor(facts.size, facts.room)) {
      throw new RegionDamagedError(
        `Cannot open the region "${path}" as what is in the file is none, or not a whole one: current length is ${length}`,
        { region: path },
      );
    }
    const isAlone = all.flock(file, LOCK.ALONE_NOW) === 0;
    const mapped = map(path, file, length, undefined, true);
    if (isAlone) mapped.room?.disown(ownProcess().space);
    all.flock(file, LOCK.SHARED);
    return mapped;
  } catch (error) {
    all.close(file);
    throw error;
  }
}

function mayOpen(path: string): void {
  try {
    Deno.openSync(path, { read: true, write: true }).close();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new RegionNotFoundError(
      `Cannot open the region "${path}" as there is no such file: give 'size' to make it`,
      { region: path },
    );
  }
}

/**
 * Makes a file, all zeros, unless there is one. It has its name only when it is whole.
 *
 * Until then it is a part beside it, and who makes it holds a lock of the system on a third file: never on what may be a
 * region by then, for which others wait without leaving their thread. Both are of one that was killed when nobody holds the
 * lock: whoever comes next takes them away.
 *
 * @param room Bytes of its room, a multiple of 64; 0 for none.
 */
export async function makeRegionFile(
  path: string,
  size: number,
  room: number,
): Promise<void> {
  const lock = `${path}.troupe_lock`;
  while (!exists(path)) {
    if (factsOf(lock)?.isSymlink) {
      throw new RegionError(
        `Cannot make the region "${path}" as "${lock}" is a link: remove it`,
        { region: path },
      );
    }
    using file = await Deno.open(lock, {
      create: true,
      write: true,
      mode: MODE,
    });
    await file.lock(true);
    // Who had it before has taken it away.
    if (!isAt(lock, file)) continue;
    try {
      if (!exists(path)) await makeWhole(path, size, room);
    } finally {
      await Deno.remove(lock);
    }
  }
}

/** Makes one of which nobody else makes a part. */
async function makeWhole(
  path: string,
  size: number,
  room: number,
): Promise<void> {
  const part = `${path}.troupe_part`;
  const facts = { size, room, identity: drawIdentity(), owner: NOBODY };
  if (exists(part)) await Deno.remove(part);
  try {
    using file = await Deno.open(part, {
      createNew: true,
      write: true,
      mode: MODE,
    });
    // Not a hole: a disk that is full would end the program in the middle of a write.
    const rest = lengthFor(size, room) - TAIL_BYTES;
    for (let at = 0; at < rest; at += PIECE) {
      await writeAll(file, new Uint8Array(Math.min(PIECE, rest - at)));
    }
    await writeAll(file, tailOf(facts));
    await file.sync();
    await Deno.link(part, path);
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  } finally {
    await Deno.remove(part).catch(() => {});
  }
}

function exists(path: string): boolean {
  return factsOf(path) !== undefined;
}

/** Whether an open file is the one of that name. */
function isAt(path: string, file: Deno.FsFile): boolean {
  return factsOf(path)?.ino === file.statSync().ino;
}

function factsOf(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.lstatSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    at += await file.write(bytes.subarray(at));
  }
}

/** Removes a file; `false` if it is gone. */
export async function removeRegionFile(path: string): Promise<boolean> {
  try {
    await Deno.remove(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
