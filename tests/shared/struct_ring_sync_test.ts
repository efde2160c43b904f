import { assertEquals, assertThrows } from "@std/assert";
import {
  InvalidOptionError,
  MainThreadWaitError,
  struct,
  StructRing,
  System,
  ViewRangeError,
  WaitTimeoutError,
} from "../../mod.ts";
import { giveUp, putMany, takeMany } from "../fixtures/ring_tasks.ts";
import { PATIENT } from "../fixtures/shared_tasks.ts";

const Item = struct({ from: "u8", n: "u32", twice: "f64" });

function item(n: number): { from: number; n: number; twice: number } {
  return { from: 0, n, twice: 2 * n };
}

Deno.test("StructRing.putSync() and takeSync() need leave on the main thread", () => {
  const ring = new StructRing(Item, { capacity: 2 });
  assertThrows(() => ring.putSync(item(1)), MainThreadWaitError);
  assertThrows(() => ring.takeSync(), MainThreadWaitError);
  assertEquals(ring.size, 0);
  ring.putSync(item(1), { onMain: true });
  assertEquals(ring.takeSync({ onMain: true }), item(1));
});

Deno.test("StructRing.putSync() and takeSync() give up in time, and leave nothing", () => {
  const ring = new StructRing(Item, { capacity: 2 });
  for (const timeout of [0, 5]) {
    const error = assertThrows(
      () => ring.takeSync({ timeout, onMain: true }),
      WaitTimeoutError,
    );
    assertEquals(error.timeoutMs, timeout);
  }
  for (const n of [1, 2]) ring.tryPut(item(n));
  assertThrows(
    () => ring.putSync(item(3), { timeout: 5, onMain: true }),
    WaitTimeoutError,
  );
  assertEquals([ring.tryTake(), ring.tryTake(), ring.tryTake()], [
    item(1),
    item(2),
    undefined,
  ]);
});

Deno.test("StructRing.putSync() refuses what does not fit, and puts nothing", () => {
  const Named = struct({ name: ["text", 2] });
  const ring = new StructRing(Named, { capacity: 2 });
  const main = { onMain: true };
  assertThrows(() => ring.putSync({ name: "long" }, main), ViewRangeError);
  assertThrows(() => ring.putSync({} as never, main), InvalidOptionError);
  assertThrows(
    () => ring.putSync({ name: "a" }, { ...main, timeout: -1 }),
    InvalidOptionError,
  );
  assertEquals(ring.size, 0);
});

Deno.test("StructRing.takeSync() of a worker gives up in time", async () => {
  await using system = new System();
  const ring = new StructRing(Item, { capacity: 2 });
  assertEquals(
    await system.run(giveUp, [ring, "take", 5], PATIENT),
    ["WaitTimeoutError", 0],
  );
  for (const n of [1, 2]) ring.tryPut(item(n));
  assertEquals(
    await system.run(giveUp, [ring, "put", 5], PATIENT),
    ["WaitTimeoutError", 2],
  );
});

Deno.test("StructRing.takeSync() is woken by put(), and putSync() by take()", async () => {
  await using system = new System();
  const ring = new StructRing(Item, { capacity: 2 });
  const times = 200;
  const taking = system.run(takeMany, [ring, times], PATIENT);
  for (let n = 0; n < times; n++) await ring.put(item(n));
  assertEquals((await taking).map(([, n]) => n).at(-1), times - 1);
  const putting = system.run(putMany, [ring, 0, times], PATIENT);
  for (let n = 0; n < times; n++) assertEquals(await ring.take(), item(n));
  await putting;
});

for (const [putters, takers] of [[1, 1], [2, 2], [4, 4]] as const) {
  Deno.test(`StructRing loses and doubles nothing between ${putters} putters and ${takers} takers that block`, async () => {
    await using system = new System();
    const ring = new StructRing(Item, { capacity: 4 });
    const each = 1_000;
    const from = Array.from({ length: putters }, (_, i) => i);
    const [taken] = await Promise.all([
      Promise.all(
        Array.from(
          { length: takers },
          () => system.run(takeMany, [ring, each * putters / takers], PATIENT),
        ),
      ),
      ...from.map((i) => system.run(putMany, [ring, i, each], PATIENT)),
    ]);
    for (const list of taken) {
      for (const i of from) {
        const own = list.filter(([by]) => by === i).map(([, n]) => n!);
        assertEquals(own, own.toSorted((a, b) => a - b));
      }
    }
    for (const i of from) {
      const own = taken.flat().filter(([by]) => by === i).map(([, n]) => n!);
      assertEquals(
        own.toSorted((a, b) => a - b),
        Array.from({ length: each }, (_, n) => n),
      );
    }
    assertEquals(ring.size, 0);
  });
}
