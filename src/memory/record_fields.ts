/**
 * The fields of a struct: where each lies, by the rules of C.
 *
 * A field lies on a multiple of its alignment, which is the size of its numbers; a struct is aligned as the strictest of its
 * fields and padded to a multiple of that, so that arrays of it need no gaps. A text is a length of 4 bytes, then its bytes.
 *
 * @module
 */
import { InvalidOptionError } from "../errors.ts";
import { isKind, type Kind, KINDS, VIEW_OF } from "./kind.ts";

/** One field, where it lies. */
export interface FieldPlace {
  /** Its name. */
  readonly name: string;
  /** First byte, counted from that of the struct. */
  readonly offset: number;
  /** What one element of it is. */
  readonly type: Kind | "text" | FieldTable;
  /** How many elements; 0 if it is one value and no array. Of a text, how many bytes. */
  readonly count: number;
  /** Bytes of the whole field. */
  readonly byteLength: number;
}

/** All fields of a struct. */
export interface FieldTable {
  /** The fields, in the order of memory. */
  readonly fields: readonly FieldPlace[];
  /** Bytes of a struct, with what pads it. */
  readonly byteLength: number;
  /** A struct lies on a multiple of so many bytes. */
  readonly alignment: number;
  /** Says what the layout is, in full: two structs with the same one are the same. */
  readonly fingerprint: string;
}

/** A field before it has a place. */
interface FieldType {
  readonly name: string;
  readonly type: Kind | "text" | FieldTable;
  readonly count: number;
}

/** Bytes before those of a text: how many there are. */
export const TEXT_HEAD_BYTES = 4;
/** The largest struct, in bytes, and the longest array in one. */
const MAX_BYTES = 2 ** 28;
const NAME_REGEXP = /^[A-Za-z_$][\w$]{0,63}$/;
/** Deepest nesting of structs. */
const MAX_DEPTH = 32;

/**
 * Lays out the fields that a user names.
 *
 * @param spec Names, and a kind, a struct, or a pair of those (or `"text"`) and a count.
 * @throws {InvalidOptionError} If a name is no identifier, or a field is nothing of that.
 */
export function layOut(spec: unknown, depth: number = 0): FieldTable {
  if (isTable(spec)) return spec;
  if (typeof spec !== "object" || spec === null || Array.isArray(spec)) {
    return refuse("fields", "an object of fields", spec);
  }
  if (depth > MAX_DEPTH) refuse("fields", `nested ${MAX_DEPTH} deep`, spec);
  return place(
    Object.entries(spec).map(([name, field]) => typeOf(name, field, depth)),
  );
}

function typeOf(name: string, field: unknown, depth: number): FieldType {
  checkName(name);
  if (!Array.isArray(field)) {
    const type = isKind(field)
      ? field
      : typeof field === "object"
      ? layOut(field, depth + 1)
      : refuse(
        name,
        `one of ${KINDS.join(", ")}, a struct, or a pair with a count`,
        field,
      );
    return { name, type, count: 0 };
  }
  const [element, count] = field;
  if (field.length !== 2) refuse(name, "a pair of a type and a count", field);
  if (!Number.isSafeInteger(count) || count < 1 || count > MAX_BYTES) {
    refuse(name, `counted from 1 to ${MAX_BYTES}`, count);
  }
  if (element === "text") return { name, type: element, count };
  if (Array.isArray(element)) refuse(name, "an array of no arrays", field);
  return { name, type: typeOf(name, element, depth).type, count };
}

function place(types: readonly FieldType[]): FieldTable {
  if (types.length === 0) refuse("fields", "one or more", "none");
  let end = 0;
  let alignment = 1;
  const fields = types.map((type) => {
    const align = alignmentOf(type.type);
    const offset = roundUp(end, align);
    const byteLength = bytesOf(type);
    end = offset + byteLength;
    alignment = Math.max(alignment, align);
    return { ...type, offset, byteLength };
  });
  const byteLength = roundUp(end, alignment);
  if (byteLength > MAX_BYTES) {
    refuse("fields", `at most ${MAX_BYTES} bytes long`, byteLength);
  }
  const names = new Set(types.map(({ name }) => name));
  if (names.size < types.length) {
    refuse("fields", "named once each", [...names]);
  }
  const fingerprint = types.map(print).join(",");
  return { fields, byteLength, alignment, fingerprint };
}

function print({ name, type, count }: FieldType): string {
  const element = typeof type === "string" ? type : `{${type.fingerprint}}`;
  return `${name}:${element}${count === 0 ? "" : `[${count}]`}`;
}

/** Bytes of one element. */
function sizeOf(type: Kind | "text" | FieldTable): number {
  if (type === "text") return 1;
  return typeof type === "string"
    ? VIEW_OF[type].BYTES_PER_ELEMENT
    : type.byteLength;
}

function alignmentOf(type: Kind | "text" | FieldTable): number {
  if (type === "text") return TEXT_HEAD_BYTES;
  return typeof type === "string" ? sizeOf(type) : type.alignment;
}

function bytesOf({ type, count }: FieldType): number {
  const bytes = sizeOf(type) * Math.max(count, 1);
  return type === "text" ? TEXT_HEAD_BYTES + bytes : bytes;
}

/** The smallest multiple of `step` that is not less than `bytes`. */
export function roundUp(bytes: number, step: number): number {
  return Math.ceil(bytes / step) * step;
}

function isTable(spec: unknown): spec is FieldTable {
  const fields = (spec as FieldTable | null | undefined)?.fields;
  // A struct may have a field of that name as well.
  return Array.isArray(fields) && typeof fields[0]?.offset === "number";
}

function checkName(name: string): void {
  if (NAME_REGEXP.test(name) && name !== "__proto__") return;
  throw new InvalidOptionError(
    `Cannot name a field so as a name must be an identifier of at most 64 letters from A to Z, digits, _ and $: current value is ${
      JSON.stringify(name)
    }`,
    { option: "fields", value: name },
  );
}

function refuse(option: string, must: string, value: unknown): never {
  throw new InvalidOptionError(
    `Cannot lay out a struct as "${option}" must be ${must}: current value is ${
      Deno.inspect(value, { depth: 1 })
    }`,
    { option, value },
  );
}

/**
 * Reads a fingerprint.
 *
 * @throws {InvalidOptionError} If it is none.
 */
export function parseFingerprint(text: string): FieldTable {
  let at = 0;
  const expect = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0] ??
      refuse("fingerprint", "one of a struct", text);
    at += found.length;
    return found;
  };
  const fields = (depth: number): FieldTable => {
    if (depth > MAX_DEPTH) refuse("fingerprint", "one of a struct", text);
    const types: FieldType[] = [];
    do types.push(field(depth)); while (text[at] === "," && ++at > 0);
    return place(types);
  };
  const field = (depth: number): FieldType => {
    const name = expect(/[\w$]+:/y).slice(0, -1);
    checkName(name);
    let type: FieldType["type"];
    if (text[at] === "{") {
      at++;
      type = fields(depth + 1);
      expect(/\}/y);
    } else {
      const word = expect(/\w+/y);
      type = isKind(word) || word === "text"
        ? word
        : refuse("fingerprint", "one of a struct", text);
    }
    const counted = type === "text" || text[at] === "[";
    const count = counted
      ? Number(expect(/\[[1-9]\d{0,9}\]/y).slice(1, -1))
      : 0;
    return { name, type, count };
  };
  const table = fields(0);
  if (at !== text.length) refuse("fingerprint", "one of a struct", text);
  return table;
}
