/** What Python's tests of `concurrent.futures` promise: the groups "Executors" of the statements. */
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  asCompleted,
  DataCloneError,
  InvalidOptionError,
  type Job,
  Pool,
  PoolBrokenError,
  PoolClosedError,
  settleFirst,
  System,
  WorkerDiedError,
} from "../../mod.ts";
import {
  echo,
  failAtThree,
  failToSetUp,
  hold,
  howStarted,
  misbehave,
  nap,
  nestedSquare,
  power,
  scale,
  setUp,
  spin,
  square,
  whoRuns,
} from "../fixtures/pool_tasks.ts";
import { TaskGate } from "../fixtures/task_gate.ts";
import { until } from "../fixtures/until.ts";
import { runAsUser } from "../fixtures/user_program.ts";

const range = (count: number): number[] =>
  Array.from({ length: count }, (_, i) => i);

async function isRunning(job: Job<unknown>): Promise<void> {
  await until("it runs", () => job.state === "running");
}

for (const placement of ["thread", "process"] as const) {
  Deno.test(`submit and map do what Python's executors do: "${placement}"`, async (t) => {
    await using system = new System();
    await using pool = new Pool({
      system,
      size: 2,
      placement,
      initTimeout: 60_000,
    });

    await t.step("EX01, EX02 a task with its arguments", async () => {
      assertEquals(await pool.run(power, [2, 8]), 256);
      assertEquals(await pool.run(scale, [{ x: 2, factor: 4 }]), 8);
      const timout = { timout: 1 };
      assertThrows(
        () => pool.run(square, [1], timout as object),
        InvalidOptionError,
      );
      // @ts-expect-error -- a wrong argument does not compile; the task gets it as it is
      assertEquals(await pool.run(square, ["3"]), 9);
    });
    await t.step("EX03 two inputs zipped", async () => {
      const lists = range(12).map((i): [number, number] => [i, 2]);
      const expected = range(12).map((i) => i * i);
      assertEquals(await pool.starmap(power, lists), expected);
      assertEquals(await pool.starmap(power, lists, { chunk: 3 }), expected);
    });
    await t.step("EX04 the third fails after two results", async () => {
      const results = pool.stream(failAtThree, [1, 2, 3, 4]);
      assertEquals((await results.next()).value, 1);
      assertEquals((await results.next()).value, 2);
      await assertRejects(() => results.next(), RangeError);
    });
    await t.step("EX05 a timeout of all comes after two results", async () => {
      const options = { timeout: 2_000, chunk: 1 };
      const results = pool.stream(nap, [0, 0, 60_000], options);
      assertEquals((await results.next()).value, 0);
      assertEquals((await results.next()).value, 0);
      const error = await assertRejects(() => results.next());
      assertEquals((error as Error).name, "TimeoutError");
    });
    await t.step(
      "EX10 what nobody iterates does not run; a map does",
      async () => {
        const memory = new SharedArrayBuffer(8);
        pool.stream(hold, [memory]);
        const job = pool.map(square, [1, 2]);
        await job.exited;
        assertEquals(job.state, "done");
        assertEquals(new Int32Array(memory)[1], 0);
      },
    );
    await t.step(
      "EX17 any chunk gives the same; a wrong one is refused",
      async () => {
        const expected = range(40).map((x) => x * x);
        for (const chunk of [6, 50, 40]) {
          assertEquals(await pool.map(square, range(40), { chunk }), expected);
        }
        assertThrows(
          () => pool.map(square, [], { chunk: -1 }),
          InvalidOptionError,
        );
      },
    );
    await t.step(
      "EX18, DL05 an error has its class and remote stack",
      async () => {
        const job = pool.run(failAtThree, [3]);
        const error = await assertRejects(
          async () => await job,
          RangeError,
          "Three",
        );
        assertStringIncludes(Deno.inspect(error), "pool_tasks.ts:");
      },
    );
    await t.step("DL01 an argument that cannot be encoded", async () => {
      const bad = {
        get x(): number {
          throw new TypeError("Not read");
        },
      };
      await assertRejects(async () => await pool.run(echo, [bad]), Error);
      assertEquals(await pool.run(echo, [1]), 1);
    });
    if (placement === "process") return;
    await t.step("EX27 pools within tasks, again and again", async () => {
      const jobs = range(10).map((x) => pool.run(nestedSquare, [x]));
      assertEquals(await Promise.all(jobs), range(10).map((x) => x * x));
    });
  });
}

