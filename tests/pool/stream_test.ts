import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  Pool,
  PoolClosedError,
  type PoolScope,
  System,
  WorkerDiedError,
} from "../../mod.ts";
import {
  computeUntilAborted,
  failAtThree,
  hold,
  misbehave,
  nap,
  napOrHold,
  reportOften,
  square,
  whoRuns,
} from "../fixtures/pool_tasks.ts";
import { TaskGate } from "../fixtures/task_gate.ts";
import { until } from "../fixtures/until.ts";

Deno.test("Pool.stream(), forEach() and reduce() take results one by one", async (t) => {
  await using system = new System();
  await using pool = new Pool({ system, size: 2 });

  await t.step("an error comes after the results before it", async () => {
    const results = pool.stream(failAtThree, [0, 1, 2, 3, 4, 5]);
    for (const value of [0, 1, 2]) {
      assertEquals(await results.next(), { done: false, value });
    }
    await assertRejects(() => results.next(), RangeError, "Three");
    assertEquals(await results.next(), { done: true, value: undefined });
  });
  await t.step("an async iterable is read as it comes", async () => {
    async function* inputs() {
      for (let i = 0; i < 4; i++) yield await Promise.resolve(i);
    }
    const got: number[] = [];
    for await (const x of pool.stream(square, inputs())) got.push(x);
    assertEquals(got, [0, 1, 4, 9]);
  });
  await t.step("unordered, what is there first comes first", async () => {
    using gate = new TaskGate();
    const inputs = [gate.memory, 1, 2];
    const got: number[] = [];
    const options = { ordered: false, chunk: 1 };
    for await (const x of pool.stream(napOrHold, inputs, options)) {
      if (got.push(x) < 2) continue;
      gate.open();
    }
    assertEquals(got, [1, 2, 0]);
  });
  await t.step("leaving the loop leaves nothing behind", async () => {
    let closed = 0;
    function* inputs() {
      try {
        for (let i = 0;; i++) yield i;
      } finally {
        closed++;
      }
    }
    for await (const x of pool.stream(square, inputs())) {
      if (x === 9) break;
    }
    assertEquals([closed, pool.stats().pending], [1, 0]);
    await until("nothing runs", () => pool.stats().running === 0);
  });
  await t.step(
    "one that is left unread is no job, and reads nothing",
    async () => {
      const { jobs, cancelled } = pool.stats();
      let read = 0;
      const results = pool.stream(square, {
        *[Symbol.iterator]() {
          yield read++;
        },
      });
      await results.return!();
      assertEquals(await results.next(), { done: true, value: undefined });
      const after = pool.stats();
      assertEquals([after.jobs, after.cancelled, read], [jobs, cancelled, 0]);
    },
  );
  await t.step("a timeout comes after what was there in time", async () => {
    const inputs = [0, 0, 60_000];
    const results = pool.stream(nap, inputs, { timeout: 1_000, chunk: 1 });
    assertEquals((await results.next()).value, 0);
    assertEquals((await results.next()).value, 0);
    const error = await assertRejects(() => results.next());
    assertEquals((error as Error).name, "TimeoutError");
  });
  await t.step("a worker that dies is an error in its place", async () => {
    const results = pool.stream(misbehave, ["exit"]);
    await assertRejects(() => results.next(), WorkerDiedError);
  });
  await t.step("forEach() counts, reduce() folds in order", async () => {
    assertEquals(await pool.forEach(square, [1, 2, 3]), 3);
    const fold = (so: string, x: number) => `${so} ${x}`;
    assertEquals(await pool.reduce(square, [1, 2, 3], fold, ""), " 1 4 9");
    await assertRejects(() => pool.forEach(failAtThree, [1, 3]), RangeError);
    const bad = () => {
      throw new TypeError("Not folded");
    };
    await assertRejects(() => pool.reduce(square, [1, 2], bad, 0), TypeError);
  });
  await t.step(
    "reduce() begins with the first result when nothing else is given",
    async () => {
      const less = (so: number, x: number) => so - x;
      const begin: number = await pool.reduce(square, [1, 2, 3], less);
      assertEquals(begin, 1 - 4 - 9);
      const never = () => {
        throw new Error("Folded one");
      };
      assertEquals(await pool.reduce(square, [3], never), 9);
      const from = (so: number | undefined, x: number) => (so ?? 100) + x;
      assertEquals(await pool.reduce(square, [3], from, undefined), 109);
      assertEquals(await pool.reduce(square, [], from, undefined), undefined);
      const reduce = (scope: Pool | PoolScope) => () =>
        scope.reduce(square, [], less);
      const why = 'Cannot reduce "square" as there are neither inputs nor';
      await assertRejects(reduce(pool), TypeError, why);
      await assertRejects(
        () => pool.scope((scope) => reduce(scope)()),
        TypeError,
        why,
      );
      assertEquals(
        await pool.scope((scope) => scope.reduce(square, [1, 2], less)),
        -3,
      );
    },
  );
});

