/** What a supervisor tells and refuses when it is asked about its children by hand. */
import { assertEquals, assertRejects } from "@std/assert";
import { ChildError, supervise } from "../../mod.ts";
import { nextEvent } from "../fixtures/next_event.ts";
import { conformance } from "./placements.ts";
import { Probe } from "./probe.ts";
import { treeOf } from "./tree_of.ts";

conformance(
  "startChild() with the id of a child that is not up tells what may be done in its state",
  async (t) => { // S46, S56
    await using tree = await treeOf(t, { p: {} }, {
      backoff: { minMs: 600_000, maxMs: 600_000, randomFactor: 0 },
    });
    const spec = t.child({ id: "p", actor: Probe });
    const waits = nextEvent(tree, "restarting", "p");
    tree.ref("p", Probe).tell.fail("told to");
    await waits;
    const restarting = await assertRejects(
      () => tree.startChild(spec),
      ChildError,
      'it waits for its restart; wait until it is up, or stop it by stopChild("p")',
    );
    await tree.stopChild("p");
    const stopped = await assertRejects(
      () => tree.startChild(spec),
      ChildError,
      'restartChild("p") starts it again, deleteChild("p") frees its id',
    );
    assertEquals([restarting.reason, stopped.reason], [
      "alreadyPresent",
      "alreadyPresent",
    ]);
    tree.deleteChild("p");
    await tree.startChild(spec);
  },
);

conformance(
  "Deno.inspect() shows a supervisor with its strategy and the states of its children",
  async (t) => {
    await using tree = await supervise({
      name: "root",
      strategy: "restForOne",
      children: [
        t.child({ id: "a", actor: Probe }),
        {
          id: "inner",
          supervisor: { children: [t.child({ id: "b", actor: Probe })] },
        },
      ],
    }, t.system);
    await tree.supervisor("inner").stopChild("b");
    assertEquals(
      Deno.inspect(tree, { breakLength: 200 }),
      'Supervisor { name: "root", state: "running", strategy: "restForOne", children: { a: "running", inner: { b: "stopped" } } }',
    );
  },
);
