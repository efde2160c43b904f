/** Options that only a supervisor can follow, and rules for errors of classes that nobody registered. */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { InvalidOptionError, type SpawnOptions, supervise } from "../../mod.ts";
import { nextEvent } from "../fixtures/next_event.ts";
import { square } from "../fixtures/pool_tasks.ts";
import { conformance } from "./placements.ts";
import { Probe } from "./probe.ts";
import { treeOf } from "./tree_of.ts";

const FOR_RESTARTS: [SpawnOptions, string][] = [
  [{ redeliver: 1 }, "'redeliver' as nobody restarts it: current value is 1"],
  [{ checkpointMs: 5 }, "'checkpointMs' as nobody restarts it"],
  [{ mailbox: { onRestart: "drop" } }, "'mailbox.onRestart' as nobody"],
];

conformance(
  "options that take effect at a restart are refused without a supervisor, and taken with one",
  async (t) => { // S57
    for (const [options, text] of FOR_RESTARTS) {
      await assertRejects(
        () => t.spawn(Probe, [], options),
        InvalidOptionError,
        text,
      );
      assertThrows(
        () => t.system.run(square, [3], options),
        InvalidOptionError,
        text,
      );
      await using _tree = await supervise({
        children: [t.child({ id: "p", actor: Probe, options })],
      }, t.system);
    }
    // What they are by default may be said.
    const mailbox = { onRestart: "keep" } as const;
    await t.spawn(Probe, [], { redeliver: 0, checkpointMs: 0, mailbox });
    assertEquals(t.system.tree().length, 1);
  },
);

/** Of the same name as one of the probe's, which it does not know. */
class StrangeError extends Error {}

conformance(
  "a rule finds an error whose class nobody registered by the name of the class",
  async (t) => { // S100
    await using tree = await treeOf(t, { p: {} }, {
      onFailure: [{ error: StrangeError, then: "stop" }],
    });
    const probe = tree.ref("p", Probe);
    const restarted = nextEvent(tree, "restarted");
    probe.tell.failWith("type");
    await restarted;
    const ended = nextEvent(tree, "ended");
    probe.tell.failStrangely();
    await ended;
    assertEquals(tree.counts(), { specs: 1, active: 0 });
  },
);
