import {
  assertEquals,
  assertInstanceOf,
  assertStringIncludes,
} from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { SupervisorGaveUpError } from "../../src/errors.ts";
import { settle } from "./fake_cell.ts";
import { type FakeTree, startTree } from "./fake_tree.ts";

/** Crashes a child and lets everything happen that needs no time. */
async function crash(tree: FakeTree, id: string): Promise<void> {
  tree.factory.cell(id).finish();
  await settle();
}

Deno.test("Supervisor gives up at the first crash when maxRestarts is 0", async () => { // S26
  await using tree = await startTree({ maxRestarts: 0, children: ["a"] });
  await crash(tree, "a");
  assertEquals((await tree.supervisor.exited).kind, "failed");
  assertEquals(tree.supervisor.state, "stopped");
});

Deno.test("Supervisor gives up at restart n+1 and stops all in reverse order", async () => { // S27
  const tree = await startTree({
    maxRestarts: 2,
    children: ["a", "b", "c"],
  });
  await crash(tree, "b");
  await crash(tree, "b");
  assertEquals(tree.states(), "a:running b:running c:running");
  tree.factory.take();
  await crash(tree, "b");
  assertEquals(tree.factory.take(), [
    "end c",
    "gone c",
    "retire c",
    "retire b",
    "end a",
    "gone a",
    "retire a",
  ]);
});

Deno.test("Supervisor.exited tells supervisor, child, chain and cause when it gave up", async () => { // S36, S91
  const tree = await startTree({
    name: "shop",
    maxRestarts: 1,
    withinMs: 800,
    children: ["a", "b"],
  });
  const first = tree.factory.cell("a").finish("hung");
  await settle();
  const last = tree.factory.cell("b").finish("crashed");
  const { kind, error } = await tree.supervisor.exited;
  assertEquals(kind, "failed");
  assertInstanceOf(error, SupervisorGaveUpError);
  assertEquals(error.supervisor, "shop");
  assertEquals(error.child, "b");
  assertEquals(error.chain, [first, last]);
  assertEquals(error.cause, last.error);
  for (const part of ['"shop"', '"b"', "restart 2", "800 ms", "boom b"]) {
    assertStringIncludes(error.message, part);
  }
  const event = tree.events.find((each) => each.type === "gaveUp");
  assertEquals(event, { type: "gaveUp", id: "b", report: last, error });
});

for (
  const [afterMs, up] of [[999, false], [1_000, true], [1_001, true]] as const
) {
  Deno.test(`Supervisor ${up ? "restarts" : "gives up"} when a second crash comes ${afterMs} ms after the first of 1 in 1,000`, async () => { // S28, S29
    using time = new FakeTime();
    await using tree = await startTree({
      maxRestarts: 1,
      withinMs: 1_000,
      children: ["a"],
    });
    await crash(tree, "a");
    await time.tickAsync(afterMs);
    await crash(tree, "a");
    assertEquals(tree.supervisor.state, up ? "running" : "stopped");
  });
}

const ownBudgets = {
  "a child": { children: [{ id: "a", maxRestarts: 1, withinMs: 1_000 }] },
  "a rule": {
    onFailure: [{ error: Error, maxRestarts: 1, withinMs: 1_000 }],
    children: ["a"],
  },
};
for (const [whose, options] of Object.entries(ownBudgets)) {
  for (
    const [afterMs, up] of [[999, false], [1_000, true], [1_001, true]] as const
  ) {
    Deno.test(`Supervisor ${up ? "restarts" : "gives up"} when a second crash comes ${afterMs} ms after the first of 1 in 1,000 of ${whose}`, async () => { // S29, S32, S48
      using time = new FakeTime();
      await using tree = await startTree({ maxRestarts: 0, ...options });
      await crash(tree, "a");
      await time.tickAsync(afterMs);
      await crash(tree, "a");
      assertEquals(tree.supervisor.state, up ? "running" : "stopped");
    });
  }
}

Deno.test("Supervisor never gives up when crashes are rare", async () => { // S28
  using time = new FakeTime();
  await using tree = await startTree({
    maxRestarts: 2,
    withinMs: 100,
    children: ["a"],
  });
  for (let i = 0; i < 20; i++) {
    await crash(tree, "a");
    await time.tickAsync(50);
  }
  assertEquals(tree.factory.cell("a").incarnation, 21);
});

Deno.test("Supervisor survives 4 failed starts with 5 restarts allowed", async () => { // S30
  await using tree = await startTree({ maxRestarts: 5, children: ["a"] });
  tree.factory.cell("a").failNext(4);
  await crash(tree, "a");
  assertEquals(tree.states(), "a:running");
});

Deno.test("Supervisor gives up on the 5th failed start with 5 restarts allowed", async () => { // S30
  await using tree = await startTree({ maxRestarts: 5, children: ["a"] });
  tree.factory.cell("a").failNext(5);
  await crash(tree, "a");
  const { error } = await tree.supervisor.exited;
  assertInstanceOf(error, SupervisorGaveUpError);
  assertEquals(error.chain.length, 6);
});

Deno.test("Supervisor counts a group restart once", async () => { // S31
  await using tree = await startTree({
    strategy: "oneForAll",
    maxRestarts: 2,
    children: ["a", "b", "c"],
  });
  await crash(tree, "a");
  await crash(tree, "c");
  assertEquals(tree.states(), "a:running b:running c:running");
});

