/**
 * Primitives in a region of named memory: found, or made, by name.
 *
 * A plot is a part of the room of a region; `memory/region_room.ts` draws it. What is in it is what the memory of a primitive
 * of one program has in it, so the code is the same; only who lives there, and how it is waited, differ.
 *
 * @module
 */
import { InvalidOptionError } from "../errors.ts";
import { cas, load, notify, peek, poke, store, wait } from "../memory/cells.ts";
import { useFutex } from "../memory/futex.ts";
import { LayoutMismatchError } from "../memory/layout_mismatch_error.ts";
import {
  RegionClosedError,
  RegionNoRoomError,
} from "../memory/region_errors.ts";
import {
  isRegion,
  type Region,
  type RegionRoom,
  ROOM,
  ROOM_PLOT,
  ROOM_VERSION,
  roomOf,
} from "../memory/region_room.ts";
import { CONTENDED } from "./layout.ts";
import { type Life, ownLife } from "./lives.ts";
import { lifeIn, type RegionLife } from "./region_lives.ts";

const { BYTES, KIND, MADE, MEMORY, NAME, NAME_AT, TEXT, TEXT_AT } = ROOM_PLOT;
const { HEAD_BYTES, MOST } = ROOM_PLOT;
const { GUARD, PLOTS_BYTES, USED, VERSION } = ROOM;

/** Longest sleep in front of the guard, in milliseconds. */
const SLICE_MS = 5;

const encoder = new TextEncoder();

/** What is looked for, or made. */
export interface PlotPlan {
  /** What it is called in messages: "mutex". */
  readonly what: string;
  /** Its kind, a number that no other has. */
  readonly kind: number;
  /** How it is made: who meets there must say the same. */
  readonly made: string;
  /** What is in its memory at first, in a region whose table of lives has that root. */
  fill(root: number): Int32Array;
}

/** The memory of one primitive in a region. */
export class Plot {
  /** The region, as it was given. */
  readonly region: Region;
  /** Its name there. */
  readonly name: string;
  /** Where it begins in the room, in bytes. */
  readonly at: number;
  /** What it is. */
  readonly kind: number;
  /** Its memory. */
  readonly words: Int32Array<ArrayBuffer>;
  /** What stands for it on this thread. */
  handle: object | undefined;
  readonly #room: RegionRoom;

  /** The plot of that name, whose memory these words are. */
  constructor(
    region: Region,
    name: string,
    at: number,
    kind: number,
    words: Int32Array<ArrayBuffer>,
  ) {
    this.region = region;
    this.name = name;
    this.at = at;
    this.kind = kind;
    this.words = words;
    this.#room = roomOf(region);
    plots.set(words, this);
  }

