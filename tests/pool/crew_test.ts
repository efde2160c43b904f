/** Workers that do not start, and workers that end while they have nothing to do. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  type Job,
  Pool,
  PoolBrokenError,
  remote,
  System,
  type Task,
} from "../../mod.ts";
import { endLater, square, whoRuns } from "../fixtures/pool_tasks.ts";
import { SaidLines } from "../fixtures/said_lines.ts";
import { until } from "../fixtures/until.ts";
import { type FakeWorker, FakeWorkers } from "./fake_workers.ts";

const { twice } = remote<{ twice: Task<[number], number> }>("file:///twice.ts");
const CRASH = { kind: "crashed", code: 3 } as const;

/** Workers that fail to start one after the other, until `size` of them start and nobody comes in the place of one that failed. */
async function failInTurns(
  fakes: FakeWorkers,
  size: number,
): Promise<FakeWorker[]> {
  for (let failures = 0; failures < 4; failures++) {
    await until("all start", () => fakes.alive.length === size);
    fakes.alive[0]!.die(CRASH);
  }
  await until("it is told", () => fakes.alive.length === size - 1);
  return fakes.alive;
}

function settle(jobs: readonly Job<unknown>[]): Promise<unknown[]> {
  return Promise.all(jobs.map((job) => job.catch((error) => error)));
}

Deno.test("Pool is broken, and its jobs settle, when its workers fail to start in turns", async () => {
  const fakes = new FakeWorkers();
  const pool = new Pool({ system: fakes.spawner, size: 2 });
  const jobs = [
    pool.run(twice, [1]),
    pool.map(twice, [2, 3]),
    pool.run(twice, [4], { key: 1 }),
  ];
  const settled = settle(jobs);
  const elements = pool.generate(twice as never, [5]).next();
  const refused = assertRejects(() => elements, PoolBrokenError);
  const [last] = await failInTurns(fakes, 2);
  const { length } = fakes.all;
  last!.die(CRASH);
  for (const error of await settled) assert(error instanceof PoolBrokenError);
  await refused;
  assertThrows(() => pool.run(twice, [1]), PoolBrokenError);
  await pool.close();
  assertEquals([fakes.all.length, fakes.alive.length], [length, 0]);
  assertEquals(pool.stats().deaths, length);
});

Deno.test("Pool goes on with the worker that comes up after all others have failed, also when one more fails", async () => {
  const fakes = new FakeWorkers();
  // A place for each job, so that all three start at the same time.
  const strategy = "roundRobin";
  const pool = new Pool({ system: fakes.spawner, size: 3, strategy });
  const jobs = [1, 2, 3].map((x) => pool.run(twice, [x]));
  const settled = settle(jobs);
  const [good, bad] = await failInTurns(fakes, 3);
  good!.step();
  await until("it was given a task", () => good!.busy);
  good!.step();
  assertEquals(good!.runs, true);
  bad!.die(CRASH);
  const done = settled.then(() => true);
  let over = false;
  void done.then(() => over = true);
  await until("all is done", () => (good!.step(), over));
  assertEquals(await settled, [2, 4, 6]);
  await pool.terminate();
});

Deno.test("Pool says that a worker ended that ran nothing, and another takes its place", async () => {
  using said = new SaidLines();
  const fakes = new FakeWorkers();
  const pool = new Pool({ system: fakes.spawner, size: 1, minSize: 1 });
  const [first] = fakes.alive;
  first!.step();
  await until("it is up", () => pool.stats().workers === 1);
  first!.die({ ...CRASH, error: new RangeError("Later") });
  await until("there is another", () => fakes.alive.length === 1);
  assertEquals(said.lines, [
    'Worker "pool-0" ended (crashed), while it ran nothing: RangeError: Later',
  ]);
  const { deaths, started, workers } = pool.stats();
  assertEquals([deaths, started, workers], [1, 2, 0]);
  const job = pool.run(twice, [3]);
  const [second] = fakes.alive;
  await until("it runs", () => (second!.step(), second!.runs));
  // What has a job to tell it needs no line.
  second!.die(CRASH);
  await assertRejects(() => job);
  await pool.terminate();
  assertEquals(said.lines.length, 1);
});

Deno.test("Pool heals when what a task left behind ends its worker after it", async () => {
  using said = new SaidLines();
  await using system = new System();
  await using pool = new Pool({ system, size: 1 });
  // More often than workers may fail to start: they have all done something.
  for (let times = 1; times <= 5; times++) {
    const gate = new SharedArrayBuffer(4);
    assertEquals(await pool.run(endLater, [gate]), "pool-0");
    Atomics.store(new Int32Array(gate), 0, 1);
    Atomics.notify(new Int32Array(gate), 0);
    await until("it has ended", () => pool.stats().deaths === times);
  }
  assertEquals(await pool.run(whoRuns, []), "pool-0");
  assertEquals(await pool.map(square, [2, 3]), [4, 9]);
  assertEquals(said.lines.length, 5);
  for (const line of said.lines) assert(line.endsWith("Error: Left behind"));
});
