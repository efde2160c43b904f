import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Job, Pool, System } from "../../mod.ts";
import {
  failAtThree,
  reportOften,
  reportSame,
} from "../fixtures/pool_tasks.ts";
import { until } from "../fixtures/until.ts";

Deno.test("Job that fails is fatal unless it is heeded: by exited and progress too", async (t) => {
  await using system = new System();
  await using pool = new Pool({ system, size: 1 });
  const makers: Record<string, () => Job<unknown>> = {
    "Pool.run()": () => pool.run(failAtThree, [3]),
    "Pool.map()": () => pool.map(failAtThree, [1, 3]),
    "System.run()": () => system.run(failAtThree, [3]),
  };
  const found: string[] = [];
  const note = (event: PromiseRejectionEvent): void => {
    event.preventDefault();
    found.push((event.reason as Error).message);
  };
  addEventListener("unhandledrejection", note);
  for (const [name, make] of Object.entries(makers)) {
    await t.step(`${name}, heeded`, async () => {
      const watched = make();
      assertEquals((await watched.exited).kind, "failed");
      const read = make();
      for await (const { done } of read.progress) assert(done <= 1);
      await new Promise((resolve) => setTimeout(resolve));
      assertEquals(found, []);
      for (const job of [watched, read]) {
        await assertRejects(async () => await job, RangeError, "Three");
      }
    });
    await t.step(`${name}, ignored`, async () => {
      make();
      await until("it is noted", () => found.length > 0);
      assertEquals(found.splice(0), ["Three"]);
    });
  }
  removeEventListener("unhandledrejection", note);
});

Deno.test("Job.progress misses the oldest of many reports in one go, never the newest", async (t) => {
  await using system = new System();
  await using pool = new Pool({ system, size: 1 });
  for (const count of [1_500, 5_000]) {
    await t.step(`${count} reports`, async () => {
      const job = pool.run(reportOften, [count]);
      const reports: number[] = [];
      for await (const progress of job.progress) {
        if ("report" in progress) reports.push(progress.report as number);
      }
      const newest = reports.slice(-1_000);
      const first = count - 1_000;
      assertEquals(newest, newest.map((_, index) => first + index));
      assertEquals(reports.length >= 1_000, true);
      assertEquals(reports, reports.toSorted((a, b) => a - b));
    });
  }
  await t.step("each is as it was when it was made", async () => {
    const job = pool.run(reportSame, [1_500]);
    let last = -1;
    for await (const { report } of job.progress) {
      if (report === undefined) continue;
      const { i } = report as { i: number };
      assert(i > last, `${i} after ${last}`);
      last = i;
    }
    assertEquals(last, 1_499);
  });
});
