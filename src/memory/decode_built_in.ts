/**
 * Decodes instances of built-in classes that are made of smaller parts.
 *
 * @module
 */

import { errorFromWire, isWireError } from "../error_wire.ts";
import { VIEWS } from "./codec_tags.ts";

/** The message being read. */
export interface Reader {
  /** Reads a byte. */
  byte(): number;
  /** Reads a count. */
  u32(): number;
  /** Reads a whole value. */
  value(): unknown;
  /** Reads a count and as many bytes, into memory of their own. */
  bytes(): ArrayBuffer;
  /** Counts an object, and returns it. */
  meet<T>(value: T): T;
  /** Counts an object that can only be made after its parts, and returns its place. */
  later(): number;
  /** Puts the object at its place, and returns it. */
  settle<T>(place: number, value: T): T;
  /** Ends the decoding: the bytes are not an encoded value. */
  broken(what: string): never;
}

/** Reads what follows REGEXP. */
export function readRegExp(reader: Reader): RegExp {
  const place = reader.later();
  const source = reader.value();
  const flags = reader.value();
  if (typeof source !== "string" || typeof flags !== "string") {
    reader.broken("a regular expression is not text");
  }
  return reader.settle(place, new RegExp(source, flags));
}

/** Reads what follows WHOLE or PART. */
export function readView(reader: Reader, whole: boolean): ArrayBufferView {
  const type = readType(reader);
  const place = reader.later();
  const buffer = reader.bytes();
  if (whole) reader.meet(buffer);
  const view = type.make(buffer, 0, buffer.byteLength / type.size);
  return reader.settle(place, view);
}

/** Reads what follows ON. */
export function readViewOn(reader: Reader): ArrayBufferView {
  const type = readType(reader);
  const place = reader.later();
  const offset = reader.u32();
  const length = reader.u32();
  const buffer = reader.value();
  if (
    !(buffer instanceof ArrayBuffer) && !(buffer instanceof SharedArrayBuffer)
  ) {
    // A typed array made of a number or a list would take memory on its word.
    reader.broken("a view is on no buffer");
  }
  return reader.settle(place, type.make(buffer, offset, length));
}

function readType(reader: Reader): (typeof VIEWS)[number] {
  const type = VIEWS[reader.byte()];
  if (type === undefined) reader.broken("no view has this type");
  return type;
}

/** Reads what follows BOXED. */
export function readBoxed(reader: Reader): unknown {
  const place = reader.later();
  const primitive = reader.value();
  if (
    primitive === null || primitive === undefined ||
    typeof primitive === "object"
  ) {
    reader.broken("a box holds no primitive");
  }
  return reader.settle(place, Object(primitive));
}

/** Reads what follows ERROR. */
export function readError(reader: Reader): Error {
  const place = reader.later();
  const wire = reader.value();
  if (typeof wire !== "object" || wire === null || !isWireError(wire)) {
    reader.broken("an error has no message");
  }
  return reader.settle(place, errorFromWire(wire));
}
