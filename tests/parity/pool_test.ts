/** What Python's tests of `multiprocessing.Pool` promise, group "Pool" of the statements. */
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  DataCloneError,
  InvalidOptionError,
  Pool,
  PoolBrokenError,
  PoolClosedError,
  System,
} from "../../mod.ts";
import {
  echo,
  failAtThree,
  failToSetUp,
  hold,
  howStarted,
  misbehave,
  nap,
  napOrHold,
  nestedSquare,
  power,
  scale,
  setUp,
  square,
  toil,
} from "../fixtures/pool_tasks.ts";
import { runAsUser } from "../fixtures/user_program.ts";
import { TaskGate } from "../fixtures/task_gate.ts";
import { until } from "../fixtures/until.ts";

const range = (count: number): number[] =>
  Array.from({ length: count }, (_, i) => i);
const squares = (count: number): number[] => range(count).map((x) => x * x);

/** What an iterator gave, and what it threw at the end. */
async function drain<T>(
  results: AsyncIterable<T>,
): Promise<{ got: T[]; error: unknown }> {
  const got: T[] = [];
  try {
    for await (const result of results) got.push(result);
  } catch (error) {
    return { got, error };
  }
  return { got, error: undefined };
}

/** Numbers up to `count`, and then an error. */
function* failing(count: number, error: Error): Generator<number> {
  for (let i = 0; i < count; i++) yield i;
  throw error;
}

for (const placement of ["thread", "process"] as const) {
  Deno.test(`Pool of the placement "${placement}" does what Python's Pool does`, async (t) => {
    await using system = new System();
    await using pool = new Pool({
      system,
      size: 2,
      placement,
      initTimeout: 60_000,
    });

    await t.step("PO01 arguments by position and by name", async () => {
      assertEquals(await pool.run(power, [2, 8]), 256);
      assertEquals(await pool.run(scale, [{ x: 2, factor: 3 }]), 6);
    });
    await t.step("PO02 map keeps the order, whatever the chunk", async () => {
      for (const count of [10, 100]) {
        assertEquals(await pool.map(square, range(count)), squares(count));
        const job = pool.map(square, range(count), { chunk: 20 });
        assertEquals(await job, squares(count));
      }
    });
    await t.step("PO03 starmap spreads its lists", async () => {
      const lists = range(100).map((x): [number, number] => [x, 2]);
      assertEquals(await pool.starmap(power, lists), squares(100));
      assertEquals(
        await pool.starmap(power, lists, { chunk: 20 }),
        squares(100),
      );
    });
    await t.step("PO04 what is awaited later is the same", async () => {
      const jobs = [
        pool.map(square, range(10)),
        pool.starmap(power, range(10).map((x): [number, number] => [x, 2])),
      ];
      assertEquals(await Promise.all(jobs), [squares(10), squares(10)]);
    });
    await t.step("PO05 one of two handlers is called, once", async () => {
      const calls: unknown[] = [];
      const on = (how: string) => (what: unknown) => calls.push([how, what]);
      await pool.map(square, range(3)).then(on("value"), on("error"));
      await pool.map(failAtThree, range(5)).then(on("value"), on("error"));
      assertEquals(calls.length, 2);
      assertEquals(calls[0], ["value", [0, 1, 4]]);
      assertInstanceOf((calls[1] as unknown[])[1], RangeError);
    });
    await t.step("PO06 inputs that cannot be cloned reject", async () => {
      const job = pool.map(echo, [1, () => 1, 3]);
      await assertRejects(async () => await job, DataCloneError);
      assertEquals(await pool.map(echo, [1]), [1]);
    });
    await t.step("PO07, PO18 of nothing comes nothing", async () => {
      assertEquals(await pool.map(square, [], { chunk: 1 }), []);
      assertEquals(await pool.starmap(power, []), []);
      assertEquals((await drain(pool.stream(square, []))).got, []);
      const unordered = pool.stream(square, [], { ordered: false });
      assertEquals((await drain(unordered)).got, []);
    });
    await t.step(
      "PO08, PO21 an error of the inputs is that very error",
      async () => {
        const mine = new Error("Mine");
        for (const count of [0, 3, 0, 3]) {
          const job = pool.map(square, failing(count, mine));
          assertEquals(await job.catch((error) => error === mine), true);
        }
      },
    );
    await t.step("PO09 a slow task gives its result in the end", async () => {
      const start = performance.now();
      assertEquals(await pool.run(nap, [80]), 80);
      assert(performance.now() - start >= 79);
    });
    await t.step("PO10 a timeout cancels", async () => {
      const job = pool.run(nap, [60_000], { timeout: 5 });
      assertEquals(await job.catch((error) => error.name), "TimeoutError");
    });
    await t.step(
      "PO11 stream keeps the order, whatever the chunk",
      async () => {
        assertEquals(
          (await drain(pool.stream(square, range(10)))).got,
          squares(10),
        );
        const many = pool.stream(square, range(1_000), { chunk: 100 });
        assertEquals((await drain(many)).got, squares(1_000));
      },
    );
    await t.step(
      "PO12 results before an error of the inputs come first",
      async () => {
        const mine = new Error("Mine");
        const { got, error } = await drain(
          pool.stream(square, failing(3, mine)),
        );
        assertEquals([got, error === mine], [[0, 1, 4], true]);
      },
    );
    await t.step("PO14 unordered, each comes once", async () => {
      const all = pool.stream(square, range(1_000), { ordered: false });
      const { got } = await drain(all);
      assertEquals(got.sort((a, b) => a - b), squares(1_000));
    });
    await t.step(
      "PO15 unordered, what comes before an error is right",
      async () => {
        const inputs = failing(30, new Error("Mine"));
        const all = pool.stream(square, inputs, { ordered: false });
        const { got, error } = await drain(all);
        assertEquals((error as Error).message, "Mine");
        assertEquals(new Set(got).size, got.length);
        for (const x of got) assert(squares(30).includes(x));
      },
    );
    await t.step(
      "PO20, PO22, PO26 an error has its class and remote stack",
      async () => {
        const seen: unknown[] = [];
        const job = pool.run(failAtThree, [3]);
        job.catch((error) => seen.push(error));
        const error = await assertRejects(
          async () => await job,
          RangeError,
          "Three",
        );
        assertStringIncludes(error.stack!, "pool_tasks.ts:");
        assertStringIncludes(Deno.inspect(error), "pool_tasks.ts:");
        assertEquals(seen, [error]);
      },
    );
    await t.step("PO41 a task may use a pool of its own", async () => {
      const job = pool.run(nestedSquare, [5]);
      if (placement === "thread") return assertEquals(await job, 25);
      await assertRejects(async () => await job, PoolBrokenError, "a process");
    });
    await t.step("PO44 what is moved is not copied", async () => {
      const bytes = new Uint8Array(1_000);
      const job = pool.run(echo, [bytes], { transfer: [bytes.buffer] });
      assertEquals((await job as Uint8Array).length, 1_000);
      assertEquals(bytes.length, 0);
    });
  });
}

