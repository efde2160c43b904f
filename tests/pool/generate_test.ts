import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  InvalidOptionError,
  Pool,
  PoolClosedError,
  System,
  type Task,
  type TaskStream,
  WorkerDiedError,
} from "../../mod.ts";
import {
  countUp,
  giveBack,
  upTo,
  yieldAndSpin,
  yieldAndWait,
  yieldThenDie,
} from "../fixtures/generator_tasks.ts";
import { misbehave, square, whoRuns } from "../fixtures/pool_tasks.ts";
import { TaskGate } from "../fixtures/task_gate.ts";
import { until } from "../fixtures/until.ts";

const words = (): Int32Array<SharedArrayBuffer> =>
  new Int32Array(new SharedArrayBuffer(8));

async function all(stream: TaskStream<unknown>): Promise<unknown[]> {
  const elements: unknown[] = [];
  for await (const element of stream) elements.push(element);
  return elements;
}

Deno.test("Pool.generate() gives what a task yields, as it is read", async (t) => {
  await using system = new System();
  await using pool = new Pool({ system, size: 1 });

  await t.step("all of it, of any kind that can be iterated", async () => {
    assertEquals(await all(pool.generate(upTo, [3, "return"])), [0, 1, 2]);
    const bytes = new Uint8Array([1, 2]);
    const transfer = [bytes.buffer];
    const options = { transfer };
    assertEquals(await all(pool.generate(giveBack, [bytes], options)), [1, 2]);
    assertEquals(bytes.byteLength, 0);
    const long = await all(pool.generate(upTo, [1_000, "return"]));
    assertEquals(long.length, 1_000);
  });
  await t.step("it is ahead of its reader by readAhead at most", async () => {
    const made = words();
    const stream = pool.generate(countUp, [made.buffer], { readAhead: 4 });
    assertEquals(pool.stats().jobs, 3);
    assertEquals((await stream.next()).value, 0);
    for (let i = 1; i < 10; i++) {
      assertEquals((await stream.next()).value, i);
      assert(Atomics.load(made, 0) <= i + 1 + 4, `${made[0]} after ${i + 1}`);
    }
    assertEquals(pool.stats().running, 1);
    assertEquals(await stream.return(), { done: true, value: undefined });
    assertEquals([Atomics.load(made, 1), pool.stats().running], [1, 0]);
    assertEquals(await stream.next(), { done: true, value: undefined });
    assertEquals(pool.stats().cancelled, 1);
  });
  await t.step("several may be asked for at once", async () => {
    const stream = pool.generate(upTo, [2, "return"]);
    const steps = await Promise.all([1, 2, 3, 4].map(() => stream.next()));
    assertEquals(steps.map(({ value }) => value), [0, 1, undefined, undefined]);
  });
  await t.step(
    "leaving the loop runs its finally, and frees the worker",
    async () => {
      const made = words();
      for await (const i of pool.generate(countUp, [made.buffer])) {
        if (i === 9) break;
      }
      assertEquals(Atomics.load(made, 1), 1);
      assertEquals(await pool.run(whoRuns, []), "pool-0");
      const error = await assertRejects(async () => {
        await using stream = pool.generate(upTo, [9, "finally"]);
        await stream.next();
      });
      assertEquals((error as Error).message, "At last");
    },
  );
  await t.step("one that is never read is nothing to the pool", async () => {
    const { jobs } = pool.stats();
    const stream = pool.generate(upTo, [9, "return"]);
    await stream.return();
    assertEquals(await stream.next(), { done: true, value: undefined });
    assertEquals(pool.stats().jobs, jobs);
  });
  await t.step("its error comes after its elements", async () => {
    const stream = pool.generate(upTo, [2, "throw"]);
    assertEquals((await stream.next()).value, 0);
    assertEquals((await stream.next()).value, 1);
    await assertRejects(() => stream.next(), RangeError, "Enough");
    assertEquals(await stream.next(), { done: true, value: undefined });
  });
  await t.step("what cannot travel fails, and its worker goes on", async () => {
    const { started } = pool.stats();
    const stream = pool.generate(upTo, [1, "function"]);
    assertEquals((await stream.next()).value, 0);
    const error = await assertRejects(() => stream.next());
    assertEquals((error as Error).name, "DataCloneError");
    const bad = (() => {}) as unknown as SharedArrayBuffer;
    const refused = await assertRejects(() =>
      pool.generate(countUp, [bad]).next()
    );
    assertEquals((refused as Error).name, "DataCloneError");
    const number = square as unknown as Task<[number], number[]>;
    for (let i = 0; i < 2; i++) {
      await assertRejects(
        () => pool.generate(number, [3]).next(),
        TypeError,
        'Cannot read "square" as it must return something that can be iterated: current value is of type number',
      );
    }
    await assertRejects(
      () => pool.run(misbehave, ["generator"]),
      Error,
      "pool.generate()",
    );
    assertEquals(pool.stats().started, started);
  });
  await t.step("options are checked at once", async () => {
    for (const readAhead of [0, NaN, 1.5, 65_537]) {
      assertThrows(
        () => pool.generate(upTo, [1, "return"], { readAhead }),
        InvalidOptionError,
        "'readAhead' must be a whole number of 1 to 65,536",
      );
    }
    const { pending, running } = pool.stats();
    assertEquals([pending, running], [0, 0]);
    await pool.close();
    assertThrows(() => pool.generate(upTo, [1, "return"]), PoolClosedError);
  });
  const { jobs, done, failed, cancelled } = pool.stats();
  assertEquals(jobs, done + failed + cancelled);
});

