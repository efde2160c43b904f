import { assertEquals } from "@std/assert";
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

Deno.test("example 18_duplex_pipe_poll.ts prints what it says", async () => {
  assertEquals(
    await printed("18_duplex_pipe_poll.ts"),
    "false\ntrue\nA false\n",
  );
});

Deno.test("example 19_one_way_pipe.ts prints what it says", async () => {
  assertEquals(await printed("19_one_way_pipe.ts"), "one\ntwo\n");
});

Deno.test("example 20_three_workers_one_hub.ts has each worker told what is for it", async () => {
  const lines = (await printed("20_three_workers_one_hub.ts")).trim();
  assertEquals(
    lines.split("\n").toSorted(),
    ["I1", "I2", "I3"].flatMap((id) => [
      `${id} received hello ${id}`,
      `| main ${id}_send1`,
    ]).toSorted(),
  );
});

Deno.test("example 51_broadcast_prices.ts has each reader know of every price", async () => {
  assertEquals(
    await printed("51_broadcast_prices.ts"),
    "quick: last price 200, 200 in all\nslow: last price 200, 200 in all\n",
  );
});
