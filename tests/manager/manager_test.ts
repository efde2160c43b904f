import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  InvalidOptionError,
  type ListRef,
  Manager,
  Refusal,
  System,
  VersionConflictError,
} from "../../mod.ts";
import {
  countUp,
  credit,
  Holder,
  misbehave,
  scribble,
} from "../fixtures/manager_tasks.ts";
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
  await assertRejects(() => map.update("k", { add: 1 }), Refusal, '"text"');
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

Deno.test("a way to a list is an answer like any other, wherever the actor runs", async () => {
  await using system = new System();
  await using manager = await Manager.start({ system });
  const list = manager.list<string>("l");
  for (const placement of ["thread", "shared", "local"] as const) {
    const holder = await system.spawn(Holder, [], { placement });
    const echo = await holder.ask.echo(list) as ListRef<string>;
    await echo.push(placement);
  }
  assertEquals(await list.slice(), ["thread", "shared", "local"]);
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

// W09
Deno.test("MapRef.get() gives a frozen copy: a change of it is no silent loss", async () => {
  await using system = new System();
  await using manager = await Manager.start({ system });
  const map = manager.map<string, { l: number[] }>("m");
  await map.set("d", { l: [1] });
  const read = (await map.get("d"))!;
  assertThrows(() => read.l.push(2), TypeError);
  const [[, other] = []] = await map.entries();
  assertThrows(() => other!.l.push(2), TypeError);
  assertThrows(() => (other as { l: unknown }).l = [], TypeError);
  const changed = await map.update("d", { path: ["l"], push: 2 });
  assertThrows(() => changed.l.push(3), TypeError);
  assertEquals(await map.get("d"), { l: [1, 2] });
});

Deno.test("MapRef.update() changes the part that a path leads to, and no other", async () => {
  await using system = new System();
  await using manager = await Manager.start({ system });
  type User = { name: string; tags: string[]; age?: number };
  const users = manager.map<string, User>("users");
  const init = { name: "Ada", tags: ["a", "b"] };
  await users.update("1", { init, path: ["tags", 0], set: "x" });
  await users.update("1", { path: ["tags", 2], set: "c" });
  await users.update("1", { path: ["tags", 1], delete: true });
  await users.update("1", { path: ["age"], set: 36 });
  await users.update("1", { path: ["age"], add: 1 });
  assertEquals(await users.get("1"), {
    name: "Ada",
    tags: ["x", "c"],
    age: 37,
  });
  await users.update("1", { path: ["age"], delete: true });
  assertEquals(Object.keys((await users.get("1"))!), ["name", "tags"]);
  await users.update("1", { path: ["__proto__"], set: { evil: true } });
  assertEquals((await users.get("1") as { evil?: boolean }).evil, undefined);
});

Deno.test("MapRef.update() refuses a path that leads nowhere and changes nothing", async () => {
  await using system = new System();
  await using manager = await Manager.start({ system });
  const map = manager.map<string, unknown>("m");
  await map.set("k", { list: [1], text: "t" });
  for (
    const path of [["list", 2], ["list", "0"], ["text", 0], ["no", "way"], [
      "list",
      -1,
    ]]
  ) {
    await assertRejects(() => map.update("k", { path, set: 1 }), Refusal);
  }
  assertEquals(await map.get("k"), { list: [1], text: "t" });
});

Deno.test("MapRef refuses bad input before anything is sent", async () => {
  await using system = new System();
  await using manager = await Manager.start({ system });
  const map = manager.map<string, number>("m");
  const bad: (() => unknown)[] = [
    () => map.update("k", { add: 1, push: 2 }),
    () => map.update("k", { path: "a" as never }),
    () => map.update("k", { path: [1.5], set: 1 }),
    () => map.update("k", { delete: true }),
    () => map.update("k", { plus: 1 } as never),
    () => map.set("k", 1, { ttlMs: 0 }),
    () => map.set("k", 1, { ttl: 5 } as never),
    () => map.watch({ capacity: 0 }).next(),
    () => map.watch({ from: "a" } as never).next(),
    () => map.transaction([{ map: "m" } as never]),
  ];
  for (const call of bad) {
    await assertRejects(async () => await call(), InvalidOptionError);
  }
  assertThrows(() => manager.map("troupe:values"), InvalidOptionError);
  assertThrows(() => manager.cache("c", { capacity: 0 }), InvalidOptionError);
  await assertRejects(
    () => Manager.start({ system, keepBytes: 1 }),
    InvalidOptionError,
  );
  assertEquals(await map.size(), 0);
});

Deno.test("MapRef.setIf() loses no update of several threads", async () => {
  await using system = new System();
  await using manager = await Manager.start({ system });
  const map = manager.map<string, number>("m");
  await Promise.all([1, 2, 3].map(() => system.run(countUp, [map, 50])));
  assertEquals(await map.get("n"), 150);
});

Deno.test("MapRef.reduce() runs a named reducer inside, and a refusal of it changes nothing", async () => {
  await using system = new System();
  await using manager = await Manager.start({ system });
  const accounts = manager.map<string, number>("accounts");
  assertEquals(await accounts.reduce("ada", credit, [5], 0), 5);
  const error = await assertRejects(
    () => accounts.reduce("ada", credit, [-9]),
    Refusal,
  );
  assertEquals([error.data, await accounts.get("ada")], [5, 5]);

  const lists = manager.map<string, number[]>("lists");
  await lists.set("l", [0]);
  for (const how of ["throw", "wait", "change"]) {
    await assertRejects(() => lists.reduce("l", misbehave, [how]), Refusal);
  }
  assertEquals(await lists.get("l"), [0]);
  const lost = { ...credit, module: credit.module, reducer: "nobody" };
  await assertRejects(
    () => accounts.reduce("ada", lost as typeof credit, [1]),
    Refusal,
    "nobody",
  );
});

Deno.test("MapRef.reduce() changes no bytes when its reducer throws", async () => {
  await using system = new System();
  await using manager = await Manager.start({ system });
  const map = manager.map<string, { bytes: Uint8Array }>("m");
  await map.set("a", { bytes: new Uint8Array([1, 2]) });
  await assertRejects(() => map.reduce("a", scribble, []), Refusal);
  assertEquals((await map.get("a"))!.bytes, new Uint8Array([1, 2]));
});

Deno.test("Proxied.transaction() does all of its steps or none", async () => {
  await using system = new System();
  await using manager = await Manager.start({ system });
  const a = manager.map<string, number>("a");
  const b = manager.map<string, number>("b");
  const results = await a.transaction([
    a.plan.set("x", 1),
    b.plan.update("x", { add: 5, init: 0 }),
    a.plan.reduce("x", credit, [2]),
    a.plan.delete("none"),
  ]);
  assertEquals([results[1], results[2], results[3]], [5, 3, false]);
  const { version } = (await a.entry("x"))!;
  await a.set("x", 4);
  const steps = [b.plan.set("x", 9), a.plan.expect("x", version)];
  const error = await assertRejects(
    () => a.transaction(steps),
    VersionConflictError,
  );
  assertEquals([error.map, error.version > version], ["a", true]);
  await assertRejects(
    () => a.transaction([b.plan.set("x", 9), a.plan.reduce("x", credit, [-9])]),
    Refusal,
  );
  assertEquals([await a.get("x"), await b.get("x")], [4, 5]);
});

Deno.test("Proxied.transaction() refuses a step of another Manager", async () => {
  await using system = new System();
  await using one = await Manager.start({ system });
  await using other = await Manager.start({ system });
  const steps = [other.map<string, number>("m").plan.set("k", 1)];
  await assertRejects(
    () => one.map("m").transaction(steps),
    InvalidOptionError,
  );
});

// MA25
Deno.test("ListRef counts, finds, sorts, turns round, pops and iterates", async () => {
  await using system = new System();
  await using manager = await Manager.start({ system });
  const list = manager.list<number>("l");
  await list.push(10, 9, 1, 9);
  assertEquals([await list.count(9), await list.indexOf(1)], [2, 2]);
  await list.sort();
  assertEquals(await list.slice(), [1, 9, 9, 10]);
  await list.reverse();
  assertEquals(await Array.fromAsync(list), [10, 9, 9, 1]);
  assertEquals(await list.splice(1, 2, 7), [9, 9]);
  assertEquals([await list.pop(), await list.shift()], [1, 10]);
  assertEquals([await list.pop(), await list.pop()], [7, undefined]);
  assertEquals(await list.size(), 0);
});

Deno.test("ListRef is what an actor may answer with", async () => {
  await using system = new System();
  await using manager = await Manager.start({ system });
  const holder = await system.spawn(Holder, []);
  const list = await holder.ask.list(manager.list<string>("l"));
  await list.push("a");
  assertEquals(await manager.list("l").slice(), ["a"]);
});

// MA26
Deno.test("MapRef gives keys, values, a copy of itself and its first item", async () => {
  await using system = new System();
  await using manager = await Manager.start({ system });
  const map = manager.map<string, number>("m");
  await map.setAll([["a", 1], ["b", 2]]);
  assertEquals([await map.keys(), await map.values()], [["a", "b"], [1, 2]]);
  assertEquals(new Map(await Array.fromAsync(map)).get("b"), 2);
  assertEquals([await map.has("a"), await map.has("c")], [true, false]);
  assertEquals(await map.popItem(), ["a", 1]);
  assertEquals([await map.clear(), await map.popItem()], [1, undefined]);
});

// MA28
Deno.test("NamespaceRef and SetRef keep to themselves", async () => {
  await using system = new System();
  await using manager = await Manager.start({ system });
  const names = manager.namespace<{ x: number; y: string }>("n");
  await names.set("x", 1);
  await names.update("x", { add: 2 });
  assertEquals([await names.all(), await names.get("y")], [
    { x: 3 },
    undefined,
  ]);
  const set = manager.set<number>("n");
  assertEquals([await set.add(1), await set.add(1)], [true, false]);
  assertEquals([await set.size(), await set.has(2)], [1, false]);
  assertEquals([await set.delete(1), await set.clear()], [true, 0]);
  assertEquals(await names.delete("x"), true);
  assertEquals(await manager.map("n").size(), 0);
});

Deno.test("CacheRef takes away what was not used for longest, and counts", async () => {
  await using system = new System();
  await using manager = await Manager.start({ system });
  const cache = manager.cache<number, string>("c", { capacity: 3 });
  for (const n of [1, 2, 3]) await cache.set(n, `${n}`);
  await cache.get(1);
  await cache.set(2, "two");
  await cache.set(4, "4");
  assertEquals(
    await Promise.all([1, 2, 3, 4].map((n) => cache.get(n))),
    ["1", "two", undefined, "4"],
  );
  assertEquals(await cache.stats(), {
    size: 3,
    hits: 4,
    misses: 1,
    evicted: 1,
    expired: 0,
  });
});

Deno.test("CacheRef.stats() counts what was taken away before the first read", async () => {
  await using system = new System();
  await using manager = await Manager.start({ system });
  const cache = manager.cache<number, number>("c", { capacity: 2 });
  for (const n of [1, 2, 3]) await cache.set(n, n);
  const { size, evicted } = await cache.stats();
  assertEquals([size, evicted], [2, 1]);
});

for (const [start, count] of [[NaN, 0], [0.5, 1], [-1.5, 0], ["1", 1]]) {
  Deno.test(`ListRef.splice(${start}, ${count}) does what that of an array does, also on disk`, async () => {
    const folder = await Deno.makeTempDir();
    const [at, gone] = [start as number, count as number];
    const plain = ["a", "b", "c"];
    plain.splice(at, gone, "x");
    await using system = new System();
    for (const again of [false, true]) {
      const file = `${folder}/state.db`;
      await using manager = await Manager.start({ system, file });
      const list = manager.list<string>("l");
      if (!again) {
        await list.push("a", "b", "c");
        await list.splice(at, gone, "x");
      }
      assertEquals(await list.slice(), plain);
    }
    await Deno.remove(folder, { recursive: true });
  });
}

Deno.test("MapRef.popItem() gives a frozen value", async () => {
  await using system = new System();
  await using manager = await Manager.start({ system });
  const map = manager.map<string, number[]>("m");
  await map.set("a", [1]);
  const [, value] = (await map.popItem())!;
  assertThrows(() => value.push(2), TypeError);
});

Deno.test("MapRef.set() with a time to live tells watchers when it is over", async () => {
  await using system = new System();
  await using manager = await Manager.start({ system });
  const map = manager.map<string, number>("m");
  await map.set("stays", 1, { ttlMs: 20 });
  await map.set("stays", 2);
  const watch = map.watch();
  assertEquals((await watch.next()).value?.type, "snapshot");
  await map.set("goes", 1, { ttlMs: 20 });
  assertEquals((await watch.next()).value?.type, "set");
  const gone = (await watch.next()).value;
  assertEquals(gone?.type === "delete" && [gone.key, gone.reason], [
    "goes",
    "expired",
  ]);
  await watch.return();
  assertEquals(await map.entries(), [["stays", 2]]);
});
