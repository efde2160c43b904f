import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { type ActorRef, System, TopLevelSpawnError } from "../../mod.ts";
import { Parent } from "../fixtures/family.ts";
import { Eager } from "../fixtures/top_level.ts";

type Child = ActorRef<{ add(n: number): number }>;

Deno.test("spawn() inside an actor starts a child that others may use", async () => {
  await using system = new System({ spares: 2 });
  const parent = await system.spawn(Parent, []);
  const child = await parent.ask.have(10) as Child;
  assertEquals(await child.ask.add(1), 11);
  assertEquals(await parent.ask.viaChild(2), 13);
});

Deno.test("run() inside an actor runs a task", async () => {
  await using system = new System({ spares: 2 });
  const parent = await system.spawn(Parent, []);
  assertEquals(await parent.ask.task(7), 49);
});

for (const end of ["stop", "kill"] as const) {
  Deno.test(`ActorRef.${end}() ends the children with their parent`, async () => { // S75
    await using system = new System({ spares: 2 });
    const parent = await system.spawn(Parent, []);
    const child = await parent.ask.have(0) as Child;
    const { exited } = child;
    await parent[end]();
    assertEquals(["stopped", "killed"].includes((await exited).kind), true);
  });
}

for (const placement of ["thread", "shared"] as const) {
  Deno.test(`spawn() at the top level of an actor's module is refused where a worker loads it [${placement}]`, async () => {
    await using system = new System({ hosts: 1 });
    // A host runs actors already when it loads the module of another.
    const other = await system.spawn(Parent, [], { placement });
    const error = await assertRejects(
      () => system.spawn(Eager, [], { placement }),
      TopLevelSpawnError,
    );
    assertStringIncludes(error.message, "import.meta.main");
    assertEquals(system.tree().length, 1);
    await other.ask.facts();
  });
}

Deno.test("current tells an actor who it is", async () => {
  await using system = new System();
  const parent = await system.spawn(Parent, [], { name: "mother" });
  const [name, incarnation, owner, stopping, self] = await parent.ask.facts();
  assertEquals([name, incarnation, owner, stopping], [
    "mother",
    1,
    "main",
    false,
  ]);
  assertEquals((self as ActorRef<unknown>).id, parent.id);
});