Deno.test("EX08, EX26 sizes that are none, or too many, are refused", () => {
  for (const size of [0, -1, 1_025]) {
    assertThrows(() => new Pool({ size }), InvalidOptionError);
  }
  assertEquals(new Pool().size, navigator.hardwareConcurrency); // EX11
});

Deno.test("EX12, SH08 no more than its size, and all are done once released", async () => {
  await using system = new System();
  using gate = new TaskGate();
  const pool = new Pool({ system, name: "crew", size: 2 });
  const jobs = range(30).map(() => pool.run(hold, [gate.memory]));
  await until("both hold", () => gate.reached === 2);
  assertEquals(system.tree().length, 2);
  gate.open();
  await pool.close();
  assertEquals(jobs.every(({ state }) => state === "done"), true);
  assertEquals(system.tree(), []);
});

Deno.test("EX13, EX14 an idle worker is taken before another is started", async () => {
  await using system = new System();
  await using pool = new Pool({ system, size: 4 });
  for (let i = 0; i < 3; i++) await pool.run(square, [i]);
  assertEquals(pool.stats().started, 1);
  await using other = new Pool({ system, size: 4 });
  for (let i = 0; i < 3; i++) {
    const job = other.run(square, [i]);
    await other.run(square, [i]);
    await job;
  }
  assert(other.stats().started <= 3);
});

Deno.test("EX16, DL03, W15 a worker that is killed fails its job alone; a fresh one serves the next", async () => {
  await using system = new System();
  await using pool = new Pool({ system, size: 2 });
  using gate = new TaskGate();
  const victim = pool.run(spin, [gate.memory]);
  const others = range(20).map((x) => pool.run(square, [x]));
  await isRunning(victim);
  await victim.kill();
  const error = await assertRejects(async () => await victim, WorkerDiedError);
  assertEquals(error.report.kind, "killed");
  assertEquals(await Promise.all(others), range(20).map((x) => x * x));
});

Deno.test("EX20, EX21 workers are replaced after their tasks, also while it closes", async () => {
  await using system = new System();
  const options = { system, name: "crew" };
  const pool = new Pool({ ...options, size: 1, maxTasksPerWorker: 3 });
  const ids: number[] = [];
  for (let i = 0; i < 4; i++) {
    const job = pool.run(nap, [1]);
    await isRunning(job).catch(() => {});
    ids.push(system.tree()[0]?.id ?? -1);
    await job;
  }
  assertEquals(pool.stats().started, 2);
  await pool.close();
  const short = new Pool({ ...options, size: 3, maxTasksPerWorker: 1 });
  const jobs = range(6).map((x) => short.run(square, [x]));
  await short.close();
  assertEquals(await Promise.all(jobs), [0, 1, 4, 9, 16, 25]);
  assertEquals(short.stats().started, 6);
});

Deno.test("EX22 each job sees its worker set up; EX24, W08 a set-up that fails breaks the pool and leaves nothing", async () => {
  await using system = new System();
  {
    const init = { init: setUp, initArgs: ["so"] };
    await using pool = new Pool({ system, size: 2, ...init });
    assertEquals(await pool.map(howStarted, range(4), { chunk: 1 }), [
      "so",
      "so",
      "so",
      "so",
    ]);
  }
  await using broken = new Pool({
    system,
    name: "broken",
    size: 2,
    init: failToSetUp,
  });
  const jobs = [broken.run(square, [1]), broken.map(square, [1, 2])];
  for (const job of jobs) {
    const error = await assertRejects(async () => await job, PoolBrokenError);
    assertStringIncludes(error.message, "Not set up");
  }
  assertThrows(() => broken.run(square, [1]), PoolBrokenError);
  await until("none is left", () => system.tree().length === 0);
});

Deno.test("EX25 workers are named by their pool", async () => {
  await using system = new System();
  await using pool = new Pool({ system, size: 2, name: "crunch" });
  await pool.warm();
  assertEquals(system.tree().map(({ name }) => name).sort(), [
    "crunch-0",
    "crunch-1",
  ]);
  assert((await pool.run(whoRuns, [])).startsWith("crunch-"));
});

Deno.test("SH01, SH04, SH09, SH11 a pool that is shut down runs what it has, and no more", async () => {
  await using system = new System();
  const pool = new Pool({ system, name: "crew", size: 2 });
  const jobs = range(50).map((x) => pool.run(square, [x]));
  const closing = pool.close(); // Not awaited yet.
  assertThrows(() => pool.run(square, [1]), PoolClosedError);
  assertEquals(await Promise.all(jobs), range(50).map((x) => x * x));
  await closing;
  assertEquals(system.tree(), []);
});

