/** How supervisors end, with children that run where users have them. */
import { assertEquals, assertRejects } from "@std/assert";
import { ChildError, type Supervisor } from "../../mod.ts";
import { nextEvent } from "../fixtures/next_event.ts";
import { conformance } from "./placements.ts";
import { Probe } from "./probe.ts";
import { SharedWord } from "./shared_word.ts";
import { treeOf } from "./tree_of.ts";

/** Longer than any test, in milliseconds. */
const FOR_EVER_MS = 600_000;

function states(tree: Supervisor): string {
  return tree.children().map(({ id, state }) => `${id}:${state}`).join(" ");
}

conformance(
  "a significant child that ends for good takes its supervisor along, and no other does",
  async (t) => { // S81, S82, S85
    const ends = {
      restart: "transient",
      onFailure: [{ error: TypeError, then: "stop" }],
    } as const;
    const tree = await treeOf(t, {
      a: { as: { ...ends, significant: true } },
      b: { as: ends },
      c: {},
    }, { autoShutdown: "anySignificant" });
    // A restart is no end for good, and b does not count.
    const up = nextEvent(tree, "restarted", "a");
    tree.ref("a", Probe).tell.fail("told to");
    await up;
    const ended = nextEvent(tree, "ended", "b");
    tree.ref("b", Probe).tell.failWith("type");
    await ended;
    assertEquals(states(tree), "a:running b:stopped c:running");
    tree.ref("a", Probe).tell.failWith("type");
    assertEquals((await tree.exited).kind, "stopped");
    assertEquals((await tree.ref("c", Probe).exited).kind, "stopped");
  },
);

conformance(
  "all significant children have to end before their supervisor does",
  async (t) => { // S82, S83
    const significant = { restart: "temporary", significant: true } as const;
    const tree = await treeOf(t, {
      a: { as: significant },
      b: { as: significant },
      c: {},
    }, { autoShutdown: "allSignificant" });
    const removed = nextEvent(tree, "removed", "a");
    tree.ref("a", Probe).tell.fail("told to");
    await removed;
    assertEquals(states(tree), "b:running c:running");
    tree.ref("b", Probe).tell.fail("told to");
    assertEquals((await tree.exited).kind, "stopped");
  },
);

for (const stopOrder of ["reverse", "together"] as const) {
  conformance(
    `Supervisor.stop() kills what is left after stopWithinMs, in the order ${stopOrder}`,
    async (t) => { // S66, S67, S68
      const stuck = {
        hangs: ["onStop"],
        as: { shutdownMs: "infinity" },
      } as const;
      const tree = await treeOf(
        t,
        { a: stuck, b: stuck, c: stuck },
        { stopOrder, stopWithinMs: 50 },
      );
      const refs = ["a", "b", "c"].map((id) => tree.ref(id, Probe));
      assertEquals((await tree.stop()).kind, "killed");
      for (const ref of refs) assertEquals((await ref.exited).kind, "killed");
      assertEquals(t.system.tree(), []);
    },
  );
}

conformance(
  "Supervisor answers at once while a child takes its time to stop",
  async (t) => { // S72, S46
    const tree = await treeOf(t, {
      p: { hangs: ["onStop"], as: { shutdownMs: FOR_EVER_MS } },
      q: {},
    }, {});
    const word = new SharedWord();
    const running = tree.ref("p", Probe).ask.untilAborted(word.words);
    await word.reaches(1);
    const stopping = tree.stopChild("p");
    assertEquals(await running, "shutdown");
    // Its onStop never ends.
    assertEquals(states(tree), "p:stopping q:running");
    await assertRejects(() => tree.restartChild("p"), ChildError);
    await tree.startChild(t.child({ id: "r", actor: Probe }));
    assertEquals(tree.counts(), { specs: 3, active: 3 });
    await tree.kill();
    assertEquals((await stopping).kind, "killed");
  },
);

conformance(
  "Supervisor answers at once while a child waits for its restart, and stops without it",
  async (t) => { // S45, S46, S47
    const tree = await treeOf(t, { p: {}, q: {} }, {
      backoff: { minMs: FOR_EVER_MS, maxMs: FOR_EVER_MS },
    });
    const waits = nextEvent(tree, "restarting");
    tree.ref("p", Probe).tell.fail("told to");
    await waits;
    assertEquals(states(tree), "p:restarting q:running");
    assertEquals(tree.counts(), { specs: 2, active: 1 });
    for (
      const refused of [
        () => tree.restartChild("p"),
        () => tree.startChild(t.child({ id: "p", actor: Probe })),
        () => Promise.try(() => tree.deleteChild("p")),
      ]
    ) await assertRejects(refused, ChildError);
    const waiting = tree.ref("p", Probe).ask.notes();
    waiting.catch(() => {});
    assertEquals((await tree.stop()).kind, "stopped");
    await assertRejects(() => waiting);
  },
);
