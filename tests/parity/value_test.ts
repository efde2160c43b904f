import { assertEquals } from "@std/assert";
import { type Kind, SharedText, SharedValue, System } from "../../mod.ts";
import {
  bump,
  double,
  type Doubling,
  PATIENT,
  put,
} from "../fixtures/shared_tasks.ts";

for (const lock of [undefined, false] as const) {
  const options = lock === undefined ? {} : { lock };
  const what = lock === undefined ? "with a lock" : "without a lock";
  Deno.test(`SharedValue ${what} shows its owner what another thread wrote, bit for bit`, async () => { // VA01, VA02
    await using system = new System();
    const values = [
      new SharedValue("i32", 7, options),
      new SharedValue("f64", 1 / 3, options),
      new SharedValue("i16", -3, options),
      new SharedValue("i64", 2n ** 33n, options),
    ];
    const letter = new SharedText(4, "é");
    await system.run(double, [[...values, letter] as Doubling[]], PATIENT);
    assertEquals(values.map(({ value }) => value), [14, 2 / 3, -6, 2n ** 34n]);
    assertEquals(letter.value, "éé");
  });
}

for (const kind of ["i32", "u16", "f32", "f64"] as const) {
  Deno.test(`SharedValue.add() of two threads loses nothing of ${kind}`, async () => { // VA04, W10
    await using system = new System();
    const times = kind === "u16" ? 30_000 : 100_000;
    const gate = new SharedValue("i32", 0);
    const value = new SharedValue<Kind>(kind, 0);
    await Promise.all(
      [1, 2].map(() => system.run(bump, [gate, value, times], PATIENT)),
    );
    assertEquals(value.value, 2 * times);
  });
}

Deno.test("SharedValue wraps what is out of range as a typed array does, on every thread", async () => { // VA05
  await using system = new System();
  const kinds: Kind[] = ["u8", "i8", "u16", "i16", "i32", "u32", "f32"];
  for (const number of [300, 1.5, -1, 2 ** 40 + 3]) {
    const values = kinds.map((kind) => new SharedValue<Kind>(kind, 0));
    const expected = [
      Uint8Array.of(number)[0],
      Int8Array.of(number)[0],
      Uint16Array.of(number)[0],
      Int16Array.of(number)[0],
      Int32Array.of(number)[0],
      Uint32Array.of(number)[0],
      Math.fround(number),
    ];
    assertEquals(
      await system.run(put, [values, number], PATIENT) as unknown,
      expected,
    );
    assertEquals(values.map(({ value }) => value) as unknown, expected);
    for (const value of values) value.value = number;
    assertEquals(values.map(({ value }) => value) as unknown, expected);
  }
});
