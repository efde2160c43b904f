/**
 * What reads and writes the fields of a record.
 *
 * A record is its memory and where it lies there. Each field is an accessor on the prototype of its layout, made once.
 *
 * @module
 */
import { InvalidOptionError } from "../errors.ts";
import { type Kind, VIEW_OF, type ViewClass, type Views } from "./kind.ts";
import { definePortable, portable, type PortableData } from "./portable.ts";
import {
  type FieldPlace,
  type FieldTable,
  parseFingerprint,
  TEXT_HEAD_BYTES,
} from "./record_fields.ts";
import {
  type Accessor,
  AT,
  emptyClass,
  numberAt,
  type RawRecord,
  type RecordClass,
  TABLE,
  VIEWS,
} from "./record_numbers.ts";
import { ViewRangeError } from "./view_range_error.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** All ten typed arrays over one memory. */
export function viewsOf(memory: ArrayBufferLike): Views {
  const over = <V>(View: ViewClass<V>): V =>
    new View(memory, 0, Math.floor(memory.byteLength / View.BYTES_PER_ELEMENT));
  // One literal: an object that is filled one by one keeps most of its fields elsewhere, at three times the cost of an access.
  return {
    i8: over(Int8Array),
    u8: over(Uint8Array),
    i16: over(Int16Array),
    u16: over(Uint16Array),
    i32: over(Int32Array),
    u32: over(Uint32Array),
    i64: over(BigInt64Array),
    u64: over(BigUint64Array),
    f32: over(Float32Array),
    f64: over(Float64Array),
  };
}

const classes: Map<string, RecordClass> = new Map();

/** The class of the records of a layout. */
export function recordClass(table: FieldTable): RecordClass {
  const known = classes.get(table.fingerprint);
  if (known !== undefined) return known;
  const Class = emptyClass(table);
  for (const field of table.fields) {
    Object.defineProperty(Class.prototype, field.name, {
      ...accessorOf(table, field),
      enumerable: true,
      configurable: true,
    });
  }
  Object.defineProperty(Class.prototype, TABLE, { value: table });
  define(Class, table);
  classes.set(table.fingerprint, Class);
  return Class;
}

function accessorOf(
  table: FieldTable,
  { type, offset, count }: FieldPlace,
): Accessor {
  if (type === "text") return textAt(offset, count);
  if (typeof type === "string") {
    return count === 0
      ? numberAt(table, type, offset)
      : viewAt(type, offset, count);
  }
  return count === 0 ? recordAt(type, offset) : recordsAt(type, offset, count);
}

/** A genuine typed array over the record's own memory. */
function viewAt(kind: Kind, offset: number, count: number): Accessor {
  const View = VIEW_OF[kind];
  const size = View.BYTES_PER_ELEMENT;
  return {
    get() {
      return new View(this[VIEWS].u8.buffer, this[AT] + offset, count);
    },
    set(values: ArrayLike<never>) {
      checkFit("array", values.length * size, count * size);
      const view = this[VIEWS][kind] as Float64Array;
      view.set(values, (this[AT] + offset) / size);
    },
  };
}

function textAt(offset: number, bytes: number): Accessor {
  return {
    get() {
      const at = this[AT] + offset;
      const length = this[VIEWS].u32[at >>> 2]!;
      const from = at + TEXT_HEAD_BYTES;
      // A length that another thread tears or spoils reads no other field.
      const to = from + Math.min(length, bytes);
      return decoder.decode(this[VIEWS].u8.subarray(from, to));
    },
    set(text: string) {
      const encoded = encoder.encode(text);
      checkFit("text", encoded.length, bytes);
      const at = this[AT] + offset;
      this[VIEWS].u8.set(encoded, at + TEXT_HEAD_BYTES);
      this[VIEWS].u32[at >>> 2] = encoded.length;
    },
  };
}

function recordAt(table: FieldTable, offset: number): Accessor {
  const Class = recordClass(table);
  return {
    get() {
      return new Class(this[VIEWS], this[AT] + offset);
    },
    set(value: object) {
      assign(new Class(this[VIEWS], this[AT] + offset), value);
    },
  };
}

function recordsAt(
  table: FieldTable,
  offset: number,
  count: number,
): Accessor {
  const Class = recordClass(table);
  const size = table.byteLength;
  return {
    get() {
      const first = this[AT] + offset;
      return Array.from(
        { length: count },
        (_, i) => new Class(this[VIEWS], first + i * size),
      );
    },
    set(values: ArrayLike<object>) {
      checkFit("array", values.length * size, count * size);
      for (let i = 0; i < values.length; i++) {
        const at = this[AT] + offset + i * size;
        assign(new Class(this[VIEWS], at), values[i]!);
      }
    },
  };
}

