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
  ModuleLoadError,
  Pool,
  PoolBrokenError,
  PoolClosedError,
  remote,
  RemoteError,
  System,
  type Task,
  UnknownExportError,
  WorkerDiedError,
} from "../../mod.ts";
import {
  countHere,
  dieOnce,
  echo,
  failAtThree,
  failToSetUp,
  type Fault,
  hold,
  howStarted,
  misbehave,
  nap,
  power,
  setUp,
  spin,
  square,
  untilAborted,
  whoRuns,
} from "../fixtures/pool_tasks.ts";
import { TaskGate } from "../fixtures/task_gate.ts";
import { until } from "../fixtures/until.ts";

Deno.test("Pool.run(), map() and starmap() give what the tasks return, in order", async () => {
  await using system = new System();
  await using pool = new Pool({ system, size: 2 });
  assertEquals(await pool.run(power, [2, 8]), 256);
  const inputs = Array.from({ length: 1_000 }, (_, i) => i);
  const squares = inputs.map((x) => x * x);
  assertEquals(await pool.map(square, inputs), squares);
  assertEquals(await pool.map(square, inputs, { chunk: 20 }), squares);
  assertEquals(await pool.map(square, new Set([3, 1])), [9, 1]);
  assertEquals(await pool.starmap(power, [[2, 3], [3, 2]]), [8, 9]);
  assertEquals(await pool.map(square, []), []);
});

Deno.test("Pool.map() reads an async iterable as it comes", async () => {
  await using system = new System();
  await using pool = new Pool({ system, size: 2 });
  async function* inputs() {
    for (let i = 0; i < 5; i++) yield await Promise.resolve(i);
  }
  assertEquals(await pool.map(square, inputs()), [0, 1, 4, 9, 16]);
});

Deno.test("Pool.run() runs tasks of a module that is not loaded here", async () => {
  await using system = new System();
  await using pool = new Pool({ system, size: 1 });
  const tasks = remote<typeof import("../fixtures/pool_tasks.ts")>(
    import.meta.resolve("../fixtures/pool_tasks.ts"),
  );
  assertEquals(await pool.map(tasks.square, [1, 2]), [1, 4]);
});

Deno.test("Pool.map() rejects with the first error, and goes on", async () => {
  await using system = new System();
  await using pool = new Pool({ system, size: 2 });
  const error = await assertRejects(
    async () => await pool.map(failAtThree, [1, 2, 3, 4]),
    RangeError,
    "Three",
  );
  assertStringIncludes(error.stack ?? "", "pool_tasks.ts");
  assertEquals(await pool.map(failAtThree, [1, 2]), [1, 2]);
});

Deno.test("Pool.map() rejects with the error of its inputs", async () => {
  await using system = new System();
  await using pool = new Pool({ system, size: 2 });
  const mine = new Error("Of the inputs");
  function* inputs() {
    yield 1;
    throw mine;
  }
  for (let time = 0; time < 2; time++) {
    const error = await assertRejects(async () =>
      await pool.map(square, inputs())
    );
    assertEquals(error === mine, true);
  }
  assertEquals(await pool.run(square, [2]), 4);
});

Deno.test("Pool.run() and map() refuse what cannot travel, and go on", async () => {
  await using system = new System();
  await using pool = new Pool({ system, size: 2 });
  await assertRejects(
    async () => await pool.run(echo, [() => 1]),
    DataCloneError,
  );
  await assertRejects(
    async () => await pool.map(echo, [1, 2, () => 1, 4]),
    DataCloneError,
  );
  assertEquals(await pool.map(echo, [1, "a", null, undefined]), [
    1,
    "a",
    null,
    undefined,
  ]);
});

/** What becomes of a job whose task misbehaves, and the text of its error. */
// deno-lint-ignore no-explicit-any -- any class
const OUTCOMES: [Fault, abstract new (...args: any[]) => Error, string][] = [
  ["throw", RangeError, "Thrown"],
  ["reject", RangeError, "Rejected"],
  ["own", RemoteError, "Number 7"],
  ["undefined", Error, "undefined"],
  ["cyclic", Error, "Cyclic"],
  ["huge", Error, "xxx"],
  ["exit", WorkerDiedError, "Deno.exit(3)"],
  ["close", WorkerDiedError, "self.close()"],
  ["later", WorkerDiedError, "Later"],
  ["rejectLater", WorkerDiedError, "Later"],
  ["function", DataCloneError, "result"],
  ["generator", DataCloneError, "result"],
];

