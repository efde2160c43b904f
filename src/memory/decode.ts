/**
 * Bytes into values. {@link ./codec_tags.ts} draws the format.
 *
 * The bytes may be a ring in shared memory and may be garbage: everything kept
 * is copied out, every count is checked against the bytes that are left before
 * memory is taken for it, and any failure is a {@linkcode TroupeError}.
 *
 * @module
 */

import { DecodeError, TroupeError } from "../errors.ts";
import { MAX_DEPTH, SHORT_KEY, SHORT_STRING, TAG } from "./codec_tags.ts";
import {
  readBoxed,
  type Reader,
  readError,
  readRegExp,
  readView,
  readViewOn,
} from "./decode_built_in.ts";
import { latin1Of, utf8Of } from "./byte_text.ts";
import { listOf } from "./number_list.ts";
import { revivePortable } from "./portable.ts";

/** Strings shorter than this are made without leaving JavaScript. */
const TINY = 12;
/** Keys remembered, in pairs: a key has two places, so that two that collide do not push each other out for ever. */
const KEYS = 2_048;
/** What a REF finds before the object it names is whole. */
const UNFINISHED = Symbol("unfinished");

let bytes: Uint8Array = new Uint8Array(0);
let position = 0;
let end = 0;
let depth = 0;
let attachments: readonly unknown[] | undefined;
let met: unknown[] = [];
let metCount = 0;

/** Where the bytes of a number are put together: a `DataView` on the ring of the moment costs 50 ns. */
const float = new Float64Array(1);
const floatBytes = new Uint8Array(float.buffer);

const units: number[][] = Array.from(
  { length: TINY },
  (_, n) => new Array(n).fill(0),
);
const keys: (string | undefined)[] = new Array(KEYS).fill(undefined);

/**
 * Decodes the value that lies in `source` from `start` to `end`.
 *
 * Nothing of the result shares memory with `source`, except attachments. A handle whose kind this isolate does not define can
 * only be sent on; to use it throws {@linkcode UnknownHandleError}.
 *
 * @param source The bytes; a view of shared memory is fine, if nobody writes there now.
 * @param start Where the value begins, in bytes.
 * @param stop Where the value ends, in bytes; it must end exactly here.
 * @param parts The attachments that came with it.
 * @throws {DecodeError} If the bytes are not an encoded value.
 */
export function decode(
  source: Uint8Array,
  start: number,
  stop: number,
  parts?: readonly unknown[],
): unknown {
  if (!(start >= 0 && start < stop && stop <= source.length)) {
    throw new DecodeError(
      `Cannot decode from ${start} to ${stop}: current size is ${source.length} bytes`,
      { offset: 0 },
    );
  }
  bytes = source;
  position = start;
  end = stop;
  depth = 0;
  attachments = parts;
  try {
    const tag = source[start]!;
    const value = (tag & 0xf0) === TAG.ARGUMENTS
      ? readArguments(tag & 15)
      : readValue();
    if (position !== stop) broken("bytes are left over");
    return value;
  } catch (error) {
    if (error instanceof TroupeError) throw error;
    throw new DecodeError("Cannot decode the bytes: a part is not valid", {
      offset: position - start,
      cause: error,
    });
  } finally {
    if (metCount > 0) forget();
    attachments = undefined;
  }
}

function forget(): void {
  if (metCount > 256) met = [];
  else for (let i = 0; i < metCount; i++) met[i] = undefined;
  metCount = 0;
}

function broken(what: string): never {
  throw new DecodeError(`Cannot decode the bytes: ${what}`, {
    offset: position,
  });
}

function readArguments(length: number): unknown[] {
  position++;
  const args: unknown[] = [];
  for (let i = 0; i < length; i++) args.push(readValue());
  return args;
}

function readValue(): unknown {
  const at = position;
  if (at >= end) broken("it ends too early");
  const tag = bytes[at]!;
  position = at + 1;
  if (tag < 0x80) return tag;
  if (tag <= TAG.STRING + SHORT_STRING) return readLatin1(tag - TAG.STRING);
  if (tag === TAG.OBJECT) return readObject();
  if (tag === TAG.F64) return readFloat();
  const read = READERS[tag];
  if (read === undefined) broken(`no value begins with byte ${tag}`);
  return read();
}

/** Checks that `count` bytes are left and moves past them; returns where they begin. */
function take(count: number): number {
  const from = position;
  if (count > end - from) broken("a count is larger than what is left");
  position = from + count;
  return from;
}

