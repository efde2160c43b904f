import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { withProgress } from "@troupe/actors/cli";
import { InvalidOptionError, Pool, System } from "../../mod.ts";
import { failAtThree, napOrHold, square } from "../fixtures/pool_tasks.ts";
import { TaskGate } from "../fixtures/task_gate.ts";
import { until } from "../fixtures/until.ts";

/** A terminal that remembers what was drawn on it. */
class FakeTerminal {
  /** All that was written. */
  text = "";
  readonly writable: WritableStream<Uint8Array>;
  readonly #terminal: boolean;

  constructor(terminal: boolean = true) {
    this.#terminal = terminal;
    const decoder = new TextDecoder();
    this.writable = new WritableStream({
      write: (bytes) => {
        this.text += decoder.decode(bytes, { stream: true });
      },
    });
  }

  /** The lines, each as it was drawn over the one before. */
  get frames(): string[] {
    return this.text.split("\r\u001b[K");
  }

  isTerminal(): boolean {
    return this.#terminal;
  }
}

Deno.test("withProgress() draws a bar on a terminal", async (t) => {
  await using system = new System();
  await using pool = new Pool({ system, size: 1 });

  await t.step(
    "done, total, rate and time left; then the last state",
    async () => {
      const output = new FakeTerminal();
      using gate = new TaskGate();
      const inputs = [0, 0, gate.memory, 0];
      const options = { output, title: "naps" };
      const result = withProgress(
        pool.map(napOrHold, inputs, { chunk: 1 }),
        options,
      );
      assertEquals(output.writable.locked, true);
      await until("two are drawn", () => output.text.includes("2 of 4"));
      const line = output.frames.find((frame) => frame.includes("2 of 4"))!;
      assert(
        /^naps █{12}░{12} 2 of 4, [\d,.]+\/s, \d\d:\d\d left$/.test(line),
        line,
      );
      gate.open();
      assertEquals(await result, [0, 0, 0, 0]);
      assertEquals(output.frames.at(-1), `naps ${"█".repeat(24)} 4 of 4\n`);
      assertEquals(output.writable.locked, false);
    },
  );
  await t.step("as well when the job fails, whose error it is", async () => {
    const output = new FakeTerminal();
    const result = withProgress(pool.map(failAtThree, [1, 2, 3]), { output });
    await assertRejects(() => result, RangeError, "Three");
    assert(output.frames.at(-1)!.startsWith("failAtThree █"), output.text);
    assert(output.text.endsWith("\n"));
  });
  await t.step("wiped at the end, if it is to be", async () => {
    const output = new FakeTerminal();
    const options = { output, clear: true };
    await withProgress(pool.map(square, [1, 2]), options);
    assertEquals(output.frames.at(-1), "");
    // Nothing to do is no bar's end.
    await withProgress(pool.map(square, []), options);
    assertEquals(output.frames.at(-1), "");
  });
  await t.step("one at a time", async () => {
    const output = new FakeTerminal();
    const [first, second] = [pool.map(square, [1]), pool.map(square, [2])];
    await Promise.all([
      withProgress(first, { output, title: "first" }),
      withProgress(second, { output, title: "second" }),
    ]);
    assertEquals(output.text.includes("second"), false);
  });
});

Deno.test("withProgress() writes nothing where nobody looks", async () => {
  await using system = new System();
  await using pool = new Pool({ system, size: 1 });
  const output = new FakeTerminal(false);
  assertEquals(await withProgress(pool.map(square, [3]), { output }), [9]);
  assertEquals(output.text, "");
});

Deno.test("withProgress() refuses options that are none, and leaves the job alone", async () => {
  await using system = new System();
  await using pool = new Pool({ system, size: 1 });
  const job = pool.run(square, [2]);
  for (const options of [{ titel: "x" }, { title: 3 }]) {
    assertThrows(
      () => withProgress(job, options as { title: string }),
      InvalidOptionError,
      "Cannot draw a bar",
    );
  }
  assertEquals(await job, 4);
});