for (const [fault, Class, text] of OUTCOMES) {
  Deno.test(`Pool.run() rejects when its task does this: ${fault}; the pool goes on`, async () => {
    await using system = new System();
    await using pool = new Pool({ system, size: 1 });
    const job = pool.run(misbehave, [fault]);
    const error = await assertRejects(async () => await job, Class, text);
    assertEquals(job.state, "failed");
    assertEquals((await job.exited).kind, "failed");
    if (fault === "own") {
      assertInstanceOf(error.cause, TypeError);
      assertEquals([error.name, "code" in error && error.code], [
        "OwnError",
        7,
      ]);
    }
    if (error instanceof WorkerDiedError) {
      assertEquals(error.task, "misbehave");
      assertEquals(error.report.kind, "crashed");
    }
    assertEquals(await pool.run(square, [3]), 9);
  });
}

Deno.test("Pool.map() rejects alone when a worker dies; what had not begun goes on elsewhere", async () => {
  await using system = new System();
  await using pool = new Pool({ system, size: 2 });
  const others = Array.from({ length: 30 }, (_, i) => pool.run(nap, [i % 3]));
  const bad = pool.map(misbehave, ["exit"]);
  const more = Array.from({ length: 30 }, (_, i) => pool.run(square, [i]));
  await assertRejects(async () => await bad, WorkerDiedError);
  assertEquals((await Promise.all(others)).length, 30);
  assertEquals((await Promise.all(more))[29], 841);
});

Deno.test("Pool.run() begins a task again on another worker, as retries says", async () => {
  await using system = new System();
  await using pool = new Pool({ system, size: 1, retries: 1 });
  assertEquals(await pool.run(dieOnce, [new SharedArrayBuffer(4)]), "pool-0");
  assertEquals(await pool.map(dieOnce, [new SharedArrayBuffer(4)]), ["pool-0"]);
  await assertRejects(
    async () =>
      await pool.run(dieOnce, [new SharedArrayBuffer(4)], { retries: 0 }),
    WorkerDiedError,
  );
});

Deno.test("Job.cancel() of one that waits: it never begins", async () => {
  await using system = new System();
  await using pool = new Pool({ system, size: 1 });
  using gate = new TaskGate();
  const first = pool.run(hold, [gate.memory]);
  await until("the first runs", () => first.state === "running");
  const count = new Int32Array(new SharedArrayBuffer(4));
  const second = pool.run(countHere, [count.buffer]);
  const third = pool.run(countHere, [count.buffer]);
  assertEquals([second.state, second.cancel(), second.cancel()], [
    "pending",
    true,
    true,
  ]);
  assertEquals(second.state, "cancelled");
  const error = await assertRejects(async () => await second);
  assertEquals((error as Error).name, "AbortError");
  gate.open();
  assertEquals(await first, 0);
  assertEquals(first.cancel(), false);
  assertEquals(await third, 0);
  assertEquals(Atomics.load(count, 0), 1);
});

Deno.test("Job.cancel() of one that runs tells the task, and its worker goes on", async () => {
  await using system = new System();
  await using pool = new Pool({ system, size: 1, name: "crew" });
  const begun = new Int32Array(new SharedArrayBuffer(4));
  const job = pool.run(untilAborted, [begun.buffer]);
  await until("it runs", () => Atomics.load(begun, 0) === 1);
  const reason = new Error("Enough");
  assert(job.cancel(reason));
  assertEquals(job.signal.reason, reason);
  assertEquals(await job.catch((error) => error === reason), true);
  assertEquals((await job.exited).kind, "stopped");
  assertEquals(await pool.run(whoRuns, []), "crew-0");
});

// W21: what runs is cancelled too.
Deno.test("Job.cancel() replaces the worker of a task that does not heed it", async () => {
  await using system = new System();
  using gate = new TaskGate();
  await using pool = new Pool({ system, size: 1, killAfterMs: 1 });
  const job = pool.run(spin, [gate.memory]);
  const next = pool.run(square, [3]);
  await until("it runs", () => job.state === "running");
  job.cancel();
  assertEquals(job.state, "cancelled");
  assertEquals(await next, 9);
  assertEquals((await job.exited).kind, "stopped");
});

Deno.test("JobOptions.timeout and signal cancel the job", async () => {
  await using system = new System();
  using gate = new TaskGate();
  await using pool = new Pool({ system, size: 2, killAfterMs: 1 });
  const late = pool.run(spin, [gate.memory], { timeout: 1 });
  assertEquals(await late.catch((error) => error.name), "TimeoutError");
  const controller = new AbortController();
  const { signal } = controller;
  const jobs = [
    pool.run(spin, [gate.memory], { signal }),
    pool.map(nap, [60_000, 60_000], { signal }),
  ];
  await until("they run", () => jobs.every(({ state }) => state === "running"));
  controller.abort("enough");
  for (const job of jobs) {
    assertEquals(await job.catch((reason) => reason), "enough");
  }
  const given = pool.run(square, [1], { signal });
  assertEquals([given.state, await given.catch((reason) => reason)], [
    "cancelled",
    "enough",
  ]);
});

