import { assertEquals, assertRejects } from "@std/assert";
import { Pool, PoolClosedError, System } from "../../mod.ts";
import { failAtThree, square } from "../fixtures/pool_tasks.ts";
import { until } from "../fixtures/until.ts";

/** An input, then none for ever. */
async function* hanging(first: number[] = []) {
  yield* first;
  await new Promise(() => {});
}

Deno.test("Pool.stream() answers each next() in turn when several are open", async (t) => {
  await using system = new System();
  await using pool = new Pool({ system, size: 2 });
  const end: IteratorResult<number> = { done: true, value: undefined };
  for (const ordered of [true, false]) {
    await t.step(`ordered: ${ordered}`, async () => {
      const results = pool.stream(square, [1, 2], { ordered });
      const steps = [1, 2, 3, 4].map(() => results.next());
      const [a, b, ...rest] = await Promise.all(steps);
      const values = [a, b].map((step) => step!.value);
      assertEquals(ordered ? values : values.sort(), [1, 4]);
      assertEquals(rest, [end, end]);
    });
  }
  await t.step("an error is told once, then the end", async () => {
    const results = pool.stream(failAtThree, [3, 1]);
    const steps = [results.next(), results.next(), results.next()];
    const kinds = await Promise.allSettled(steps);
    assertEquals(kinds.map(({ status }) => status), [
      "rejected",
      "fulfilled",
      "fulfilled",
    ]);
    assertEquals(await steps[2], end);
  });
  await t.step("return() ends those that are open", async () => {
    const results = pool.stream(square, hanging());
    const steps = [results.next(), results.next()];
    await results.return!();
    assertEquals(await Promise.all(steps), [end, end]);
  });
});

Deno.test("Pool.stream() and generate() are refused when the pool was closed before the first next()", async (t) => {
  await using system = new System();
  for (const how of ["close", "terminate"] as const) {
    await t.step(`${how}()`, async () => {
      const pool = new Pool({ system, size: 1 });
      let read = 0;
      function* inputs() {
        yield read++;
      }
      const results = pool.stream(square, inputs());
      const elements = pool.generate(square as never, []);
      await pool[how]();
      for (const each of [results, elements]) {
        await assertRejects(() => each.next(), PoolClosedError);
        assertEquals(await each.next(), { done: true, value: undefined });
      }
      assertEquals(read, 0);
      const { jobs, failed, pending, running } = pool.stats();
      assertEquals([jobs, failed, pending, running], [2, 2, 0, 0]);
    });
  }
});

Deno.test("Pool.stream(), forEach() and reduce() are ended by timeout and signal while their inputs hang", async (t) => {
  await using system = new System();
  await using pool = new Pool({ system, size: 1 });
  await pool.warm();
  for (const ordered of [true, false]) {
    await t.step(`a signal, ordered: ${ordered}`, async () => {
      const abort = new AbortController();
      const { signal } = abort;
      const results = pool.stream(square, hanging([2]), { ordered, signal });
      const first = results.next();
      const second = assertRejects(() => results.next(), RangeError);
      assertEquals(await first, { done: false, value: 4 });
      abort.abort(new RangeError("Enough"));
      await second;
    });
  }
  await t.step("what has come is given first", async () => {
    const abort = new AbortController();
    const { signal } = abort;
    const results = pool.stream(square, hanging([2, 3]), { signal });
    assertEquals((await results.next()).value, 4);
    await until("both are done", () => pool.stats().tasks >= 4);
    abort.abort(new RangeError("Enough"));
    assertEquals((await results.next()).value, 9);
    await assertRejects(() => results.next(), RangeError);
  });
  await t.step("a timeout", async () => {
    const options = { timeout: 100 };
    const fold = (so: number, x: number) => so + x;
    const all = [
      () => pool.stream(square, hanging(), options).next(),
      () => pool.forEach(square, hanging([1]), options),
      () => pool.reduce(square, hanging([1]), fold, 0, options),
    ];
    for (const each of all) {
      const error = await assertRejects(each);
      assertEquals((error as Error).name, "TimeoutError");
    }
  });
  await t.step("an error of the task too", async () => {
    await assertRejects(
      () => pool.forEach(failAtThree, hanging([3])),
      RangeError,
      "Three",
    );
  });
});
