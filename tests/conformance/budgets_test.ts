/** Budgets, delays and escalation over actors that really end; the clock is the test's, where one is needed. */
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
} from "@std/assert";
import {
  ChildError,
  supervise,
  type Supervisor,
  SupervisorGaveUpError,
} from "../../mod.ts";
import { nextEvent } from "../fixtures/next_event.ts";
import { Idle } from "../supervisor/thread_children.ts";
import { conformance } from "./placements.ts";
import { KnownError, Probe } from "./probe.ts";
import { treeOf } from "./tree_of.ts";

/** Lets the child `id` fail; resolves with the delay before its restart when it is up again. */
async function failed(tree: Supervisor, id: string): Promise<number> {
  const restarting = nextEvent(tree, "restarting", id);
  const up = nextEvent(tree, "restarted", id);
  tree.ref(id, Probe).tell.fail("told to");
  await up;
  return (await restarting).delayMs;
}

/** Lets the child `id` fail for the last time; resolves with the error of its supervisor. */
async function failedForGood(tree: Supervisor, id: string): Promise<Error> {
  tree.ref(id, Probe).tell.fail("once too often");
  const { error } = await tree.exited;
  assertInstanceOf(error, SupervisorGaveUpError);
  return error;
}

conformance(
  "three restarts with growing delays are allowed unless said otherwise",
  async (t) => { // S21, S22, S34, S38
    await using tree = await supervise({
      children: [t.child({ id: "p", actor: Probe })],
    }, t.system);
    for (const least of [50, 100, 200]) {
      const delayMs = await failed(tree, "p");
      assert(delayMs >= least && delayMs <= least * 1.2, `${delayMs} ms`);
    }
    await failedForGood(tree, "p");
  },
);

for (const [ms, outcome] of [[999, "ends"], [1_000, "goes on"]] as const) {
  conformance(
    `a supervisor ${outcome} when its second failure comes ${ms} ms after the first, of 1 in 1,000 ms`,
    async (t) => { // S28, S29
      let now = 0;
      await using tree = await treeOf(t, { p: {} }, {
        maxRestarts: 1,
        withinMs: 1_000,
        now: () => now,
      });
      await failed(tree, "p");
      now = ms;
      if (outcome === "goes on") await failed(tree, "p");
      else await failedForGood(tree, "p");
    },
  );
}

conformance(
  "the failures of all children count together, but for those of one with a budget of its own",
  async (t) => { // S32
    await using tree = await treeOf(t, {
      a: {},
      b: {},
      c: { as: { maxRestarts: 2 } },
    }, { maxRestarts: 1 });
    await failed(tree, "c");
    await failed(tree, "c");
    await failed(tree, "a");
    const error = await failedForGood(tree, "b");
    assertEquals((error as SupervisorGaveUpError).child, "b");
  },
);

conformance("what is stopped by hand does not count", async (t) => { // S33, S73
  await using tree = await treeOf(t, { p: {} }, { maxRestarts: 0 });
  for (let i = 0; i < 3; i++) {
    await tree.stopChild("p");
    await tree.restartChild("p");
  }
  assertEquals(tree.state, "running");
  await failedForGood(tree, "p");
});

conformance(
  "each child has delays of its own, which begin anew after a while without a failure",
  async (t) => { // S39, S48
    let now = 0;
    await using tree = await treeOf(t, { a: {}, b: {} }, {
      maxRestarts: Infinity,
      backoff: { minMs: 1, maxMs: 64, randomFactor: 0, resetAfterMs: 500 },
      now: () => now,
    });
    for (const delayMs of [1, 2, 4]) {
      assertEquals(await failed(tree, "a"), delayMs);
    }
    assertEquals(await failed(tree, "b"), 1);
    now += 499;
    assertEquals(await failed(tree, "a"), 8);
    now += 500;
    assertEquals(await failed(tree, "a"), 1);
  },
);

conformance(
  "a child that is out of restarts is stopped for good, and its watchers are told",
  async (t) => { // S40, S26
    await using tree = await treeOf(t, { p: {}, q: {} }, { maxRestarts: 0 });
    const [p, q] = [tree.ref("p", Probe), tree.ref("q", Probe)];
    const ends = Promise.all([p.exited, q.exited]);
    await failedForGood(tree, "p");
    assertEquals((await ends).map(({ kind }) => kind), ["failed", "stopped"]);
  },
);

