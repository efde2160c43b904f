import { assertEquals } from "@std/assert";
import { conformance } from "./placements.ts";
import { Probe } from "./probe.ts";

conformance(
  "Context tells an actor its name, number, incarnation and parent, and current tells the same",
  async (t) => {
    const probe = await t.spawn(Probe, [], { name: "me" });
    assertEquals(await probe.ask.facts(), {
      name: "me",
      incarnation: 1,
      id: probe.id,
      parent: { id: 0, name: "main" },
      aborted: false,
      same: true,
    });
  },
);

conformance(
  "Context names the actor that started another as its parent",
  async (t) => {
    const owner = await t.spawn(Probe, [], { name: "mother" });
    const child = await owner.ask.have({}, {
      name: "child",
      placement: t.placement,
    });
    const { name, parent, same } = await child.ask.facts();
    assertEquals([name, same], ["child", true]);
    assertEquals(parent, { id: owner.id, name: "mother" });
  },
);

conformance("Context of many actors is each one's own", async (t) => {
  const probes = await Promise.all(
    ["a", "b", "c", "d"].map((name) => t.spawn(Probe, [], { name })),
  );
  const rounds = [1, 2, 3];
  const facts = await Promise.all(
    rounds.flatMap(() => probes.map((probe) => probe.ask.facts())),
  );
  assertEquals(
    facts.map(({ name, id, same }) => [name, id, same]),
    rounds.flatMap(() => probes.map(({ name, id }) => [name, id, true])),
  );
});

conformance("ActorRef tells name, number and incarnation", async (t) => { // S95
  const probe = await t.spawn(Probe, [], { name: "books" });
  assertEquals([probe.name, probe.incarnation], ["books", 1]);
  assertEquals(
    String(probe),
    `ActorRef("books" #${probe.id}, incarnation 1)`,
  );
});

conformance("System.tree() shows the actor and what it handled", async (t) => {
  const probe = await t.spawn(Probe, [], { name: "shown" });
  for (let i = 0; i < 3; i++) await probe.ask.echo(i);
  // The last one is counted when its handler has ended for certain: at the next.
  await probe.ask.echo(3);
  const [node] = t.system.tree();
  const { name, id, incarnation, state } = node!;
  assertEquals([name, id, incarnation, state], [
    "shown",
    probe.id,
    1,
    "running",
  ]);
});