Deno.test("PO16, PO30 a pool of no size, or that recycles never, is refused", () => {
  for (const size of [0, -1, NaN, 1.5]) {
    assertThrows(() => new Pool({ size }), InvalidOptionError);
  }
  for (const maxTasksPerWorker of [0, -1, 0.5, "12" as unknown as number]) {
    assertThrows(() => new Pool({ maxTasksPerWorker }), InvalidOptionError);
  }
  const init = 3 as unknown as typeof setUp;
  assertThrows(() => new Pool({ init }), InvalidOptionError); // PO32
});

Deno.test("PO16, PO19, PO32 a scope has as many workers as it is to, set up, and is over at its end", async () => {
  await using system = new System();
  const count = new SharedArrayBuffer(4);
  let left: Pool;
  {
    await using pool = new Pool({
      system,
      size: 3,
      init: setUp,
      initArgs: ["so", count],
    });
    left = pool;
    await pool.warm();
    assertEquals(pool.stats().workers, 3);
    assertEquals(await pool.map(howStarted, range(9), { chunk: 1 }), [
      ...Array(9).fill("so"),
    ]);
    assertEquals(new Int32Array(count)[0], pool.stats().started);
  }
  assertThrows(() => left.run(square, [1]), PoolClosedError);
  assertThrows(() => left.stream(square, [1]), PoolClosedError);
  assertEquals(left.stats().workers, 0);
});

