import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import {
  ActorCrashedError,
  ActorStoppedError,
  AlreadyRegisteredError,
  register,
  Registry,
  supervise,
  watch,
} from "../../mod.ts";
import { Finder } from "../fixtures/finder.ts";
import { conformance } from "./placements.ts";

conformance(
  "Registry.of() is one registry on all threads of a system",
  async (t) => {
    const registry = await Registry.of(t.system);
    const finder = await t.spawn(Finder, [], { name: "finder" });
    const other = await t.spawn(Finder, [], { name: "other" });
    const far = await t.system.spawn(Finder, [], { name: "far" });
    await finder.ask.register("a");
    await register("b", other);
    await far.ask.register("c");
    assertEquals(await registry.names(), ["a", "b", "c"]);
    assertEquals(await finder.ask.find("c"), "far");
    assertEquals(await far.ask.find("a"), "finder");
    assertEquals(await far.ask.greet("b"), "hello from other");
    assertEquals(await other.ask.unregister("c"), true);
    assertEquals(await far.ask.find("c"), undefined);
    assertEquals(
      t.system.tree().map(({ name }) => name).sort(),
      ["far", "finder", "other"],
    );
  },
);

// M49
conformance(
  "Registry.register() tells actors of one thread apart",
  async (t) => {
    const registry = await Registry.of(t.system);
    const [a, b] = [await t.spawn(Finder, []), await t.spawn(Finder, [])];
    await registry.register("name", a);
    const error = await assertRejects(
      () => registry.register("name", b),
      AlreadyRegisteredError,
    );
    assertStrictEquals(error.holder, a);
    // M50
    assertEquals([await registry.join("g", a), await registry.join("g", b)], [
      true,
      true,
    ]);
    assertEquals(await registry.members("g"), [a, b]);
    assertEquals(await registry.leave("g", a), true);
    assertEquals(await registry.members("g"), [b]);
  },
);

// S76
conformance(
  "Registry has nothing of an actor whose stop has resolved",
  async (t) => {
    const registry = await Registry.of(t.system);
    for (let i = 0; i < 10; i++) {
      const finder = await t.spawn(Finder, []);
      await registry.register("name", finder);
      const { kind } = await (i % 2 === 0 ? finder.stop() : finder.kill());
      assertEquals(kind, i % 2 === 0 ? "stopped" : "killed");
      assertEquals(await registry.whereis("name"), undefined);
    }
  },
);

for (const how of ["kill", "stop", "fail"] as const) {
  conformance(
    `Registry has nothing of an actor whose end by ${how} is known`,
    async (t) => { // S97, M28, M49, M50
      const registry = await Registry.of(t.system);
      for (let i = 0; i < 5; i++) {
        const finder = await t.spawn(Finder, []);
        await registry.register("name", finder);
        await registry.join("group", finder);
        const found = new Promise((resolve) =>
          watch(finder, () =>
            resolve(Promise.all([
              registry.whereis("name"),
              registry.members("group"),
            ])))
        );
        if (how === "fail") finder.ask.fail().catch(() => {});
        else void finder[how]();
        assertEquals(await found, [undefined, []]);
        await assertRejects(
          () => registry.register("name", finder),
          ActorStoppedError,
        );
        await assertRejects(
          () => registry.join("group", finder),
          ActorStoppedError,
        );
      }
    },
  );
}

conformance("Registry keeps names and groups through a restart", async (t) => { // S98
  const registry = await Registry.of(t.system);
  await using tree = await supervise({
    backoff: { minMs: 1, maxMs: 1 },
    children: [t.child({ id: "finder", actor: Finder, args: [] })],
  }, t.system);
  const finder = tree.ref("finder", Finder);
  await registry.register("name", finder);
  await registry.join("group", finder);
  await assertRejects(() => finder.ask.fail(), ActorCrashedError);
  assertEquals(await finder.ask.hello(), "hello from finder");
  assertStrictEquals(await registry.whereis("name"), finder);
  assertEquals(await registry.members("group"), [finder]);
});

conformance(
  "Registry.changes() tells each join and leave in order",
  async (t) => { // M50, M51
    const registry = await Registry.of(t.system);
    const [a, b, c] = [
      await t.spawn(Finder, []),
      await t.spawn(Finder, []),
      await t.spawn(Finder, []),
    ];
    await registry.join("g", a);
    using changes = registry.changes("g", Finder);
    const next = async () => (await changes.next()).value;
    assertEquals(await next(), { type: "joined", ref: a });
    await registry.join("g", b);
    await registry.join("g", b);
    await registry.join("h", a);
    await registry.leave("g", a);
    await registry.leave("g", a);
    await b.kill();
    await c.ask.join("g");
    const told: unknown[] = [];
    while (told.length < 4) {
      const { type, ref } = (await next())!;
      // One that has ended is another ref when it comes later.
      told.push([type, ref.id]);
    }
    assertEquals(told, [
      ["joined", b.id],
      ["left", a.id],
      ["ended", b.id],
      ["joined", c.id],
    ]);
    assertEquals(changes.missed, 0);
  },
);

conformance(
  "Registry.following() tells who has a name, whenever that changes",
  async (t) => { // M51
    const registry = await Registry.of(t.system);
    const [a, b] = [await t.spawn(Finder, []), await t.spawn(Finder, [])];
    using holders = registry.following("name", Finder);
    const next = async () => (await holders.next()).value;
    assertEquals(await next(), undefined);
    await registry.register("name", a);
    assertStrictEquals(await next(), a);
    await a.kill();
    assertEquals(await next(), undefined);
    await registry.register("name", b);
    assertStrictEquals(await next(), b);
    await registry.unregister("name");
    assertEquals(await next(), undefined);
  },
);
