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
  InitTimeoutError,
  InvalidOptionError,
  Pool,
  PoolBrokenError,
  type PoolOptions,
  remote,
  RemoteError,
  System,
  WorkerDiedError,
} from "../../mod.ts";
import { ProcessDiedError } from "../../src/process/process_died_error.ts";
import {
  dieAt,
  echo,
  failAtThree,
  failToSetUp,
  type Fault,
  howStarted,
  misbehave,
  nap,
  power,
  setUp,
  square,
  whoRuns,
} from "../fixtures/pool_tasks.ts";
import {
  allowed,
  bytes,
  dieOnceIn,
  hoard,
  pidOf,
  poolInside,
  shared,
  spinIn,
  tellUpTo,
  waitIn,
  yieldUpTo,
} from "../fixtures/process_pool_tasks.ts";
import { upTo } from "../fixtures/generator_tasks.ts";
import { runDeno } from "../fixtures/child_program.ts";
import { until } from "../fixtures/until.ts";
import { untilDead } from "../fixtures/until_dead.ts";

const { unreachable } = remote<typeof import("../fixtures/never_loaded.ts")>(
  import.meta.resolve("../fixtures/never_loaded.ts"),
);

const { unreachableToo } = remote<
  typeof import("../fixtures/ends_while_loaded.ts")
>(import.meta.resolve("../fixtures/ends_while_loaded.ts"));

const PROCESS = { placement: "process", initTimeout: 60_000 } as const;

function newSystem(): System {
  return new System({ spares: 0, deadLetterLines: 0 });
}

function poolIn(system: System, options: PoolOptions = {}): Pool {
  return new Pool({ system, size: 1, ...PROCESS, ...options });
}

/** A path where there is nothing yet; what comes there goes with the scope. */
async function newPath(): Promise<Disposable & { path: string }> {
  const directory = await Deno.makeTempDir();
  return {
    path: `${directory}/said`,
    [Symbol.dispose]: () => Deno.removeSync(directory, { recursive: true }),
  };
}

/** The number of the process that said it at `path`. */
async function pidAt(path: string): Promise<number> {
  let pid = 0;
  await until("a process says its number", () => {
    try {
      pid = Number(Deno.readTextFileSync(path));
    } catch { /* Not yet. */ }
    return pid > 0;
  });
  return pid;
}

