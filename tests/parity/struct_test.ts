import { assertEquals } from "@std/assert";
import {
  Mutex,
  sharedArray,
  SharedText,
  SharedValue,
  struct,
  System,
} from "../../mod.ts";
import {
  double,
  doubleArray,
  doubleRows,
  type Doubling,
  PATIENT,
  square,
} from "../fixtures/shared_tasks.ts";

const Mixed = struct({ x: "i32", y: "f64", z: "i64" });

for (const [what, lock] of [["no", false], ["one", new Mutex()]] as const) {
  Deno.test(`numbers, structs, arrays and texts with ${what} lock show what another thread doubled`, async () => { // ST01, ST02
    await using system = new System();
    const x = new SharedValue("i32", 7, { lock });
    const y = new SharedValue("f64", 1 / 3, { lock });
    const z = new SharedValue("i64", 2n ** 33n, { lock });
    const text = new SharedText(20, "hello");
    const rows = Mixed.array([{ x: 3, y: 2, z: 5n }], { lock });
    const array = sharedArray(
      Float64Array,
      Array.from({ length: 10 }, (_, i) => i),
    );
    await system.run(double, [[x, y, z, text] as Doubling[]], PATIENT);
    await system.run(doubleRows, [rows], PATIENT);
    await system.run(doubleArray, [array], PATIENT);
    assertEquals([x.value, y.value, z.value], [14, 2 / 3, 2n ** 34n]);
    assertEquals(rows.toObjects(), [{ x: 6, y: 4, z: 10n }]);
    assertEquals(Array.from(array), [0, 2, 4, 6, 8, 10, 12, 14, 16, 18]);
    assertEquals(text.value, "hellohello");
  });
}

Deno.test("StructArray.toObject() is a copy that does not change", () => { // ST03
  const rows = Mixed.array([{ x: 2, y: 5, z: 2n ** 33n }]);
  const copied = rows.toObject(0);
  rows.set(0, { x: 1, y: 1, z: 1n });
  assertEquals(copied, { x: 2, y: 5, z: 2n ** 33n });
});

Deno.test("StructArray shows the points that another thread squared", async () => { // ST04
  await using system = new System();
  const points = struct({ x: "f64", y: "f64" }).array([
    { x: 1.875, y: -6.25 },
    { x: -5.75, y: 2 },
    { x: 2.375, y: 9.5 },
  ]);
  await system.run(square, [points], PATIENT);
  assertEquals(points.toObjects(), [
    { x: 3.515625, y: 39.0625 },
    { x: 33.0625, y: 4 },
    { x: 5.640625, y: 90.25 },
  ]);
});
