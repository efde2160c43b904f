/** Supervisors over real actors, where their order of starting and their budgets meet. */
import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  type ActorRef,
  InvalidOptionError,
  supervise,
  SupervisorGaveUpError,
} from "../../mod.ts";
import { eventually, Journal } from "./journal.ts";
import { conformance } from "./placements.ts";
import { Probe, type ProbeActor } from "./probe.ts";
import { errand, Steward } from "./steward.ts";
import { treeOf } from "./tree_of.ts";

conformance(
  "a child whose onStart has its own supervisor start another one is up after that one",
  async (t) => { // S61, S62
    const journal = new Journal();
    const options = { placement: "local" } as const;
    const steward = await t.system.spawn(Steward, [], options);
    const tree = errand.tree = await treeOf(t, {});
    const args = [{ journal: journal.memory }];
    errand.spec = t.child({ id: "sibling", actor: Probe, args });
    const introduce = steward as unknown as ActorRef<ProbeActor>;
    const plan = { journal: journal.memory, introduce };
    await tree.startChild(t.child({ id: "p", actor: Probe, args: [plan] }));
    assertEquals(
      journal.lines().filter((line) => line.includes("start")),
      ["sibling start 1", "p start 1"],
    );
    await tree.stop();
  },
);

conformance(
  "the budgets of nested supervisors multiply",
  async (t) => { // S35, S88, S89
    const journal = new Journal();
    const tree = await supervise({
      backoff: false,
      maxRestarts: 1,
      children: [{
        id: "in",
        supervisor: {
          backoff: false,
          maxRestarts: 2,
          children: [
            t.child({
              id: "p",
              actor: Probe,
              args: [{ journal: journal.memory }],
            }),
          ],
        },
      }],
    }, t.system);
    const starts = () =>
      journal.lines().filter((line) => line.startsWith("p start")).length;
    for (let lives = 1; lives <= 6; lives++) {
      await eventually(starts, lives);
      await eventually(
        () => tree.supervisor("in").children()[0]?.state,
        "running",
      );
      tree.supervisor("in").ref("p", Probe).tell.fail("told to");
    }
    const { error } = await tree.exited;
    assertInstanceOf(error, SupervisorGaveUpError);
    assertEquals(starts(), 6);
  },
);

conformance(
  "a significant child that can never count is refused before any actor starts",
  async (t) => { // S57, S87
    const journal = new Journal();
    const child = (restart: "permanent" | "transient", significant: boolean) =>
      t.child({
        id: `${restart} ${significant}`,
        actor: Probe,
        args: [{ journal: journal.memory }],
        restart,
        significant,
      });
    const permanent = {
      autoShutdown: "anySignificant" as const,
      children: [child("transient", true), child("permanent", true)],
    };
    const never = {
      children: [child("permanent", false), child("transient", true)],
    };
    for (const spec of [permanent, never]) {
      const error = await assertRejects(
        () => supervise(spec, t.system),
        InvalidOptionError,
      );
      assertEquals(error.option, "significant");
    }
    assertEquals([journal.lines(), t.system.tree()], [[], []]);
  },
);
