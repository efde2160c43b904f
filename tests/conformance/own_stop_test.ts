/** Actors that end themselves, as they have nothing left to do. */
import { assertEquals, assertRejects } from "@std/assert";
import { ActorStoppedError } from "../../mod.ts";
import { nextEvent } from "../fixtures/next_event.ts";
import { eventually, Journal } from "./journal.ts";
import { conformance } from "./placements.ts";
import { Probe } from "./probe.ts";
import { SharedWord } from "./shared_word.ts";
import { treeOf } from "./tree_of.ts";

conformance(
  "Context.stop() ends the actor after its handler, normally",
  async (t) => {
    const journal = new Journal();
    const probe = await t.spawn(Probe, [{ journal: journal.memory }], {
      name: "p",
    });
    await probe.ask.leave();
    assertEquals(await probe.exited, { kind: "done", code: 0 });
    await eventually(() => journal.lines().at(-1), "p stop 1: by itself");
    await assertRejects(() => probe.ask.notes(), ActorStoppedError);
  },
);

conformance("Context.stop() with drain comes after what waits", async (t) => {
  const probe = await t.spawn(Probe, []);
  const word = new SharedWord();
  probe.tell.hold(word.words);
  await word.reaches(1);
  probe.tell.leave({ drain: true });
  const notes = probe.ask.notes();
  // It comes behind the ask, which is there too by then.
  await probe.send.note("last");
  word.set(2);
  assertEquals((await probe.exited).kind, "done");
  // A local actor hands over the very list, and goes on with it.
  assertEquals((await notes).slice(0, 2), ["started", "held"]);
});

conformance("Context.stop() that takes too long is a kill", async (t) => {
  const probe = await t.spawn(Probe, [{ hangs: ["onStop"] }]);
  probe.tell.leave({ timeout: 20 });
  assertEquals((await probe.exited).kind, "killed");
});

conformance(
  "Context.stop() in onStart comes after the start, with its deadline",
  async (t) => {
    const journal = new Journal();
    const plan = { journal: journal.memory, leaves: true };
    const probe = await t.spawn(Probe, [plan], { name: "p" });
    assertEquals((await probe.exited).kind, "done");
    assertEquals(journal.lines(), [
      "p new 1",
      "p start 1",
      "p stop 1: at once",
    ]);
  },
);

conformance(
  "Context.stop() refuses options that there are not, and goes on",
  async (t) => {
    const probe = await t.spawn(Probe, []);
    await assertRejects(
      () => probe.ask.leave({ timeout: -1 }),
      Error,
      "timeout",
    );
  },
);

conformance(
  "a permanent child that ends itself is restarted, with what waits",
  async (t) => { // S17, S79
    await using tree = await treeOf(t, { p: {} });
    const probe = tree.ref("p", Probe);
    const up = nextEvent(tree, "restarted", "p");
    const ended = nextEvent(tree, "ended", "p");
    probe.tell.leave();
    const notes = probe.ask.notes();
    const { report, asked } = await ended;
    assertEquals([report.kind, asked], ["done", false]);
    await up;
    assertEquals(await notes, ["started"]);
    assertEquals(probe.incarnation, 2);
  },
);

conformance(
  "a transient child that ends itself is let go, and takes its supervisor along if it is significant",
  async (t) => { // S18, S80
    const tree = await treeOf(t, {
      a: { as: { restart: "transient" } },
      b: { as: { restart: "transient", significant: true } },
      c: {},
    }, { autoShutdown: "anySignificant" });
    const ended = nextEvent(tree, "ended", "a");
    await tree.ref("a", Probe).ask.leave();
    await ended;
    assertEquals(tree.children().map(({ state }) => state), [
      "stopped",
      "running",
      "running",
    ]);
    await tree.ref("b", Probe).ask.leave();
    assertEquals((await tree.exited).kind, "stopped");
  },
);