Deno.test("Job.kill() ends the worker of a task that runs", async () => {
  await using system = new System();
  using gate = new TaskGate();
  await using pool = new Pool({ system, size: 1 });
  const job = pool.run(spin, [gate.memory]);
  await until("it runs", () => job.state === "running");
  assertEquals((await job.kill()).kind, "failed");
  const error = await assertRejects(async () => await job, WorkerDiedError);
  assertEquals(error.report.kind, "killed");
  assertEquals(await pool.run(square, [3]), 9);
});

Deno.test("Pool.close() waits for all jobs and takes no more", async () => {
  await using system = new System();
  const pool = new Pool({ system, size: 2 });
  const jobs = Array.from({ length: 50 }, (_, i) => pool.run(square, [i]));
  const closing = pool.close();
  assertThrows(() => pool.run(square, [1]), PoolClosedError);
  assertThrows(() => pool.map(square, [1]), PoolClosedError);
  await closing;
  assertEquals(pool.close(), closing);
  assertEquals(jobs.every(({ state }) => state === "done"), true);
  assertEquals((await Promise.all(jobs))[7], 49);
});

// W28, SH06, SH12: neither waits in vain.
Deno.test("Pool.close() cancels what waits if it is to", async () => {
  await using system = new System();
  const pool = new Pool({ system, size: 1 });
  using gate = new TaskGate();
  const first = pool.run(hold, [gate.memory]);
  await until("the first runs", () => first.state === "running");
  const others = [1, 2, 3].map((x) => pool.run(square, [x]));
  const closing = pool.close({ cancelPending: true });
  for (const job of others) {
    await assertRejects(async () => await job, PoolClosedError);
  }
  gate.open();
  assertEquals(await first, 0);
  await closing;
});

Deno.test("Pool.terminate() ends all at once", async () => {
  await using system = new System();
  using gate = new TaskGate();
  const pool = new Pool({ system, size: 2 });
  const jobs = [
    pool.run(spin, [gate.memory]),
    pool.run(spin, [gate.memory]),
    pool.run(spin, [gate.memory]),
  ];
  await until("two run", () => jobs[1]!.state === "running");
  await pool.terminate();
  for (const job of jobs) {
    await assertRejects(async () => await job, PoolClosedError);
  }
  await pool.terminate();
  await pool.close();
});

Deno.test("PoolOptions.init runs once in each worker, before its first task", async () => {
  await using system = new System();
  const count = new SharedArrayBuffer(4);
  await using pool = new Pool({
    system,
    size: 2,
    init: setUp,
    initArgs: ["so", count],
  });
  await pool.warm();
  assertEquals(new Set(await pool.map(howStarted, [1, 2, 3])), new Set(["so"]));
  assertEquals(new Int32Array(count)[0], 2);
});

Deno.test("PoolOptions.init that throws breaks the pool after a few starts", async () => {
  await using system = new System();
  const count = new SharedArrayBuffer(4);
  await using pool = new Pool({
    system,
    size: 1,
    init: failToSetUp,
    initArgs: [count],
  });
  const error = await assertRejects(
    async () => await pool.run(square, [1]),
    PoolBrokenError,
    "Not set up",
  );
  assertInstanceOf(error.cause, Error);
  assertEquals(new Int32Array(count)[0], 4);
  assertThrows(() => pool.run(square, [1]), PoolBrokenError);
});

// W26, PO28: also when all tasks are there before the first worker is replaced.
Deno.test("PoolOptions.maxTasksPerWorker replaces workers", async () => {
  await using system = new System();
  await using pool = new Pool({
    system,
    name: "crew",
    size: 1,
    maxTasksPerWorker: 3,
  });
  const ids = new Set<number>();
  for (let i = 0; i < 7; i++) {
    assertEquals(await pool.run(square, [i]), i * i);
    for (const { id } of system.tree()) ids.add(id);
  }
  assertEquals(await pool.map(square, [1, 2, 3, 4, 5, 6, 7]), [
    1,
    4,
    9,
    16,
    25,
    36,
    49,
  ]);
  assertEquals(system.tree().length, 1);
});

Deno.test("PoolOptions.name makes the workers part of the tree, and only then", async () => {
  await using system = new System();
  const options = { system, size: 2, idleMs: Infinity };
  await using named = new Pool({ ...options, name: "crew" });
  await using unnamed = new Pool(options);
  await Promise.all([named.warm(), unnamed.warm()]);
  assertEquals(system.tree().map(({ name }) => name).sort(), [
    "crew-0",
    "crew-1",
  ]);
});

