/**
 * The refusal of what cannot be sent, for messages that are handed over as they are.
 *
 * @module
 */
import * as types from "node:util/types";
import { DataCloneError } from "../errors.ts";
import { isAttachable } from "./encode_built_in.ts";
import { messageOf } from "../thrown.ts";
import { portable } from "./portable.ts";
import { pathOf, pathOfThrower, reasonAgainst } from "./unsendable.ts";

/** So many objects are looked at before it is remembered which: most messages have fewer, and no cycles. */
const FEW = 64;

/**
 * Refuses what no encoding could send: functions, symbols, promises, objects of the platform, at any depth.
 *
 * @param root What is to be sent.
 * @param name What it is called in the error.
 * @param transfer What of it is moved.
 * @throws {DataCloneError} If something in it cannot be sent, naming its path.
 */
export function checkSendable(
  root: unknown,
  name: string,
  transfer: readonly unknown[] = [],
): void {
  if (isGood(root)) return;
  try {
    check(root, name, transfer);
  } catch (error) {
    if (error instanceof DataCloneError) throw error;
    const path = pathOfThrower(root, name);
    throw new DataCloneError(
      `Cannot send ${path} as reading it failed: ${messageOf(error)}`,
      { path, cause: error },
    );
  }
}

/**
 * As {@linkcode checkSendable}, for `values` themselves alone: a callback among the arguments is found at the cost of
 * nanoseconds, whatever the size of a message.
 */
export function glanceAt(
  values: readonly unknown[],
  name: string,
  transfer?: readonly unknown[],
): void {
  for (let i = 0; i < values.length; i++) {
    const type = typeof values[i];
    if (type === "function" || type === "symbol") {
      return checkSendable(values, name, transfer);
    }
  }
}

function check(
  root: unknown,
  name: string,
  transfer: readonly unknown[],
): void {
  const open: unknown[] = [root];
  let count = 0;
  let met: Set<unknown> | undefined;
  // A list and not recursion: what is handed over may be as deep as it likes.
  while (open.length > 0) {
    const value = open.pop();
    if (++count > FEW) {
      met ??= new Set();
      if (met.has(value)) continue;
      met.add(value);
    }
    if (typeof value === "object" && openUp(value!, open, transfer)) continue;
    if (typeof value === "function" && portable in value) continue;
    const path = pathOf(value, root, name);
    throw new DataCloneError(
      `Cannot send ${path} as it is ${reasonAgainst(value)}`,
      { path },
    );
  }
}

/** Whether nothing in a value has to be looked at. */
function isGood(value: unknown): boolean {
  const type = typeof value;
  return value === null ||
    (type !== "object" && type !== "function" && type !== "symbol");
}

/** Adds to `open` what has to be looked at in an object. Returns false if the object itself cannot be sent. */
function openUp(
  value: object,
  open: unknown[],
  transfer: readonly unknown[],
): boolean {
  if (types.isProxy(value)) return portable in value;
  if (Array.isArray(value)) return pushAll(value, open);
  if (portable in value) return true;
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    if (types.isMap(value)) {
      return push(value.keys(), open) && push(value.values(), open);
    }
    if (types.isSet(value)) return push(value, open);
    if (isWhole(value) || transfer.includes(value)) return true;
    if (reasonAgainst(value) !== "") return false;
  }
  for (const key in value) {
    const each = (value as Record<string, unknown>)[key];
    if (!isGood(each) && Object.hasOwn(value, key)) open.push(each);
  }
  return true;
}

/** As {@link push}, by index: a long list of numbers costs a nanosecond each. */
function pushAll(values: readonly unknown[], open: unknown[]): true {
  const { length } = values;
  for (let i = 0; i < length; i++) {
    const each = values[i];
    if (typeof each === "number" || isGood(each)) continue;
    open.push(each);
  }
  return true;
}

function push(values: Iterable<unknown>, open: unknown[]): true {
  for (const each of values) if (!isGood(each)) open.push(each);
  return true;
}

/** Whether an object can be sent, whatever it holds. */
function isWhole(value: object): boolean {
  return ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value) ||
    types.isDate(value) || types.isRegExp(value) || value instanceof Error ||
    types.isBoxedPrimitive(value) || isAttachable(value);
}
