/**
 * Primitives on their way: one object for each memory on each thread.
 *
 * @module
 */
import { InvalidOptionError, UnknownHandleError } from "../errors.ts";
import { peek } from "../memory/cells.ts";
import {
  definePortable,
  portable,
  type PortableData,
} from "../memory/portable.ts";
import { PRIMITIVE, SYNC_VERSION } from "./layout.ts";
import { ownLife } from "./lives.ts";

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

/** The memory of each primitive. */
const memories: WeakMap<object, SharedArrayBuffer> = new WeakMap();

/** Remembers the object that stands for its memory on this thread. */
export function remember(
  handle: object,
  words: Int32Array<SharedArrayBuffer>,
): void {
  const name = nameOf(words);
  memories.set(handle, words.buffer);
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
    (data) => recall(kind, number, data) ?? new Class(data),
  );
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
  return known.get(nameOf(wordsOf(kind, number, data)))?.deref();
}

function wordsOf(
  kind: string,
  number: number,
  data: unknown,
): Int32Array<SharedArrayBuffer> {
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
