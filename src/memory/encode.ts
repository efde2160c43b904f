/**
 * Values into bytes. {@link ./codec_tags.ts} draws the format.
 *
 * All state is module state: one isolate encodes one value at a time, and the
 * hot path allocates nothing. A value that cannot be sent is found while the
 * bytes are made, before anything else happens; only then is its path looked
 * for, so that good messages do not pay for the error text of bad ones.
 *
 * @module
 */

import { DataCloneError, TroupeError } from "../errors.ts";
import { MAX_DEPTH, SHORT_KEY, SHORT_STRING, TAG } from "./codec_tags.ts";
import { writeBuiltIn, type Writer } from "./encode_built_in.ts";
import { count, forget, indexOf } from "./met_objects.ts";
import { forgetSent, onSent, tellSent } from "./moved_handles.ts";
import { numbersOf } from "./number_list.ts";
import { type Portable, portable } from "./portable.ts";
import { pathOf, pathOfThrower, reasonAgainst } from "./unsendable.ts";
import { messageOf } from "../thrown.ts";
import * as types from "node:util/types";

/** One encoded value. The object and its bytes are reused by the next encode of this isolate. */
export interface Encoded {
  /** The scratch memory; the value is in its first `length` bytes. */
  readonly bytes: Uint8Array;
  /** Size of the encoded value, in bytes. */
  readonly length: number;
  /**
   * What cannot be bytes (shared memory, ports, streams, transferred buffers…)
   * and travels by `postMessage`, in the order the bytes refer to it.
   */
  readonly attachments: readonly unknown[] | undefined;
}

/** How to encode. */
export interface EncodeOptions {
  /**
   * Array buffers to move instead of copying, and ports and streams to move.
   * @default {[]}
   */
  readonly transfer?: readonly Transferable[];
  /**
   * What error messages call the value.
   * @default {"value"}
   */
  readonly root?: string;
}

/** Scratch kept between messages, in bytes: as much as the largest lane. That of a larger message is given back. */
const KEPT = 1 << 22;
/** Room that is always there after `reserve`: any primitive but a long one, or a short key. */
const ROOM = 96;
let out = new Uint8Array(1 << 16);
/** Over the same memory as `out`. */
let view = new DataView(out.buffer);
let position = 0;
let depth = 0;
let busy = false;
let transfers: readonly unknown[] | undefined;
let attachments: unknown[] | undefined;
/** The handle whose data is being walked, for the path in an error. */
let handle: object | undefined;

const encoder = new TextEncoder();

const result: {
  bytes: Uint8Array;
  length: number;
  attachments: unknown[] | undefined;
} = { bytes: out, length: 0, attachments: undefined };

/**
 * Encodes one value.
 *
 * Takes what structured clone takes, with these differences:
 * - errors keep their class, fields, cause and stack (see `errorToWire`);
 * - objects with a `portable` method travel as handles;
 * - a view of a part of a buffer sends that part alone, unless the buffer
 *   itself is already in the message;
 * - named properties of arrays are left out.
 *
 * @returns The bytes, valid until the next call in this isolate.
 * @throws {DataCloneError} If something in `value` cannot be sent, naming its path.
 */
export function encode(value: unknown, options?: EncodeOptions): Encoded {
  begin(options);
  try {
    writeValue(value);
  } catch (error) {
    fail(error, value, options?.root ?? "value");
  }
  return finish();
}

/**
 * Encodes the arguments of a call; decodes to an array.
 *
 * The same as {@linkcode encode} but faster for few arguments, and paths in
 * errors read `args[0].on.click`.
 *
 * @returns The bytes, valid until the next call in this isolate.
 * @throws {DataCloneError} If something in `args` cannot be sent, naming its path.
 */
export function encodeArguments(
  args: readonly unknown[],
  options?: EncodeOptions,
): Encoded {
  if (args.length > 15) {
    return encode(args, { ...options, root: options?.root ?? "args" });
  }
  begin(options);
  try {
    out[position++] = TAG.ARGUMENTS | args.length;
    for (let i = 0; i < args.length; i++) writeValue(args[i]);
  } catch (error) {
    fail(error, args, options?.root ?? "args");
  }
  return finish();
}

function begin(options: EncodeOptions | undefined): void {
  if (busy) {
    throw new DataCloneError(
      "Cannot encode while another value is being encoded: return the data from the portable method or getter instead",
      { path: options?.root ?? "value" },
    );
  }
  if (out.length > KEPT) scratch(new Uint8Array(1 << 16));
  busy = true;
  position = 0;
  depth = 0;
  transfers = options === undefined ? undefined : options.transfer;
  attachments = undefined;
}

