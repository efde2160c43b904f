import { assertEquals } from "@std/assert";
import { PACKAGE, runDeno } from "../fixtures/child_program.ts";

/** What each example that reaches beyond one process prints. */
const OUTPUTS: Readonly<Record<string, string>> = {
  "33_named_shared_memory.ts": "1,1,2,3,5,888\n",
  "34_shared_memory_in_a_worker.ts": "howdy 1024\n",
  "35_shared_memory_life_cycle.ts": "true\n7\n0 undefined\n",
  "37_shareable_list.ts":
    "7 howdy\n2 3\ntext:8,bytes:8,f64:8,f64:8,null:8,bool:8,f64:8\n99 needed, 8 available\n880 Uint8Array(3) [ 72, 111, 0 ]\n",
  "38_shared_memory_manager.ts": "128 19990000\n",
  "40_remote_manager_with_key.ts": "hello world\n",
  "54_locks_between_programs.ts":
    "counted 1000\ncounted 1000\ncounted 1000\n3000\n",
  "55_two_programs.ts": "Ada has one, 2 left\nGrace has one, 1 left\n0 left\n",
  "42_exclusive_file_writes.ts": "true 5000\ntrue\n",
};

for (const [name, expected] of Object.entries(OUTPUTS)) {
  Deno.test(`example ${name} prints what it says`, async () => {
    const end = await runDeno(["run", "-A", "--quiet", `examples/${name}`], {
      cwd: PACKAGE,
    });
    assertEquals(end, { code: 0, stdout: expected, stderr: "" });
  });
}