Deno.test("Pool() of processes gives what the tasks return, in order, and leaves no process", async () => {
  await using system = newSystem();
  const pool = poolIn(system, { size: 2, init: setUp, initArgs: ["far"] });
  await pool.warm();
  const pids = new Set(
    await Promise.all([1, 2, 3, 4].map(() => pool.run(pidOf, []))),
  );
  assert(!pids.has(Deno.pid));
  assertEquals(await pool.run(power, [2, 8]), 256);
  const inputs = Array.from({ length: 5_000 }, (_, i) => i);
  const squares = inputs.map((x) => x * x);
  assertEquals(await pool.map(square, inputs), squares);
  assertEquals(await pool.map(square, inputs, { chunk: 100 }), squares);
  assertEquals(await pool.starmap(power, [[2, 3], [3, 2]]), [8, 9]);
  assertEquals(
    await Array.fromAsync(pool.stream(square, inputs)),
    squares,
  );
  const jobs = inputs.slice(0, 300).map((x) => pool.run(square, [x]));
  assertEquals(await Promise.all(jobs), squares.slice(0, 300));
  assertEquals(await pool.run(howStarted, []), "far");
  assertStringIncludes(await pool.run(whoRuns, []), "pool-");
  const large = await pool.run(bytes, [32 * 2 ** 20]);
  assertEquals([large.length, large.at(-1)], [32 * 2 ** 20, 7]);
  await pool.close();
  for (const pid of pids) await untilDead(pid);
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
  ["exit", WorkerDiedError, "with code 3"],
  ["close", WorkerDiedError, "with code 1"],
  ["later", WorkerDiedError, "Later"],
  ["rejectLater", WorkerDiedError, "Later"],
  ["function", DataCloneError, "result"],
  ["generator", DataCloneError, "result"],
];

// DL04, DL05, W27, and the crash matrix
Deno.test("Pool.run() in a process rejects as its task misbehaves, and the pool goes on", async (t) => {
  await using system = newSystem();
  await using pool = poolIn(system);
  for (const [fault, Class, text] of OUTCOMES) {
    await t.step(fault, async () => {
      const job = pool.run(misbehave, [fault]);
      const error = await assertRejects(async () => await job, Class, text);
      assertEquals(job.state, "failed");
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
});

Deno.test("a pool inside of a process is refused, with the way out", async () => {
  await using system = newSystem();
  const options = { placement: "process", initTimeout: 30_000 } as const;
  assertStringIncludes(
    await system.run(poolInside, [], options),
    "a process shares no memory with them: use a pool of the program that started it",
  );
});

Deno.test("Pool.run() in a process refuses what only threads can share, and goes on", async () => {
  await using system = newSystem();
  await using pool = poolIn(system, { size: 2 });
  const memory = new SharedArrayBuffer(4);
  const refused = async (job: PromiseLike<unknown>, text: string) => {
    const error = await assertRejects(async () => await job, DataCloneError);
    assertStringIncludes(error.message, text);
    assertStringIncludes(error.message, "SharedArrayBuffer");
  };
  await refused(pool.run(echo, [memory]), 'Cannot send args of "echo" to');
  await refused(pool.map(echo, [1, 2, { memory }, 4]), "to another process");
  await refused(
    pool.run(shared, []),
    "Cannot send result.memory[0] to another",
  );
  await refused(pool.map(shared, [1, 2, 3]), "Cannot send result.memory[0] to");
  assertThrows(
    () => poolIn(system, { init: echo, initArgs: [memory] }),
    DataCloneError,
    "Cannot send initArgs",
  );
  await assertRejects(
    async () => await pool.run(echo, [() => 1]),
    DataCloneError,
    "args[0]",
  );
  assertEquals(await pool.map(echo, [1, "a", null, undefined]), [
    1,
    "a",
    null,
    undefined,
  ]);
  // The failure of one of many that travel together is that of none else.
  const settled = await Promise.allSettled(
    [0, 1, 2, 3, 4].map((x) => pool.run(failAtThree, [x])),
  );
  assertEquals(
    settled.map(({ status }) => status === "fulfilled"),
    [true, true, true, false, true],
  );
});

Deno.test("Job.cancel() in a process tells the task, and kills the process of one that does not heed it", async () => {
  await using system = newSystem();
  await using pool = poolIn(system, { killAfterMs: 50 });
  using heeded = await newPath();
  const first = pool.run(waitIn, [heeded.path]);
  const pid = await pidAt(heeded.path);
  first.cancel("enough");
  assertEquals(await assertRejects(async () => await first), "enough");
  await first.exited;
  assertEquals(await pool.run(pidOf, []), pid);
  using unheeded = await newPath();
  const second = pool.run(spinIn, [unheeded.path]);
  assertEquals(await pidAt(unheeded.path), pid);
  second.cancel("now");
  assertEquals(await assertRejects(async () => await second), "now");
  await untilDead(pid);
  assert(await pool.run(pidOf, []) !== pid);
});

// W25
Deno.test("Pool.terminate() ends a process that computes", async () => {
  await using system = newSystem();
  const pool = poolIn(system);
  using said = await newPath();
  const job = pool.run(spinIn, [said.path]);
  job.catch(() => {});
  const pid = await pidAt(said.path);
  await pool.terminate();
  await assertRejects(async () => await job);
  await untilDead(pid);
});

// EX16, DL03, W15
Deno.test("Pool.run() tells how the process of its task ended, and begins it again as retries says", async () => {
  await using system = newSystem();
  await using pool = poolIn(system, { size: 2 });
  using said = await newPath();
  const job = pool.run(spinIn, [said.path]);
  const others = pool.map(nap, new Array(20).fill(1));
  const caught = assertRejects(async () => await job, WorkerDiedError);
  const pid = await pidAt(said.path);
  Deno.kill(pid, "SIGKILL");
  const { report, cause } = await caught;
  assertEquals([report.kind, report.code, report.signal], [
    "crashed",
    137,
    "SIGKILL",
  ]);
  assertInstanceOf(cause, ProcessDiedError);
  assertEquals((await others).length, 20);
  using first = await newPath();
  const again = pool.run(dieOnceIn, [first.path, 5], { retries: 1 });
  assertEquals(await again, 5);
  using second = await newPath();
  const inputs = Array.from({ length: 500 }, (_, x) => [second.path, x]);
  const all = await pool.starmap(
    dieOnceIn,
    inputs as [path: string, x: number][],
    { retries: 1 },
  );
  assertEquals(all, inputs.map(([, x]) => x as number));
});

Deno.test("Pool.run() loses the one job that ran when its process ends, of all that travel together", async () => {
  await using system = newSystem();
  await using pool = poolIn(system);
  // It is known to take little.
  for (let i = 0; i < 20; i++) await pool.run(dieAt, [-1, i]);
  const jobs = Array.from({ length: 40 }, (_, x) => pool.run(dieAt, [20, x]));
  const settled = await Promise.allSettled(jobs);
  const lost = settled.flatMap(({ status }, x) =>
    status === "rejected" ? [x] : []
  );
  assertEquals(lost, [20]);
});

Deno.test("PoolOptions.process bounds the memory of each worker, and the pool goes on", async () => {
  await using system = newSystem();
  await using pool = poolIn(system, { process: { maxMemoryMb: 64 } });
  const { report } = await assertRejects(
    async () => await pool.run(hoard, []),
    WorkerDiedError,
    "current limit is 64 MiB, raise 'maxMemoryMb'",
  );
  assertEquals(report.kind, "oom");
  assertEquals(await pool.run(square, [3]), 9);
});

Deno.test("PoolOptions.permissions are those of the processes, which load any task all the same", async () => {
  await using system = newSystem();
  await using pool = poolIn(system, { permissions: "none" });
  assertEquals(await pool.run(allowed, ["X"]), [undefined, "prompt", "prompt"]);
  const pid = await pool.run(pidOf, []);
  // Of a module that the pool has not met before: the process starts anew.
  assertEquals(await pool.map(square, [1, 2, 3]), [1, 4, 9]);
  await untilDead(pid);
  // What the first one knew the next one is told of.
  assert(await pool.run(pidOf, []) !== pid);
  assertEquals([pool.stats().started, pool.stats().deaths], [1, 0]);
  await pool.close();
  await using other = poolIn(system, {
    permissions: { env: ["X"], write: false },
    process: { env: { X: "set" } },
  });
  assertEquals(await other.run(allowed, ["X"]), [
    undefined,
    "prompt",
    "prompt",
  ]);
});

// EX20
Deno.test("PoolOptions.maxTasksPerWorker gives each task a process of its own when it is 1", async () => {
  await using system = newSystem();
  await using pool = poolIn(system, { maxTasksPerWorker: 1 });
  const pids = [await pool.run(pidOf, []), await pool.run(pidOf, [])];
  assertEquals(new Set(pids).size, 2);
  for (const pid of pids) await untilDead(pid);
});

// EX24, W08
Deno.test("PoolOptions.init that fails in the process breaks the pool after a few starts", async () => {
  await using system = newSystem();
  await using pool = poolIn(system, { init: failToSetUp });
  await assertRejects(
    async () => await pool.run(square, [2]),
    PoolBrokenError,
    'init "failToSetUp" failed: Not set up',
  );
});

Deno.test("Pool.run() in a process gives up a module that is not imported within initTimeout", async () => {
  await using system = newSystem();
  await using pool = poolIn(system, { initTimeout: 5_000 });
  await assertRejects(
    async () => await pool.run(unreachable, []),
    InitTimeoutError,
    'Cannot run "unreachable"',
  );
  assertEquals(await pool.run(square, [3]), 9);
});

Deno.test("Pool.run() rejects when the module of its task ends the process, and does not try for ever", async () => {
  await using system = newSystem();
  await using pool = poolIn(system);
  const { report } = await assertRejects(
    async () => await pool.run(unreachableToo, []),
    WorkerDiedError,
  );
  assertEquals(report.code, 7);
  assertEquals(await pool.run(square, [3]), 9);
  assertEquals(pool.stats().started, 2);
});

Deno.test("Pool() replaces a process that ends while it runs nothing", async () => {
  await using system = newSystem();
  await using pool = poolIn(system);
  const pid = await pool.run(pidOf, []);
  Deno.kill(pid, "SIGKILL");
  await untilDead(pid);
  const next = await pool.run(pidOf, [], { retries: 1 });
  assert(next !== pid);
});

Deno.test("Job.progress of a task in a process tells of each report before the job settles", async () => {
  await using system = newSystem();
  await using pool = poolIn(system);
  const job = pool.run(tellUpTo, [100]);
  const told = Array.fromAsync(job.progress, ({ report }) => report);
  assertEquals(await job, 100);
  assert((await told).includes(100));
});

Deno.test("Pool.generate() in a process gives what a task yields, and ends it", async () => {
  await using system = newSystem();
  await using pool = poolIn(system);
  using said = await newPath();
  assertEquals(
    await Array.fromAsync(pool.generate(yieldUpTo, [5, said.path])),
    [1, 2, 3, 4, 5],
  );
  assertEquals(await Deno.readTextFile(said.path), "over");
  const failing = pool.generate(yieldUpTo, [2]);
  assertEquals((await failing.next()).value, 1);
  assertEquals((await failing.next()).value, 2);
  await assertRejects(() => failing.next(), RangeError, "Enough");
  using left = await newPath();
  for await (const n of pool.generate(yieldUpTo, [1_000, left.path])) {
    if (n === 3) break;
  }
  await until("its finally has run", () => {
    try {
      return Deno.readTextFileSync(left.path) === "over";
    } catch {
      return false;
    }
  });
  const dying = pool.generate(upTo, [2, "exit"]);
  const { report } = await assertRejects(
    () => Array.fromAsync(dying),
    WorkerDiedError,
  );
  assertEquals(report.code, 4);
  assertEquals(await pool.run(square, [4]), 16);
});

Deno.test("Pool() of processes resolves what tasks import as the program does", async () => {
  const directory = await Deno.makeTempDir();
  const write = (name: string, text: string) =>
    Deno.writeTextFile(`${directory}/${name}`, text);
  const library = new URL("../../mod.ts", import.meta.url).href;
  const imports = { troupe: library, answer: "./answer.ts" };
  await write("deno.json", JSON.stringify({ imports }));
  await write("answer.ts", "export default 42;\n");
  await write(
    "main.ts",
    `import answer from "answer";
    import { Pool, task } from "troupe";
    export const ask = task(import.meta, "ask", () => answer);
    if (import.meta.main) {
      await using pool = new Pool({ size: 1, ...${JSON.stringify(PROCESS)} });
      await pool.warm();
      console.log(await pool.run(ask, []));
    }`,
  );
  const args = ["run", "-A", "--no-check", "--quiet", "main.ts"];
  const end = await runDeno(args, { cwd: directory });
  await Deno.remove(directory, { recursive: true });
  assertEquals(end, { code: 0, stdout: "42\n", stderr: "" });
});

Deno.test("Pool() refuses options of processes that are out of bounds, or for threads", () => {
  const cases: [object, string][] = [
    [{ placement: "shared" }, "placement"],
    [{ permissions: "none" }, "permissions"],
    [{ permissions: { read: true } }, "permissions"],
    [{ process: {} }, "process"],
    [{ ...PROCESS, permissions: 5 }, "permissions"],
    [{ ...PROCESS, process: { maxMemoryMb: 1 } }, "process.maxMemoryMb"],
    [{ ...PROCESS, process: { modules: ["x"] } }, "process.modules"],
    [{ ...PROCESS, process: { memory: 1 } }, "process.memory"],
  ];
  for (const [options, option] of cases) {
    const error = assertThrows(() => new Pool(options), InvalidOptionError);
    assertEquals(error.option, option);
  }
});
