import { assertEquals } from "@std/assert";
import { PACKAGE, runDeno } from "../fixtures/child_program.ts";

Deno.test("examples/49_stream_on_demand.ts prints what its comments say", async () => {
  const { code, stdout, stderr } = await runDeno(
    ["run", "-A", "--quiet", "examples/49_stream_on_demand.ts"],
    { cwd: PACKAGE },
  );
  // The log may be closed while the rest is printed.
  const lines = stdout.trimEnd().split("\n").sort();
  assertEquals([code, stderr, lines], [0, "", [
    "line 1 line 2 line 3",
    "the log is closed",
    "true",
  ]]);
});
