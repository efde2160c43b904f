/** What Python's tests of `multiprocessing.Process` promise, groups "Process" and "Subclassing" of the statements. */
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertNotEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  ActorStoppedError,
  type Job,
  type SpawnOptions,
  System,
  WorkerDiedError,
} from "../../mod.ts";
import { Counter } from "../fixtures/process_actors.ts";
import {
  closeOutput,
  exitWith,
  given,
  mayReadBelow,
  openFiles,
  openTargets,
  recurse,
  sleepForEver,
  throwDeep,
  Upper,
  whoIs,
  writeAtEnd,
  writeLine,
} from "../fixtures/process_tasks.ts";
import { until } from "../fixtures/until.ts";
import { runAsUser } from "../fixtures/user_program.ts";

const PROCESS = { placement: "process", initTimeout: 30_000 } as const;
const ON_LINUX = { ignore: Deno.build.os !== "linux" };

function processTest(
  name: string,
  body: (system: System) => Promise<void>,
  { ignore = false }: { ignore?: boolean } = {},
): void {
  Deno.test({
    name,
    ignore: ignore || Deno.build.os === "windows",
    async fn() {
      await using system = new System({ spares: 1, deadLetterLines: 0 });
      await body(system);
    },
  });
}

/** How a job ends that fails. */
async function endOf(job: Job<unknown>): Promise<string> {
  await assertRejects(() => job, WorkerDiedError);
  const { kind, code } = await job.exited;
  return `${kind} ${code}`;
}

processTest(
  "PR02 a process gets equal values, and as many as were given",
  async (system) => {
    for (const value of [1, "str", [1], { a: new Map([[1, 2n]]) }]) {
      assertEquals(await system.run(given, [value], PROCESS), [value]);
    }
    assertEquals(await system.run(given, [], PROCESS), []);
  },
);

processTest(
  "PR04 PR06 PR15 a process is listed from its start to its end",
  async (system) => {
    const job = system.run(whoIs, [], { ...PROCESS, name: "one" });
    assertEquals(system.tree().map(({ name }) => name), ["one"]);
    await job;
    assertEquals(await job.exited, { kind: "done", code: 0 });
    await until("the list is empty", () => system.tree().length === 0);
  },
);

processTest(
  "PR05 PR07 PR09 a process knows its name and who started it, and is another one",
  async (system) => {
    const { pid, ...who } = await system.run(whoIs, [], {
      ...PROCESS,
      name: "SomeProcess",
    });
    assertEquals(who, { name: "SomeProcess", parent: "main" });
    assertNotEquals(pid, Deno.pid);
  },
);

processTest(
  "PR10 PR11 PR12 PR17 one that sleeps for ever goes on until it is stopped or killed, and its exit stays settled",
  async (system) => {
    for (const end of ["stop", "kill"] as const) {
      const job = system.run(sleepForEver, [], PROCESS);
      job.catch(() => {});
      const now = Promise.resolve("still running");
      assertEquals(await Promise.race([job.exited, now]), "still running");
      if (end === "kill") await until("it runs", () => job.state === "running");
      const ended = end === "kill" ? job.kill() : job.stop("terminated");
      const kind = end === "kill" ? "killed" : "stopped";
      assertEquals((await ended).kind, kind);
      assertEquals((await job.exited).kind, kind);
      assertEquals((await job.exited).kind, kind);
      await assertRejects(() => job, WorkerDiedError);
    }
  },
);

processTest("PR16 processes start processes to any depth", async (system) => {
  const options: SpawnOptions = { ...PROCESS };
  assertEquals(await system.run(recurse, [[], 2], options), [
    [],
    [0],
    [0, 0],
    [0, 1],
    [1],
    [1, 0],
    [1, 1],
  ]);
});

processTest(
  "PR20 many processes that start at once all end well",
  async (system) => {
    const jobs = Array.from(
      { length: 8 },
      (_, n) => system.run(given, [n], PROCESS),
    );
    assertEquals(await Promise.all(jobs), jobs.map((_, n) => [n]));
    for (const job of jobs) assertEquals((await job.exited).kind, "done");
  },
);

