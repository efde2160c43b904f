/**
 * Handles that travel inside messages: refs, queues, locks, shared regions.
 *
 * @module
 */

import { InvalidOptionError, UnknownHandleError } from "../errors.ts";

/**
 * Key of the method by which an object says how it travels.
 *
 * An object with this method is sent as its {@linkcode PortableData}, and the
 * function given to {@linkcode definePortable} for that kind makes the object
 * the receiver sees. The method must not encode anything itself.
 *
 * @example A handle around shared memory
 * ```ts ignore
 * class Cell {
 *   constructor(readonly memory: SharedArrayBuffer) {}
 *   [portable]() {
 *     return { kind: "cell", data: this.memory };
 *   }
 * }
 * definePortable("cell", (data) => new Cell(data as SharedArrayBuffer));
 * ```
 */
export const portable: unique symbol = Symbol.for("troupe.portable");

/** What a handle becomes on the wire. */
export interface PortableData {
  /** Names the function that revives the handle; at most 64 characters. */
  readonly kind: string;
  /** Anything the codec accepts, other handles included. */
  readonly data: unknown;
  /**
   * Called once the message that holds the handle is encoded as a whole, by a handle that is given away so; `data` must hold
   * shared memory then. It returns what takes that back if the message is refused after all. Neither may throw.
   */
  readonly sent?: () => () => void;
  /** What a handle that is given away leaves behind if the message is thrown away before anybody has received it. */
  readonly losses?: readonly Loss[];
}

/** A word of shared memory that says who has a handle: what it becomes when the message with that handle is thrown away. */
export interface Loss {
  /** The memory of the handle. */
  readonly memory: SharedArrayBuffer;
  /** The index of the word. */
  readonly at: number;
  /** What it holds as long as nobody has received the handle. */
  readonly from: number;
  /** What it holds after that. */
  readonly to: number;
  /** The index of the word on which sleeps who is told. */
  readonly bell: number;
}

/** An object that travels as a handle. */
export interface Portable {
  /** Says how this handle travels. */
  [portable](): PortableData;
}

const revivers = new Map<string, (data: unknown) => unknown>();

/**
 * Says how handles of `kind` come to life in this isolate; the last definition wins.
 *
 * @param kind The kind that {@linkcode PortableData} names, 1 to 64 characters.
 * @param revive Makes the handle. It may run for untrusted bytes: check `data`.
 * @throws {InvalidOptionError} If `kind` is empty or longer than 64 characters.
 */
export function definePortable(
  kind: string,
  revive: (data: unknown) => unknown,
): void {
  if (kind.length < 1 || kind.length > 64) {
    throw new InvalidOptionError(
      `Cannot define a portable as "kind" must have 1 to 64 characters: current length is ${kind.length}`,
      { option: "kind", value: kind },
    );
  }
  revivers.set(kind, revive);
}

let passing = false;
let refusing = false;

/** From now on this isolate passes on what another program sends, also handles of kinds that are not defined here. */
export function passUnknownPortables(): void {
  passing = true;
}

/**
 * Calls `act`, which reads what another program sent: a handle of a kind that is not defined here is refused, as where it is
 * sent on it may mean something that the program was never given.
 */
export function refusingUnknown<T>(act: () => T): T {
  const before = refusing;
  refusing = !passing;
  try {
    return act();
  } finally {
    refusing = before;
  }
}

/**
 * The handle of `kind` from its data; one that can only be sent on, if this isolate does not define `kind`.
 *
 * @throws {UnknownHandleError} If it does not, and another program has sent it.
 */
export function revivePortable(kind: string, data: unknown): unknown {
  const revive = revivers.get(kind);
  if (revive !== undefined) return revive(data);
  if (refusing) throw unknown("revive a handle", kind);
  return unknownHandle(kind, data);
}

function unknown(what: string, kind: string): UnknownHandleError {
  return new UnknownHandleError(
    `Cannot ${what} as its kind is not defined here: current kind is "${kind}"; have the module of the actor import more than types of it, such as import "@troupe/actors"`,
    { kind },
  );
}

/** What any object is asked for, whoever looks at it: nobody uses a handle by these. */
const LOOKED_AT: ReadonlySet<string> = new Set([
  "constructor",
  "then",
  "toJSON",
]);

/** A handle that says what is missing when it is used. To refuse the message instead would cost whoever gets it all the rest. */
function unknownHandle(kind: string, data: unknown): object {
  return new Proxy({ [portable]: () => ({ kind, data }) }, {
    get(target, key) {
      if (typeof key === "symbol" || LOOKED_AT.has(key)) {
        return Reflect.get(target, key);
      }
      throw unknown(`use "${key}" of a handle`, kind);
    },
  });
}
