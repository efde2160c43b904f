import { assertEquals, assertLess } from "@std/assert";
import { spawnStep } from "../../.ci/spawn_step.ts";

function evaluate(code: string): { name: string; args: string[] } {
  return { name: "evaluate", args: ["eval", code] };
}

Deno.test("spawnStep() forwards the exit code and the environment", async () => {
  const { code } = await spawnStep(
    evaluate("Deno.exit(Number(Deno.env.get('CODE')))"),
    {
      CODE: "7",
    },
  );
  assertEquals(code, 7);
});

Deno.test("spawnStep() ends a step whose time is over", async () => {
  const { code, ms } = await spawnStep(
    { ...evaluate("setInterval(() => {}, 1_000)"), timeoutMs: 50 },
    {},
  );
  assertEquals(code, 124);
  assertLess(ms, 5_000);
});

Deno.test({
  name: "spawnStep() passes an interrupt on once when there is no terminal",
  ignore: Deno.build.os === "windows",
  async fn() {
    const step = new URL("../../.ci/spawn_step.ts", import.meta.url);
    const child = new URL("../fixtures/ci/signal_count.ts", import.meta.url);
    const source = `
      import { spawnStep } from ${JSON.stringify(step)};
      const step = { name: "count", args: ["run", "-A", ${
      JSON.stringify(child)
    }] };
      Deno.exit((await spawnStep(step, {})).code);`;
    const runner = new Deno.Command(Deno.execPath(), {
      args: ["eval", source],
      stdin: "null",
      stdout: "piped",
    }).spawn();
    const reader = runner.stdout.getReader();
    await reader.read();
    runner.kill("SIGINT");
    await reader.read();
    // What was passed on twice was sent before this is.
    runner.kill("SIGTERM");
    await reader.cancel();
    assertEquals((await runner.status).code, 41);
  },
});
