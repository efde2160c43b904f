/**
 * Encodes instances of built-in classes: memory, collections, errors, dates.
 *
 * @module
 */

import { errorToWire } from "../error_wire.ts";
import { TAG, VIEWS } from "./codec_tags.ts";
import { count, indexOf } from "./met_objects.ts";
import { isOfGlobal, tagOf } from "./unsendable.ts";
import * as types from "node:util/types";

/** The message being made. */
export interface Writer {
  /** Appends a byte. */
  byte(value: number): void;
  /** Appends a count. */
  u32(value: number): void;
  /** Appends eight bytes. */
  float(value: number): void;
  /** Appends a whole value. */
  value(value: unknown): void;
  /** Appends a count and as many bytes. */
  bytes(source: Uint8Array): void;
  /** Leaves `value` to `postMessage`. */
  attach(value: object): void;
  /** True if the sender moves `value`. */
  isTransferred(value: object): boolean;
  /** Ends the encoding: `value` cannot be sent. */
  refuse(value: unknown): never;
}

const ATTACHED: ReadonlySet<string> = new Set([
  "MessagePort",
  "ReadableStream",
  "WritableStream",
  "TransformStream",
  "Blob",
  "File",
  "CryptoKey",
  "ImageBitmap",
]);

// Deno 2.9 loads its cryptography when `crypto` is read first. A CryptoKey that arrives before that serves here, but
// leaves again as an empty object; every thread that a key passes loads this file first. Takes 0.1 ms, once.
void globalThis.crypto;

/**
 * Writes `value` if it is of a built-in class that can be sent.
 *
 * @returns False if it is not; nothing is written then.
 */
export function writeBuiltIn(value: object, writer: Writer): boolean {
  if (ArrayBuffer.isView(value)) writeView(value, writer);
  else if (types.isAnyArrayBuffer(value)) writeBuffer(value, writer);
  else if (types.isMap(value)) writeMap(value, writer);
  else if (types.isSet(value)) writeSet(value, writer);
  else if (types.isDate(value)) {
    writer.byte(TAG.DATE);
    writer.float(Date.prototype.getTime.call(value));
  } else if (types.isRegExp(value)) {
    writer.byte(TAG.REGEXP);
    writer.value(value.source);
    writer.value(value.flags);
  } else if (value instanceof Error) {
    writer.byte(TAG.ERROR);
    writer.value(errorToWire(value));
  } else if (types.isBoxedPrimitive(value)) {
    writer.byte(TAG.BOXED);
    writer.value(unboxed(value));
  } else if (isAttachable(value) || writer.isTransferred(value)) {
    writer.attach(value);
  } else return false;
  return true;
}

function unboxed(value: object): unknown {
  if (types.isNumberObject(value)) return Number.prototype.valueOf.call(value);
  if (types.isStringObject(value)) return String.prototype.valueOf.call(value);
  if (types.isBooleanObject(value)) {
    return Boolean.prototype.valueOf.call(value);
  }
  if (types.isBigIntObject(value)) return BigInt.prototype.valueOf.call(value);
  return Symbol.prototype.valueOf.call(value);
}

/** Whether an object of the platform is sent beside the bytes. */
export function isAttachable(value: object): boolean {
  const tag = tagOf(value);
  if (tag === "Object") return false;
  return (ATTACHED.has(tag) && isOfGlobal(value, tag)) ||
    value instanceof WebAssembly.Module;
}

function writeMap(value: Map<unknown, unknown>, writer: Writer): void {
  writer.byte(TAG.MAP);
  for (const [key, each] of value) {
    writer.value(key);
    writer.value(each);
  }
  writer.byte(TAG.END);
}

function writeSet(value: Set<unknown>, writer: Writer): void {
  writer.byte(TAG.SET);
  for (const each of value) writer.value(each);
  writer.byte(TAG.END);
}

function writeBuffer(value: ArrayBufferLike, writer: Writer): void {
  if (isMoved(value, writer)) return writer.attach(value);
  if ((value as ArrayBuffer).detached) writer.refuse(value);
  writer.byte(TAG.BUFFER);
  writer.bytes(new Uint8Array(value));
}

function writeView(view: ArrayBufferView, writer: Writer): void {
  const name = types.isDataView(view) ? "DataView" : nameOf(view);
  const type = VIEWS.findIndex((each) => each.name === name);
  const { buffer } = view;
  if ((buffer as ArrayBuffer).detached || type < 0) writer.refuse(view);
  const { byteOffset, byteLength } = view;
  if (isMoved(buffer, writer) || indexOf(buffer) >= 0) {
    writer.byte(TAG.ON);
    writer.byte(type);
    writer.u32(byteOffset);
    writer.u32(byteLength / VIEWS[type]!.size);
    return writer.value(buffer);
  }
  const whole = byteLength === buffer.byteLength;
  writer.byte(whole ? TAG.WHOLE : TAG.PART);
  writer.byte(type);
  writer.bytes(new Uint8Array(buffer, byteOffset, byteLength));
  if (whole) count(buffer);
}

function isMoved(buffer: ArrayBufferLike, writer: Writer): boolean {
  return types.isSharedArrayBuffer(buffer) || writer.isTransferred(buffer);
}

/** The built-in class of a typed array, whatever subclass it is of (`Buffer` is one). */
const nameOf: (view: ArrayBufferView) => string = Function.prototype.call.bind(
  Object.getOwnPropertyDescriptor(
    Object.getPrototypeOf(Uint8Array.prototype),
    Symbol.toStringTag,
  )!.get!,
);
