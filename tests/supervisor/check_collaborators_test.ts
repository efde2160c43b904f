import { assertRejects, assertThrows } from "@std/assert";
import { InvalidOptionError } from "../../src/errors.ts";
import { supervise } from "../../src/supervisor/supervise.ts";
import { startTree } from "./fake_tree.ts";

Deno.test("supervise() refuses what is no system by its name", async () => {
  for (const system of [{}, null, 3]) {
    await assertRejects(
      () => supervise({ children: [] }, system as never),
      InvalidOptionError,
      "'system' must be a System",
    );
  }
});

Deno.test("Supervisor.onEvent() refuses a listener that is no function, before anything happens", async () => {
  const tree = await startTree({ children: ["a"] });
  assertThrows(
    () => tree.supervisor.onEvent(3 as never),
    InvalidOptionError,
    "'listener' must be a function",
  );
  await tree.supervisor.stop();
});
