import { assertEquals, assertRejects } from "@std/assert";
import type { SpawnOptions } from "../../src/actor/spawn_options.ts";
import { System } from "../../src/actor/system.ts";
import { ActorCrashedError, InvalidOptionError } from "../../src/errors.ts";
import { supervise } from "../../src/supervisor/supervise.ts";
import type { Supervisor } from "../../src/supervisor/supervisor.ts";
import { type Fault, Saver } from "./saver_actor.ts";

/** A supervisor over one saver. */
function start(
  system: System,
  options: SpawnOptions = {},
  fault: Fault = "none",
): Promise<Supervisor> {
  return supervise({
    backoff: false,
    children: [{ id: "s", actor: Saver, args: [fault], options }],
  }, system);
}

const crashes: [
  how: string,
  crash: (tree: Supervisor, word: Int32Array) => Promise<unknown>,
][] = [
  ["Deno.exit()", (tree) => tree.ref("s", Saver).ask.exit()],
  ["self.close()", (tree) => tree.ref("s", Saver).ask.close()],
  ["a hang", (tree, word) => tree.ref("s", Saver).ask.hang(word)],
];
for (const [how, crash] of crashes) {
  Deno.test(`Checkpoints keep what was changed by the message before ${how}`, async () => { // S94
    await using system = new System();
    await using tree = await start(system, { hangMs: 300 });
    const word = new Int32Array(new SharedArrayBuffer(4));
    const saver = tree.ref("s", Saver);
    for (let round = 1; round <= 2; round++) {
      saver.tell.add(2);
      assertEquals(await saver.ask.add(3), round * 5);
      await assertRejects(() => crash(tree, word), ActorCrashedError);
    }
    assertEquals(await saver.ask.add(0), 10);
    assertEquals(saver.incarnation, 3);
    Atomics.store(word, 0, 1);
  });
}

Deno.test("Checkpoints keep what a timer changed", async () => { // S94
  await using system = new System();
  await using tree = await start(system);
  const word = new Int32Array(new SharedArrayBuffer(4));
  const saver = tree.ref("s", Saver);
  const changed = Atomics.waitAsync(word, 0, 0);
  saver.tell.addSoon(4, word);
  await changed.value;
  await assertRejects(() => saver.ask.exit(), ActorCrashedError);
  assertEquals(await saver.ask.add(0), 4);
});

Deno.test("Checkpoints keep what a handler changed before it threw", async () => { // S94
  await using system = new System();
  await using tree = await start(system, { checkpointMs: Infinity });
  const saver = tree.ref("s", Saver);
  assertEquals(await saver.ask.add(1), 1);
  await assertRejects(() => saver.ask.addAndFail(10), ActorCrashedError);
  assertEquals(await saver.ask.add(0), 11);
});

Deno.test("Checkpoints are restored after the constructor and before onStart", async () => { // S94
  await using system = new System();
  await using tree = await start(system);
  const saver = tree.ref("s", Saver);
  assertEquals(await saver.ask.told(), ["constructor", "onStart"]);
  await assertRejects(() => saver.ask.addAndFail(1), ActorCrashedError);
  assertEquals(await saver.ask.told(), [
    "constructor",
    "restore",
    "onStart",
    "onRestart",
  ]);
});

Deno.test("Checkpoints keep the one before when there is nothing to keep", async () => { // S94
  await using system = new System();
  await using tree = await start(system);
  const saver = tree.ref("s", Saver);
  await saver.ask.add(4);
  await saver.ask.add(-9);
  await assertRejects(() => saver.ask.exit(), ActorCrashedError);
  assertEquals(await saver.ask.add(0), 4);
});

Deno.test("Checkpoints of siblings are restored with their group", async () => { // S2, S94
  await using system = new System();
  await using tree = await supervise({
    backoff: false,
    strategy: "oneForAll",
    children: [{ id: "s", actor: Saver }, {
      id: "t",
      actor: Saver,
      options: { checkpointMs: Infinity },
    }],
  }, system);
  await tree.ref("t", Saver).ask.add(1);
  await tree.ref("t", Saver).ask.add(6);
  const { promise, resolve } = Promise.withResolvers<void>();
  using _listening = tree.onEvent((event) => {
    if (event.type === "restarted" && event.id === "t") resolve();
  });
  tree.ref("s", Saver).tell.addAndFail(1);
  await promise;
  assertEquals(await tree.ref("t", Saver).ask.add(0), 7);
  assertEquals(tree.ref("t", Saver).incarnation, 2);
});

Deno.test("Checkpoints are forgotten by a start by hand", async () => { // S94
  await using system = new System();
  await using tree = await start(system);
  const saver = tree.ref("s", Saver);
  await saver.ask.add(4);
  await saver.stop();
  await tree.restartChild("s");
  assertEquals(await saver.ask.add(0), 0);
});

Deno.test("Checkpoints are taken once for all messages within checkpointMs, and the last state is kept", async () => { // S94
  await using system = new System();
  await using tree = await start(system, { checkpointMs: 200 });
  const saver = tree.ref("s", Saver);
  await saver.ask.add(1);
  for (let i = 0; i < 500; i++) saver.tell.add(1);
  const taken = await saver.ask.checkpoints();
  assertEquals(taken <= 3, true, `${taken} checkpoints`);
  // Nobody sends anything more: the state is kept when it is due.
  while (await saver.ask.checkpoints() === taken) await saver.ask.add(0);
  await assertRejects(() => saver.ask.exit(), ActorCrashedError);
  assertEquals(await saver.ask.add(0), 501);
});

for (const fault of ["checkpoint", "unsendable"] as const) {
  Deno.test(`Checkpoints that fail are a failure of the actor: ${fault}`, async () => { // S94
    await using system = new System();
    await using tree = await start(system, {}, fault);
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    using _listening = tree.onEvent((event) => {
      if (event.type === "ended") resolve(event.report.error?.message);
    });
    const saver = tree.ref("s", Saver);
    saver.tell.add(1);
    assertEquals(
      (await promise)?.includes(fault === "checkpoint" ? "No room" : "state"),
      true,
    );
    assertEquals(await saver.ask.add(0), 0);
  });
}

Deno.test("Checkpoints that cannot be restored fail the start", async () => { // S41, S94
  await using system = new System();
  await using tree = await start(system, {}, "restore");
  const saver = tree.ref("s", Saver);
  await saver.ask.add(1);
  saver.tell.exit();
  const { error } = await tree.exited;
  assertEquals(error?.message.includes("Cannot read this"), true);
});

Deno.test("Checkpoints are not taken when nobody keeps them", async () => { // S94
  await using system = new System();
  const saver = await system.spawn(Saver, []);
  await saver.ask.add(1);
  assertEquals(await saver.ask.checkpoints(), 0);
});

Deno.test("SpawnOptions.checkpointMs is refused below 0", async () => { // S94
  await using system = new System();
  await assertRejects(
    () => system.spawn(Saver, [], { checkpointMs: -1 }),
    InvalidOptionError,
    "current value is -1",
  );
});
