import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  InvalidOptionError,
  struct,
  StructRing,
  System,
  ViewRangeError,
  WaitTimeoutError,
} from "../../mod.ts";
import { copy } from "../fixtures/handle_copy.ts";
import { drainRing, fillRing, PATIENT } from "../fixtures/shared_tasks.ts";

const Item = struct({ from: "u8", n: "u32", twice: "f64" });

function item(n: number): { from: number; n: number; twice: number } {
  return { from: 0, n, twice: 2 * n };
}

Deno.test("StructRing gives structs back in order, and says when it is full or empty", () => {
  const ring = new StructRing(Item, { capacity: 4 });
  for (let round = 0; round < 10; round++) {
    assertEquals(ring.tryTake(), undefined);
    for (let n = 0; n < 4; n++) assertEquals(ring.tryPut(item(n)), true);
    assertEquals([ring.tryPut(item(9)), ring.size], [false, 4]);
    for (let n = 0; n < 4; n++) assertEquals(ring.tryTake(), item(n));
  }
});

Deno.test("StructRing does as a list does, whatever the order of calls", () => {
  for (const seed of [1, 2, 3]) {
    const random = seeded(seed);
    const ring = new StructRing(Item, { capacity: 8 });
    const list: { from: number; n: number; twice: number }[] = [];
    for (let step = 0; step < 5_000; step++) {
      if (random() < 0.5) {
        const isPut = ring.tryPut(item(step));
        assertEquals(isPut, list.length < 8, `seed ${seed}, step ${step}`);
        if (isPut) list.push(item(step));
      } else {
        assertEquals(
          ring.tryTake(),
          list.shift(),
          `seed ${seed}, step ${step}`,
        );
      }
      assertEquals(ring.size, list.length);
    }
  }
});

Deno.test("StructRing rounds its capacity up and refuses what is none", () => {
  const capacities = [1, 2, 3, 1_000].map((capacity) =>
    new StructRing(Item, { capacity }).capacity
  );
  assertEquals(capacities, [2, 2, 4, 1_024]);
  for (const capacity of [0, -1, 1.5, NaN, 2 ** 25]) {
    assertThrows(() => new StructRing(Item, { capacity }), InvalidOptionError);
  }
});

Deno.test("StructRing.tryPut() of what does not fit puts nothing and jams nothing", () => {
  const Named = struct({ name: ["text", 2] });
  const ring = new StructRing(Named, { capacity: 2 });
  assertThrows(() => ring.tryPut({ name: "long" }), ViewRangeError);
  assertThrows(() => ring.tryPut({} as never), InvalidOptionError);
  let reads = 0;
  const liar = {
    get name(): string {
      if (reads++ > 0) throw new TypeError("not twice");
      return "a";
    },
  };
  assertThrows(() => ring.tryPut(liar), TypeError);
  assertEquals(ring.size, 0);
  ring.tryPut({ name: "ab" });
  ring.tryTake();
  ring.tryPut({ name: "c" });
  assertEquals(ring.tryTake(), { name: "c" });
});

Deno.test("StructRing.take() waits for a struct, and put() for room", async () => {
  const ring = new StructRing(Item, { capacity: 2 });
  const taking = ring.take();
  await ring.put(item(1));
  assertEquals(await taking, item(1));
  await ring.put(item(2));
  await ring.put(item(3));
  const reused = item(4);
  const putting = ring.put(reused);
  reused.n = 99;
  assertEquals(ring.tryTake(), item(2));
  await putting;
  assertEquals([ring.tryTake(), ring.tryTake()], [item(3), item(4)]);
});

Deno.test("StructRing.take() and put() give up in time, and leave nothing", async () => {
  const ring = new StructRing(Item, { capacity: 2 });
  const error = await assertRejects(
    () => ring.take({ timeout: 5 }),
    WaitTimeoutError,
  );
  assertEquals(error.timeoutMs, 5);
  const aborting = new AbortController();
  const taking = assertRejects(
    () => ring.take({ signal: aborting.signal }),
    RangeError,
    "enough",
  );
  aborting.abort(new RangeError("enough"));
  await taking;
  for (let n = 0; n < 2; n++) ring.tryPut(item(n));
  await assertRejects(
    () => ring.put(item(2), { timeout: 0 }),
    WaitTimeoutError,
  );
  await assertRejects(
    () => ring.put(item(2), { timeout: -1 }),
    InvalidOptionError,
  );
  assertEquals(ring.size, 2);
});

Deno.test("StructRing travels and is one object where it arrives twice", () => {
  const ring = new StructRing(Item, { capacity: 2 });
  assertEquals(copy([ring, ring]).every((one) => one === ring), true);
  assertEquals(Deno.inspect(ring), "StructRing(0 of 2)");
});

Deno.test("StructRing loses and doubles nothing between four threads", async () => {
  await using system = new System();
  const ring = new StructRing(Item, { capacity: 16 });
  const each = 3_000;
  const [, , ...taken] = await Promise.all([
    ...[0, 1].map((from) => system.run(fillRing, [ring, from, each], PATIENT)),
    ...[0, 1].map(() => system.run(drainRing, [ring, each], PATIENT)),
  ]) as [void, void, number[][], number[][]];
  for (const from of [0, 1]) {
    const numbers = taken.flatMap((list) =>
      list.filter(([by]) => by === from).map(([, n]) => n!)
    );
    assertEquals(
      numbers.toSorted((a, b) => a - b),
      Array.from({ length: each }, (_, n) => n),
    );
    for (const list of taken) {
      const own = list.filter(([by]) => by === from).map(([, n]) => n!);
      assertEquals(own, own.toSorted((a, b) => a - b));
    }
  }
});

/** Numbers from 0 to 1 that follow from a seed. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = Math.imul(state, 1_664_525) + 1_013_904_223 | 0;
    return (state >>> 0) / 2 ** 32;
  };
}
