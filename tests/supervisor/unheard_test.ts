import { assertEquals, assertStringIncludes } from "@std/assert";
import { PACKAGE, runDeno } from "../fixtures/child_program.ts";

const PROGRAM = new URL("give_up_program.ts", import.meta.url).href;

/** How a program ends whose root gives up, and which hears of it by `way`. */
function endOf(way: string): ReturnType<typeof runDeno> {
  return runDeno(["run", "--quiet", PROGRAM, way], { cwd: PACKAGE });
}

for (const way of ["none", "dispose", "done"]) {
  Deno.test(`Supervisor ends the program with the chain when it gave up and was asked by ${way}`, async () => { // S91
    const { code, stdout, stderr } = await endOf(way);
    assertEquals([code, stdout], [1, way === "done" ? "" : "x stopped\n"]);
    for (
      const level of [
        '"root"',
        'Caused by: SupervisorGaveUpError: Cannot restart child "leaf"',
        "Caused by: Error: boom leaf",
      ]
    ) {
      assertStringIncludes(stderr, level);
    }
    assertEquals(stderr.match(/Uncaught/g)?.length, 1);
  });
}

for (const way of ["event", "exited", "stop"]) {
  Deno.test(`Supervisor says nothing more when somebody heard of its give-up by ${way}`, async () => { // S91
    assertEquals(await endOf(way), {
      code: 0,
      stdout: "x stopped\n",
      stderr: "",
    });
  });
}
