import { assertEquals, assertThrows } from "@std/assert";
import {
  InvalidOptionError,
  type Kind,
  LayoutMismatchError,
  struct,
  ViewRangeError,
} from "../../mod.ts";
import { KINDS } from "../../src/memory/kind.ts";
import { parseFingerprint } from "../../src/memory/record_fields.ts";

const Point = struct({ x: "f64", y: "f64" });

Deno.test("struct() lays fields out as C does", () => {
  // struct { char a; double b; short c; int d; char e; } is 32 bytes long.
  const all = struct({ a: "i8", b: "f64", c: "i16", d: "i32", e: "u8" });
  assertEquals(all.fields.map(({ offset }) => offset), [0, 8, 16, 20, 24]);
  assertEquals([all.byteLength, all.alignment], [32, 8]);
  // struct { char a; struct { short b; char c; } d[3]; } is 14 bytes long.
  const nested = struct({ a: "u8", d: [{ b: "i16", c: "u8" }, 3] });
  assertEquals([nested.offsetOf("d"), nested.byteLength], [2, 14]);
  assertEquals(nested.alignment, 2);
  // struct { unsigned char a[3]; unsigned length; char text[5]; } is 16 bytes long.
  const text = struct({ a: ["u8", 3], text: ["text", 5] });
  assertEquals([text.offsetOf("text"), text.byteLength], [4, 16]);
  assertEquals([struct({ a: ["u8", 3] }).byteLength, Point.byteLength], [
    3,
    16,
  ]);
});

Deno.test("Struct.offsetOf() refuses a field that is not there", () => {
  const error = assertThrows(
    () => Point.offsetOf("z" as "x"),
    InvalidOptionError,
    "the fields are x, y",
  );
  assertEquals(error.value, "z");
});

Deno.test("Struct.fingerprint says all of a layout and is read back", () => {
  const all = struct({
    id: "u64",
    at: Point,
    name: ["text", 20],
    tags: ["u8", 4],
    path: [{ p: Point, t: "f32" }, 2],
  });
  assertEquals(
    all.fingerprint,
    "id:u64,at:{x:f64,y:f64},name:text[20],tags:u8[4],path:{p:{x:f64,y:f64},t:f32}[2]",
  );
  const { fields, byteLength, alignment } = parseFingerprint(all.fingerprint);
  const places = (list: typeof fields) =>
    list.map(({ name, offset, count, byteLength }) =>
      [name, offset, count, byteLength].join()
    );
  assertEquals(places(fields), places(all.fields));
  assertEquals([byteLength, alignment], [all.byteLength, all.alignment]);
  for (
    const wrong of [
      "",
      "x",
      "x:",
      "x:f128",
      "x:f64,",
      "x:{y:u8",
      "x:text",
      "x:u8[0]",
      "x:u8]",
      "x:u8 ",
      "__proto__:u8",
    ]
  ) {
    assertThrows(() => parseFingerprint(wrong), InvalidOptionError);
  }
  assertThrows(
    () => parseFingerprint("a:{".repeat(10_000)),
    InvalidOptionError,
  );
});

Deno.test("struct() may have fields with any identifier for a name", () => {
  const odd = struct({
    constructor: "u8",
    toString: "u8",
    toJSON: "u8",
    fields: ["u8", 2],
    fingerprint: "u8",
    length: "u8",
  });
  const one = odd.array(1).at(0);
  one.toJSON = 5;
  one.constructor = 6;
  assertEquals([one.toJSON, one.constructor, one.fields.length], [5, 6, 2]);
});

Deno.test("struct() refuses what is no field", () => {
  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic;
  for (
    const wrong of [
      {},
      null,
      [],
      { x: "f128" },
      { x: 5 },
      { "a b": "u8" },
      { "": "u8" },
      { ["__proto__"]: "u8" },
      { x: ["u8", 0] },
      { x: ["u8", 1.5] },
      { x: ["u8"] },
      { x: ["u8", 2, 3] },
      { x: ["text", 2 ** 40] },
      { x: [["u8", 2], 2] },
      { x: "text" },
      { x: ["f64", 2 ** 27] },
      cyclic,
    ]
  ) {
    assertThrows(() => struct(wrong as never), InvalidOptionError);
  }
});

for (const kind of KINDS) {
  Deno.test(`a field of ${kind} is read and written as in a typed array`, () => {
    const One = struct({ pad: "u8", it: kind, many: [kind, 3] });
    const [big, small] = kind === "i64" || kind === "u64"
      ? [2n ** 33n, 3n]
      : [100, 3];
    const array = One.array(2);
    const record = array.at(1) as unknown as Record<string, never>;
    record.it = big as never;
    record.many = [small, big] as never;
    const copy = array.toObject(1) as unknown as Record<string, unknown>;
    assertEquals(copy.it as unknown, big);
    assertEquals(Array.from(copy.many as ArrayLike<unknown>), [
      small,
      big,
      typeof big === "bigint" ? 0n : 0,
    ]);
    assertEquals(array.at(0).pad, 0);
  });
}

Deno.test("a field of several numbers is a genuine typed array over the memory", () => {
  const Row = struct({ id: "u8", weights: ["f32", 3] });
  const rows = Row.array([{ id: 1, weights: [1, 2, 3] }]);
  const { weights } = rows.at(0);
  assertEquals(weights.constructor, Float32Array);
  weights[1] = 9;
  assertEquals(Array.from(rows.at(0).weights), [1, 9, 3]);
  const copy = rows.toObject(0);
  weights[1] = 0;
  assertEquals(copy.weights, Float32Array.of(1, 9, 3));
});

