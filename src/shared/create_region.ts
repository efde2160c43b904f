/**
 * How regions of named memory are made and opened.
 *
 * @module
 */
import { InvalidOptionError } from "../errors.ts";
import {
  createMapped,
  type Mapped,
  MAX_REGION_BYTES,
  openMapped,
} from "../memory/mapped.ts";
import { makeRegionFile, openMappedFile } from "../memory/mapped_file.ts";
import {
  RegionError,
  RegionExistsError,
  RegionNotFoundError,
} from "../memory/region_errors.ts";
import { checkRegionName, drawRegionName } from "../memory/region_name.ts";
import { NOBODY, ownProcess } from "../memory/region_owner.ts";
import { sweepRegions } from "../memory/region_sweep.ts";
import { checkWhole } from "../memory/view_on.ts";
import { checkOptionNames, type OptionNames } from "../option_names.ts";

/** How to make a region. */
export interface SharedMemoryOptions {
  /** Bytes, 1 to 4 GiB. */
  readonly size: number;
  /**
   * Its name: 1 to 30 letters, digits, `_`, `-` and `.`, no `-` or `.` at first.
   *
   * @default {one that nobody can guess}
   */
  readonly name?: string;
  /**
   * Whether it outlives its creator: disposing the handle only closes it, and nobody sweeps it. Until the machine starts
   * again it is there, or until somebody unlinks it.
   *
   * @default {false}
   */
  readonly keep?: boolean;
  /**
   * Bytes behind its own for locks, queues and values that processes share by name, as `Mutex.in(region, "name")` makes them:
   * 0 to 1 GiB. It takes 4 KiB, and 13 KiB for each lock.
   *
   * @default {0}
   */
  readonly room?: number;
}

/** How to open a region. */
export interface OpenMemoryOptions {
  /**
   * The fingerprint of the layout that must be in it.
   *
   * @default {any}
   */
  readonly layout?: string;
  /**
   * Whether this process is to own it from now on, as if it had made it: disposing the handle unlinks it, and it is swept when
   * this process has died. A region that another program made is unlinked by disposing alone.
   *
   * @default {false}
   */
  readonly own?: boolean;
}

/** How to open, or make, a region over a file. */
export interface FileMemoryOptions {
  /**
   * Bytes, 1 to 4 GiB, if there is no such file yet; one that is there must have as many.
   *
   * @default {as many as the file has: it must be there}
   */
  readonly size?: number;
  /**
   * As in {@linkcode SharedMemoryOptions}, if there is no such file yet. One that is there has what it was made with.
   *
   * @default {0}
   */
  readonly room?: number;
  /**
   * The fingerprint of the layout of what is in it: noted if none is, checked otherwise.
   *
   * @default {any}
   */
  readonly layout?: string;
}

const FILE: OptionNames<FileMemoryOptions> = {
  size: true,
  room: true,
  layout: true,
};
const CREATE: OptionNames<SharedMemoryOptions> = {
  size: true,
  name: true,
  keep: true,
  room: true,
};
/** The largest room, in bytes. */
const MAX_ROOM = 2 ** 30;
const OPEN: OptionNames<OpenMemoryOptions> = { layout: true, own: true };
/**
 * Checks how a region is to be opened.
 *
 * @throws {InvalidOptionError} If no region may be called so, or there is no such option.
 */
export function checkOpen(name: string, options: OpenMemoryOptions): void {
  checkRegionName("open a region", name);
  checkOptionNames("Cannot open a region", options, OPEN);
  checkFlag("open", "own", options.own ?? false);
}

function checkFlag(what: string, option: string, value: unknown): void {
  if (typeof value === "boolean") return;
  throw new InvalidOptionError(
    `Cannot ${what} a region as "${option}" must be true or false: current value is ${
      Deno.inspect(value, { depth: 1 })
    }`,
    { option, value },
  );
}

/** How long a region may be about to be made, and how often to look, in milliseconds. */
const MAKING_MS = { most: 1_000, pause: 2 };

let isSwept = false;

/**
 * Makes a region as options say.
 *
 * @returns What is mapped, and whether who made it owns it.
 */
export async function createRegion(
  options: SharedMemoryOptions,
): Promise<{ mapped: Mapped; isOwner: boolean }> {
  checkOptionNames("Cannot create a region", options, CREATE);
  const { size, name, keep = false, room = 0 } = options;
  checkWhole("size", size, 1, MAX_REGION_BYTES);
  if (name !== undefined) checkRegionName("create a region", name);
  checkWhole("room", room, 0, MAX_ROOM);
  const behind = Math.ceil(room / 64) * 64;
  checkFlag("create", "keep", keep);
  if (!isSwept) sweepRegions();
  isSwept = true;
  const owner = keep ? NOBODY : ownProcess();
  if (name !== undefined) {
    const mapped = await createMapped(name, size, owner, behind);
    return { mapped, isOwner: !keep };
  }
  for (;;) {
    try {
      const drawn = drawRegionName();
      const mapped = await createMapped(drawn, size, owner, behind);
      return { mapped, isOwner: !keep };
    } catch (error) {
      // Somebody was as lucky.
      if (!(error instanceof RegionExistsError)) throw error;
    }
  }
}

/**
 * Maps a file, and makes it first if there is none.
 *
 * @param path Its path, relative to the current folder, or its URL.
 */
export async function openOrMakeFile(
  path: string | URL,
  options: FileMemoryOptions,
): Promise<Mapped> {
  checkOptionNames("Cannot open the region of a file", options, FILE);
  const { size, room = 0 } = options;
  if (size !== undefined) checkWhole("size", size, 1, MAX_REGION_BYTES);
  checkWhole("room", room, 0, MAX_ROOM);
  const given = path instanceof URL ? fromFileUrl(path) : path;
  const whole = given.startsWith("/") ? given : `${Deno.cwd()}/${given}`;
  try {
    return openMappedFile(whole);
  } catch (error) {
    if (size === undefined || !(error instanceof RegionNotFoundError)) {
      throw error;
    }
  }
  await makeRegionFile(whole, size, Math.ceil(room / 64) * 64);
  return openMappedFile(whole);
}

function fromFileUrl(url: URL): string {
  if (url.protocol === "file:") return decodeURIComponent(url.pathname);
  throw new InvalidOptionError(
    `Cannot open the region of a file as "path" must be a path or the URL of a file: current value is ${url}`,
    { option: "path", value: url },
  );
}

/** The region of that name. One that is only being made is awaited. */
export async function openMade(name: string): Promise<Mapped> {
  const { most, pause } = MAKING_MS;
  for (let waited = 0; waited < most; waited += pause) {
    const mapped = openMapped(name);
    if (mapped !== undefined) return mapped;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  throw new RegionError(
    `Cannot open the region "${name}" as it has no bytes: who makes it has not gone on for ${most} ms`,
    { region: name },
  );
}
