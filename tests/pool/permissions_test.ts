import { assertEquals } from "@std/assert";
import { PACKAGE, runDeno } from "../fixtures/child_program.ts";

const PROGRAM = "tests/fixtures/pool_permission_program.ts";

Deno.test("Pool() needs to read its modules, and its workers may do what the program may", async () => {
  const flags = [`--allow-read`, "--no-prompt", "--quiet"];
  const run = (more: string[]) =>
    runDeno(["run", ...flags, ...more, PROGRAM], { cwd: PACKAGE });
  assertEquals(await run([]), {
    code: 0,
    stdout: "true\nprompt prompt prompt granted prompt prompt prompt\n",
    stderr: "",
  });
  assertEquals(await run(["--allow-env", "--deny-net"]), {
    code: 0,
    stdout: "true\ngranted prompt denied granted prompt prompt prompt\n",
    stderr: "",
  });
});