Deno.test("a text in a struct is exact and ends at its bytes", () => {
  const Name = struct({ a: ["text", 8], b: ["text", 3] });
  const names = Name.array([{ a: "no\0\0", b: "abc" }, { a: "🎭🎭", b: "" }]);
  assertEquals(names.toObjects(), [
    { a: "no\0\0", b: "abc" },
    { a: "🎭🎭", b: "" },
  ]);
  const error = assertThrows(() => names.at(0).b = "éé", ViewRangeError);
  assertEquals([error.needed, error.available], [4, 3]);
  assertEquals(names.at(0).b, "abc");
});

Deno.test("structs in a struct are read and written in place", () => {
  const Path = struct({ from: Point, stops: [Point, 2] });
  const paths = Path.array(1);
  const path = paths.at(0);
  path.from.x = 1;
  path.stops[1]!.y = 2;
  path.stops[0]!.x = 3;
  assertEquals(paths.toObject(0), {
    from: { x: 1, y: 0 },
    stops: [{ x: 3, y: 0 }, { x: 0, y: 2 }],
  });
  path.from = { x: 7, y: 8 };
  assertEquals(paths.toObject(0).from, { x: 7, y: 8 });
});

Deno.test("StructArray.set() writes all or nothing", () => {
  const Row = struct({ n: "f64", name: ["text", 4], at: Point, k: ["i64", 2] });
  const good = { n: 1, name: "a", at: { x: 1, y: 1 }, k: [1n, 2n] };
  const rows = Row.array([good]);
  for (
    const wrong of [
      { n: "2" },
      { n: undefined },
      { name: 5 },
      { name: "abcde" },
      { at: undefined },
      { at: { x: 2 } },
      { k: [1n, 2n, 3n] },
      { k: [1] },
      { k: 7 },
    ]
  ) {
    assertThrows(
      () => rows.set(0, { ...good, n: 2, ...wrong } as never),
      RangeError,
    );
  }
  assertThrows(() => rows.set(0, null as never), InvalidOptionError);
  assertEquals(rows.toObject(0), { ...good, k: BigInt64Array.of(1n, 2n) });
});

Deno.test("Struct.array() refuses values that do not fit the struct", () => {
  assertThrows(() => Point.array([{ x: 1 } as never]), InvalidOptionError);
  for (const length of [-1, 0.5, NaN, 2 ** 40]) {
    assertThrows(() => Point.array(length), InvalidOptionError);
  }
  assertEquals(Point.array(0).toObjects(), []);
});

Deno.test("Struct.on() refuses what does not fit, with the bytes needed and available", () => {
  const memory = new SharedArrayBuffer(1_024);
  const error = assertThrows(() => Point.on(memory, 16, 64), ViewRangeError);
  assertEquals([error.needed, error.available], [1_024, 1_008]);
  assertThrows(() => Point.on(memory, 2_000, 1), ViewRangeError);
  assertThrows(() => Point.on(memory, 4), InvalidOptionError, "multiple of 8");
  assertThrows(() => Point.on(memory, -8), InvalidOptionError);
  assertThrows(() => Point.on({} as never), InvalidOptionError);
  assertEquals(Point.on(memory, 16).length, 63);
  assertEquals(Point.on(new Uint8Array(memory, 8, 40)).length, 2);
});

Deno.test("Struct.on() tells a region which structs are in it", () => {
  let layout: string | undefined;
  const region = {
    bytes: new Uint8Array(new SharedArrayBuffer(64)),
    claimLayout(fingerprint: string): void {
      if (layout !== undefined && layout !== fingerprint) {
        throw new LayoutMismatchError("Cannot claim it", {
          expected: fingerprint,
          actual: layout,
        });
      }
      layout = fingerprint;
    },
  };
  assertThrows(() => Point.on(region, 0, 100), ViewRangeError);
  assertEquals(layout, undefined);
  Point.on(region).at(0).x = 5;
  assertEquals(Point.on(region).at(0).x, 5);
  assertThrows(() => struct({ x: "f64" }).on(region), LayoutMismatchError);
});

Deno.test("Struct.open() refuses the memory of structs of another layout", () => {
  const points = Point.array([{ x: 1, y: 2 }]);
  const memory = points.rows.memory as SharedArrayBuffer;
  const same = struct({ x: "f64", y: "f64" });
  assertEquals(same.open(memory).toObject(0), { x: 1, y: 2 });
  for (
    const fields of [{ x: "f64" }, { y: "f64", x: "f64" }, {
      x: "f64",
      y: "f32",
    }] as const
  ) {
    const error = assertThrows(
      () => struct(fields as { x: Kind }).open(memory),
      LayoutMismatchError,
    );
    assertEquals(error.actual, "x:f64,y:f64");
    assertEquals(error.code, "TROUPE_LAYOUT_MISMATCH");
  }
  assertThrows(
    () => Point.open(new SharedArrayBuffer(1_024)),
    LayoutMismatchError,
    "there are none in it",
  );
  assertThrows(() => Point.open({} as never), InvalidOptionError);
});
