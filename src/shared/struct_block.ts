/**
 * Memory that says which structs are in it.
 *
 *   byte  word  field        written by     meaning
 *      0     0  HEAD         creator, once  see handles.ts
 *     12     3  FINGERPRINT  creator, once  bytes of the fingerprint, which are the last of the memory
 *     16     4  -                           the rest is its owner's
 *
 * @module
 */
import { InvalidOptionError } from "../errors.ts";
import { peek, poke } from "../memory/cells.ts";
import { LayoutMismatchError } from "../memory/layout_mismatch_error.ts";
import { RecordLayout } from "../memory/record.ts";
import { type FieldTable, parseFingerprint } from "../memory/record_fields.ts";

const FINGERPRINT = 3;

/** A multiple of every alignment, and of a cache line. */
export const ROWS_ALIGNMENT = 64;

/**
 * Makes memory of so many bytes for structs of a layout, and adds the layout's fingerprint.
 *
 * @throws {RangeError} If there is not so much memory.
 */
export function makeBlock(
  layout: { readonly fingerprint: string },
  bytes: number,
): SharedArrayBuffer {
  const text = new TextEncoder().encode(layout.fingerprint);
  const memory = new SharedArrayBuffer(bytes + text.length);
  new Uint8Array(memory).set(text, bytes);
  poke(new Int32Array(memory, 0, 4), FINGERPRINT, text.length);
  return memory;
}

/**
 * Checks that a layout is one.
 *
 * @param what What cannot be made otherwise, for the message.
 * @throws {InvalidOptionError} If it is not.
 */
export function checkIsLayout(what: string, layout: unknown): void {
  if (layout instanceof RecordLayout) return;
  throw new InvalidOptionError(
    `Cannot make a ${what} as "layout" must be what struct() gives: current value is ${
      Deno.inspect(layout, { depth: 1 })
    }`,
    { option: "layout", value: layout },
  );
}

/** The fields of the structs in a memory that {@linkcode makeBlock} made. */
export function fieldsIn(memory: SharedArrayBuffer): FieldTable {
  return parseFingerprint(fingerprintIn(memory));
}

function fingerprintIn(memory: SharedArrayBuffer): string {
  if (memory.byteLength < 16) return "";
  const bytes = peek(new Int32Array(memory, 0, 4), FINGERPRINT);
  if (bytes <= 0 || bytes > memory.byteLength - 16) return "";
  const at = memory.byteLength - bytes;
  return new TextDecoder().decode(new Uint8Array(memory, at, bytes));
}

/**
 * Checks that a memory holds structs of a layout.
 *
 * @throws {LayoutMismatchError} If it does not.
 */
export function checkLayout(
  layout: RecordLayout<unknown>,
  memory: SharedArrayBuffer,
): void {
  const expected = layout.fingerprint;
  const actual = fingerprintIn(memory);
  if (actual === expected) return;
  const current = actual === ""
    ? "there are none in it; lay them there by on()"
    : `current layout is "${actual}"; both sides must declare the same fields in the same order`;
  throw new LayoutMismatchError(
    `Cannot use the memory as one of structs "${expected}": ${current}`,
    { expected, actual },
  );
}