Deno.test("Pool() starts no more workers than it needs", async () => {
  await using system = new System();
  await using pool = new Pool({ system, name: "crew", size: 4 });
  for (let i = 0; i < 3; i++) await pool.run(square, [i]);
  assertEquals(system.tree().length, 1);
});

Deno.test("JobOptions.priority decides who is next", async () => {
  await using system = new System();
  await using pool = new Pool({ system, size: 1 });
  using gate = new TaskGate();
  const first = pool.run(hold, [gate.memory]);
  await until("the first runs", () => first.state === "running");
  const count = new SharedArrayBuffer(4);
  // One may wait behind the one that runs.
  const jobs = [0, 1, 5, 3].map((priority) =>
    pool.run(countHere, [count], { priority })
  );
  gate.open();
  const turns = await Promise.all(jobs);
  assert(turns[2]! < turns[3]! && turns[3]! < turns[1]!, turns.join());
});

Deno.test("RunOptions.transfer moves what it names", async () => {
  await using system = new System();
  await using pool = new Pool({ system, size: 1 });
  const bytes = new Uint8Array(1_000).fill(7);
  const job = pool.run(echo, [bytes], { transfer: [bytes.buffer] });
  assertEquals((await job as Uint8Array).length, 1_000);
  assertEquals(bytes.length, 0);
});

Deno.test("Pool() refuses what is out of bounds", () => {
  const cases: [object, string][] = [
    [{ size: 0 }, "size"],
    [{ size: NaN }, "size"],
    [{ size: -1 }, "size"],
    [{ size: 5_000 }, "size"],
    [{ size: 1, minSize: 2 }, "minSize"],
    [{ maxTasksPerWorker: 0 }, "maxTasksPerWorker"],
    [{ maxTasksPerWorker: -1 }, "maxTasksPerWorker"],
    [{ maxTasksPerWorker: 0.5 }, "maxTasksPerWorker"],
    [{ maxTasksPerWorker: "12" }, "maxTasksPerWorker"],
    [{ init: 23 }, "init"],
    [{ initArgs: 1 }, "initArgs"],
    [{ idleMs: 0 }, "idleMs"],
    [{ retries: -1 }, "retries"],
    [{ killAfterMs: NaN }, "killAfterMs"],
    [{ name: "" }, "name"],
    [{ sise: 1 }, "sise"],
    [{ placement: "shared" }, "placement"],
    [{ permissions: "none" }, "permissions"],
    [{ permissions: { read: true } }, "permissions"],
  ];
  for (const [options, option] of cases) {
    const error = assertThrows(() => new Pool(options), InvalidOptionError);
    assertEquals(error.option, option);
  }
});

Deno.test("Pool.run() and map() refuse bad input, and leave nothing", async () => {
  await using system = new System();
  await using pool = new Pool({ system, size: 1 });
  const no = InvalidOptionError;
  const x: never[] = [];
  assertThrows(() => pool.run(1 as unknown as Task<[], 0>, []), no);
  assertThrows(() => pool.run((() => 1) as unknown as Task<[], 0>, []), no);
  assertThrows(() => pool.run(square, 1 as unknown as [number]), no);
  assertThrows(() => pool.run(square, [1], { timeout: -1 }), no);
  assertThrows(() => pool.run(square, [1], { priority: NaN }), no);
  assertThrows(() => pool.map(square, 1 as unknown as number[]), no);
  assertThrows(() => pool.map(square, x, { chunk: 0 }), no);
  assertThrows(() => pool.map(square, x, { chunk: 1.5 }), no);
  await pool.close();
});

Deno.test("Pool.run() rejects for a task that its module does not register, and goes on", async () => {
  await using system = new System();
  await using pool = new Pool({ system, size: 1 });
  const url = import.meta.resolve("../fixtures/pool_tasks.ts");
  type Module = { nothing: Task<[number], number[]> };
  const { nothing } = remote<Module>(url);
  const { nothing: nowhere } = remote<Module>(url + "x");
  for (
    const [handle, Class] of [
      [nothing, UnknownExportError],
      [nowhere, ModuleLoadError],
    ] as const
  ) {
    await assertRejects(() => pool.run(handle, [1]), Class);
    await assertRejects(() => pool.map(handle, [1, 2]), Class);
    await assertRejects(() => pool.stream(handle, [1]).next(), Class);
    await assertRejects(() => pool.generate(handle, [1]).next(), Class);
  }
  assertEquals(await pool.run(square, [3]), 9);
  assertEquals([pool.stats().started, pool.stats().failed], [1, 8]);
});
