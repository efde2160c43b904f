import { assertEquals, assertMatch } from "@std/assert";
import { PACKAGE, runDeno } from "../fixtures/child_program.ts";

/** Runs an example; returns what it printed. */
async function printed(name: string): Promise<string> {
  const { code, stdout, stderr } = await runDeno(
    ["run", "-A", "--quiet", `examples/${name}`],
    { cwd: PACKAGE },
  );
  assertEquals([code, stderr], [0, ""]);
  return stdout;
}

/** What each example about queues prints, where it is the same each time. */
const OUTPUTS: Readonly<Record<string, string>> = {
  "21_queue_hello.ts": "hello from a worker\n",
  "23_bounded_queue_fifo.ts":
    '2 true [ 0, null, { deep: "copy" } ] 0\nUnsendableError\n',
  "25_joinable_queue.ts": "all ten are done\n",
};

for (const [name, expected] of Object.entries(OUTPUTS)) {
  Deno.test(`example ${name} prints what it says`, async () => {
    assertEquals(await printed(name), expected);
  });
}

Deno.test("example 22_producer_consumer.ts consumes all that is produced, in order", async () => {
  const lines = (await printed("22_producer_consumer.ts")).trim().split("\n");
  for (const what of ["produced", "consumed"]) {
    assertEquals(
      lines.filter((line) => line.startsWith(what)),
      [...Array(10).keys()].map((i) => `${what}: ${i}`),
    );
  }
});

Deno.test("example 24_latest_frame_only.ts has fresh frames alone", async () => {
  assertMatch(await printed("24_latest_frame_only.ts"), /^(fresh\n){1,20}$/);
});
