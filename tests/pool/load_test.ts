import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { InitTimeoutError, Pool, remote, System } from "../../mod.ts";
import { square } from "../fixtures/pool_tasks.ts";
import { until } from "../fixtures/until.ts";

const MODULE = import.meta.resolve("../fixtures/never_loaded.ts");
const { unreachable } = remote<typeof import("../fixtures/never_loaded.ts")>(
  MODULE,
);
const { countMe } = remote<typeof import("../fixtures/held_back.ts")>(
  import.meta.resolve("../fixtures/held_back.ts"),
);

Deno.test("Pool.run() gives up a module that is not imported within initTimeout, and others go on", async () => {
  await using system = new System();
  await using pool = new Pool({ system, size: 2, idleMs: Infinity });
  await pool.warm();
  const job = pool.run(unreachable, []);
  const failed = assertRejects(async () => await job, InitTimeoutError);
  await until("it is begun", () => job.state === "running");
  assertEquals(await pool.run(square, [3]), 9);
  assertEquals(await pool.map(square, [1, 2, 3]), [1, 4, 9]);
  assertEquals(job.state, "running");
  const error = await failed;
  assertStringIncludes(
    error.message,
    `Cannot run "unreachable" as "${MODULE}"`,
  );
  assertEquals([error.timeoutMs, (await job.exited).kind], [5_000, "failed"]);
  await pool.warm();
  assertEquals(pool.stats().started, 3);
  assertEquals(await pool.map(square, [4, 5]), [16, 25]);
});

Deno.test("Pool.map(), stream() and generate() give up a module that is not imported within initTimeout", async () => {
  await using system = new System();
  await using pool = new Pool({ system, size: 3 });
  await pool.warm();
  const refused = InitTimeoutError;
  // At the same time: nobody waits longer than for one.
  await Promise.all([
    assertRejects(async () => await pool.map(unreachable, [1]), refused),
    assertRejects(() => pool.stream(unreachable, [1]).next(), refused),
    assertRejects(() => pool.generate(unreachable, []).next(), refused),
  ]);
  assertEquals(await pool.run(square, [3]), 9);
});

Deno.test("Job.cancel() and timeout end a worker that still imports a module", async () => {
  await using system = new System();
  const options = { killAfterMs: 1, initTimeout: Infinity };
  await using pool = new Pool({ system, size: 1, ...options });
  for (const how of ["cancel", "timeout"]) {
    const timeout = how === "timeout" ? 1_000 : Infinity;
    const job = pool.run(unreachable, [], { timeout });
    job.catch(() => {});
    await until("it is begun", () => job.state !== "pending");
    if (how === "cancel") job.cancel();
    assertEquals((await job.exited).kind, "stopped");
    assertEquals([job.state, await pool.run(square, [3])], ["cancelled", 9]);
  }
  assertEquals(pool.stats().started, 3);
});

Deno.test("Job.cancel() of a task that is being imported: it is never called", async () => {
  await using system = new System();
  await using pool = new Pool({ system, size: 1, killAfterMs: Infinity });
  await pool.warm();
  const called = new SharedArrayBuffer(4);
  const channel = new BroadcastChannel("held_back");
  const loading = new Promise((resolve) => channel.onmessage = resolve);
  const job = pool.run(countMe, [called]);
  await loading;
  job.cancel();
  channel.postMessage("go on");
  await job.exited;
  channel.close();
  assertEquals(new Int32Array(called)[0], 0);
  assertEquals([await pool.run(square, [3]), pool.stats().started], [9, 1]);
});
