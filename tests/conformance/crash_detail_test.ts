import { sharedWords } from "../fixtures/words.ts";
import { assertEquals } from "@std/assert";
import {
  type CrashReport,
  type SpawnOptions,
  supervise,
  type Supervisor,
} from "../../mod.ts";
import { Caller, Saver } from "../supervisor/saver_actor.ts";
import {
  type Case,
  conformance,
  NAMED,
  OWN_THREAD,
  SHARING,
} from "./placements.ts";

/** Starts a saver, has `crash` end it, and answers with the report of that. */
async function crashOf(
  t: Case,
  crash: (tree: Supervisor) => void | Promise<void>,
  options: SpawnOptions = {},
): Promise<Partial<CrashReport> | undefined> {
  await using tree = await supervise({
    backoff: false,
    children: [t.child({ id: "s", actor: Saver, options })],
  }, t.system);
  const { promise, resolve } = Promise.withResolvers<CrashReport | undefined>();
  using _listening = tree.onEvent((event) => {
    if (event.type === "ended") resolve(event.crash);
  });
  await crash(tree);
  const { message, caller, state, kind } = await promise ?? {};
  return { message, caller, state, kind } as Partial<CrashReport>;
}

conformance(
  "CrashReport shows message, caller and state of a handler that threw",
  async (t) => { // S25
    const crash = await crashOf(t, (tree) => {
      tree.ref("s", Saver).tell.add(2);
      tree.ref("s", Saver).tell.addAndFail(5);
    });
    assertEquals(crash, {
      kind: "failed",
      message: { method: "addAndFail", args: [5] },
      caller: "main",
      state: { sum: 7 },
    });
  },
);

conformance(
  "CrashReport shows message and caller of a thread that ended by Deno.exit()",
  async (t) => { // S25
    const crash = await crashOf(t, async (tree) => {
      await tree.ref("s", Saver).ask.add(2);
      tree.ref("s", Saver).tell.exit();
    });
    assertEquals(crash, {
      kind: "crashed",
      message: { method: "exit", args: [] },
      caller: "main",
      state: { sum: 2 },
    });
  },
  OWN_THREAD,
);

conformance("CrashReport shows the message that hangs", async (t) => { // S25
  const word = sharedWords(1);
  const crash = await crashOf(
    t,
    (tree) => tree.ref("s", Saver).tell.hang(word),
    { hangMs: 1_500 },
  );
  // What cannot be bytes is not shown.
  assertEquals([crash?.kind, crash?.message], ["hung", { method: "hang" }]);
  Atomics.store(word, 0, 1);
}, OWN_THREAD.filter((placement) => SHARING.includes(placement)));

conformance("CrashReport names the actor that sent the message", async (t) => { // S25
  const crash = await crashOf(t, async (tree) => {
    const caller = await t.spawn(Caller, [], { name: "till" });
    caller.tell.fail(tree.ref("s", Saver), 1);
  });
  assertEquals(crash?.caller, "till");
  assertEquals(crash?.message, { method: "addAndFail", args: [1] });
}, NAMED);

conformance(
  "CrashReport shows the method and no arguments when several run at once",
  async (t) => { // S25
    const crash = await crashOf(
      t,
      (tree) => tree.ref("s", Saver).tell.addAndFail(1),
      { concurrency: 2 },
    );
    assertEquals(crash?.message, { method: "addAndFail" });
  },
  OWN_THREAD,
);