function readU32(): number {
  let value = 0;
  for (let shift = 0; shift < 35; shift += 7) {
    const byte = bytes[take(1)]!;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) {
      if (value > 0xffffffff) broken("a count is larger than 32 bits");
      return value;
    }
  }
  broken("a count does not end");
}

function readInt(size: 2 | 4): number {
  const at = take(size);
  const low = bytes[at]! | (bytes[at + 1]! << 8);
  if (size === 2) return (low << 16) >> 16;
  return low | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

function readFloat(): number {
  const at = take(8);
  for (let i = 0; i < 8; i++) floatBytes[i] = bytes[at + i]!;
  return float[0]!;
}

function readLatin1(length: number): string {
  const at = take(length);
  if (length >= TINY) return latin1Of(bytes, at, at + length);
  const list = units[length]!;
  for (let i = 0; i < length; i++) list[i] = bytes[at + i]!;
  return String.fromCharCode.apply(null, list);
}

function readUtf8(): string {
  const length = readU32();
  const at = take(length);
  return utf8Of(bytes, at, at + length);
}

function readUtf16(): string {
  const length = readU32();
  const at = take(length * 2);
  let text = "";
  for (let i = 0; i < length; i += 4_096) {
    const part = new Uint16Array(Math.min(4_096, length - i));
    for (let j = 0; j < part.length; j++) {
      const unit = at + 2 * (i + j);
      part[j] = bytes[unit]! | (bytes[unit + 1]! << 8);
    }
    text += String.fromCharCode.apply(null, part as unknown as number[]);
  }
  return text;
}

function readBigint(): bigint {
  const digits = readLatin1(readU32());
  if (!/^[0-9a-f]+$/.test(digits)) broken("a bigint has no digits");
  return BigInt(`0x${digits}`);
}

/** Counts an object before what is inside it is read. */
function meet<T>(value: T): T {
  met[metCount++] = value;
  return value;
}

/** Counts an object that can only be made after its parts; returns its place for `settle`. */
function later(): number {
  met[metCount] = UNFINISHED;
  return metCount++;
}

function enter(): void {
  if (++depth > MAX_DEPTH + 32) broken("it is nested too deep");
}

function readObject(): Record<string, unknown> {
  enter();
  const object: Record<string, unknown> = {};
  met[metCount++] = object;
  for (;;) {
    const key = readKey();
    if (key === undefined) break;
    if (key === "__proto__") define(object, key, readValue());
    else object[key] = readValue();
  }
  depth--;
  return object;
}

function define(object: object, key: string, value: unknown): void {
  const rest = { configurable: true, enumerable: true, writable: true };
  Object.defineProperty(object, key, { ...rest, value });
}

/**
 * Reads a key, or `undefined` at the end of an object.
 *
 * Keys repeat, so the strings made for them are remembered by a hash of their
 * bytes: the memory is per isolate and only saves work, the bytes are whole
 * without it.
 */
function readKey(): string | undefined {
  const at = position;
  if (at >= end) broken("an object ends too early");
  const length = bytes[at]!;
  if (length > SHORT_KEY) return readLongKey(length);
  if (length > end - at - 1) broken("a key is longer than what is left");
  const from = at + 1;
  position = from + length;
  const source = bytes;
  let hash = length;
  for (let i = 0; i < length; i++) {
    hash = ((hash << 5) - hash + source[from + i]!) | 0;
  }
  const slot = (Math.imul(hash, 0x9e3779b1) >>> 21) & ~1;
  const first = keys[slot];
  if (first !== undefined && isKey(first, from, length)) return first;
  const second = keys[slot + 1];
  if (second !== undefined && isKey(second, from, length)) return second;
  const made = latin1Of(source, from, from + length);
  keys[slot + 1] = first;
  // The name as V8 keeps it for properties: later lookups need no hashing.
  return keys[slot] = Object.keys({ [made]: 0 })[0]!;
}

function isKey(known: string, from: number, length: number): boolean {
  if (known.length !== length) return false;
  for (let i = 0; i < length; i++) {
    if (known.charCodeAt(i) !== bytes[from + i]) return false;
  }
  return true;
}

function readLongKey(mark: number): string | undefined {
  position++;
  if (mark === TAG.END) return undefined;
  const key = mark === 0xfe ? readValue() : undefined;
  if (typeof key !== "string") broken("a key is not a string");
  return key;
}

function readArray(): unknown[] {
  enter();
  const length = readU32();
  const array: unknown[] = meet([]);
  for (let i = 0; i < length; i++) {
    if (bytes[position] === TAG.HOLES && position < end) {
      readHoles(array, length);
      break;
    }
    array.push(readValue());
  }
  depth--;
  return array;
}

function readNumbers(
  kind: typeof Int32Array | typeof Float64Array,
): number[] {
  const buffer = readBytes();
  if (buffer.byteLength % kind.BYTES_PER_ELEMENT !== 0) {
    broken("a list of numbers ends within one");
  }
  return meet(listOf(new kind(buffer)));
}

function readHoles(array: unknown[], length: number): void {
  position++;
  if (length - array.length > 1_024) {
    // A far element first: V8 then keeps the array as a table, and a length
    // of four billion takes no memory.
    array[0xffff_fffe - 1] = undefined;
    delete array[0xffff_fffe - 1];
  }
  array.length = length;
  for (let index = readU32(); index > 0; index = readU32()) {
    if (index > length) broken("an index is outside its array");
    array[index - 1] = readValue();
  }
}

function atEnd(): boolean {
  if (position >= end) broken("a collection ends too early");
  if (bytes[position] !== TAG.END) return false;
  position++;
  return true;
}

function readMap(): Map<unknown, unknown> {
  enter();
  const map = meet(new Map<unknown, unknown>());
  while (!atEnd()) {
    const key = readValue();
    map.set(key, readValue());
  }
  depth--;
  return map;
}

function readSet(): Set<unknown> {
  enter();
  const set = meet(new Set());
  while (!atEnd()) set.add(readValue());
  depth--;
  return set;
}

function readRef(): unknown {
  const index = readU32();
  if (index >= metCount) broken("a reference points nowhere");
  const value = met[index];
  if (value === UNFINISHED) broken("a handle or an error contains itself");
  return value;
}

function readBytes(): ArrayBuffer {
  const length = readU32();
  const at = take(length);
  const copy = new Uint8Array(length);
  copy.set(bytes.subarray(at, at + length));
  return copy.buffer;
}

function readAttached(): unknown {
  const index = readU32();
  if (attachments === undefined || index >= attachments.length) {
    broken("an attachment is missing");
  }
  return meet(attachments[index]);
}

function readPortable(): unknown {
  enter();
  const index = later();
  const kind = readValue();
  if (typeof kind !== "string") broken("a handle has no kind");
  const data = readValue();
  depth--;
  // A reviver may decode something itself: it gets a state of its own.
  const state = [bytes, position, end, depth, attachments, met, metCount];
  met = [];
  metCount = 0;
  let value: unknown;
  try {
    value = revivePortable(kind, data);
  } finally {
    [bytes, position, end, depth, attachments, met, metCount] = state as [
      typeof bytes,
      number,
      number,
      number,
      undefined,
      [],
      number,
    ];
  }
  return met[index] = value;
}

/** What the readers of built-in classes may do to the message. */
const reader: Reader = {
  byte: () => bytes[take(1)]!,
  u32: readU32,
  value: readValue,
  bytes: readBytes,
  meet,
  later,
  settle: (index, value) => met[index] = value,
  broken,
};

/** What reads the value behind each tag that `readValue` does not know by itself. */
const READERS: ((() => unknown) | undefined)[] = new Array(256).fill(undefined);
READERS[TAG.UNDEFINED] = () => undefined;
READERS[TAG.NULL] = () => null;
READERS[TAG.FALSE] = () => false;
READERS[TAG.TRUE] = () => true;
READERS[TAG.I16] = () => readInt(2);
READERS[TAG.I32] = () => readInt(4);
READERS[TAG.LATIN1] = () => readLatin1(readU32());
READERS[TAG.UTF8] = readUtf8;
READERS[TAG.UTF16] = readUtf16;
READERS[TAG.BIG] = readBigint;
READERS[TAG.NEG] = () => -readBigint();
READERS[TAG.INTS] = () => readNumbers(Int32Array);
READERS[TAG.FLOATS] = () => readNumbers(Float64Array);
READERS[TAG.ARRAY] = readArray;
READERS[TAG.REF] = readRef;
READERS[TAG.MAP] = readMap;
READERS[TAG.SET] = readSet;
READERS[TAG.DATE] = () => meet(new Date(readFloat()));
READERS[TAG.REGEXP] = () => readRegExp(reader);
READERS[TAG.BUFFER] = () => meet(readBytes());
READERS[TAG.WHOLE] = () => readView(reader, true);
READERS[TAG.PART] = () => readView(reader, false);
READERS[TAG.ON] = () => readViewOn(reader);
READERS[TAG.BOXED] = () => readBoxed(reader);
READERS[TAG.ERROR] = () => readError(reader);
READERS[TAG.ATTACHED] = readAttached;
READERS[TAG.PORTABLE] = readPortable;