Deno.test("Supervisor counts the restarts of different children together", async () => { // S32
  await using tree = await startTree({ maxRestarts: 1, children: ["a", "b"] });
  await crash(tree, "a");
  await crash(tree, "b");
  assertEquals(tree.supervisor.state, "stopped");
});

Deno.test("Supervisor counts a child with a budget of its own apart", async () => { // S32
  await using tree = await startTree({
    maxRestarts: 1,
    children: ["a", { id: "b", maxRestarts: 2 }],
  });
  await crash(tree, "b");
  await crash(tree, "b");
  await crash(tree, "a");
  assertEquals(tree.states(), "a:running b:running");
  await crash(tree, "b");
  assertEquals(tree.supervisor.state, "stopped");
});

Deno.test("Supervisor does not count the stops that it ordered", async () => { // S33
  await using tree = await startTree({
    strategy: "oneForAll",
    maxRestarts: 1,
    children: ["a", "b"],
  });
  for (let i = 0; i < 5; i++) {
    await tree.supervisor.stopChild("b");
    await tree.supervisor.restartChild("b");
  }
  await crash(tree, "a");
  assertEquals(tree.states(), "a:running b:running");
});

Deno.test("Supervisor waits 3, 6, 12, 24, 30, 30 s between restarts", async () => { // S37
  using time = new FakeTime();
  await using tree = await startTree({
    maxRestarts: 10,
    backoff: { minMs: 3_000, maxMs: 30_000, randomFactor: 0 },
    children: ["a"],
  });
  for (const delayMs of [3_000, 6_000, 12_000, 24_000, 30_000, 30_000]) {
    await crash(tree, "a");
    await time.tickAsync(delayMs - 1);
    assertEquals(tree.states(), "a:restarting");
    await time.tickAsync(1);
    await settle();
    assertEquals(tree.states(), "a:running");
  }
});

Deno.test("Supervisor backs off by default", async () => { // S34
  using _time = new FakeTime();
  await using tree = await startTree({ backoff: {}, children: ["a"] });
  await crash(tree, "a");
  const event = tree.events.find((each) => each.type === "restarting");
  assertEquals(event !== undefined && event.delayMs >= 50, true);
  assertEquals(event !== undefined && event.delayMs <= 60, true);
  assertEquals(tree.states(), "a:restarting");
});

for (
  const [upMs, delayMs] of [[199, 200], [200, 100], [201, 100]] as const
) {
  Deno.test(`Supervisor waits ${delayMs} ms when the last incarnation was up for ${upMs} of 200 ms`, async () => { // S39
    using time = new FakeTime();
    await using tree = await startTree({
      backoff: { minMs: 100, maxMs: 300, randomFactor: 0 },
      children: ["a"],
    });
    await crash(tree, "a");
    await time.tickAsync(100);
    await settle();
    await time.tickAsync(upMs);
    tree.events.length = 0;
    const report = tree.factory.cell("a").finish();
    assertEquals(tree.events[1], {
      type: "restarting",
      id: "a",
      report,
      delayMs,
    });
  });
}

Deno.test("Supervisor stops for good when restarts in a row exceed the budget in spite of backoff", async () => { // S40
  using time = new FakeTime();
  await using tree = await startTree({
    withinMs: Infinity,
    backoff: { randomFactor: 0 },
    children: ["a"],
  });
  const cell = tree.factory.cell("a");
  cell.failNext(9);
  await crash(tree, "a");
  for (let i = 0; i < 10; i++) await time.tickAsync(1_000);
  assertEquals(tree.supervisor.state, "stopped");
  assertEquals(cell.retired?.kind, "failed");
});

Deno.test("Supervisor doubles the delay for starts that fail", async () => { // S41
  using time = new FakeTime();
  await using tree = await startTree({
    maxRestarts: 10,
    backoff: { minMs: 100, randomFactor: 0 },
    children: ["a"],
  });
  tree.factory.cell("a").failNext(2);
  await crash(tree, "a");
  for (const delayMs of [100, 200, 400]) {
    await time.tickAsync(delayMs);
    await settle();
  }
  assertEquals(tree.states(), "a:running");
  assertEquals(
    tree.events.filter((event) => event.type === "restarting")
      .map((event) => event.delayMs),
    [100, 200, 400],
  );
});

Deno.test("Supervisor stops the group before the delay and starts it after", async () => { // S42
  using time = new FakeTime();
  await using tree = await startTree({
    strategy: "oneForAll",
    backoff: { minMs: 100, randomFactor: 0 },
    children: ["a", "b"],
  });
  await crash(tree, "a");
  assertEquals(tree.factory.take(), ["end b", "gone b"]);
  await time.tickAsync(100);
  await settle();
  assertEquals(tree.factory.take(), ["start a", "up a", "start b", "up b"]);
});

Deno.test("Supervisor keeps a backoff for each child", async () => { // S48
  using time = new FakeTime();
  await using tree = await startTree({
    maxRestarts: 10,
    backoff: { minMs: 100, randomFactor: 0 },
    children: ["a", "b"],
  });
  for (const id of ["a", "a", "b"]) {
    await crash(tree, id);
    await time.tickAsync(1_000);
    await settle();
  }
  assertEquals(
    tree.events.filter((event) => event.type === "restarting")
      .map((event) => [event.id, event.delayMs]),
    [["a", 100], ["a", 200], ["b", 100]],
  );
});
