import { assertEquals, assertThrows } from "@std/assert";
import {
  InvalidOptionError,
  sharedArray,
  viewOn,
  ViewRangeError,
} from "../../mod.ts";
import { VIEW_OF } from "../../src/memory/kind.ts";

for (const View of Object.values(VIEW_OF)) {
  Deno.test(`sharedArray() makes a genuine ${View.name}`, () => {
    const big = View.name.startsWith("Big");
    const values = big ? [1n, 2n] : [1, 2];
    const array = sharedArray(View as typeof Int32Array, values as number[]);
    assertEquals(array.constructor, View as unknown);
    assertEquals(array.buffer instanceof SharedArrayBuffer, true);
    assertEquals(Array.from(array) as unknown, values);
  });
}

Deno.test("sharedArray() refuses what is no class or no length", () => {
  assertThrows(
    () => sharedArray(Map as never, 3 as never),
    InvalidOptionError,
    "current value is Map",
  );
  assertThrows(() => sharedArray(DataView as never, 3 as never));
  for (const length of [-1, 0.5, NaN]) {
    assertThrows(() => sharedArray(Int32Array, length), InvalidOptionError);
  }
  assertThrows(() => sharedArray(BigInt64Array, [1] as never), TypeError);
});

Deno.test("viewOn() lays views side by side over one memory", () => {
  const memory = new SharedArrayBuffer(32);
  const head = viewOn(Int32Array, memory, { length: 2 });
  const rest = viewOn(Float64Array, memory, { byteOffset: 8 });
  rest[0] = 1.5;
  head[1] = -1;
  assertEquals([head.length, rest.length, rest[0]], [2, 3, 1.5]);
  const part = viewOn(Uint8Array, rest.subarray(1), { byteOffset: 4 });
  assertEquals([part.byteOffset, part.length], [20, 12]);
});

Deno.test("viewOn() says how many bytes are needed and how many there are", () => {
  const memory = new SharedArrayBuffer(1_024);
  const error = assertThrows(
    () => viewOn(BigInt64Array, memory, { length: 256 }),
    ViewRangeError,
    "2048 bytes are needed, 1024 are available",
  );
  assertEquals([error.needed, error.available], [2_048, 1_024]);
  assertEquals([error instanceof RangeError, error.code], [
    true,
    "TROUPE_VIEW_RANGE",
  ]);
  const late = assertThrows(
    () => viewOn(Uint8Array, memory, { byteOffset: 2_000 }),
    ViewRangeError,
  );
  assertEquals([late.needed, late.available], [0, 0]);
  assertThrows(
    () => viewOn(Int32Array, memory, { byteOffset: 1_020, length: 2 }),
    ViewRangeError,
    "8 bytes are needed, 4 are available",
  );
});

Deno.test("viewOn() refuses an offset between two elements", () => {
  const memory = new SharedArrayBuffer(32);
  for (const byteOffset of [4, -8, 0.5]) {
    assertThrows(
      () => viewOn(Float64Array, memory, { byteOffset }),
      InvalidOptionError,
    );
  }
  assertThrows(() => viewOn(Int8Array, {} as never), InvalidOptionError);
});
