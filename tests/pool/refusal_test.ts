import {
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  DataCloneError,
  InvalidOptionError,
  Pool,
  PoolBrokenError,
  remote,
  System,
} from "../../mod.ts";
import {
  echo,
  failToSetUp,
  power,
  setUp,
  square,
} from "../fixtures/pool_tasks.ts";
import { FakeWorkers } from "./fake_workers.ts";

const nope = () => 1;

Deno.test("Pool names the task and the input that cannot travel", async (t) => {
  await using system = new System();
  await using pool = new Pool({ system, size: 1 });
  const generate = () => pool.generate(echo, [{ a: nope }]).next();
  const cases: [string, string, () => PromiseLike<unknown>][] = [
    ["run()", "args[0]", () => pool.run(echo, [nope])],
    ["run() of an object", "args[0].a", () => pool.run(echo, [{ a: nope }])],
    ["generate()", "args[0].a", generate],
    ["map()", "inputs[2].a", () => pool.map(echo, [1, 2, { a: nope }])],
    ["forEach()", "inputs[2]", () => pool.forEach(echo, [1, 2, nope])],
    [
      "starmap()",
      "inputs[1][1]",
      () => pool.starmap(power, [[1, 2], [1, nope as never]]),
    ],
  ];
  for (const [name, path, act] of cases) {
    await t.step(name, async () => {
      const error = await assertRejects(async () => await act());
      assertEquals((error as Error).constructor, DataCloneError);
      assertEquals((error as DataCloneError).path, path);
      const text = `Cannot send ${path} to "`;
      assertStringIncludes((error as Error).message, text);
    });
  }
  const bad = [[1, 2], 3] as unknown as [number, number][];
  await assertRejects(
    async () => await pool.starmap(power, bad),
    InvalidOptionError,
    `Cannot map "power" as 'inputs[1]' must be an array`,
  );
});

Deno.test("Pool, PoolScope, Job and what is read of a pool are refused inside a message", async (t) => {
  await using system = new System();
  await using pool = new Pool({ system, size: 1 });
  const job = pool.run(square, [2]);
  const cases: [string, unknown][] = [
    ["a Pool: run its tasks here", pool],
    ["a PoolScope: it ends with its body", await pool.scope((scope) => scope)],
    ["a Job that is waited for: await it first", job],
    ["a stream of results: read it here", pool.stream(square, [1])],
    ["of class TaskStream Iterator: read it", pool.generate(echo, [1])],
  ];
  for (const [text, value] of cases) {
    await t.step(text, async () => {
      for (const [path, given] of [["", value], [".in[0]", { in: [value] }]]) {
        const error = await assertRejects(
          async () => await pool.run(echo, [given]),
          DataCloneError,
          `Cannot send args[0]${path} to "echo" as it is ${text}`,
        );
        assertEquals(error.path, `args[0]${path}`);
      }
      assertThrows(() => new Pool({ initArgs: [value] }), DataCloneError, text);
    });
  }
  await job;
});

Deno.test("Pool refuses what is no system and what cannot be moved", async () => {
  await using system = new System();
  await using pool = new Pool({ system, size: 1 });
  assertThrows(
    () => new Pool({ system: {} as never }),
    InvalidOptionError,
    "'system'",
  );
  const transfer = [5] as unknown as Transferable[];
  for (const act of ["run", "generate"] as const) {
    assertThrows(
      () => pool[act](echo, [1], { transfer }),
      InvalidOptionError,
      "'transfer'",
    );
  }
});

Deno.test("PoolBrokenError speaks of init and initArgs, not of actors", async (t) => {
  await using system = new System();
  const hanging = remote<typeof import("../fixtures/never_loaded.ts")>(
    import.meta.resolve("../fixtures/never_loaded.ts"),
  ).unreachable;
  const cases = [
    [{ init: failToSetUp }, `init "failToSetUp" failed: Not set up`],
    [
      { init: hanging, initTimeout: 100 },
      `init "unreachable" and its module took longer than 100 ms`,
    ],
  ] as const;
  for (const [options, text] of cases) {
    await t.step(text, async () => {
      await using pool = new Pool({ system, size: 1, ...options });
      const start = `as the workers of the pool do not start: ${text}`;
      await assertRejects(
        async () => await pool.run(square, [1]),
        PoolBrokenError,
        start,
      );
    });
  }
  await t.step("a system that is closed", async () => {
    const gone = new System();
    const pool = new Pool({ system: gone, size: 1 });
    await gone.close();
    await assertRejects(
      async () => await pool.run(square, [1]),
      PoolBrokenError,
      "their system is closed",
    );
  });
});

Deno.test("Pool() refuses initArgs that cannot travel at once, and starts nothing", async (t) => {
  const fakes = new FakeWorkers();
  const { port1, port2 } = new MessageChannel();
  const cases = [
    ["a function", [nope], "initArgs[0]", 'the function "nope"'],
    ["deep inside", [1, { on: [nope] }], "initArgs[1].on[0]", "the function"],
    ["a promise", [Promise.resolve()], "initArgs[0]", "await it first"],
    ["what can be moved once", [{ port1 }], "initArgs[0].port1", "make it in"],
  ] as const;
  for (const [name, initArgs, path, text] of cases) {
    await t.step(name, () => {
      const options = { init: setUp, initArgs, minSize: 1 };
      const error = assertThrows(
        () => new Pool({ system: fakes.spawner, size: 1, ...options }),
        DataCloneError,
        `Cannot send ${path} as`,
      );
      assertStringIncludes(error.message, text);
      assertEquals([error.path, fakes.all.length], [path, 0]);
    });
  }
  port1.close();
  port2.close();
});
