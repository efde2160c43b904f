/** What becomes of a task that goes wrong in any way, by whichever method of a pool it runs: nothing ever waits for it in vain. */
import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  DataCloneError,
  Pool,
  registerError,
  RemoteError,
  System,
  WorkerDiedError,
} from "../../mod.ts";
import {
  dieAt,
  type Fault,
  misbehave,
  OwnError,
  spin,
  square,
} from "../fixtures/pool_tasks.ts";
import { TaskGate } from "../fixtures/task_gate.ts";

/** Each way to run one task. */
const WAYS: [string, (pool: Pool, fault: Fault) => PromiseLike<unknown>][] = [
  ["run", (pool, fault) => pool.run(misbehave, [fault])],
  ["map", (pool, fault) => pool.map(misbehave, [fault])],
  ["starmap", (pool, fault) => pool.starmap(misbehave, [[fault]])],
  ["stream", (pool, fault) => pool.stream(misbehave, [fault]).next()],
  ["forEach", (pool, fault) => pool.forEach(misbehave, [fault])],
  ["reduce", (pool, fault) => pool.reduce(misbehave, [fault], () => 0, 0)],
  ["scope", (pool, fault) => pool.scope((s) => s.run(misbehave, [fault]))],
];

/** What each fault becomes. */
// deno-lint-ignore no-explicit-any -- any class
const FAULTS: [Fault, abstract new (...args: any[]) => Error][] = [
  ["throw", RangeError],
  ["reject", RangeError],
  ["own", RemoteError],
  ["undefined", Error],
  ["cyclic", Error],
  ["huge", Error],
  ["exit", WorkerDiedError],
  ["close", WorkerDiedError],
  ["later", WorkerDiedError],
  ["rejectLater", WorkerDiedError],
  ["function", DataCloneError],
  ["generator", DataCloneError],
];

for (const [way, go] of WAYS) {
  Deno.test(`Pool.${way}() rejects whatever its task does, and the pool lives`, async () => {
    await using system = new System();
    await using pool = new Pool({ system, size: 1 });
    for (const [fault, Class] of FAULTS) {
      const error = await go(pool, fault).then(
        () => assert(false, `${fault} was a success`),
        (error) => error,
      );
      assertInstanceOf(error, Class, `${fault} became ${error}`);
      assertEquals(await pool.run(square, [3]), 9, fault);
    }
    const { running, pending } = pool.stats();
    assertEquals([running, pending], [0, 0]);
  });
}

Deno.test("a loop that does not end is cut off, and its pool lives", async () => {
  await using system = new System();
  using gate = new TaskGate();
  await using pool = new Pool({ system, size: 1, killAfterMs: 1 });
  const job = pool.run(spin, [gate.memory], { timeout: 1 });
  assertEquals(await job.catch((error) => error.name), "TimeoutError");
  assertEquals(await pool.run(square, [3]), 9);
});

// W07
Deno.test("an error keeps its class, name, code and cause when its class is registered", async () => {
  registerError(OwnError);
  await using system = new System();
  await using pool = new Pool({ system, size: 1 });
  const error = await pool.run(misbehave, ["own"]).catch((error) => error);
  assertInstanceOf(error, OwnError);
  assertEquals([error.name, error.code, error.message], [
    "OwnError",
    7,
    "Number 7",
  ]);
  assertInstanceOf(error.cause, TypeError);
});

Deno.test("Pool.run() loses no letter of what waits at a worker that dies", async () => {
  await using system = new System({ deadLetterLines: 0 });
  await using pool = new Pool({ system, size: 1 });
  // How long it takes is known from then on: others are sent to wait behind it.
  const known = Array.from({ length: 500 }, (): [number, number] => [-1, 0]);
  await pool.starmap(dieAt, known, { chunk: 1 });

  for (let round = 0; round < 5; round++) {
    const jobs = Array.from({ length: 300 }, (_, i) => pool.run(dieAt, [5, i]));
    const ends = await Promise.allSettled(jobs);
    const failed = ends.flatMap(({ status }, i) =>
      status === "fulfilled" ? [] : [i]
    );
    assertEquals(failed, [5]);
  }
  assertEquals(system.deadLetters.count, 0);
});