Deno.test("SH12 what waits is cancelled if it is to, what runs goes on", async () => {
  await using system = new System();
  using gate = new TaskGate();
  const pool = new Pool({ system, size: 1 });
  const first = pool.run(hold, [gate.memory]);
  await isRunning(first);
  const second = pool.run(square, [1]);
  const closing = pool.close({ cancelPending: true });
  assertEquals([first.state, second.state], ["running", "cancelled"]);
  gate.open();
  assertEquals(await first, 0);
  await closing;
});

/** Programs that leave their pool in different ways, and what they print. */
const PROGRAMS: [string, string, string][] = [
  ["SH02 the last line submits", `pool.run(nap, [100]);`, ""],
  [
    "SH06 it is closed and not awaited",
    `pool.run(nap, [50]).then(console.log); pool.close();`,
    "50\n",
  ],
  [
    "SH10 it is dropped with results pending",
    `pool.map(nap, [20, 30]).then(console.log); pool = undefined;`,
    "[ 20, 30 ]\n",
  ],
  [
    "DL09 it is closed right after a job that cannot be sent",
    `pool.run(echo, [() => 1]).catch((e) => console.log(e.name)); pool.close();`,
    "DataCloneError\n",
  ],
  [
    "SH03 an unload handler submits",
    `await pool.close();
     addEventListener("unload", () => {
       try { pool.run(nap, [1]); } catch (e) { console.log(e.name); }
     });`,
    "PoolClosedError\n",
  ],
  [
    "SH12 it cancels what waits and does not wait",
    `const jobs = [1, 2, 3].map(() => pool.run(nap, [20]));
     pool.close({ cancelPending: true });
     for (const job of jobs) job.catch(() => {});`,
    "",
  ],
];

for (const [name, lines, printed] of PROGRAMS) {
  Deno.test(`a program ends by itself: ${name}`, async () => {
    const tasks = import.meta.resolve("../fixtures/pool_tasks.ts");
    const code = `
      import { Pool } from "@troupe/actors";
      import { echo, nap } from "${tasks}";
      let pool: Pool | undefined = new Pool({ size: 1, idleMs: 50 });
      ${lines}
    `.replaceAll("pool.", "pool!.");
    const end = await runAsUser(code, "-A", "--no-check");
    assertEquals([end.code, end.stderr], [0, ""]);
    if (printed !== "") assertEquals(end.stdout, printed);
  });
}

Deno.test("settleFirst() and asCompleted() do what wait and as_completed do", async (t) => {
  await using system = new System();
  await using pool = new Pool({ system, size: 4 });
  await pool.warm();
  using gate = new TaskGate();
  const slow = pool.run(hold, [gate.memory]);
  await isRunning(slow);
  const quick = pool.run(square, [2]);
  await quick;
  const failed = pool.run(failAtThree, [3]);
  await failed.catch(() => {});
  const cancelled = pool.run(nap, [60_000]);
  cancelled.cancel();

  await t.step("WA01 the same job twice is one", async () => {
    const { done, pending } = await settleFirst([quick, quick], "all");
    assertEquals([done, pending], [[quick], []]);
  });
  await t.step("WA02, WA03 the first one that is done", async () => {
    const { done, pending } = await settleFirst([slow, quick], "completed");
    assertEquals([done, pending], [[quick], [slow]]);
  });
  await t.step("WA04, WA05, WA06 the first error", async () => {
    const all = [quick, slow, failed, cancelled] as Job<unknown>[];
    const { done, pending } = await settleFirst(all, "error");
    assertEquals(pending, [slow]);
    assertEquals(new Set(done), new Set([quick, failed, cancelled]));
  });
  await t.step("WA08 a timeout throws nothing", async () => {
    const timeout = { timeout: 1 };
    const { done, pending } = await settleFirst([quick, slow], "all", timeout);
    assertEquals([done, pending], [[quick], [slow]]);
  });
  await t.step(
    "WA11, WA12, WA14 as completed, each once, then a timeout",
    async () => {
      const seen: number[] = [];
      const other = pool.run(hold, [gate.memory]);
      const all = [quick, slow, quick, other, failed];
      const error = await assertRejects(async () => {
        for await (const { index } of asCompleted(all, { timeout: 0 })) {
          seen.push(index);
        }
      });
      assertEquals(seen, [0, 3]);
      assertStringIncludes((error as Error).message, "2 (of 4)");
    },
  );
  await t.step("WA07, WA10 all of them", async () => {
    gate.open();
    const all = [quick, slow, failed, cancelled] as Job<unknown>[];
    const { done, pending } = await settleFirst(all, "all");
    assertEquals([done, pending], [all, []]);
    const seen: number[] = [];
    for await (const { index } of asCompleted(all)) seen.push(index);
    assertEquals(seen.sort(), [0, 1, 2, 3]);
  });
});

