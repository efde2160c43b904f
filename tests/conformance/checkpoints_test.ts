import { changeOf, sharedWords } from "../fixtures/words.ts";
import { assertEquals, assertRejects } from "@std/assert";
import {
  ActorCrashedError,
  InvalidOptionError,
  type SpawnOptions,
  supervise,
  type Supervisor,
} from "../../mod.ts";
import { nextEvent } from "../fixtures/next_event.ts";
import { type Fault, Saver } from "../supervisor/saver_actor.ts";
import { type Case, conformance, OWN_THREAD } from "./placements.ts";

/** A supervisor over one saver. */
function start(
  t: Case,
  options: SpawnOptions = {},
  fault: Fault = "none",
): Promise<Supervisor> {
  return supervise({
    backoff: false,
    children: [t.child({ id: "s", actor: Saver, args: [fault], options })],
  }, t.system);
}

/** Ends the saver without a warning where it may end its thread; else by a failure. */
async function end(t: Case, tree: Supervisor): Promise<void> {
  const { ask } = tree.ref("s", Saver);
  await assertRejects(
    () => OWN_THREAD.includes(t.placement) ? ask.exit() : ask.addAndFail(0),
    ActorCrashedError,
  );
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
  conformance(
    `Checkpoints keep what was changed by the message before ${how}`,
    async (t) => { // S94
      await using tree = await start(t, { hangMs: 1_500 });
      const word = sharedWords(1);
      const saver = tree.ref("s", Saver);
      for (let round = 1; round <= 2; round++) {
        saver.tell.add(2);
        assertEquals(await saver.ask.add(3), round * 5);
        await assertRejects(() => crash(tree, word), ActorCrashedError);
      }
      assertEquals(await saver.ask.add(0), 10);
      assertEquals(saver.incarnation, 3);
      Atomics.store(word, 0, 1);
    },
    OWN_THREAD,
  );
}

conformance("Checkpoints keep what a timer changed", async (t) => { // S94
  await using tree = await start(t);
  const word = sharedWords(1);
  const saver = tree.ref("s", Saver);
  const changed = changeOf(word, 0, 0);
  saver.tell.addSoon(4, word);
  await changed;
  await end(t, tree);
  assertEquals(await saver.ask.add(0), 4);
});

conformance(
  "Checkpoints keep what a handler changed before it threw",
  async (t) => { // S94
    await using tree = await start(t, { checkpointMs: Infinity });
    const saver = tree.ref("s", Saver);
    assertEquals(await saver.ask.add(1), 1);
    await assertRejects(() => saver.ask.addAndFail(10), ActorCrashedError);
    assertEquals(await saver.ask.add(0), 11);
  },
);

conformance(
  "Checkpoints are restored after the constructor and before onStart",
  async (t) => { // S94
    await using tree = await start(t);
    const saver = tree.ref("s", Saver);
    assertEquals(await saver.ask.told(), ["constructor", "onStart"]);
    await assertRejects(() => saver.ask.addAndFail(1), ActorCrashedError);
    assertEquals(await saver.ask.told(), [
      "constructor",
      "restore",
      "onStart",
      "onRestart",
    ]);
  },
);

conformance(
  "Checkpoints keep the one before when there is nothing to keep",
  async (t) => { // S94
    await using tree = await start(t);
    const saver = tree.ref("s", Saver);
    await saver.ask.add(4);
    await saver.ask.add(-9);
    await end(t, tree);
    assertEquals(await saver.ask.add(0), 4);
  },
);

conformance(
  "Checkpoints of siblings are restored with their group",
  async (t) => { // S2, S94
    await using tree = await supervise({
      backoff: false,
      strategy: "oneForAll",
      children: [
        t.child({ id: "s", actor: Saver }),
        t.child({ id: "t", actor: Saver, options: { checkpointMs: Infinity } }),
      ],
    }, t.system);
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
  },
);

conformance(
  "Checkpoints outlive an escalation, but for those of who failed too often",
  async (t) => { // S88, S94
    await using tree = await supervise({
      backoff: false,
      children: [{
        id: "in",
        supervisor: {
          maxRestarts: 0,
          children: [
            t.child({ id: "s", actor: Saver }),
            t.child({ id: "t", actor: Saver }),
          ],
        },
      }],
    }, t.system);
    const inner = tree.supervisor("in");
    const [s, other] = [inner.ref("s", Saver), inner.ref("t", Saver)];
    assertEquals([await s.ask.add(4), await other.ask.add(7)], [4, 7]);
    const up = nextEvent(tree, "restarted", "in");
    await assertRejects(() => s.ask.addAndFail(1), ActorCrashedError);
    await up;
    assertEquals([await s.ask.add(0), await other.ask.add(0)], [0, 7]);
    await tree.stopChild("in");
    await tree.restartChild("in");
    assertEquals(await other.ask.add(0), 0);
  },
);

conformance("Checkpoints are forgotten by a start by hand", async (t) => { // S94
  await using tree = await start(t);
  const saver = tree.ref("s", Saver);
  await saver.ask.add(4);
  await saver.stop();
  await tree.restartChild("s");
  assertEquals(await saver.ask.add(0), 0);
});

conformance(
  "Checkpoints are taken once for all messages within checkpointMs, and the last state is kept",
  async (t) => { // S94
    await using tree = await start(t, { checkpointMs: 1_000 });
    const saver = tree.ref("s", Saver);
    await saver.ask.add(1);
    for (let i = 0; i < 500; i++) saver.tell.add(1);
    const taken = await saver.ask.checkpoints();
    assertEquals(taken <= 3, true, `${taken} checkpoints`);
    // Nobody sends anything more: the state is kept when it is due.
    while (await saver.ask.checkpoints() === taken) await saver.ask.add(0);
    await end(t, tree);
    assertEquals(await saver.ask.add(0), 501);
  },
);

for (const fault of ["checkpoint", "unsendable"] as const) {
  conformance(
    `Checkpoints that fail are a failure of the actor: ${fault}`,
    async (t) => { // S94
      await using tree = await start(t, {}, fault);
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
    },
  );
}

conformance("Checkpoints that cannot be restored fail the start", async (t) => { // S41, S94
  await using tree = await start(t, {}, "restore");
  const saver = tree.ref("s", Saver);
  await saver.ask.add(1);
  saver.tell.addAndFail(0);
  const { error } = await tree.exited;
  assertEquals(error?.message.includes("Cannot read this"), true);
});

conformance("Checkpoints are not taken when nobody keeps them", async (t) => { // S94
  const saver = await t.spawn(Saver, []);
  await saver.ask.add(1);
  assertEquals(await saver.ask.checkpoints(), 0);
});

conformance("SpawnOptions.checkpointMs is refused below 0", async (t) => { // S94
  await assertRejects(
    () => t.spawn(Saver, [], { checkpointMs: -1 }),
    InvalidOptionError,
    "current value is -1",
  );
});
