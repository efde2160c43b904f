import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  InvalidOptionError,
  Pool,
  PoolClosedError,
  type PoolScope,
  System,
} from "../../mod.ts";
import {
  failAtThree,
  hold,
  nap,
  power,
  square,
} from "../fixtures/pool_tasks.ts";
import { upTo } from "../fixtures/generator_tasks.ts";
import { TaskGate } from "../fixtures/task_gate.ts";

Deno.test("PoolScope has what a pool has, and waits for it", async () => {
  await using system = new System();
  await using pool = new Pool({ system, size: 2 });
  const add = (so: number, x: number) => so + x;
  let later = 0;
  const got = await pool.scope(async (scope) => {
    const streamed: number[] = [];
    for await (const x of scope.stream(square, [1, 2])) streamed.push(x);
    const made: number[] = [];
    for await (const x of scope.generate(upTo, [3, "return"])) {
      made.push(x as number);
    }
    // Nobody awaits it here.
    void scope.forEach(square, [1, 2, 3]).then((count) => later = count);
    return [
      streamed,
      made,
      await scope.starmap(power, [[2, 3]]),
      await scope.reduce(square, [1, 2, 3], add, 0),
    ];
  });
  assertEquals(got, [[1, 4], [0, 1, 2], [8], 14]);
  assertEquals(later, 3);
});

Deno.test("PoolScope ends what is read one by one, and what its body folds", async () => {
  await using system = new System();
  await using pool = new Pool({ system, size: 2, killAfterMs: 10 });
  using gate = new TaskGate();
  let closed = 0;
  function* inputs() {
    try {
      for (;;) yield 2;
    } finally {
      closed++;
    }
  }
  await pool.scope(async (scope) => {
    await scope.stream(square, inputs()).next();
    await scope.generate(upTo, [1_000, "return"]).next();
    scope.stream(square, inputs());
  });
  assertEquals([closed, pool.stats().running], [1, 0]);
  const failed = pool.scope(async (scope) => {
    const counted = scope.forEach(hold, [gate.memory]);
    counted.catch(() => {});
    await scope.map(failAtThree, [3]);
  });
  await assertRejects(() => failed, RangeError, "Three");
  const folded = pool.scope((scope) => {
    scope.run(nap, [60_000]);
    return scope.forEach(failAtThree, [1, 3]);
  });
  await assertRejects(() => folded, RangeError, "Three");
  const { running, pending } = pool.stats();
  assertEquals([running, pending], [0, 0]);
});

Deno.test("PoolScope refuses work when it has ended", async () => {
  await using system = new System();
  await using pool = new Pool({ system, size: 1 });
  let ended: PoolScope | undefined;
  await pool.scope((scope) => void (ended = scope));
  const all: ((scope: PoolScope) => unknown)[] = [
    (scope) => scope.run(square, [1]),
    (scope) => scope.map(square, [1]),
    (scope) => scope.starmap(square, [[1]]),
    (scope) => scope.stream(square, [1]),
    (scope) => scope.generate(square, [1]),
    (scope) => scope.forEach(square, [1]),
    (scope) => scope.reduce(square, [1], (_, x) => x, 0),
  ];
  for (const act of all) {
    assertThrows(() => act(ended!), PoolClosedError, "its scope has ended");
  }
  assertEquals(pool.stats().jobs, 0);
  const none = undefined as never;
  await assertRejects(() => pool.scope(none), InvalidOptionError, "'body'");
  await assertRejects(
    () => pool.reduce(square, [1], none, 0),
    InvalidOptionError,
    `Cannot reduce "square" as 'fold' must be a function`,
  );
});