conformance(
  "a child that declines to start is known, and holds up nobody",
  async (t) => { // S52
    await using tree = await supervise({
      children: [
        t.child({ id: "idle", actor: Idle }),
        t.child({ id: "gone", actor: Idle, restart: "temporary" }),
        t.child({ id: "p", actor: Probe }),
      ],
    }, t.system);
    assertEquals(
      tree.children().map(({ id, state }) => `${id}:${state}`),
      ["idle:stopped", "p:running"],
    );
    const error = await assertRejects(
      () => tree.restartChild("idle"),
      ChildError,
    );
    assertEquals(error.reason, "declined");
  },
);

for (const strategy of ["oneForAll", "restForOne"] as const) {
  conformance(
    `a group of which one does not come up again is tried again (${strategy})`,
    async (t) => { // S55
      await using tree = await treeOf(t, {
        a: {},
        b: { throws: ["onStart"], incarnations: [2] },
        c: {},
      }, { strategy });
      const up = nextEvent(tree, "restarted", "c");
      tree.ref("a", Probe).tell.fail("told to");
      await up;
      const incarnations = tree.children().map(({ incarnation }) =>
        incarnation
      );
      // What was started before the one that failed is started again with all, and left alone with the rest.
      assertEquals(incarnations, [strategy === "oneForAll" ? 3 : 2, 3, 2]);
    },
  );
}

conformance(
  "a child that fails while it is stopped does not hold up the others, and is told of once",
  async (t) => { // S69
    const tree = await treeOf(t, { a: {}, b: { throws: ["onStop"] }, c: {} });
    const kinds: string[] = [];
    tree.onEvent((event) => {
      if (event.type !== "stopped") return;
      kinds.push(`${event.id}:${event.report.kind}`);
    });
    assertEquals((await tree.stop()).kind, "stopped");
    assertEquals(kinds, ["c:stopped", "b:failed", "a:stopped"]);
  },
);

conformance(
  "a significant child that is stopped by hand, or with its group, does not end its supervisor",
  async (t) => { // S84
    await using tree = await treeOf(t, {
      a: {},
      b: { as: { restart: "transient", significant: true } },
      c: {},
    }, { strategy: "oneForAll", autoShutdown: "anySignificant" });
    const up = nextEvent(tree, "restarted", "c");
    tree.ref("a", Probe).tell.fail("told to");
    await up;
    await tree.stopChild("b");
    assertEquals([tree.state, tree.counts().active], ["running", 2]);
  },
);

conformance(
  "the end of a significant supervisor takes the outer one along, and that of another does not",
  async (t) => { // S86
    const significant = { restart: "temporary", significant: true } as const;
    const inner = (id: string, settings: object) => ({
      id,
      restart: "transient" as const,
      supervisor: {
        autoShutdown: "anySignificant" as const,
        children: [t.child({ id: "p", actor: Probe, ...significant })],
      },
      ...settings,
    });
    const tree = await supervise({
      autoShutdown: "anySignificant",
      children: [inner("plain", {}), inner("vital", { significant: true })],
    }, t.system);
    const ended = nextEvent(tree, "ended", "plain");
    tree.supervisor("plain").ref("p", Probe).tell.fail("told to");
    await ended;
    assertEquals(tree.state, "running");
    tree.supervisor("vital").ref("p", Probe).tell.fail("told to");
    assertEquals((await tree.exited).kind, "stopped");
  },
);

conformance(
  "a supervisor whose inner one gives up too often gives up too, with the chain to the first failure",
  async (t) => { // S89
    await using tree = await supervise({
      name: "outer",
      backoff: false,
      maxRestarts: 1,
      children: [{
        id: "inner",
        supervisor: {
          backoff: false,
          maxRestarts: 0,
          children: [t.child({ id: "p", actor: Probe })],
        },
      }],
    }, t.system);
    const probe = tree.supervisor("inner").ref("p", Probe);
    const up = nextEvent(tree, "restarted", "inner");
    probe.tell.fail("told to");
    await up;
    probe.tell.fail("once too often");
    const { error } = await tree.exited;
    assertInstanceOf(error, SupervisorGaveUpError);
    assertInstanceOf(error.cause, SupervisorGaveUpError);
    assertEquals([error.supervisor, error.cause.supervisor], [
      "outer",
      "inner",
    ]);
    assertInstanceOf(error.cause.cause, KnownError);
  },
);