function finish(): Encoded {
  forget();
  handle = undefined;
  busy = false;
  transfers = undefined;
  result.bytes = out;
  result.length = position;
  result.attachments = attachments;
  tellSent(attachments);
  return result;
}

/** Thrown inside this file only; carries what was refused up to `fail`. */
class Refused {
  constructor(readonly value: unknown, readonly reason: string) {}
}

function fail(error: unknown, root: unknown, name: string): never {
  const owner = handle;
  forget();
  forgetSent();
  handle = undefined;
  busy = false;
  attachments = undefined;
  if (error instanceof Refused) {
    const path = pathOf(owner ?? error.value, root, name);
    throw new DataCloneError(
      `Cannot send ${path} as it is ${error.reason}`,
      { path },
    );
  }
  if (error instanceof RangeError && /call stack/.test(error.message)) {
    throw new DataCloneError(
      `Cannot send ${name} as it is nested too deep for the stack: current limit is ${MAX_DEPTH}; send a flat list`,
      { path: name, cause: error },
    );
  }
  if (error instanceof TroupeError) throw error;
  const path = pathOfThrower(root, name);
  throw new DataCloneError(
    `Cannot send ${path} as reading it failed: ${messageOf(error)}`,
    { path, cause: error },
  );
}

function refuse(value: unknown): never {
  throw new Refused(value, reasonAgainst(value));
}

function scratch(memory: Uint8Array<ArrayBuffer>): void {
  out = memory;
  view = new DataView(memory.buffer);
}

/** Makes room for `size` more bytes, and `ROOM` after them. */
function reserve(size: number): void {
  const needed = position + size + ROOM;
  if (needed <= out.length) return;
  const larger = new Uint8Array(Math.max(needed, out.length * 2));
  larger.set(out.subarray(0, position));
  scratch(larger);
}

function writeValue(value: unknown): void {
  if (position + ROOM > out.length) reserve(ROOM);
  switch (typeof value) {
    case "number":
      return writeNumber(value);
    case "string":
      return writeString(value);
    case "object":
      if (value === null) out[position++] = TAG.NULL;
      else writeObject(value);
      return;
    case "boolean":
      out[position++] = value ? TAG.TRUE : TAG.FALSE;
      return;
    case "undefined":
      out[position++] = TAG.UNDEFINED;
      return;
    case "bigint":
      return writeBigint(value);
    default:
      if (typeof value !== "function" || !(portable in value)) refuse(value);
      writeObject(value); // A callable handle.
  }
}

function writeNumber(value: number): void {
  if ((value | 0) !== value || (value === 0 && 1 / value < 0)) {
    out[position++] = TAG.F64;
    return writeFloat(value);
  }
  if (value >= 0 && value < 0x80) {
    out[position++] = value;
    return;
  }
  const short = value >= -0x8000 && value < 0x8000;
  out[position++] = short ? TAG.I16 : TAG.I32;
  out[position++] = value;
  out[position++] = value >> 8;
  if (short) return;
  out[position++] = value >> 16;
  out[position++] = value >> 24;
}

function writeFloat(value: number): void {
  view.setFloat64(position, value, true);
  position += 8;
}

function writeU32(value: number): void {
  while (value >= 0x80) {
    out[position++] = (value & 0x7f) | 0x80;
    value = value >>> 7;
  }
  out[position++] = value;
}

function writeString(value: string): void {
  const length = value.length;
  if (length > SHORT_STRING) return writeLongString(value);
  const at = position;
  const bytes = out;
  bytes[at] = TAG.STRING + length;
  for (let i = 0; i < length; i++) {
    const unit = value.charCodeAt(i);
    if (unit > 0xff) return writeLongString(value);
    bytes[at + 1 + i] = unit;
  }
  position = at + 1 + length;
}

function writeLongString(value: string): void {
  reserve(value.length * 3 + 6);
  const tagAt = position;
  // Leaves the count's five bytes and moves nothing: a padded count is legal.
  const from = tagAt + 6;
  let { written } = encoder.encodeInto(value, out.subarray(from));
  let tag: number = written === value.length ? TAG.LATIN1 : TAG.UTF8;
  if (tag === TAG.UTF8 && !value.isWellFormed()) {
    tag = TAG.UTF16;
    written = value.length;
    for (let i = 0; i < written; i++) {
      const unit = value.charCodeAt(i);
      out[from + 2 * i] = unit;
      out[from + 2 * i + 1] = unit >> 8;
    }
  }
  out[tagAt] = tag;
  for (let i = 0; i < 4; i++) {
    out[tagAt + 1 + i] = ((written >>> (7 * i)) & 0x7f) | 0x80;
  }
  out[tagAt + 5] = written >>> 28;
  position = from + (tag === TAG.UTF16 ? 2 * written : written);
}