conformance(
  "a permanent child that is stopped through a ref, also its own, stays stopped",
  async (t) => { // S79
    await using tree = await treeOf(t, { p: {} });
    const ended = nextEvent(tree, "ended", "p");
    await tree.ref("p", Probe).ask.stopSelf();
    const { report, asked } = await ended;
    assertEquals([report.kind, asked], ["stopped", true]);
    assertEquals(tree.children()[0]?.state, "stopped");
  },
);

conformance(
  "ActorRef.stop() of itself in onStart comes after the start",
  async (t) => {
    const journal = new Journal();
    const plan = { journal: journal.memory, stopsAt: 1 };
    const probe = await t.spawn(Probe, [plan], { name: "p" });
    assertEquals((await probe.exited).kind, "stopped");
    await eventually(() => journal.lines(), [
      "p new 1",
      "p start 1",
      "p stop 1: at once",
    ]);
  },
);

for (const stopsAt of [1, 2]) {
  conformance(
    `a permanent child that stops itself in onStart of incarnation ${stopsAt} stays stopped`,
    async (t) => { // S79
      const journal = new Journal();
      const plan = { journal: journal.memory, stopsAt };
      await using tree = await treeOf(t, { p: plan });
      if (stopsAt === 2) tree.ref("p", Probe).tell.fail("told to");
      await eventually(() => tree.children()[0]?.state, "stopped");
      assertEquals(
        journal.lines().at(-1),
        `p stop ${stopsAt}: at once`,
      );
      assertEquals(tree.children()[0]?.incarnation, stopsAt);
    },
  );
}

conformance(
  "a permanent child that is killed by somebody while it starts stays stopped",
  async (t) => { // S79
    const slow = new SharedWord();
    slow.set(2);
    await using tree = await treeOf(t, { p: { slow: slow.words } });
    slow.set(0);
    const probe = tree.ref("p", Probe);
    probe.tell.fail("told to");
    await slow.reaches(1);
    assertEquals((await probe.kill()).kind, "killed");
    await eventually(() => tree.children()[0]?.state, "stopped");
    assertEquals(tree.children()[0]?.incarnation, 2);
  },
);

for (
  const by of ["its owner", "its supervisor", "its system", "others"] as const
) {
  conformance(
    `an actor that is stopped by ${by} while it starts is up first, and its hook runs`,
    async (t) => { // S60, S71, S75
      const journal = new Journal();
      const slow = new SharedWord();
      slow.set(2);
      const tree = await treeOf(t, { owner: {} });
      const owner = tree.ref("owner", Probe);
      await owner.ask.echo(1);
      slow.set(0);
      const plan = { journal: journal.memory, slow: slow.words };
      const started = by === "its supervisor" || by === "others"
        ? tree.startChild(t.child({ id: "p", actor: Probe, args: [plan] }))
        : by === "its system"
        ? t.spawn(Probe, [plan], { name: "p" })
        : owner.ask.have(plan, { name: "p", placement: t.placement });
      const settled = started.then(() => {}, () => {});
      await slow.reaches(1);
      const stopped = by === "its supervisor"
        ? tree.stopChild("p")
        : by === "others"
        ? tree.ref("p").stop()
        : by === "its system"
        ? t.system.close()
        : owner.stop();
      slow.set(2);
      await stopped;
      await settled;
      const lines = journal.lines().map((line) => line.split(":")[0]);
      assertEquals(lines, ["p new 1", "p start 1", "p stop 1"]);
      await tree.stop();
    },
  );
}

conformance(
  "a stop of an actor whose start fails meanwhile resolves",
  async (t) => { // S79
    const slow = new SharedWord();
    const tree = await treeOf(t, {});
    const spec = { slow: slow.words, throws: ["onStart" as const] };
    const started = assertRejects(() =>
      tree.startChild(t.child({ id: "p", actor: Probe, args: [spec] }))
    );
    await slow.reaches(1);
    const stopped = tree.ref("p").stop();
    slow.set(2);
    const { kind } = await stopped;
    // The order may find the start over: then there is nothing to stop.
    assertEquals(kind === "failed" || kind === "stopped", true, kind);
    await started;
    await tree.stop();
  },
);
