/** What happens to the children of one supervisor because of each other. */
import { assertEquals, assertRejects } from "@std/assert";
import { ChildError, supervise } from "../../mod.ts";
import { nextEvent } from "../fixtures/next_event.ts";
import { Journal } from "./journal.ts";
import { conformance } from "./placements.ts";
import { Probe } from "./probe.ts";
import { treeOf } from "./tree_of.ts";

for (const restartStopped of [false, true]) {
  conformance(
    `a group restart forgets a temporary sibling, and ${
      restartStopped ? "starts" : "leaves"
    } one that was stopped by hand when restartStopped is ${restartStopped}`,
    async (t) => { // S7, S8, S31
      await using tree = await treeOf(t, {
        a: {},
        b: {},
        t: { as: { restart: "temporary" } },
        d: {},
      }, { strategy: "oneForAll", restartStopped });
      await tree.stopChild("b");
      const up = nextEvent(tree, "restarted", "d");
      tree.ref("a", Probe).tell.fail("told to");
      await up;
      assertEquals(
        tree.children().map(({ id, state }) => `${id}:${state}`),
        ["a:running", restartStopped ? "b:running" : "b:stopped", "d:running"],
      );
    },
  );
}

conformance(
  "children start one after the other, each when the one before is up",
  async (t) => { // S49, S50
    const journal = new Journal();
    const { memory } = journal;
    await using _tree = await treeOf(t, {
      a: { journal: memory },
      b: { journal: memory },
      c: { journal: memory },
    });
    assertEquals(
      journal.lines(),
      ["a", "b", "c"].flatMap((id) => [`${id} new 1`, `${id} start 1`]),
    );
  },
);

conformance(
  "a template starts children up to maxChildren, and no two of one id",
  async (t) => { // S12, S13, S63
    const { id: _id, ...template } = t.child({ id: "probe", actor: Probe });
    const tree = await supervise({
      template,
      maxChildren: 3,
    }, t.system);
    const reasonOf = async (start: () => Promise<unknown>) =>
      (await assertRejects(start, ChildError)).reason;
    await tree.startChild([]);
    await tree.startChild([]);
    const named = await tree.startChild([], { id: "mine", actor: Probe });
    assertEquals(await named.ask.echo(1), 1);
    assertEquals(
      await reasonOf(() => tree.startChild([], { id: "mine" })),
      "alreadyStarted",
    );
    assertEquals(await reasonOf(() => tree.startChild([])), "maxChildren");
    await tree.stopChild("mine");
    await tree.startChild([]);
    await tree.stop();
    await assertRejects(() => tree.startChild([]), ChildError);
  },
);

conformance(
  "a transient inner supervisor that gives up is restarted",
  async (t) => { // S88, S90
    await using tree = await supervise({
      backoff: false,
      children: [{
        id: "inner",
        restart: "transient",
        supervisor: {
          backoff: false,
          maxRestarts: 0,
          children: [t.child({ id: "p", actor: Probe })],
        },
      }],
    }, t.system);
    const up = nextEvent(tree, "restarted", "inner");
    const probe = tree.supervisor("inner").ref("p", Probe);
    probe.tell.fail("told to");
    await up;
    assertEquals(await probe.ask.echo(1), 1);
    assertEquals(probe.incarnation, 2);
  },
);
