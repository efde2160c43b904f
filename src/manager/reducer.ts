import { findLoaded, load, registerFunction } from "../actor/define.ts";
import { isThenable } from "../actor/is_thenable.ts";
import { deepFreeze } from "../actor/light/deep_freeze.ts";
import { InvalidOptionError, Refusal } from "../errors.ts";
import { decode, encode } from "../memory/codec.ts";
import { takeBack } from "../memory/moved_handles.ts";
import { messageOf } from "../thrown.ts";
import { type KeyPlace, shownKey } from "./places.ts";
import { someInside } from "./some_inside.ts";

/** How a reducer is named where it runs. */
export interface ReducerName {
  /** URL of the module that registers it. */
  readonly module: string;
  /** Name it is registered under. */
  readonly reducer: string;
}

/** What was registered as a reducer: any other task is none, and is not run by who names it. */
const REDUCERS: WeakSet<object> = new WeakSet();

/**
 * A function that makes the next value of the last one, inside of a Manager: what {@linkcode reducer} returns.
 *
 * @typeParam S The value.
 * @typeParam A What else it is given.
 */
export interface Reducer<S, A extends unknown[]> extends ReducerName {
  (state: S, ...args: A): S;
}

/**
 * Registers a reducer under (module URL, `name`), so that a Manager can run it.
 *
 * - **Only the name travels:** the Manager imports the module and finds it there, so the module must register it at its top
 *   level. It must not start anything there.
 * - **Atomic:** no other write comes between the value that it is given and the one that it returns.
 * - **Pure:** it is given a frozen value, with a copy of the bytes in it, and returns another one. It must not wait: a promise
 *   is refused.
 * - **A throw refuses:** the value stays, and the call rejects with {@linkcode Refusal}.
 *
 * @param meta `import.meta` of the module that exports the handle.
 * @param name Name of the export; a non-empty string that no task or actor of the module has.
 * @param fn Makes the next value. It gets `undefined` for a key that is not there, and a call's `init` if it has one.
 * @returns The handle: callable here, and what `MapRef.reduce()` takes.
 * @throws {InvalidOptionError} If `name` is not a non-empty string, or taken.
 *
 * @example An account that is never overdrawn
 * ```ts
 * import { Manager, Refusal, reducer, System } from "@troupe/actors";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * export const credit = reducer(import.meta, "credit", (balance: number, n: number) => {
 *   if (balance + n < 0) throw new Refusal(`Cannot pay ${-n} of ${balance}`);
 *   return balance + n;
 * });
 *
 * // The Manager's thread imports this module too.
 * if (import.meta.main) {
 *   await using system = new System();
 *   await using manager = await Manager.start({ system });
 *   const accounts = manager.map<string, number>("accounts");
 *   await accounts.set("ada", 5);
 *   assertEquals(await accounts.reduce("ada", credit, [-3]), 2);
 *   await assertRejects(() => accounts.reduce("ada", credit, [-3]), Refusal);
 * }
 * ```
 */
export function reducer<S, A extends unknown[]>(
  meta: ImportMeta,
  name: string,
  fn: (state: S, ...args: A) => S,
): Reducer<S, A> {
  registerFunction("a reducer", meta, name, fn);
  REDUCERS.add(fn);
  const handle = (state: S, ...args: A): S => fn(state, ...args);
  return Object.assign(handle, { module: meta.url, reducer: name });
}

/** Refuses what no Manager could find: a function that was not registered has no name there. */
export function checkReducer(what: string, by: unknown, args: unknown): void {
  const { module, reducer } = (by ?? {}) as Partial<ReducerName>;
  if (typeof module !== "string" || typeof reducer !== "string") {
    throw new InvalidOptionError(
      `${what} as 'by' must be what reducer(import.meta, name, fn) returned: current value is ${
        Deno.inspect(by, { depth: 0 })
      }`,
      { option: "by", value: by },
    );
  }
  if (Array.isArray(args)) return;
  throw new InvalidOptionError(
    `${what} as 'args' must be an array: current value is ${
      Deno.inspect(args, { depth: 0 })
    }`,
    { option: "args", value: args },
  );
}

/** The function behind a name. */
export type Reduce = (state: unknown, ...args: unknown[]) => unknown;

/** The reducer of that name, if its module has been loaded here. */
export function loadedReducer(name: ReducerName): Reduce | undefined {
  const found = findLoaded(wantedOf(name));
  const isOne = found?.kind === "task" && REDUCERS.has(found.run);
  return isOne ? found.run : undefined;
}

/**
 * The reducer of that name, whose module has been loaded here.
 *
 * @throws {Refusal} If it registers none.
 */
export function reducerHere(name: ReducerName): Reduce {
  const found = loadedReducer(name);
  if (found !== undefined) return found;
  throw new Refusal(
    `Cannot find the reducer "${name.reducer}" in "${name.module}": it registers none of that name`,
  );
}

/**
 * Imports the module of a reducer.
 *
 * @throws {Refusal} If it cannot be imported, or has nothing of that name.
 */
export async function importReducer(name: ReducerName): Promise<void> {
  try {
    await load(wantedOf(name));
  } catch (cause) {
    throw new Refusal(
      `Cannot find the reducer "${name.reducer}": ${messageOf(cause)}`,
      { cause },
    );
  }
}

/**
 * What the reducer makes of a value.
 *
 * @throws {Refusal} If it throws, or returns a promise or what cannot be kept.
 */
export function reduced(
  reduce: Reduce,
  { reducer }: ReducerName,
  state: unknown,
  args: readonly unknown[],
  place: KeyPlace,
): unknown {
  const refusal = (why: string, cause?: unknown): Refusal =>
    new Refusal(
      `Cannot reduce ${shownKey(place)} as ${why}`,
      cause === undefined ? undefined : { cause },
    );
  let next: unknown;
  try {
    next = reduce(deepFreeze(withOwnBytes(state)), ...args);
  } catch (cause) {
    if (cause instanceof Refusal) throw cause;
    const why = `the reducer "${reducer}" threw: ${messageOf(cause)}`;
    throw refusal(why, cause);
  }
  if (isThenable(next)) {
    Promise.resolve(next).catch(() => {});
    throw refusal(
      `the reducer "${reducer}" must not wait: it returned a promise`,
    );
  }
  try {
    // Before anything is changed: what cannot travel could neither be kept nor read.
    takeBack(encode(next, { root: "result" }).attachments);
    return next;
  } catch (cause) {
    const why = `what the reducer "${reducer}" returned cannot be kept: ${
      messageOf(cause)
    }`;
    throw refusal(why, cause);
  }
}

/** Bytes cannot be frozen: a value with some is given as a copy, so that what is done to them is done to nobody else's. */
function withOwnBytes(state: unknown): unknown {
  const isBytes = (one: object): boolean =>
    ArrayBuffer.isView(one) || one instanceof ArrayBuffer;
  if (!someInside(state, isBytes)) return state;
  const { bytes, length, attachments } = encode(state);
  // Shared memory is everybody's.
  return attachments === undefined ? decode(bytes, 0, length) : state;
}

function wantedOf(
  { module, reducer }: ReducerName,
): Parameters<typeof load>[0] {
  return { module, definition: reducer, kind: "task", name: reducer };
}
