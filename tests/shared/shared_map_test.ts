import { assertEquals, assertThrows } from "@std/assert";
import {
  InvalidOptionError,
  MapFullError,
  SharedMap,
  SharedValue,
  struct,
  System,
  ViewRangeError,
} from "../../mod.ts";
import { copy } from "../fixtures/handle_copy.ts";
import { countWords, PATIENT, watchWords } from "../fixtures/shared_tasks.ts";

const Pair = struct({ a: "i32", b: "i32" });

function pair(a: number): { a: number; b: number } {
  return { a, b: -a };
}

Deno.test("SharedMap keeps a value for each key", () => {
  const map = new SharedMap(Pair, { capacity: 4 });
  assertEquals([map.get("a"), map.has("a"), map.size], [undefined, false, 0]);
  map.set("a", pair(1));
  map.set("", pair(2));
  map.set("🎭\0", pair(3));
  map.set("a", pair(4));
  assertEquals([map.get("a"), map.get(""), map.get("🎭\0"), map.get("🎭")], [
    pair(4),
    pair(2),
    pair(3),
    undefined,
  ]);
  assertEquals([...map.entries()].sort(), [
    ["", pair(2)],
    ["a", pair(4)],
    ["🎭\0", pair(3)],
  ]);
  assertEquals([map.delete("a"), map.delete("a"), map.size], [true, false, 2]);
  assertEquals(map.get("", ({ b }) => b), -2);
});

Deno.test("SharedMap refuses a key too many and stays as it was", () => {
  const map = new SharedMap(Pair, { capacity: 2 });
  map.set("a", pair(1));
  map.set("b", pair(2));
  const error = assertThrows(() => map.set("c", pair(3)), MapFullError);
  assertEquals([error.capacity, error.code], [2, "TROUPE_MAP_FULL"]);
  assertThrows(() => map.update("c", () => pair(3)), MapFullError);
  map.set("a", pair(5));
  assertEquals([map.size, map.get("a"), map.has("c")], [2, pair(5), false]);
  map.delete("b");
  map.set("c", pair(3));
  assertEquals(map.get("c"), pair(3));
});

Deno.test("SharedMap refuses keys, values and options that do not fit", () => {
  const map = new SharedMap(Pair, { capacity: 2, keyBytes: 4 });
  map.set("🎭", pair(1));
  const error = assertThrows(
    () => map.set("long key", pair(1)),
    ViewRangeError,
  );
  assertEquals([error.needed, error.available], [8, 4]);
  assertEquals([map.get("long key"), map.delete("long key")], [
    undefined,
    false,
  ]);
  assertThrows(() => map.get(5 as never), InvalidOptionError);
  assertThrows(() => map.set("a", { a: 1 } as never), InvalidOptionError);
  assertThrows(() => map.update("a", () => null as never), InvalidOptionError);
  for (const capacity of [0, 1.5, NaN, 2 ** 30]) {
    assertThrows(() => new SharedMap(Pair, { capacity }), InvalidOptionError);
  }
  assertThrows(
    () => new SharedMap(Pair, { capacity: 1, keyBytes: 0 }),
    InvalidOptionError,
  );
  assertEquals([...map.entries()], [["🎭", pair(1)]]);
});

Deno.test("SharedMap.update() computes anew when somebody was faster, and may use the map", () => {
  const map = new SharedMap(Pair, { capacity: 4 });
  const seen: unknown[] = [];
  map.update("a", (before) => {
    seen.push(before);
    if (before === undefined) map.set("a", pair(10));
    map.set("b", pair(7));
    return pair((before?.a ?? 0) + 1);
  });
  assertEquals(seen, [undefined, pair(10)]);
  assertEquals([map.get("a"), map.get("b")], [pair(11), pair(7)]);
  assertThrows(() =>
    map.update("a", () => {
      throw new TypeError("no");
    }), TypeError);
  map.set("a", pair(12));
  assertEquals(map.get("a"), pair(12));
});

Deno.test("SharedMap does as a Map does, whatever the order of calls", () => {
  for (const seed of [1, 2, 3, 4]) {
    let state = seed;
    const random = (below: number): number => {
      state = Math.imul(state, 1_664_525) + 1_013_904_223 | 0;
      return (state >>> 8) % below;
    };
    const map = new SharedMap(Pair, { capacity: 12, keyBytes: 8 });
    const model = new Map<string, { a: number; b: number }>();
    for (let step = 0; step < 5_000; step++) {
      const key = `k${random(20)}`;
      const where = `seed ${seed}, step ${step}`;
      const what = random(10);
      if (what < 4) {
        if (model.has(key) || model.size < 12) {
          map.set(key, pair(step));
          model.set(key, pair(step));
        } else assertThrows(() => map.set(key, pair(step)), MapFullError);
      } else if (what < 8) {
        assertEquals(map.delete(key), model.delete(key), where);
      } else assertEquals(map.get(key), model.get(key), where);
      assertEquals(map.size, model.size, where);
    }
    assertEquals(new Map(map.entries()), model, `seed ${seed}`);
  }
});

Deno.test("SharedMap travels and is one object where it arrives twice", () => {
  const map = new SharedMap(Pair, { capacity: 2 });
  assertEquals(copy([map, map]).every((one) => one === map), true);
  assertEquals(Deno.inspect(map), "SharedMap(0 of 2)");
});

Deno.test("SharedMap loses no update of two threads, and shows a third no mixture", async () => {
  await using system = new System();
  const map = new SharedMap(Pair, { capacity: 8 });
  const gate = new SharedValue("i32", 0);
  const times = 5_000;
  const [mixed] = await Promise.all([
    system.run(watchWords, [gate, map], PATIENT),
    ...[1, 2].map((seed) =>
      system.run(countWords, [gate, map, seed, times], PATIENT)
    ),
  ]);
  assertEquals(mixed, 0);
  let sum = 0;
  for (const [, { a, b }] of map.entries()) {
    assertEquals(a, -b);
    sum += a;
  }
  assertEquals(sum, 2 * times);
});
