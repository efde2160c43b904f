import { assertEquals } from "@std/assert";
import { PACKAGE, runDeno } from "../fixtures/child_program.ts";

/** What each example that reaches beyond one process prints. */
const OUTPUTS: Readonly<Record<string, string>> = {
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
