import { assertEquals } from "@std/assert";
import { sharedArray, System } from "../../mod.ts";
import { fill, PATIENT, prefixSum } from "../fixtures/shared_tasks.ts";

Deno.test("sharedArray() behaves as a list, and shows what another thread wrote", async () => { // AR01, AR03
  await using system = new System();
  const list = [680, 626, 934, 821, 150, 233, 548, 982, 714, 831];
  const array = sharedArray(Int32Array, list);
  assertEquals([array.length, array[3], ...array.slice(2, 6)], [
    10,
    821,
    ...list.slice(2, 6),
  ]);
  array.set([1, 2, 3, 4], 4);
  list.splice(4, 4, 1, 2, 3, 4);
  assertEquals(Array.from(array), list);
  await system.run(prefixSum, [array], PATIENT);
  for (let i = 1; i < list.length; i++) list[i]! += list[i - 1]!;
  assertEquals(Array.from(array), list);
});

Deno.test("sharedArray() of a size is all zeros each time", () => { // AR02
  for (let i = 0; i < 3; i++) {
    const array = sharedArray(Int32Array, 1_000);
    assertEquals(array.every((one) => one === 0), true);
    array.fill(42);
  }
});

Deno.test("sharedArray() does not let an index out of range touch a neighbour", () => { // AR05
  const array = sharedArray(Int32Array, [1, 2, 3, 4]);
  const middle = array.subarray(1, 3);
  middle[2] = 9;
  middle[-1] = 9;
  assertEquals([middle[2], middle[-1]], [undefined, undefined]);
  assertEquals(Array.from(array), [1, 2, 3, 4]);
});

Deno.test("sharedArray() is filled by two threads without a copy", async () => { // AR06
  await using system = new System();
  const bytes = 100 * 2 ** 20;
  const array = sharedArray(Uint8Array, bytes);
  const half = bytes / 2;
  await Promise.all([
    system.run(fill, [array.subarray(0, half), 1], PATIENT),
    system.run(fill, [array.subarray(half), 2], PATIENT),
  ]);
  const ends = [0, half - 1, half, bytes - 1].map((i) => array[i]);
  assertEquals(ends, [1, 1, 2, 2]);
  const words = new Uint32Array(array.buffer);
  const isFilled = words.every((word, i) =>
    word === (i < words.length / 2 ? 0x01010101 : 0x02020202)
  );
  assertEquals(isFilled, true);
});
