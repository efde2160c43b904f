import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { InvalidOptionError } from "../../src/errors.ts";
import { decode } from "../../src/memory/decode.ts";
import { encode } from "../../src/memory/encode.ts";
import { revivePortable } from "../../src/memory/portable.ts";
import { Struct, struct } from "../../src/shared/struct.ts";

Deno.test("a struct travels in a message, and is the one that was sent where it comes back", () => {
  const Ship = struct({ id: "u16", at: { x: "f32" }, name: ["text", 12] });
  const { bytes, length, attachments } = encode([Ship, Ship]);
  const [again, same] = decode(bytes, 0, length, attachments) as unknown[];
  assertStrictEquals(again, Ship);
  assertStrictEquals(same, Ship);
});

Deno.test("a struct that arrives where it was not declared is one", () => {
  const arrived = revivePortable("Struct", "known:u8,nowhere:f64[2]");
  const Pair = arrived as Struct<{ known: "u8"; nowhere: ["f64", 2] }>;
  assertEquals([Pair instanceof Struct, Pair.byteLength], [true, 24]);
  const array = Pair.array([{ known: 1, nowhere: [2, 3] }]);
  assertEquals(array.toObject(0).nowhere, Float64Array.of(2, 3));
  assertThrows(() => revivePortable("Struct", "x:int"), InvalidOptionError);
});