function checkFit(what: string, needed: number, available: number): void {
  if (needed <= available) return;
  throw new ViewRangeError(
    `Cannot store the ${what} as it does not fit: ${needed} bytes are needed, ${available} are available`,
    { needed, available },
  );
}

/**
 * Writes every field of a record from an object with fields of the same names; all of them or, if one does not fit, none.
 *
 * @throws {InvalidOptionError} If a field is missing or of another type.
 * @throws {ViewRangeError} If a text or an array is too long.
 */
export function assign(record: RawRecord, values: object): void {
  const table = record[TABLE];
  check(table, values);
  const from = values as Readonly<Record<string, unknown>>;
  const to = record as unknown as Record<string, unknown>;
  for (let i = 0; i < table.fields.length; i++) {
    const { name } = table.fields[i]!;
    to[name] = from[name];
  }
}

/** Throws as {@linkcode assign} does. */
export function check(table: FieldTable, values: unknown): void {
  if (typeof values !== "object" || values === null) {
    misfit("value", "an object with the fields of the struct", values);
  }
  const from = values as Readonly<Record<string, unknown>>;
  for (let i = 0; i < table.fields.length; i++) {
    const field = table.fields[i]!;
    checkField(field, from[field.name]);
  }
}

function checkField(field: FieldPlace, value: unknown): void {
  const { name, type, count } = field;
  if (type === "text") {
    if (typeof value !== "string") misfit(name, "a string", value);
    // No character takes more than three bytes for each of its units.
    if (value.length * 3 > count) {
      checkFit("text", encoder.encode(value).length, count);
    }
    return;
  }
  if (count === 0) return checkElement(name, type, value);
  if (typeof value !== "object" || value === null) {
    misfit(name, "an array", value);
  }
  const list = value as ArrayLike<unknown>;
  if (!(list.length >= 0)) misfit(name, "an array", value);
  checkFit("array", list.length * field.byteLength / count, field.byteLength);
  for (let i = 0; i < list.length; i++) checkElement(name, type, list[i]);
}

function checkElement(
  name: string,
  type: Kind | FieldTable,
  value: unknown,
): void {
  if (typeof type !== "string") check(type, value);
  else if (type === "i64" || type === "u64") {
    if (typeof value !== "bigint") misfit(name, "a bigint", value);
  } else if (typeof value !== "number") misfit(name, "a number", value);
}

function misfit(option: string, must: string, value: unknown): never {
  throw new InvalidOptionError(
    `Cannot store a struct as "${option}" must be ${must}: current value is ${
      Deno.inspect(value, { depth: 1 })
    }`,
    { option, value },
  );
}

/** A plain copy of a record, all the way down. */
export function plain(record: RawRecord): Record<string, unknown> {
  const from = record as unknown as Record<string, unknown>;
  const copy: Record<string, unknown> = {};
  for (const { name, type, count } of record[TABLE].fields) {
    const value = from[name];
    if (type === "text" || (typeof type === "string" && count === 0)) {
      copy[name] = value;
    } else if (typeof type === "string") {
      copy[name] = (value as Float64Array).slice();
    } else if (count === 0) copy[name] = plain(value as RawRecord);
    else copy[name] = (value as RawRecord[]).map(plain);
  }
  return copy;
}

/** What records do besides having fields: none of it is in the way of a field of the same name. */
function define(Class: RecordClass, table: FieldTable): void {
  const hidden = { configurable: true, writable: true, enumerable: false };
  const methods: Record<string | symbol, (this: RawRecord) => unknown> = {
    [portable](): PortableData {
      const { buffer } = this[VIEWS].u8;
      return { kind: "record", data: [buffer, this[AT], table.fingerprint] };
    },
    [Symbol.for("Deno.customInspect")]() {
      return Deno.inspect(plain(this));
    },
    toJSON() {
      return plain(this);
    },
  };
  for (const key of Reflect.ownKeys(methods)) {
    if (key in Class.prototype) continue;
    Object.defineProperty(Class.prototype, key, {
      ...hidden,
      value: methods[key as string],
    });
  }
}

definePortable("record", (data) => {
  const [buffer, at, fingerprint] = data as readonly unknown[];
  const table = parseFingerprint(String(fingerprint));
  const memory = buffer as ArrayBufferLike;
  const end = Number(at) + table.byteLength;
  if (!(Number(at) % table.alignment === 0 && end <= memory.byteLength)) {
    misfit("record", "inside its memory", at);
  }
  return new (recordClass(table))(viewsOf(memory), Number(at));
});
