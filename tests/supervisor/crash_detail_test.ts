import { assertEquals } from "@std/assert";
import type { SpawnOptions } from "../../src/actor/spawn_options.ts";
import { System } from "../../src/actor/system.ts";
import type { CrashReport } from "../../src/supervisor/crash_report.ts";
import { supervise } from "../../src/supervisor/supervise.ts";
import type { Supervisor } from "../../src/supervisor/supervisor.ts";
import { Caller, Saver } from "./saver_actor.ts";

/** Starts a saver, has `crash` end it, and answers with the report of that. */
async function crashOf(
  crash: (tree: Supervisor, system: System) => void | Promise<void>,
  options: SpawnOptions = {},
): Promise<Partial<CrashReport> | undefined> {
  await using system = new System();
  await using tree = await supervise({
    backoff: false,
    children: [{ id: "s", actor: Saver, options }],
  }, system);
  const { promise, resolve } = Promise.withResolvers<CrashReport | undefined>();
  using _listening = tree.onEvent((event) => {
    if (event.type === "ended") resolve(event.crash);
  });
  await crash(tree, system);
  const { message, caller, state, kind } = await promise ?? {};
  return { message, caller, state, kind } as Partial<CrashReport>;
}

Deno.test("CrashReport shows message, caller and state of a handler that threw", async () => { // S25
  const crash = await crashOf((tree) => {
    tree.ref("s", Saver).tell.add(2);
    tree.ref("s", Saver).tell.addAndFail(5);
  });
  assertEquals(crash, {
    kind: "failed",
    message: { method: "addAndFail", args: [5] },
    caller: "main",
    state: { sum: 7 },
  });
});

Deno.test("CrashReport shows message and caller of a thread that ended by Deno.exit()", async () => { // S25
  const crash = await crashOf(async (tree) => {
    await tree.ref("s", Saver).ask.add(2);
    tree.ref("s", Saver).tell.exit();
  });
  assertEquals(crash, {
    kind: "crashed",
    message: { method: "exit", args: [] },
    caller: "main",
    state: { sum: 2 },
  });
});

Deno.test("CrashReport shows the message that hangs", async () => { // S25
  const word = new Int32Array(new SharedArrayBuffer(4));
  const crash = await crashOf(
    (tree) => tree.ref("s", Saver).tell.hang(word),
    { hangMs: 200 },
  );
  // What cannot be bytes is not shown.
  assertEquals([crash?.kind, crash?.message], ["hung", { method: "hang" }]);
  Atomics.store(word, 0, 1);
});

Deno.test("CrashReport names the actor that sent the message", async () => { // S25
  const crash = await crashOf(async (tree, system) => {
    const caller = await system.spawn(Caller, [], { name: "till" });
    caller.tell.fail(tree.ref("s", Saver), 1);
  });
  assertEquals(crash?.caller, "till");
  assertEquals(crash?.message, { method: "addAndFail", args: [1] });
});

Deno.test("CrashReport shows the method and no arguments when several run at once", async () => { // S25
  const crash = await crashOf(
    (tree) => tree.ref("s", Saver).tell.addAndFail(1),
    { concurrency: 2 },
  );
  assertEquals(crash?.message, { method: "addAndFail" });
});
