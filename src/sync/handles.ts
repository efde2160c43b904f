/**
 * Primitives on their way: one object for each memory on each thread.
 *
 * @module
 */
import { InvalidOptionError, UnknownHandleError } from "../errors.ts";
import { peek, poke } from "../memory/cells.ts";
import {
  definePortable,
  portable,
  type PortableData,
} from "../memory/portable.ts";
import { PRIMITIVE, SYNC_VERSION } from "./layout.ts";
import type { Region } from "../memory/region_room.ts";
import { ownLife } from "./lives.ts";
import { plotAt, plotIn, plotOf } from "./plot.ts";

const known: Map<string, WeakRef<object>> = new Map();
const forgotten: FinalizationRegistry<string> = new FinalizationRegistry(
  (name) => {
    if (known.get(name)?.deref() === undefined) known.delete(name);
  },
);

function nameOf(words: Int32Array): string {
  return `${peek(words, PRIMITIVE.KIND)}.${peek(words, PRIMITIVE.MAKER)}.${
    peek(words, PRIMITIVE.SERIAL)
  }`;
}

/** The memory of each primitive; of one in a region, the region and its name there. */
const memories: WeakMap<object, SharedArrayBuffer | [Region, string]> =
  new WeakMap();

/** Remembers the object that stands for its memory on this thread. */
export function remember(handle: object, words: Int32Array): void {
  const plot = plotOf(words);
  if (plot !== undefined) {
    plot.handle = handle;
    memories.set(handle, [plot.region, plot.name]);
    return;
  }
  const name = nameOf(words);
  memories.set(handle, words.buffer as SharedArrayBuffer);
  known.set(name, new WeakRef(handle));
  forgotten.register(handle, name);
}

/**
 * Lets primitives of a class travel.
 *
 * @param kind What they are called on the wire.
 * @param number What they are in memory, of {@linkcode KIND}.
 * @param Class The class; given a memory, its constructor makes the object that stands for it and {@link remember}s it.
 * @param state How one of them stands, for `console.log`.
 */
export function defineHandle<H extends object>(
  kind: string,
  number: number,
  // deno-lint-ignore no-explicit-any -- what users give a constructor is its own affair
  Class: new (memory: any) => H,
  state?: (handle: H) => string,
): void {
  if (state !== undefined) showState(Class.prototype, state);
  Object.defineProperty(Class.prototype, portable, {
    value(this: object): PortableData {
      return { kind, data: memories.get(this) };
    },
  });
  definePortable(
    kind,
    (data) => recall(kind, number, data) ?? new Class(groundOf(data)),
  );
}

/** What a primitive becomes in a message. */
export function memoryOf(
  handle: object,
): SharedArrayBuffer | [Region, string] | undefined {
  return memories.get(handle);
}

/** What a primitive of a message is made of. */
export function groundOf(data: unknown): SharedArrayBuffer {
  if (!Array.isArray(data)) return data as SharedArrayBuffer;
  // Who makes it of that takes a plot as well, and says so to nobody else.
  return plotAt(data[0], data[1]) as unknown as SharedArrayBuffer;
}

/** How a primitive is made in a region. */
export interface Meeting<H> {
  /** What it is called in messages. */
  readonly what: string;
  /** What it is in memory, of {@linkcode KIND}. */
  readonly number: number;
  /** What both sides must say of it. */
  readonly made: string;
  /** Makes one like it of this program alone: it begins as that one. */
  make(): H;
  /** Makes the object that stands for it. */
  stand(memory: SharedArrayBuffer): H;
}

/**
 * The primitive of that name in a region, which is made if there is none.
 *
 * @throws {InvalidOptionError} If `region` is none, or `name` is not 1 to 64 bytes of text.
 * @throws {LayoutMismatchError} If something else has that name, or it was made otherwise.
 * @throws {RegionNoRoomError} If the region has no room for it.
 * @throws {RegionClosedError} If the region was closed.
 */
export function meetIn<H extends object>(
  region: Region,
  name: string,
  meeting: Meeting<H>,
): H {
  const { what, number, made } = meeting;
  const plot = plotIn(region, name, {
    what,
    kind: number,
    made,
    fill(root) {
      const memory = memories.get(meeting.make()) as SharedArrayBuffer;
      const words = new Int32Array(memory);
      poke(words, PRIMITIVE.ROOT, root);
      poke(words, PRIMITIVE.MAKER, 0);
      poke(words, PRIMITIVE.SERIAL, 0);
      return words;
    },
  });
  return (plot.handle ??
    meeting.stand(plot as unknown as SharedArrayBuffer)) as H;
}

/** Shows the primitives of a class as `Mutex (locked)`, in texts as well. */
export function showState<H extends object>(
  prototype: H,
  state: (handle: H) => string,
): void {
  for (const shown of [Symbol.for("Deno.customInspect"), "toString"]) {
    Object.defineProperty(prototype, shown, {
      configurable: true,
      writable: true,
      value(this: H): string {
        return `${this.constructor.name} (${state(this)})`;
      },
    });
  }
}

/**
 * The object that stands for a memory on this thread, if there is one.
 *
 * @throws {InvalidOptionError} If `data` is not the memory of a primitive of that kind.
 * @throws {UnknownHandleError} If it was made by a thread that knows nothing of this one.
 */
export function recall(
  kind: string,
  number: number,
  data: unknown,
): object | undefined {
  if (Array.isArray(data)) {
    const plot = plotAt(data[0], data[1]);
    if (plot.kind === number) return plot.handle;
    throw new InvalidOptionError(
      `Cannot revive a ${kind} as "${plot.name}" is another thing in its region: current kind is ${plot.kind}`,
      { option: "memory", value: plot.kind },
    );
  }
  return known.get(nameOf(wordsOf(kind, number, data)))?.deref();
}

function wordsOf(
  kind: string,
  number: number,
  data: unknown,
): Int32Array {
  if (!(data instanceof SharedArrayBuffer) || data.byteLength < 192) {
    throw new InvalidOptionError(
      `Cannot revive a ${kind} as its memory must be shared: current value is ${data}`,
      { option: "memory", value: data },
    );
  }
  const words = new Int32Array(data);
  const found = [
    peek(words, PRIMITIVE.VERSION),
    peek(words, PRIMITIVE.KIND),
  ];
  if (found[0] !== SYNC_VERSION || found[1] !== number) {
    throw new InvalidOptionError(
      `Cannot revive a ${kind} as its memory must be of version ${SYNC_VERSION} and kind ${number}: current values are ${
        found.join(" and ")
      }`,
      { option: "memory", value: data },
    );
  }
  if (peek(words, PRIMITIVE.ROOT) !== ownLife().lives.root) {
    throw new UnknownHandleError(
      `Cannot revive a ${kind} as it was made by a thread of another root: current root is ${ownLife().lives.root}; start both from one main thread`,
      { kind },
    );
  }
  return words;
}