Deno.test("Pool.generate() ends with its worker, and begins again only unread", async (t) => {
  await using system = new System();
  await using pool = new Pool({ system, size: 1 });

  await t.step("elements that were yielded arrive first", async () => {
    const stream = pool.generate(yieldThenDie, [words().buffer, 3]);
    for (const value of [0, 1, 2]) {
      assertEquals(await stream.next(), { done: false, value });
    }
    const died = await assertRejects(() => stream.next(), WorkerDiedError);
    assertEquals(died.message.includes('while it ran "yieldThenDie"'), true);
    assertEquals(await stream.next(), { done: true, value: undefined });
  });
  await t.step("retries begin it again, before anything is read", async () => {
    const retried = pool.generate(yieldThenDie, [words().buffer, 0], {
      retries: 1,
    });
    assertEquals(await all(retried), [7]);
    const read = pool.generate(yieldThenDie, [words().buffer, 1], {
      retries: 1,
    });
    assertEquals((await read.next()).value, 0);
    await assertRejects(() => read.next(), WorkerDiedError);
  });
  await t.step("the next one has a new worker", async () => {
    await assertRejects(
      () => all(pool.generate(upTo, [2, "exit"])),
      WorkerDiedError,
    );
    assertEquals(await all(pool.generate(upTo, [1, "return"])), [0]);
  });
});

Deno.test("Pool.generate() is cancelled like any other job", async (t) => {
  await using system = new System();
  // Only one that never heeds it is killed, however slow the machine is.
  await using pool = new Pool({ system, size: 1, killAfterMs: Infinity });

  await t.step("one that waits is told by its signal", async () => {
    const memory = words();
    const abort = new AbortController();
    const { signal } = abort;
    const stream = pool.generate(yieldAndWait, [memory.buffer], { signal });
    await stream.next();
    const waiting = assertRejects(() => stream.next(), Error, "Changed");
    await until("it waits", () => Atomics.load(memory, 0) === 1);
    abort.abort(new Error("Changed"));
    await waiting;
    await until("it is told", () => Atomics.load(memory, 1) === 1);
    assertEquals(await stream.next(), { done: true, value: undefined });
  });
  await t.step("the worker of one that computes is replaced", async () => {
    using gate = new TaskGate();
    await using other = new Pool({ system, size: 1, killAfterMs: 50 });
    const stream = other.generate(yieldAndSpin, [gate.memory]);
    await stream.next();
    await stream.return();
    assertEquals(await other.run(square, [3]), 9);
    assertEquals(other.stats().started, 2);
  });
  await t.step("one that waits for a worker never begins", async () => {
    const made = words();
    const holding = pool.generate(countUp, [made.buffer]);
    await holding.next();
    const never = words();
    const waiting = pool.generate(countUp, [never.buffer], { timeout: 1 });
    const error = await assertRejects(() => waiting.next());
    assertEquals((error as Error).name, "TimeoutError");
    await holding.return();
    assertEquals(await pool.run(square, [2]), 4);
    assertEquals(Atomics.load(never, 0), 0);
  });
  await t.step("terminate() ends what is read", async () => {
    const made = words();
    const stream = pool.generate(countUp, [made.buffer]);
    await stream.next();
    await pool.terminate();
    await assertRejects(() => all(stream), PoolClosedError);
  });
});