Deno.test("jobs do what futures do", async (t) => {
  await using system = new System();
  await using pool = new Pool({ system, size: 1, killAfterMs: 1_000 });
  using gate = new TaskGate();
  const running = pool.run(hold, [gate.memory]);
  await isRunning(running);
  const pending = pool.run(square, [1]);

  await t.step("FU05 its text tells where it stands", () => {
    assertStringIncludes(Deno.inspect(pending), `Job("square" #2, pending)`);
    assertStringIncludes(`${running}`, "running");
  });
  await t.step("FU06, FU07, FU10 what cancel says in each state", async () => {
    assertEquals([pending.state, pending.cancel()], ["pending", true]);
    assertEquals([pending.state, pending.cancel()], ["cancelled", true]);
    const error = await assertRejects(async () => await pending);
    assertEquals((error as Error).name, "AbortError");
    gate.open();
    await running;
    assertEquals([running.state, running.cancel()], ["done", false]);
    const failed = pool.run(failAtThree, [3]);
    await failed.catch(() => {});
    assertEquals([failed.state, failed.cancel()], ["failed", false]);
    const begun = pool.run(nap, [60_000]);
    await isRunning(begun);
    const waiting = begun.catch((error) => error.name);
    assertEquals([begun.cancel(), begun.state], [true, "cancelled"]);
    assertEquals(await waiting, "AbortError");
  });
  await t.step(
    "FU01, FU03 a handler is called once, also a late one",
    async () => {
      const calls: string[] = [];
      const jobs = [pool.run(square, [1]), pool.run(failAtThree, [3])];
      for (const job of jobs) {
        await job.finally(() => calls.push(job.state)).catch(() => {});
        await job.finally(() => calls.push("late")).catch(() => {});
      }
      assertEquals(calls, ["done", "late", "failed", "late"]);
    },
  );
  await t.step("FU02, FU04 a handler that throws harms no other", async () => {
    const job = pool.run(square, [3]);
    const bad = job.then(() => {
      throw new TypeError("Of the handler");
    });
    const good = job.then((value) => value + 1);
    await assertRejects(() => bad, TypeError, "Of the handler");
    assertEquals(await good, 10);
  });
  await t.step("FU08 a timeout of 0 leaves the job alone", async () => {
    using inner = new TaskGate();
    const job = pool.run(hold, [inner.memory]);
    const { pending } = await settleFirst([job], "all", { timeout: 0 });
    assertEquals(pending, [job]);
    inner.open();
    assertEquals(await job, 0); // FU09
  });
  await t.step("FU11 what has settled stays so", async () => {
    const job = pool.run(square, [3]);
    assertEquals(await job, 9);
    job.cancel();
    await job.stop();
    assertEquals([await job, job.state, (await job.kill()).kind], [
      9,
      "done",
      "done",
    ]);
  });
});

Deno.test("DL04, W27 Deno.exit() in a task fails its job, with its code; the program goes on", async () => {
  await using system = new System();
  await using pool = new Pool({ system, size: 1 });
  const job = pool.run(misbehave, ["exit"]);
  const error = await assertRejects(async () => await job, WorkerDiedError);
  assertEquals([error.report.kind, error.report.code], ["crashed", 3]);
  assertInstanceOf(error.cause, Error);
});

Deno.test("DL11 a burst of submissions is all served", async () => {
  await using system = new System();
  await using pool = new Pool({ system, size: 2 });
  const jobs = range(5_000).map((x) => pool.run(square, [x]));
  const end = performance.now() + 100;
  while (performance.now() < end);
  const results = await Promise.all(jobs);
  assertEquals(results.reduce((a, b) => a + b), 41_654_167_500);
});

Deno.test("DataCloneError of a result harms its job alone", async () => {
  await using system = new System();
  await using pool = new Pool({ system, size: 1 });
  const results = pool.stream(misbehave, ["function"]);
  await assertRejects(() => results.next(), DataCloneError, "result");
});
