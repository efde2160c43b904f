import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  LEAST_PERMISSION,
  LEAST_PERMISSION_OUTPUT,
  PACKAGE,
  runDeno,
} from "../fixtures/child_program.ts";

/** Runs the program with these flags and no other permission. */
function runWith(
  ...flags: string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  return runDeno(
    ["run", "--quiet", "--no-prompt", ...flags, LEAST_PERMISSION],
    {
      cwd: PACKAGE,
    },
  );
}

Deno.test("System needs to read the package and the modules of its actors, and nothing else", async () => {
  const read = `--allow-read=mod.ts,src,${LEAST_PERMISSION}`;
  assertEquals(await runWith(read), {
    code: 0,
    stdout: LEAST_PERMISSION_OUTPUT,
    stderr: "",
  });
});

Deno.test("System ends with the missing permission in words when it may not read the package", async () => {
  const { code, stdout, stderr } = await runWith();
  assertEquals([code, stdout], [1, ""]);
  assertStringIncludes(stderr, "--allow-read");
});

Deno.test("System.spawn() names the missing permission when it may not read the actor", async () => {
  const { code, stderr } = await runWith("--allow-read=mod.ts,src");
  assertEquals(code, 1);
  assertStringIncludes(stderr, `Cannot start child "counter"`);
  assertStringIncludes(stderr, "least_permission.ts");
  assertStringIncludes(stderr, "--allow-read");
});