Deno.test("PO25, PO31 a pool that is forgotten keeps nothing alive", async () => {
  const module = import.meta.resolve("../fixtures/pool_tasks.ts");
  const code = `
    import { Pool } from "@troupe/actors";
    import { square } from "${module}";
    globalThis.pool = new Pool({ size: 2, idleMs: 50 });
    console.log(await globalThis.pool.map(square, [1, 2, 3]));
  `;
  const { code: end, stdout, stderr } = await runAsUser(code, "-A");
  assertEquals([end, stdout, stderr], [0, "[ 1, 4, 9 ]\n", ""]);
});

Deno.test("PO28 workers are replaced after their tasks", async () => {
  await using system = new System();
  await using pool = new Pool({ system, size: 3, maxTasksPerWorker: 10 });
  assertEquals(await pool.map(square, range(100), { chunk: 1 }), squares(100));
  assert(pool.stats().started >= 10, `${pool.stats().started} were started`);
  await pool.warm();
  assertEquals(pool.stats().workers, 3);
});

Deno.test("PO33 workers that do not come up leave none", async () => {
  await using system = new System();
  await using pool = new Pool({
    system,
    name: "crew",
    size: 2,
    init: failToSetUp,
  });
  await assertRejects(() => pool.warm(), PoolBrokenError, "Not set up");
  await until("all are gone", () => system.tree().length === 0);
});

Deno.test("PO34 many tasks on many workers are all done", async () => {
  await using system = new System();
  await using pool = new Pool({ system, size: 200, idleMs: 20 });
  const results = await pool.map(square, range(1_000), { chunk: 1 });
  assertEquals(results.reduce((a, b) => a + b), 332_833_500);
});

Deno.test("PO40 nobody is idle while another has work that it has not begun", async () => {
  await using system = new System();
  await using pool = new Pool({ system, size: 2 });
  await pool.warm();
  for (const chunk of [undefined, 25]) {
    const before = pool.stats().tasks;
    using gate = new TaskGate();
    const inputs = [gate.memory, ...Array<number>(49).fill(4)];
    const job = chunk === undefined
      ? pool.map(napOrHold, inputs)
      : pool.map(napOrHold, inputs, { chunk });
    // One holds on to its task for as long as it takes; the other does all the rest, whoever was given it.
    await until("the rest is done", () => pool.stats().tasks === before + 49);
    gate.open();
    assertEquals(await job, [0, ...Array<number>(49).fill(4)]);
  }
});

Deno.test("PO42 close waits for what is queued, and takes no more", async () => {
  await using system = new System();
  const pool = new Pool({ system, size: 2 });
  const jobs = range(20).map((x) => pool.run(square, [x]));
  await pool.close();
  assertEquals(jobs.map(({ state }) => state), Array(20).fill("done"));
  assertThrows(() => pool.map(square, [1]), PoolClosedError);
});

for (const placement of ["thread", "process"] as const) {
  Deno.test(`W01 one worker that dies does not hang the others' tasks: "${placement}"`, async () => {
    await using system = new System();
    await using pool = new Pool({
      system,
      size: 2,
      placement,
      initTimeout: 60_000,
    });
    const jobs = range(10).map((x) =>
      x === 4 ? pool.run(misbehave, ["exit"]) : pool.run(square, [x])
    );
    const ends = await Promise.allSettled(jobs);
    assertEquals(
      ends.map(({ status }) => status === "fulfilled"),
      range(10).map((x) => x !== 4),
    );
  });
}

Deno.test("W19, W20 inputs are read as they are needed", async () => {
  await using system = new System();
  await using pool = new Pool({ system, size: 2 });
  let read = 0;
  let closed = false;
  function* endless() {
    try {
      for (;;) yield read++;
    } finally {
      closed = true;
    }
  }
  const results = pool.stream(square, endless(), { readAhead: 8 });
  assertEquals(read, 0);
  for (let i = 0; i < 20; i++) {
    assertEquals(await results.next(), { done: false, value: i * i });
    assert(read <= i + 1 + 8, `${read} were read for ${i + 1}`);
  }
  await results.return!();
  assert(closed);
});

Deno.test("W25 terminate ends, whatever runs", async () => {
  await using system = new System();
  const pool = new Pool({ system, size: 2 });
  using gate = new TaskGate();
  const jobs = [
    pool.run(hold, [gate.memory]),
    pool.run(toil, [200]),
    pool.map(nap, range(1_000)),
  ];
  await until("they run", () => jobs[1]!.state === "running");
  await pool.terminate();
  for (const job of jobs) {
    await assertRejects(async () => await job, PoolClosedError);
  }
});