Deno.test("Pool.scope() ends its jobs", async (t) => {
  await using system = new System();
  await using pool = new Pool({ system, size: 2, killAfterMs: 10 });

  await t.step("it waits for those that nobody awaits", async () => {
    let job;
    const value = await pool.scope((scope) => {
      job = scope.run(square, [3]);
      return "body";
    });
    assertEquals([value, job!.state], ["body", "done"]);
  });
  await t.step("one that fails cancels the others", async () => {
    let other;
    const done = pool.scope((scope) => {
      other = scope.run(nap, [60_000]);
      scope.map(failAtThree, [1, 2, 3]);
    });
    await assertRejects(() => done, RangeError, "Three");
    assertEquals(other!.state, "cancelled");
  });
  await t.step("an error of the body cancels all", async () => {
    let job;
    const done = pool.scope((scope) => {
      job = scope.run(nap, [60_000]);
      throw new TypeError("Of the body");
    });
    await assertRejects(() => done, TypeError, "Of the body");
    assertEquals(job!.state, "cancelled");
  });
});

Deno.test("Job.progress tells of reports in order, then of the end", async () => {
  await using system = new System();
  await using pool = new Pool({ system, size: 1 });
  const job = pool.run(reportOften, [100]);
  const reports: unknown[] = [];
  let done = 0;
  for await (const progress of job.progress) {
    assertEquals(progress.total, 1);
    if ("report" in progress) reports.push(progress.report);
    else done = progress.done;
  }
  assertEquals(reports, Array.from({ length: 100 }, (_, i) => i));
  assertEquals(done, 1);
});

Deno.test("Job.progress tells how many tasks are done", async () => {
  await using system = new System();
  await using pool = new Pool({ system, size: 2 });
  const job = pool.map(square, [1, 2, 3, 4], { chunk: 2 });
  const seen: number[] = [];
  for await (const { done, total } of job.progress) {
    assertEquals(total, 4);
    seen.push(done);
  }
  // Not by two each: what a worker has not begun another one takes over.
  assertEquals(seen, seen.toSorted((a, b) => a - b));
  assertEquals([new Set(seen).size, seen.at(-1)], [seen.length, 4]);
});

Deno.test("current.signal shows a cancel to a task that computes", async () => {
  await using system = new System();
  await using pool = new Pool({ system, size: 1, killAfterMs: Infinity });
  const seen = new Int32Array(new SharedArrayBuffer(8));
  const job = pool.run(computeUntilAborted, [seen.buffer]);
  await until("it computes", () => Atomics.load(seen, 0) === 1);
  job.cancel(new Error("42"));
  await job.exited;
  assertEquals(Atomics.load(seen, 1), 42);
  assertEquals(pool.stats().started, 1);
});

Deno.test("JobOptions.key brings jobs to the same worker", async () => {
  await using system = new System();
  await using pool = new Pool({ system, name: "crew", size: 3 });
  for (const key of ["a", "b", 3]) {
    const jobs = Array.from(
      { length: 9 },
      () => pool.run(whoRuns, [], { key }),
    );
    assertEquals(new Set(await Promise.all(jobs)).size, 1);
  }
});

for (const strategy of ["roundRobin", "leastBusy"] as const) {
  Deno.test(`PoolOptions.strategy "${strategy}" spreads what comes`, async () => {
    await using system = new System();
    await using pool = new Pool({ system, name: "crew", size: 2, strategy });
    await pool.warm();
    using gate = new TaskGate();
    const jobs = [pool.run(hold, [gate.memory]), pool.run(hold, [gate.memory])];
    await until("both run", () => gate.reached === 2);
    const more = [1, 2, 3].map((x) => pool.run(square, [x]));
    gate.open();
    assertEquals((await Promise.all(jobs)).sort(), [0, 1]);
    assertEquals(await Promise.all(more), [1, 4, 9]);
  });
}

Deno.test("Pool.stats() adds up", async () => {
  await using system = new System();
  const pool = new Pool({ system, size: 1 });
  using gate = new TaskGate();
  const first = pool.run(hold, [gate.memory]);
  await until("it runs", () => first.state === "running");
  const second = pool.run(square, [1]);
  const third = pool.map(square, [1, 2, 3]);
  const fourth = pool.run(failAtThree, [3]);
  second.cancel();
  const { pending, running, cancelled, queued, jobs } = pool.stats();
  assertEquals([pending, running, cancelled, queued, jobs], [2, 1, 1, 4, 4]);
  gate.open();
  await Promise.allSettled([first, third, fourth]);
  const end = pool.stats();
  assertEquals([end.done, end.failed, end.cancelled, end.jobs], [2, 1, 1, 4]);
  assertEquals([end.tasks, end.queued, end.deaths], [4, 0, 0]);
  assertEquals([end.wait.count, end.run.count], [3, 3]);
  assert(end.wait.counts.reduce((a, b) => a + b) === 3);
  await pool.close();
  await assertRejects(
    async () => await pool.scope(() => pool.run(square, [1])),
    PoolClosedError,
  );
});
