import { assert, assertEquals, assertThrows } from "@std/assert";
import { type Kind, SharedText, SharedValue } from "../../mod.ts";
import { VIEW_OF } from "../../src/memory/kind.ts";
import { randomFrom } from "../sync/other_tasks.ts";

for (const seed of [1, 2, 3, 4]) {
  Deno.test(`SharedText does as a string does, seed ${seed}`, () => {
    const random = randomFrom(seed);
    const real = new SharedText(16);
    let plain = "";
    for (let step = 0; step < 2_000; step++) {
      const letter = ["a", "ü", "€", "🎭", "\0"][Math.trunc(random() * 5)]!;
      const next = random() < 0.2 ? letter : plain + letter;
      const fits = new TextEncoder().encode(next).length <= real.capacity;
      const write = () =>
        random() < 0.5 ? real.value = next : real.update(() => next);
      if (fits) {
        write();
        plain = next;
      } else assertThrows(write, RangeError);
      assertEquals(real.value, plain, `seed ${seed}, step ${step}`);
    }
  });
}

/** A number that may be out of the range of its kind, as a number or a `bigint`. */
function numberFor(kind: Kind, random: () => number): number | bigint {
  const scale = 2 ** Math.trunc(random() * 40);
  const number = (random() - 0.5) * scale;
  if (kind === "i64" || kind === "u64") return BigInt(Math.trunc(number)) << 9n;
  return kind === "f32" || kind === "f64" ? number : Math.trunc(number);
}

const INTEGERS = [
  "i8",
  "u8",
  "i16",
  "u16",
  "i32",
  "u32",
  "i64",
  "u64",
] as const;

for (const [seed, kind] of [...INTEGERS, "f32", "f64"].entries()) {
  Deno.test(`SharedValue does as an element of a typed array does, ${kind}, seed ${seed}`, () => {
    const random = randomFrom(seed);
    const View = VIEW_OF[kind as Kind];
    const cell = new View(new ArrayBuffer(8), 0, 1) as unknown as [never];
    const zero = (kind === "i64" || kind === "u64" ? 0n : 0) as never;
    const real = new SharedValue<Kind>(kind as Kind, zero);
    const isFloat = kind === "f32" || kind === "f64";
    for (let step = 0; step < 2_000; step++) {
      const n = numberFor(kind as Kind, random) as never;
      const before = cell[0];
      const what = Math.trunc(random() * (isFloat ? 6 : 9));
      const where = `seed ${seed}, step ${step}, operation ${what}`;
      const value = real as SharedValue<"i32">;
      if (what === 0) {
        value.value = n;
        cell[0] = n;
      } else if (what === 1) {
        assertEquals(value.add(n), before, where);
        cell[0] = (before + n) as never;
      } else if (what === 2) {
        assertEquals(value.sub(n), before, where);
        cell[0] = (before - n) as never;
      } else if (what === 3) {
        assertEquals(value.exchange(n), before, where);
        cell[0] = n;
      } else if (what === 4) {
        // Every second time what is there is expected.
        const expected = random() < 0.5 ? before : n;
        assertEquals(value.compareExchange(expected, n), before, where);
        if (Object.is(expected, before)) cell[0] = n;
      } else if (what === 5) {
        assertEquals(value.update((old) => old - n as never), before, where);
        cell[0] = (before - n) as never;
      } else if (what === 6) {
        assertEquals(value.and(n), before, where);
        cell[0] = (before & n) as never;
      } else if (what === 7) {
        assertEquals(value.or(n), before, where);
        cell[0] = (before | n) as never;
      } else {
        assertEquals(value.xor(n), before, where);
        cell[0] = (before ^ n) as never;
      }
      assert(Object.is(real.value, cell[0]), `${where}: ${real.value}`);
    }
  });
}