  /**
   * The life of this thread in the region.
   *
   * @throws {RegionClosedError} If the region was closed.
   */
  get life(): RegionLife {
    if (!this.#room.closed) return lifeIn(this.#room);
    throw new RegionClosedError(
      `Cannot use "${this.name}" as the region "${this.region.name}" was closed: open it again`,
      { region: this.region.name },
    );
  }
}

/** Where the memory of a primitive is: it is shared by threads, or a plot of a region. */
export type Ground = SharedArrayBuffer | Plot;

/** Whether something is the memory of a primitive. */
export function isGround(given: unknown): given is Ground {
  return given instanceof SharedArrayBuffer || given instanceof Plot;
}

/** Which plot words are of. */
const plots: WeakMap<Int32Array, Plot> = new WeakMap();
/** The plots of each room that this thread knows. */
const known: WeakMap<RegionRoom, Map<string, Plot>> = new WeakMap();

/** The plot that these words are the memory of; `undefined` if they are in no region. */
export function plotOf(words: Int32Array): Plot | undefined {
  return plots.get(words);
}

/** The life of this thread where these words are. */
export function lifeAt(words: Int32Array): Life {
  return plots.get(words)?.life ?? ownLife();
}

/**
 * The plot of that name, which is made if there is none.
 *
 * @throws {InvalidOptionError} If `region` is none, or `name` is not 1 to 64 bytes of text.
 * @throws {LayoutMismatchError} If something else has that name, or it was made otherwise.
 * @throws {RegionNoRoomError} If the region has no room for it.
 * @throws {RegionClosedError} If the region was closed.
 */
export function plotIn(region: Region, name: string, plan: PlotPlan): Plot {
  const bytes = checkName(plan.what, region, name);
  const room = roomOf(region);
  const met = known.get(room)?.get(name);
  const at = met?.at ?? find(room, bytes) ?? add(room, bytes, name, plan);
  check(room, at, name, plan);
  return met ?? meet(region, room, name, at);
}

/**
 * The plot of that name, which there must be.
 *
 * @throws {InvalidOptionError} If there is none.
 */
export function plotAt(region: Region, name: string): Plot {
  const bytes = checkName("handle", region, name);
  const room = roomOf(region);
  const met = known.get(room)?.get(name);
  if (met !== undefined) return met;
  const at = find(room, bytes);
  if (at !== undefined) return meet(region, room, name, at);
  throw new InvalidOptionError(
    `Cannot find "${name}" in the region "${room.name}" as there is none of that name: current room has ${
      load(room.words, USED)
    } bytes of others`,
    { option: "name", value: name },
  );
}

function meet(
  region: Region,
  room: RegionRoom,
  name: string,
  at: number,
): Plot {
  let here = known.get(room);
  if (here === undefined) known.set(room, here = new Map());
  useFutex();
  const head = at / 4;
  const size = peek(room.words, head + MEMORY);
  const words = room.cut(at + HEAD_BYTES, size);
  const plot = new Plot(region, name, at, peek(room.words, head + KIND), words);
  here.set(name, plot);
  return plot;
}

function checkName(what: string, region: Region, name: unknown): Uint8Array {
  const bytes = typeof name === "string" ? encoder.encode(name) : undefined;
  const fits = bytes !== undefined && bytes.length > 0 && bytes.length <= MOST;
  if (isRegion(region) && fits) return bytes;
  const [option, value, must] = isRegion(region)
    ? ["name", name, `a text of 1 to ${MOST} bytes`] as const
    : ["region", region, "a SharedMemory"] as const;
  throw new InvalidOptionError(
    `Cannot make a ${what} in a region as "${option}" must be ${must}: current value is ${
      Deno.inspect(value, { depth: 1 })
    }`,
    { option, value },
  );
}

/** Where the plot of that name begins; `undefined` if there is none. What is made in between is not seen. */
function find(room: RegionRoom, name: Uint8Array): number | undefined {
  const { words } = room;
  const bytes = new Uint8Array(words.buffer);
  const end = PLOTS_BYTES + load(words, USED);
  for (let at = PLOTS_BYTES; at < end;) {
    const start = at + NAME_AT;
    const isSame = peek(words, at / 4 + NAME) === name.length &&
      name.every((byte, i) => bytes[start + i] === byte);
    if (isSame) return at;
    const size = peek(words, at / 4 + BYTES);
    // Nobody of us wrote that.
    if (size < HEAD_BYTES) break;
    at += size;
  }
  return undefined;
}

/** Checks that what is there is what is asked for. */
function check(
  room: RegionRoom,
  at: number,
  name: string,
  { what, kind, made }: PlotPlan,
): void {
  const { words } = room;
  const isKind = peek(words, at / 4 + KIND) === kind;
  if (isKind && peek(words, at / 4 + MADE) === hashOf(made)) return;
  const start = at + TEXT_AT;
  const text = new Uint8Array(words.buffer);
  const actual = new TextDecoder().decode(
    text.slice(start, start + peek(words, at / 4 + TEXT)),
  );
  throw new LayoutMismatchError(
    `Cannot use "${name}" of the region "${room.name}" as a ${what} so made, "${made}", as it is another thing, or was made otherwise: current one is "${actual}"; both sides must say the same`,
    { expected: made, actual },
  );
}

/** Makes a plot, unless somebody else has meanwhile. */
function add(
  room: RegionRoom,
  name: Uint8Array,
  text: string,
  plan: PlotPlan,
): number {
  const life = lifeIn(room);
  const memory = plan.fill(life.lives.root);
  const { words } = room;
  const mine = life.who << 1;
  enter(words, mine, life);
  try {
    const found = find(room, name);
    if (found !== undefined) return found;
    const used = peek(words, USED);
    const at = PLOTS_BYTES + used;
    const size = Math.ceil((HEAD_BYTES + memory.byteLength) / 64) * 64;
    const available = Math.max(0, words.byteLength - at);
    if (size > available) {
      throw new RegionNoRoomError(
        `Cannot make the ${plan.what} "${text}" in the region "${room.name}" as there is no room for it: ${size} bytes are needed, ${available} are available; make the region with more "room"`,
        { region: room.name },
      );
    }
    write(words, at, size, name, plan, memory);
    // Publishes the plot. Who dies before leaves the room as it was.
    store(words, USED, used + size);
    return at;
  } finally {
    if (cas(words, GUARD, mine, 0) !== mine) {
      store(words, GUARD, 0);
      notify(words, GUARD, 1);
    }
  }
}

function write(
  words: Int32Array,
  at: number,
  size: number,
  name: Uint8Array,
  { kind, made }: PlotPlan,
  memory: Int32Array,
): void {
  // Somebody may have died here.
  words.fill(0, at / 4, (at + size) / 4);
  const text = encoder.encode(made).subarray(0, MOST);
  const bytes = new Uint8Array(words.buffer);
  bytes.set(name, at + NAME_AT);
  bytes.set(text, at + TEXT_AT);
  poke(words, at / 4 + BYTES, size);
  poke(words, at / 4 + KIND, kind);
  poke(words, at / 4 + MEMORY, memory.byteLength);
  poke(words, at / 4 + MADE, hashOf(made));
  poke(words, at / 4 + NAME, name.length);
  poke(words, at / 4 + TEXT, text.length);
  words.set(memory, (at + HEAD_BYTES) / 4);
}

/** Waits until nobody else makes a plot: some microseconds, or until it is known that who made one died. */
function enter(words: Int32Array, mine: number, { lives }: Life): void {
  cas(words, VERSION, 0, ROOM_VERSION);
  for (;;) {
    const seen = load(words, GUARD);
    if (seen === 0 || !lives.alive(seen >> 1)) {
      const contended = seen === 0 ? 0 : CONTENDED;
      if (cas(words, GUARD, seen, mine | contended) === seen) return;
    } else if (
      (seen & CONTENDED) !== 0 ||
      cas(words, GUARD, seen, seen | CONTENDED) === seen
    ) wait(words, GUARD, seen | CONTENDED, SLICE_MS);
  }
}

/** FNV-1a over the UTF-8 of a text. */
function hashOf(text: string): number {
  let hash = 0x811c_9dc5;
  for (const byte of encoder.encode(text)) {
    hash = Math.imul(hash ^ byte, 0x0100_0193);
  }
  return hash;
}
