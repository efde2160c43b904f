/** What the rules of a supervisor come to over actors that really end. */
import { assertEquals, assertInstanceOf } from "@std/assert";
import {
  supervise,
  type Supervisor,
  SupervisorGaveUpError,
} from "../../mod.ts";
import { nextEvent } from "../fixtures/next_event.ts";
import { eventually, Journal } from "./journal.ts";
import { conformance, OWN_THREAD } from "./placements.ts";
import { Probe } from "./probe.ts";
import { treeOf } from "./tree_of.ts";

/** Lets the child `id` fail; resolves when the child `last` is up again. */
async function failed(
  tree: Supervisor,
  id: string,
  last: string = id,
): Promise<void> {
  const up = nextEvent(tree, "restarted", last);
  tree.ref(id, Probe).tell.fail("told to");
  await up;
}

/** Which incarnation of each child runs. */
function incarnations(tree: Supervisor): readonly number[] {
  return tree.children().map(({ id }) => tree.ref(id, Probe).incarnation);
}

conformance(
  "restForOne restarts the last child alone, and all when the first fails",
  async (t) => { // S4, S5
    await using tree = await treeOf(t, { a: {}, b: {}, c: {} }, {
      strategy: "restForOne",
    });
    await failed(tree, "c");
    assertEquals(incarnations(tree), [1, 1, 2]);
    await failed(tree, "a", "c");
    assertEquals(incarnations(tree), [2, 2, 3]);
  },
);

for (const restartStopped of [false, true]) {
  conformance(
    `a group restart ${
      restartStopped ? "starts" : "leaves"
    } a transient sibling that had ended by itself when restartStopped is ${restartStopped}`,
    async (t) => { // S9
      await using tree = await treeOf(t, {
        a: {},
        b: { as: { restart: "transient" } },
        c: {},
      }, { strategy: "oneForAll", restartStopped });
      const ended = nextEvent(tree, "ended", "b");
      tree.ref("b", Probe).tell.stopSelf();
      await ended;
      await failed(tree, "a", "c");
      assertEquals(
        tree.children().map(({ id, state }) => `${id}:${state}`),
        ["a:running", restartStopped ? "b:running" : "b:stopped", "c:running"],
      );
    },
  );
}

conformance(
  "a template ends all of its children when it stops, however many there are",
  async (t) => { // S14
    const count = OWN_THREAD.includes(t.placement) ? 3 : 300;
    const journal = new Journal();
    const { id: _id, ...template } = t.child({ id: "probe", actor: Probe });
    const tree = await supervise({ template }, t.system);
    const refs = [];
    for (let n = 0; n < count; n++) {
      const plan = n % 100 === 0 ? [{ journal: journal.memory }] : [];
      refs.push(await tree.startChild(plan, { id: `p${n}`, actor: Probe }));
    }
    assertEquals(tree.children().length, count);
    await tree.stop();
    const kinds = await Promise.all(
      refs.map(async ({ exited }) => (await exited).kind),
    );
    assertEquals(new Set(kinds), new Set(["stopped"]));
    assertEquals(t.system.tree(), []);
    const stops = journal.lines().filter((line) => line.includes("stop"));
    assertEquals(stops.length, Math.ceil(count / 100));
  },
);

for (const how of ["fail", "failLater", "close", "exit"] as const) {
  const ownThread = how === "close" || how === "exit";
  conformance(
    `a permanent child is restarted when it ends by ${how}`,
    async (t) => { // S17
      await using tree = await treeOf(t, { p: {} });
      const probe = tree.ref("p", Probe);
      const up = nextEvent(tree, "restarted", "p");
      if (how === "close" || how === "exit") probe.tell.die(how);
      else probe.tell[how]("told to");
      await up;
      assertEquals([probe.incarnation, await probe.ask.echo(1)], [2, 1]);
    },
    ...(ownThread ? [OWN_THREAD] : []),
  );
}

conformance(
  "a supervisor that may not restart gives up at the first failure",
  async (t) => { // S26
    const journal = new Journal();
    const tree = await treeOf(t, { a: { journal: journal.memory }, p: {} }, {
      maxRestarts: 0,
    });
    tree.ref("p", Probe).tell.fail("told to");
    const { error } = await tree.exited;
    assertInstanceOf(error, SupervisorGaveUpError);
    await eventually(() => journal.lines().at(-1), "a stop 1: shutdown");
    assertEquals(t.system.tree(), []);
  },
);

conformance(
  "a supervisor forgets restarts that are older than its window",
  async (t) => { // S28
    let now = 0;
    const tree = await treeOf(t, { p: {} }, {
      maxRestarts: 1,
      withinMs: 1_000,
      now: () => now,
    });
    for (let n = 0; n < 4; n++) {
      await failed(tree, "p");
      now += 1_001;
    }
    await failed(tree, "p");
    tree.ref("p", Probe).tell.fail("once too often");
    const { error } = await tree.exited;
    assertInstanceOf(error, SupervisorGaveUpError);
  },
);
