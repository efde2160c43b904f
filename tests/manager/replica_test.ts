import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  ActorCrashedError,
  ChildError,
  InvalidOptionError,
  Manager,
  Refusal,
  sharedArray,
  System,
} from "../../mod.ts";
import { linger, misbehave, readOwnWrites } from "../fixtures/manager_tasks.ts";
import { until } from "../fixtures/until.ts";

const replicas = { r: { capacity: 4, valueBytes: 64, keyBytes: 8 } };

Deno.test("ReplicaRef.read() has what was acknowledged, without asking", async () => {
  await using system = new System();
  await using manager = await Manager.start({ system, replicas });
  const map = manager.replica<unknown>("r");
  assertEquals(map.read("a"), undefined);
  await map.set("a", { deep: [1, "é", null] });
  assertEquals(map.read("a"), { deep: [1, "é", null] });
  await map.update("a", { path: ["deep", 0], add: 1 });
  assertEquals(map.read("a"), { deep: [2, "é", null] });
  const read = map.read("a") as { deep: number[] };
  assertThrows(() => read.deep.push(1), TypeError);
  await manager.map("r").set("b", undefined);
  await map.transaction([map.plan.delete("a"), map.plan.set("c", 5)]);
  assertEquals([map.read("a"), map.read("c"), await map.size()], [
    undefined,
    5,
    2,
  ]);
  await map.clear();
  assertEquals(map.read("c"), undefined);
});

Deno.test("ReplicaRef.read() sees the own writes on every thread", async () => {
  await using system = new System();
  await using manager = await Manager.start({ system, replicas });
  const map = manager.replica<number>("r");
  const runs = ["a", "b", "c"].map((key) =>
    system.run(readOwnWrites, [map, key, 300])
  );
  assertEquals(await Promise.all(runs), [0, 0, 0]);
  assertEquals([map.read("a"), map.read("b")], [300, 300]);
});

Deno.test("ReplicaRef refuses what does not fit, and nothing is changed by it", async () => {
  await using system = new System();
  await using manager = await Manager.start({ system, replicas });
  const map = manager.replica<unknown>("r");
  await map.setAll([["a", 1], ["b", 2], ["c", 3]]);
  for (
    const write of [
      () => map.set("large", "x".repeat(100)),
      () => map.set("a key too long", 1),
      () => map.setAll([["a", 5], ["d", 4], ["e", 5]]),
      () => manager.map<unknown, unknown>("r").set(1, 1),
    ]
  ) await assertRejects(write, Refusal);
  await map.transaction([
    map.plan.delete("b"),
    map.plan.set("d", 4),
    map.plan.set("e", 5),
  ]);
  assertEquals(
    ["a", "b", "c", "d", "e"].map((key) => map.read(key)),
    [1, undefined, 3, 4, 5],
  );
  assertThrows(() => manager.replica("s"), InvalidOptionError);
  const bad = { r: { capacity: 0 } };
  await assertRejects(
    () => Manager.start({ system, replicas: bad }),
    InvalidOptionError,
  );
});

Deno.test("ReplicaRef holds as many keys as it says, whatever one write does", async () => {
  await using system = new System();
  await using manager = await Manager.start({ system, replicas });
  const map = manager.replica<number>("r");
  await map.setAll([["a", 1], ["b", 2], ["c", 3], ["d", 4]]);
  // It goes and comes again: there is no room for one more.
  const { plan } = map;
  await assertRejects(
    () =>
      map.transaction([plan.delete("a"), plan.set("a", 5), plan.set("e", 6)]),
    Refusal,
  );
  assertEquals([map.read("a"), map.read("e"), await map.size()], [
    1,
    undefined,
    4,
  ]);
  // What comes first finds the room of what goes after it.
  await map.transaction([plan.set("e", 6), plan.delete("a")]);
  assertEquals([map.read("a"), map.read("e"), await map.size()], [
    undefined,
    6,
    4,
  ]);
});

Deno.test("Manager does not start with a replica that its file does not fit into, and says so", async () => {
  const folder = await Deno.makeTempDir();
  await using system = new System();
  const file = `${folder}/state.db`;
  {
    await using manager = await Manager.start({ system, file });
    await manager.map("r").setAll([..."abcde"].map((key) => [key, 1]));
  }
  await assertRejects(
    () => Manager.start({ system, file, replicas }),
    ChildError,
    "current capacity is 4",
  );
  await Deno.remove(folder, { recursive: true });
});

Deno.test("ReplicaRef.read() has nothing of a thread that was given up", async () => {
  await using system = new System();
  await using manager = await Manager.start({
    system,
    replicas,
    keep: false,
    hangMs: 1_500,
  });
  const map = manager.replica<number>("r");
  await map.set("a", 1);
  const words = sharedArray(Int32Array, 2);
  await assertRejects(
    () => map.reduce("a", linger, [words]),
    ActorCrashedError,
  );
  await manager.map<string, number>("r").set("a", 10);
  await until("it is let go", () => system.zombies === 1);
  Atomics.store(words, 0, 1);
  await until("it is gone", () => system.zombies === 0);
  assertEquals(map.read("a"), 10);
});

Deno.test("ReplicaRef.get() rejects when the key is no string", async () => {
  await using system = new System();
  await using manager = await Manager.start({ system, replicas });
  const map = manager.replica<number>("r");
  const got = map.get(1 as unknown as string);
  await assertRejects(() => got, InvalidOptionError);
});

Deno.test("ReplicaRef.read() goes on over a restart, and is of what came back after it", async () => {
  const folder = await Deno.makeTempDir();
  await using system = new System();
  const file = `${folder}/a.db`;
  const ways: { file?: string; keep?: boolean }[] = [{}, { file }, {
    keep: false,
  }];
  for (const how of ways) {
    await using manager = await Manager.start({ system, replicas, ...how });
    const map = manager.replica<number>("r");
    await map.set("a", 1);
    const victims = manager.map<string, number[]>("victims");
    await assertRejects(
      () => victims.reduce("v", misbehave, ["exit"], []),
      ActorCrashedError,
    );
    // It is up again when it answers.
    const kept = await manager.map("r").get("a");
    assertEquals([map.read("a"), kept], [
      kept,
      how.keep === false ? undefined : 1,
    ]);
    await map.set("a", 2);
    assertEquals(map.read("a"), 2);
  }
  await Deno.remove(folder, { recursive: true });
});
