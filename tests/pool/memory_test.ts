import { assertEquals } from "@std/assert";
import { PACKAGE, runDeno } from "../fixtures/child_program.ts";

const PROGRAM = "tests/fixtures/pool_memory_program.ts";

// PO24, EX07, EX09, EX19, WA13
Deno.test("Pool keeps nothing of what went through it, here or at its workers", async () => {
  const flags = ["--no-check", "--quiet", "--v8-flags=--expose-gc", "-A"];
  const end = await runDeno(["run", ...flags, PROGRAM], { cwd: PACKAGE });
  assertEquals([end.code, end.stderr, end.stdout.trim().split("\n")], [0, "", [
    "map 16 16 8",
    "run 16 16 8",
    "stream 16 16 true",
    "generate 16 16 8",
    "asCompleted 16 16 0",
  ]]);
});
