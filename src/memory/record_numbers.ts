/**
 * What reads and writes the numbers of a record.
 *
 * Why so many functions that look the same: the engine learns by the place in the text what an access meets. One function for
 * all kinds meets all kinds of arrays, and costs ten times as much.
 *
 * Why a record holds an array of its own beside all ten: to find the array in the ten is a third of the cost of a sweep over
 * many structs. With it a field costs what `numbers[at + 3]` does, which is the same access written by hand. More than one
 * array would make records larger than it makes fields faster.
 *
 * The place of a field is the index of the struct and that of the field in it, each a whole number as both are aligned: the
 * engine computes the first once for all fields, and knows the second.
 *
 * Why the keys are of this file: the engine takes an import for a variable, and compares the key at each access.
 *
 * @module
 */
import type { Kind, Views } from "./kind.ts";
import type { FieldTable } from "./record_fields.ts";

/** The key of a record's memory. */
export const VIEWS: unique symbol = Symbol("views");
/** The key of the array of {@linkcode VIEWS} that most fields of a record use. */
export const MAIN: unique symbol = Symbol("main");
/** The key of the first byte of a record. */
export const AT: unique symbol = Symbol("at");
/** The key of a layout on the prototype of its records. */
export const TABLE: unique symbol = Symbol("table");

/** A record; its fields are accessors of its prototype. */
export interface RawRecord {
  /** Its memory. */
  [VIEWS]: Views;
  /** The array that most of its fields use, if it has one of its own. */
  [MAIN]?: Views[keyof Views];
  /** Its first byte. */
  [AT]: number;
  /** Its fields. */
  readonly [TABLE]: FieldTable;
}

/** Makes a record; one class for each layout. */
export type RecordClass = new (views: Views, at: number) => RawRecord;

/** How a field is read and written. */
export interface Accessor {
  /** Reads it. */
  get(this: RawRecord): unknown;
  /** Writes it. */
  set(this: RawRecord, value: never): void;
}

/** Reads and writes a field by way of all ten arrays. */
const BY_VIEWS: Readonly<Record<Kind, (offset: number) => Accessor>> = {
  i8: (offset) => ({
    get() {
      return this[VIEWS].i8[this[AT] + offset];
    },
    set(value) {
      this[VIEWS].i8[this[AT] + offset] = value;
    },
  }),
  u8: (offset) => ({
    get() {
      return this[VIEWS].u8[this[AT] + offset];
    },
    set(value) {
      this[VIEWS].u8[this[AT] + offset] = value;
    },
  }),
  i16: (offset) => {
    const index = offset >>> 1;
    return {
      get() {
        return this[VIEWS].i16[(this[AT] >>> 1) + index];
      },
      set(value) {
        this[VIEWS].i16[(this[AT] >>> 1) + index] = value;
      },
    };
  },
  u16: (offset) => {
    const index = offset >>> 1;
    return {
      get() {
        return this[VIEWS].u16[(this[AT] >>> 1) + index];
      },
      set(value) {
        this[VIEWS].u16[(this[AT] >>> 1) + index] = value;
      },
    };
  },
  i32: (offset) => {
    const index = offset >>> 2;
    return {
      get() {
        return this[VIEWS].i32[(this[AT] >>> 2) + index];
      },
      set(value) {
        this[VIEWS].i32[(this[AT] >>> 2) + index] = value;
      },
    };
  },
  u32: (offset) => {
    const index = offset >>> 2;
    return {
      get() {
        return this[VIEWS].u32[(this[AT] >>> 2) + index];
      },
      set(value) {
        this[VIEWS].u32[(this[AT] >>> 2) + index] = value;
      },
    };
  },
  i64: (offset) => {
    const index = offset >>> 3;
    return {
      get() {
        return this[VIEWS].i64[(this[AT] >>> 3) + index];
      },
      set(value) {
        this[VIEWS].i64[(this[AT] >>> 3) + index] = value;
      },
    };
  },
  u64: (offset) => {
    const index = offset >>> 3;
    return {
      get() {
        return this[VIEWS].u64[(this[AT] >>> 3) + index];
      },
      set(value) {
        this[VIEWS].u64[(this[AT] >>> 3) + index] = value;
      },
    };
  },
  f32: (offset) => {
    const index = offset >>> 2;
    return {
      get() {
        return this[VIEWS].f32[(this[AT] >>> 2) + index];
      },
      set(value) {
        this[VIEWS].f32[(this[AT] >>> 2) + index] = value;
      },
    };
  },
  f64: (offset) => {
    const index = offset >>> 3;
    return {
      get() {
        return this[VIEWS].f64[(this[AT] >>> 3) + index];
      },
      set(value) {
        this[VIEWS].f64[(this[AT] >>> 3) + index] = value;
      },
    };
  },
};