processTest(
  "PR23 a process has as many open files whether it has brothers or not",
  async (system) => {
    const alone = await system.run(openFiles, [], PROCESS);
    const brothers = await Promise.all(
      Array.from({ length: 3 }, () => system.spawn(Upper, [], PROCESS)),
    );
    assertEquals(await system.run(openFiles, [], PROCESS), alone);
    await Promise.all(brothers.map((brother) => brother.stop()));
  },
  ON_LINUX,
);

processTest(
  "PR26 a process that closes its output ends well, and its last message arrives",
  async (system) => {
    const job = system.run(closeOutput, [], PROCESS);
    assertEquals(await job, "the last message");
    assertEquals((await job.exited).kind, "done");
  },
);

processTest(
  "PR29 what a process starts has its permissions, and never more",
  async (system) => {
    const { permissions } = { permissions: "none" } as const;
    const job = system.run(mayReadBelow, [], { ...PROCESS, permissions });
    assertEquals(await job, "prompt");
    assertEquals(await system.run(mayReadBelow, [], PROCESS), "granted");
  },
);

processTest(
  "PR31 the exit handlers of a process have run when its end is told",
  async (system) => {
    const path = await Deno.makeTempFile();
    const job = system.run(writeAtEnd, [path], PROCESS);
    await job;
    await job.exited;
    assertEquals(await Deno.readTextFile(path), "ended");
    await Deno.remove(path);
  },
);

Deno.test("PR34 what a process writes right before its end appears once", async () => {
  const url = new URL("../fixtures/process_tasks.ts", import.meta.url).href;
  const { stdout } = await runAsUser(
    `import { run } from "@troupe/actors";
import { writeLine } from "${url}";
if (import.meta.main) {
  await run(writeLine, ["only once"], { placement: "process", name: "w" });
}`,
    "-A",
  );
  assertEquals(stdout.split("only once").length, 2);
  assertStringIncludes(stdout, "[w] only once");
  assertEquals(typeof writeLine, "function");
});

processTest(
  "PR35 a process does not have the sockets of who started it",
  async (system) => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    assert((listener.addr as Deno.NetAddr).port > 0);
    const own = openTargets().filter((target) => target.startsWith("socket:"));
    assert(own.length > 0);
    const theirs = await system.run(openTargets, [], PROCESS);
    assertEquals(theirs.filter((target) => own.includes(target)), []);
  },
  ON_LINUX,
);

processTest(
  "SX01 an actor in a process answers in order, and stops well",
  async (system) => {
    const upper = await system.spawn(Upper, [], PROCESS);
    const answers = [upper.ask.upper("hello"), upper.ask.upper("world")];
    assertEquals(await Promise.all(answers), ["HELLO", "WORLD"]);
    assertEquals(await upper.stop(), { kind: "stopped", code: 0 });
  },
);

processTest(
  "SX02 what a process throws arrives whole, with the place of the throw",
  async (system) => {
    const error = await assertRejects(
      () => system.run(throwDeep, [], PROCESS),
      RangeError,
      "deep inside",
    );
    assertEquals(error.cause, { step: 3 });
    assertStringIncludes(error.stack!, "process_tasks.ts:");
  },
);

processTest(
  "SX03 explicit exits have their codes in the report",
  async (system) => {
    assertEquals(await endOf(system.run(exitWith, [8], PROCESS)), "crashed 8");
    assertEquals(await endOf(system.run(exitWith, [1], PROCESS)), "crashed 1");
    assertEquals(await endOf(system.run(exitWith, [0], PROCESS)), "done 0");
    assertEquals(await endOf(system.run(exitWith, [], PROCESS)), "done 0");
  },
);

processTest(
  "SX07 SX08 a request at an actor whose process is killed rejects, and a refusal rejects alone",
  async (system) => {
    const upper = await system.spawn(Upper, [], PROCESS);
    const waiting = upper.with({ timeout: Infinity }).ask.hang();
    const behind = upper.with({ timeout: Infinity }).ask.upper("x");
    void upper.kill();
    await assertRejects(() => waiting);
    const error = await assertRejects(() => behind);
    assertInstanceOf(error, ActorStoppedError);
    assert(error.safeToRetry);
    const counter = await system.spawn(Counter, [1], PROCESS);
    await assertRejects(() => counter.ask.refuse(), Error, "not now");
    assertEquals(await counter.ask.add(1), 2);
  },
);
