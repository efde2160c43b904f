import { assertEquals, assertRejects } from "@std/assert";
import { Manager, Refusal, System } from "../../mod.ts";
import { visit } from "../fixtures/visit.ts";

Deno.test("MapRef.update() loses no update of several threads", async () => {
  await using system = new System();
  const manager = await Manager.start({ system });
  const hits = manager.map<string, number>("hits");
  await Promise.all(["/", "/", "/a"].map((p) => system.run(visit, [hits, p])));
  assertEquals(await hits.entries(), [["/", 400], ["/a", 200]]);
  assertEquals([await hits.size(), await hits.delete("/a")], [2, true]);
});

Deno.test("MapRef.update() refuses to add to what is no number", async () => {
  await using system = new System();
  const manager = await Manager.start({ system });
  const map = manager.map<string, unknown>("m");
  await map.set("k", "text");
  await assertRejects(() => map.update("k", { add: 1 }), Refusal, "string");
  assertEquals(await map.get("k"), "text");
});

Deno.test("Manager keeps lists, values and counters", async () => {
  await using system = new System();
  const manager = await Manager.start({ system });
  const list = manager.list<number>("l");
  assertEquals(await list.push(1, 2, 3), 3);
  await list.set(1, 9);
  assertEquals([await list.slice(), await list.at(-1)], [[1, 9, 3], 3]);
  const value = manager.value("v", 7);
  assertEquals(await value.get(), 7);
  assertEquals(await value.update({ add: 1 }), 8);
  const counter = manager.counter("c");
  assertEquals([await counter.add(), await counter.add(4)], [1, 5]);
});

Deno.test("ValueRef.get() tells a value that is null from one that is not there", async () => {
  await using system = new System();
  await using manager = await Manager.start({ system });
  const value = manager.value<string | null>("name", "nobody");
  assertEquals(await value.get(), "nobody");
  await value.set(null);
  assertEquals(await value.get(), null);
});

Deno.test("CounterRef shares nothing with a value of a similar name", async () => {
  await using system = new System();
  await using manager = await Manager.start({ system });
  await manager.counter("x").add(3);
  assertEquals(await manager.value("counter:x", 0).get(), 0);
  assertEquals(await manager.value("x", 0).get(), 0);
});

for (const count of [NaN, Infinity, "1" as unknown as number]) {
  Deno.test(`CounterRef.add() refuses ${Deno.inspect(count)} and keeps its sum`, async () => {
    await using system = new System();
    await using manager = await Manager.start({ system });
    const counter = manager.counter("hits");
    await counter.add(41);
    await assertRejects(() => counter.add(count), Refusal);
    assertEquals(await counter.add(), 42);
  });
}