/** Kinds of which structs are mostly made, and of which a record may hold the array. */
type MainKind = "f64" | "f32" | "i32" | "u32";

/** A record and its array of one kind. */
type With<K extends MainKind> = RawRecord & { [MAIN]: Views[K] };

/** Reads and writes a field by way of the array that its record holds. */
const BY_MAIN: Readonly<Record<MainKind, (offset: number) => Accessor>> = {
  f64: (offset) => {
    const index = offset >>> 3;
    return {
      get(this: With<"f64">) {
        return this[MAIN][(this[AT] >>> 3) + index];
      },
      set(this: With<"f64">, value) {
        this[MAIN][(this[AT] >>> 3) + index] = value;
      },
    };
  },
  f32: (offset) => {
    const index = offset >>> 2;
    return {
      get(this: With<"f32">) {
        return this[MAIN][(this[AT] >>> 2) + index];
      },
      set(this: With<"f32">, value) {
        this[MAIN][(this[AT] >>> 2) + index] = value;
      },
    };
  },
  i32: (offset) => {
    const index = offset >>> 2;
    return {
      get(this: With<"i32">) {
        return this[MAIN][(this[AT] >>> 2) + index];
      },
      set(this: With<"i32">, value) {
        this[MAIN][(this[AT] >>> 2) + index] = value;
      },
    };
  },
  u32: (offset) => {
    const index = offset >>> 2;
    return {
      get(this: With<"u32">) {
        return this[MAIN][(this[AT] >>> 2) + index];
      },
      set(this: With<"u32">, value) {
        this[MAIN][(this[AT] >>> 2) + index] = value;
      },
    };
  },
};

/**
 * Makes classes of records. Nothing is declared as a field: a class defines those a second time, at four times the cost of a
 * record.
 */
const CLASSES: Readonly<Record<MainKind | "none", () => unknown>> = {
  f64: () =>
    class {
      declare [VIEWS]: Views;
      declare [MAIN]: Views["f64"];
      declare [AT]: number;
      constructor(views: Views, at: number) {
        this[VIEWS] = views;
        this[MAIN] = views.f64;
        this[AT] = at;
      }
    },
  f32: () =>
    class {
      declare [VIEWS]: Views;
      declare [MAIN]: Views["f32"];
      declare [AT]: number;
      constructor(views: Views, at: number) {
        this[VIEWS] = views;
        this[MAIN] = views.f32;
        this[AT] = at;
      }
    },
  i32: () =>
    class {
      declare [VIEWS]: Views;
      declare [MAIN]: Views["i32"];
      declare [AT]: number;
      constructor(views: Views, at: number) {
        this[VIEWS] = views;
        this[MAIN] = views.i32;
        this[AT] = at;
      }
    },
  u32: () =>
    class {
      declare [VIEWS]: Views;
      declare [MAIN]: Views["u32"];
      declare [AT]: number;
      constructor(views: Views, at: number) {
        this[VIEWS] = views;
        this[MAIN] = views.u32;
        this[AT] = at;
      }
    },
  none: () =>
    class {
      declare [VIEWS]: Views;
      declare [AT]: number;
      constructor(views: Views, at: number) {
        this[VIEWS] = views;
        this[AT] = at;
      }
    },
};

/** The kind of most numbers of a struct, if a record can hold its array. */
function mainOf({ fields }: FieldTable): MainKind | undefined {
  let most: MainKind | undefined;
  let times = 0;
  for (const kind of Object.keys(BY_MAIN) as MainKind[]) {
    const found = fields.filter(({ type, count }) =>
      type === kind && count === 0
    ).length;
    if (found > times) [most, times] = [kind, found];
  }
  return most;
}

/** A class of records of a layout, without fields yet. */
export function emptyClass(table: FieldTable): RecordClass {
  return CLASSES[mainOf(table) ?? "none"]() as RecordClass;
}

/** What reads and writes a number at a byte of records of a layout. */
export function numberAt(
  table: FieldTable,
  kind: Kind,
  offset: number,
): Accessor {
  return kind === mainOf(table)
    ? BY_MAIN[kind as MainKind](offset)
    : BY_VIEWS[kind](offset);
}
