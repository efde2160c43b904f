import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { InvalidOptionError } from "../../src/errors.ts";
import { viewOn } from "../../src/memory/view_on.ts";
import { Heap } from "../../src/shared/heap.ts";
import { sharedArray } from "../../src/shared/shared_array.ts";
import { SharedCounters } from "../../src/shared/shared_counters.ts";
import { SharedMap } from "../../src/shared/shared_map.ts";
import { SharedText } from "../../src/shared/shared_text.ts";
import { SharedValue } from "../../src/shared/shared_value.ts";
import { Snapshot } from "../../src/shared/snapshot.ts";
import { struct } from "../../src/shared/struct.ts";
import { StructRing } from "../../src/shared/struct_ring.ts";

/** What a program gives that the compiler has not read. */
// deno-lint-ignore no-explicit-any -- it may be anything
type Given = any;

const Point = struct({ x: "f64" });

function refuses(make: () => unknown, message: string): void {
  assertThrows(make, InvalidOptionError, message);
}

Deno.test("shared data refuses options that there are not", () => {
  const memory = new SharedArrayBuffer(64);
  const wrong: Given = { lok: false };
  const full: Given = { capacity: 3, keybytes: 9 };
  const size: Given = { size: 10 };
  const ten: Given = 10;
  const offset: Given = { offset: 8 };
  refuses(() => new SharedValue("i32", 0, wrong), "did you mean 'lock'?");
  refuses(() => Point.array(1, wrong), "did you mean 'lock'?");
  refuses(() => Point.on(memory, 0, 1, wrong), "did you mean 'lock'?");
  refuses(() => new SharedMap(Point, full), "did you mean 'keyBytes'?");
  refuses(() => new StructRing(Point, size), "use 'capacity'");
  refuses(() => new StructRing(Point, ten), "must be an object");
  refuses(() => new Heap(size), "use 'arenaBytes'");
  refuses(() => viewOn(Int32Array, memory, offset), "'byteOffset'");
});

Deno.test("a wait for shared data refuses options that there are not", async () => {
  const typo: Given = { timeOut: 0 };
  const value = new SharedValue("i32", 0);
  const ring = new StructRing(Point);
  const snapshot = new Snapshot(Point, { x: 0 });
  for (
    const wait of [
      () => value.wait(0, typo),
      () => value.lock(typo),
      () => ring.take(typo),
      () => snapshot.changed(0, typo),
    ]
  ) await assertRejects(wait, InvalidOptionError, "did you mean 'timeout'?");
  assertEquals(value.mutex.locked, false);
});

Deno.test("what is laid out by no struct is refused", () => {
  const fields: Given = { x: "f64" };
  const what = `"layout" must be what struct() gives: current value is { x: `;
  refuses(() => new SharedMap(fields, { capacity: 3 }), what);
  refuses(() => new StructRing(fields), what);
  refuses(() => new Snapshot(fields, fields), what);
});

Deno.test("what is neither a number nor an array is refused with its value", () => {
  const text: Given = "123";
  const none: Given = undefined;
  refuses(() => sharedArray(Int32Array, text), 'current value is "123"');
  refuses(() => sharedArray(Int32Array, none), "current value is undefined");
  refuses(() => Point.array(none), "current value is undefined");
  refuses(() => new SharedCounters(text), '"names" must be an array');
  refuses(() => new SharedCounters(none), '"names" must be an array');
  const five: Given = 5;
  refuses(() => viewOn(five, new SharedArrayBuffer(8)), '"View" must be');
});

Deno.test("SharedValue says which kind of value it was given", () => {
  const value = new SharedValue("i32", 0);
  const big: Given = 5n;
  const text: Given = "5";
  refuses(() => value.add(big), "takes a number: current value is 5n");
  refuses(() => value.add(text), 'takes a number: current value is "5"');
  refuses(() => value.notify(-1), '"count" must be a whole number');
});

Deno.test("SharedCounters.add() refuses what a number cannot count", () => {
  const counters = new SharedCounters(["a"]);
  refuses(() => counters.add("a", 2 ** 53), "between -2^53 and 2^53");
  assertEquals(counters.value("a"), 0);
});

Deno.test("shared data is shown in a text as it is by console.log", () => {
  assertEquals(`${new SharedValue("i32", 7)}`, "SharedValue(i32, 7)");
  assertEquals(`${new SharedText(8, "a")}`, 'SharedText("a")');
  assertEquals(
    String(new SharedMap(Point, { capacity: 2 })),
    "SharedMap(0 of 2)",
  );
});

Deno.test("Snapshot.update() refuses to lose what its function returns", () => {
  const snapshot = new Snapshot(Point, { x: 1 });
  refuses(() => snapshot.update(() => ({ x: 2 })), "give that to publish()");
  refuses(() => snapshot.update(async () => {}), "'change' must be over");
  assertEquals([snapshot.read(), snapshot.version], [{ x: 1 }, 0]);
  snapshot.update((point) => point.x++);
  assertEquals([snapshot.read(), snapshot.version], [{ x: 2 }, 1]);
});