function writeBigint(value: bigint): void {
  const digits = (value < 0n ? -value : value).toString(16);
  out[position++] = value < 0n ? TAG.NEG : TAG.BIG;
  writer.bytes(encoder.encode(digits));
}

/** Writes a reference and returns true if `value` was met before; else counts it. */
function wasMet(value: object): boolean {
  const at = indexOf(value);
  if (at < 0) {
    count(value);
    return false;
  }
  out[position++] = TAG.REF;
  writeU32(at);
  return true;
}

function writeObject(value: object): void {
  if (wasMet(value)) return;
  // `in` and not a read: a proxy may answer to every name.
  if (types.isProxy(value) && !(portable in value)) refuse(value);
  if (++depth > MAX_DEPTH) {
    throw new Refused(
      value,
      `nested too deep: current limit is ${MAX_DEPTH}; send a flat list`,
    );
  }
  if (Array.isArray(value)) {
    writeArray(value);
  } else if ((value as Partial<Portable>)[portable] !== undefined) {
    writePortable(value as Portable);
  } else {
    const prototype = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null) {
      writePlain(value);
    } else {
      writeInstance(value);
    }
  }
  depth--;
}

function writeArray(value: readonly unknown[]): void {
  const numbers = numbersOf(value);
  if (numbers !== undefined) {
    out[position++] = numbers instanceof Int32Array ? TAG.INTS : TAG.FLOATS;
    return writer.bytes(new Uint8Array(numbers.buffer));
  }
  const length = value.length;
  out[position++] = TAG.ARRAY;
  writeU32(length);
  for (let i = 0; i < length; i++) {
    const element = value[i];
    if (element === undefined && !(i in value)) {
      return writeHoles(value, i, length);
    }
    writeValue(element);
  }
}

/** Writes the rest of an array by index, from its first hole on. */
function writeHoles(
  value: readonly unknown[],
  from: number,
  length: number,
): void {
  out[position++] = TAG.HOLES;
  for (const key of Object.keys(value)) {
    const index = Number(key);
    if (!(index >= from && index < length) || String(index) !== key) continue;
    reserve(ROOM);
    writeU32(index + 1);
    writeValue(value[index]);
  }
  reserve(ROOM);
  out[position++] = 0;
}

function writePlain(value: object): void {
  out[position++] = TAG.OBJECT;
  const object = value as Record<string, unknown>;
  // for-in and not Object.keys: V8 then reads the fields by the enum cache.
  for (const key in object) {
    if (!Object.hasOwn(object, key)) continue;
    writeKey(key);
    writeValue(object[key]);
  }
  if (position + ROOM > out.length) reserve(ROOM);
  out[position++] = TAG.END;
}

function writeKey(key: string): void {
  if (position + ROOM > out.length) reserve(ROOM);
  const at = position;
  const length = key.length;
  const bytes = out;
  if (length <= SHORT_KEY) {
    let i = 0;
    for (; i < length; i++) {
      const unit = key.charCodeAt(i);
      if (unit > 0xff) break;
      bytes[at + 1 + i] = unit;
    }
    if (i === length) {
      bytes[at] = length;
      position = at + 1 + length;
      return;
    }
  }
  out[position++] = 0xfe;
  writeString(key);
}

function writePortable(value: Portable): void {
  const outer = handle;
  handle = outer ?? value;
  const { kind, data, sent, losses } = value[portable]();
  if (sent !== undefined) onSent(sent, losses);
  out[position++] = TAG.PORTABLE;
  writeValue(String(kind));
  writeValue(data);
  handle = outer;
}

function writeInstance(value: object): void {
  if (writeBuiltIn(value, writer)) return;
  const reason = reasonAgainst(value);
  if (reason !== "") throw new Refused(value, reason);
  writePlain(value);
}

/** What `writeBuiltIn` may do to the message being made. */
const writer: Writer = {
  byte(value) {
    if (position + ROOM > out.length) reserve(ROOM);
    out[position++] = value;
  },
  u32: writeU32,
  float: writeFloat,
  value: writeValue,
  bytes(source) {
    reserve(source.length + 6);
    writeU32(source.length);
    out.set(source, position);
    position += source.length;
  },
  attach(value) {
    attachments ??= [];
    out[position++] = TAG.ATTACHED;
    writeU32(attachments.push(value) - 1);
  },
  isTransferred(value) {
    return transfers !== undefined && transfers.includes(value);
  },
  refuse,
};
