/** A pool as a router: who has ended is left out, and when all have it ends. */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Pool, PoolBrokenError, System, WorkerDiedError } from "../../mod.ts";
import { misbehave, square, whoRuns } from "../fixtures/pool_tasks.ts";
import { comeUp, startsAllowed } from "../fixtures/router_tasks.ts";

/** The workers of a pool of two that end; others come up only if `words` says so. */
async function twoWorkers(
  system: System,
  words: Int32Array,
): Promise<Pool> {
  const pool = new Pool({
    system,
    size: 2,
    // Starts that fail may take longer than a worker is kept that has nothing to do.
    idleMs: Infinity,
    init: comeUp,
    initArgs: [words],
  });
  await pool.warm();
  return pool;
}

/** Ends the worker in the place that `key` stands for. */
async function endOne(pool: Pool, key: string): Promise<void> {
  const job = pool.run(misbehave, ["exit"], { key });
  await assertRejects(async () => await job, WorkerDiedError);
}

Deno.test("Pool: when one worker has ended and none comes in its place, the others go on being used", async () => { // S16
  await using system = new System();
  const words = startsAllowed(2);
  await using pool = await twoWorkers(system, words);
  const gone = await pool.run(whoRuns, [], { key: "0" });
  await endOne(pool, "0");
  const others = await pool.map(whoRuns, [1, 2, 3, 4, 5, 6], { chunk: 1 });
  assertEquals(new Set(others).size, 1);
  assertEquals(others.includes(gone), false);
  // What only the one that ended could do is refused, and waits for nobody.
  const bound = pool.run(whoRuns, [], { key: "0" });
  await assertRejects(
    async () => await bound,
    PoolBrokenError,
    "No more come up",
  );
  // It is tried again, and used again.
  words[0] = 1_000;
  assertEquals(await pool.run(whoRuns, [], { key: "1" }), others[0]);
  assertEquals(await pool.run(whoRuns, [], { key: "0" }), gone);
});

Deno.test("Pool.warm() rejects when not all workers come up, and the pool goes on with those that did", async () => { // S16
  await using system = new System();
  await using pool = new Pool({
    system,
    size: 2,
    // The one that comes up has nothing to do, and is there until it is told that the other one is not.
    idleMs: 1,
    init: comeUp,
    initArgs: [startsAllowed(1)],
  });
  await assertRejects(
    () => pool.warm(),
    PoolBrokenError,
    "Cannot start all workers",
  );
  assertEquals(await pool.map(square, [2, 3]), [4, 9]);
});

Deno.test("Pool: when all workers have ended and none comes up, the pool ends", async () => { // S16
  await using system = new System();
  await using pool = await twoWorkers(system, startsAllowed(2));
  await endOne(pool, "0");
  assertEquals(await pool.run(square, [3]), 9);
  await endOne(pool, "1");
  const job = pool.run(square, [3]);
  await assertRejects(
    async () => await job,
    PoolBrokenError,
    "No more come up",
  );
  assertThrows(() => pool.run(square, [3]), PoolBrokenError);
});
