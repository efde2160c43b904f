import { assertEquals, assertRejects } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { ChildError } from "../../src/supervisor/child_error.ts";
import { settle } from "./fake_cell.ts";
import { child, type FakeTree, startTree } from "./fake_tree.ts";

/** A tree whose first child waits 100 ms for its restart. Needs fake time. */
async function restartingTree(
  strategy: "oneForOne" | "oneForAll" | "restForOne" = "oneForOne",
): Promise<FakeTree> {
  const tree = await startTree({
    strategy,
    backoff: { minMs: 100, randomFactor: 0 },
    children: ["a", "b"],
  });
  tree.factory.cell("a").finish();
  await settle();
  tree.factory.take();
  return tree;
}

Deno.test("Supervisor.stop() stops in reverse start order, each after the one before", async () => { // S64, S76
  const tree = await startTree({ children: ["a", "b", "c"] });
  const gate = Promise.withResolvers<void>();
  tree.factory.cell("c").endGate = gate.promise;
  const stopped = tree.supervisor.stop("closing time");
  await settle();
  assertEquals(tree.factory.take(), ["end c"]);
  assertEquals(tree.states(), "a:running b:running c:stopping");
  assertEquals(tree.supervisor.state, "stopping");
  gate.resolve();
  assertEquals(await stopped, { kind: "stopped", code: 0 });
  assertEquals(tree.factory.take(), [
    ...["gone c", "retire c", "end b", "gone b", "retire b"],
    ...["end a", "gone a", "retire a"],
  ]);
  assertEquals(tree.factory.cell("a").reasons, ["closing time"]);
  assertEquals(tree.supervisor.state, "stopped");
});

Deno.test("Supervisor.stop() joins a stop under way and one that is done", async () => { // S76
  const tree = await startTree({ children: ["a"] });
  const [one, two] = await Promise.all([
    tree.supervisor.stop(),
    tree.supervisor.stop(),
  ]);
  assertEquals(one, two);
  assertEquals(await tree.supervisor.stop(), one);
  assertEquals(await tree.supervisor.exited, one);
  assertEquals(tree.factory.take(), ["end a", "gone a", "retire a"]);
});

Deno.test("Supervisor stops its children when disposed", async () => { // S74
  let exited: Promise<unknown>;
  {
    await using tree = await startTree({ children: ["a"] });
    exited = tree.supervisor.exited;
  }
  assertEquals(await exited, { kind: "stopped", code: 0 });
});

Deno.test("Supervisor.stop() has a stuck child killed after its own shutdownMs", async () => { // S65
  using time = new FakeTime();
  const tree = await startTree({
    children: [{ id: "a", shutdownMs: 200 }, "b"],
  });
  tree.factory.cell("a").stuck = true;
  const stopped = tree.supervisor.stop();
  await time.tickAsync(199);
  assertEquals(tree.states(), "a:stopping b:stopped");
  await time.tickAsync(1);
  await stopped;
  assertEquals(tree.supervisor.children()[0]?.last?.kind, "killed");
  assertEquals(tree.supervisor.children()[1]?.last?.kind, "stopped");
});

Deno.test("Supervisor.stop() gives no time to a child with shutdownMs kill", async () => { // S66
  const tree = await startTree({ children: [{ id: "a", shutdownMs: "kill" }] });
  await tree.supervisor.stop();
  assertEquals(tree.factory.take(), ["kill a", "gone a", "retire a"]);
});

Deno.test("Supervisor.stop() waits for a child with shutdownMs infinity", async () => { // S66
  using time = new FakeTime();
  const tree = await startTree({
    children: [{ id: "a", shutdownMs: "infinity" }],
  });
  const gate = Promise.withResolvers<void>();
  tree.factory.cell("a").endGate = gate.promise;
  const stopped = tree.supervisor.stop();
  await time.tickAsync(10_000_000);
  assertEquals(tree.states(), "a:stopping");
  gate.resolve();
  await stopped;
});

Deno.test("Supervisor.kill() ends all without cleanup", async () => { // S74
  const tree = await startTree({ children: ["a", "b"] });
  assertEquals((await tree.supervisor.kill()).kind, "killed");
  assertEquals(
    tree.factory.take().filter((line) => line.startsWith("kill")),
    ["kill b", "kill a"],
  );
});

Deno.test("Supervisor.stop() is not disturbed by children that end meanwhile", async () => { // S69
  const tree = await startTree({ maxRestarts: 0, children: ["a", "b", "c"] });
  const gate = Promise.withResolvers<void>();
  tree.factory.cell("c").endGate = gate.promise;
  const stopped = tree.supervisor.stop();
  await settle();
  const report = tree.factory.cell("a").finish("oom");
  gate.resolve();
  assertEquals((await stopped).kind, "stopped");
  assertEquals(
    tree.events.filter((event) => event.type === "ended")
      .map(({ id, report, asked }) => ({ id, report, asked })),
    [{ id: "a", report, asked: false }],
  );
  assertEquals(tree.factory.cell("a").retired, report);
});

Deno.test("Supervisor.stop() goes on when a cell cannot tell how it ended", async () => { // S70
  const tree = await startTree({ children: ["a", "b"] });
  const cell = tree.factory.cell("b");
  cell.end = () => {
    cell.alive = false;
    return Promise.reject(new Error("detached"));
  };
  assertEquals((await tree.supervisor.stop()).kind, "stopped");
  assertEquals(cell.retired?.error?.message, "detached");
});

for (const strategy of ["oneForOne", "oneForAll", "restForOne"] as const) {
  Deno.test(`Supervisor.stop() ends a wait for a restart at once when ${strategy}`, async () => { // S45, S47
    using time = new FakeTime();
    const tree = await restartingTree(strategy);
    await tree.supervisor.stop();
    await time.tickAsync(10_000);
    await settle();
    assertEquals(tree.factory.cell("a").incarnation, 1);
    assertEquals(tree.supervisor.state, "stopped");
  });
}

Deno.test("Supervisor.stopChild() ends a wait for a restart at once", async () => { // S45
  using time = new FakeTime();
  await using tree = await restartingTree();
  await tree.supervisor.stopChild("a");
  await time.tickAsync(10_000);
  assertEquals(tree.states(), "a:stopped b:running");
});

Deno.test("Supervisor.stopChild() of one member lets the rest of the group come back", async () => { // S45
  using time = new FakeTime();
  await using tree = await restartingTree("oneForAll");
  await tree.supervisor.stopChild("a");
  await time.tickAsync(100);
  await settle();
  assertEquals(tree.states(), "a:stopped b:running");
});

Deno.test("Supervisor shows and protects a child that waits for its restart", async () => { // S46
  using _time = new FakeTime();
  await using tree = await restartingTree();
  const { supervisor } = tree;
  const reasons: string[] = [];
  for (
    const attempt of [
      () => supervisor.restartChild("a"),
      () => Promise.try(() => supervisor.deleteChild("a")),
      () => supervisor.startChild(child("a")),
    ]
  ) reasons.push((await assertRejects(attempt, ChildError)).reason);
  assertEquals(reasons, ["restarting", "restarting", "alreadyPresent"]);
  assertEquals(tree.states(), "a:restarting b:running");
  assertEquals(supervisor.counts(), { specs: 2, active: 1 });
});

Deno.test("Supervisor answers while a restart hangs in its start", async () => { // S47
  const tree = await startTree({
    strategy: "restForOne",
    children: ["a", "b"],
  });
  tree.factory.cell("a").startGate = new Promise(() => {});
  tree.factory.cell("a").finish();
  await settle();
  assertEquals(tree.states(), "a:starting b:restarting");
  assertEquals(tree.supervisor.counts(), { specs: 2, active: 1 });
  assertEquals((await tree.supervisor.stop()).kind, "stopped");
});

Deno.test("Supervisor answers at once while a child takes its time to stop", async () => { // S72
  await using tree = await startTree({ children: ["a"] });
  const gate = Promise.withResolvers<void>();
  tree.factory.cell("a").endGate = gate.promise;
  const stopped = tree.supervisor.stopChild("a");
  assertEquals(tree.states(), "a:stopping");
  assertEquals(
    (await assertRejects(
      () => tree.supervisor.restartChild("a"),
      ChildError,
    )).reason,
    "stopping",
  );
  gate.resolve();
  await stopped;
});

Deno.test("Supervisor refuses new children when it stops", async () => { // S63
  const tree = await startTree({ children: ["a"] });
  await tree.supervisor.stop();
  for (
    const attempt of [
      () => tree.supervisor.startChild(child("b")),
      () => tree.supervisor.restartChild("a"),
    ]
  ) {
    assertEquals((await assertRejects(attempt, ChildError)).reason, "closed");
  }
});

Deno.test("Supervisor stops itself when any significant child ends for good", async () => { // S80
  const tree = await startTree({
    autoShutdown: "anySignificant",
    children: ["a", { id: "s", restart: "transient", significant: true }],
  });
  tree.factory.cell("s").finish("done");
  assertEquals((await tree.supervisor.exited).kind, "stopped");
});

Deno.test("Supervisor restarts a significant child that crashes", async () => { // S81
  await using tree = await startTree({
    autoShutdown: "anySignificant",
    children: [{ id: "s", restart: "transient", significant: true }],
  });
  tree.factory.cell("s").finish("crashed");
  await settle();
  assertEquals(tree.states(), "s:running");
});

Deno.test("Supervisor stops itself when the last of all significant children ends", async () => { // S82, S83, S85
  const tree = await startTree({
    autoShutdown: "allSignificant",
    children: [
      { id: "s", restart: "temporary", significant: true },
      { id: "t", restart: "temporary", significant: true },
      { id: "u", restart: "temporary" },
    ],
  });
  tree.factory.cell("u").finish("done");
  tree.factory.cell("s").finish("crashed");
  await settle();
  assertEquals(tree.states(), "t:running");
  tree.factory.cell("t").finish("done");
  assertEquals((await tree.supervisor.exited).kind, "stopped");
});

Deno.test("Supervisor goes on when a significant child is stopped by hand", async () => { // S84
  await using tree = await startTree({
    autoShutdown: "anySignificant",
    children: [
      { id: "s", restart: "transient", significant: true },
      { id: "t", restart: "temporary", significant: true },
    ],
  });
  await tree.supervisor.stopChild("s");
  tree.factory.cell("t").finish("stopped", true);
  await settle();
  assertEquals(tree.supervisor.state, "running");
});

Deno.test("Supervisor.stop() ends all within the longest time of one when they are stopped together", async () => { // S68
  using time = new FakeTime();
  const children = Array.from(
    { length: 10 },
    (_, at) => ({ id: `c${at}`, shutdownMs: 100 + at }),
  );
  const tree = await startTree({ stopOrder: "together", children });
  for (const cell of tree.factory.cells.values()) cell.stuck = true;
  let stopped = false;
  void tree.supervisor.stop().then(() => stopped = true);
  await settle();
  await time.tickAsync(108);
  await settle();
  assertEquals(stopped, false);
  assertEquals(tree.supervisor.counts().active, 1);
  await time.tickAsync(1);
  await settle();
  assertEquals(stopped, true);
});

for (const stopOrder of ["reverse", "together"] as const) {
  Deno.test(`Supervisor.stop() kills what is left after stopWithinMs when the order is ${stopOrder}`, async () => { // S68
    using time = new FakeTime();
    const tree = await startTree({
      stopOrder,
      stopWithinMs: 250,
      children: ["a", "b", "c"].map((id) => ({ id, shutdownMs: 1_000 })),
    });
    const gate = Promise.withResolvers<void>();
    for (const id of ["a", "b"]) tree.factory.cell(id).endGate = gate.promise;
    const stopped = tree.supervisor.stop();
    await time.tickAsync(249);
    assertEquals(tree.supervisor.state, "stopping");
    assertEquals(tree.factory.log.some((l) => l.startsWith("kill")), false);
    await time.tickAsync(1);
    await settle();
    assertEquals(await stopped, { kind: "killed", code: 1 });
    assertEquals(
      tree.supervisor.children().map((each) => each.last?.kind),
      ["killed", "killed", "stopped"],
    );
  });
}

Deno.test("Supervisor.stop() leaves no timer when all end within stopWithinMs", async () => { // S68
  // The sanitizer of this very test finds a timer that is left.
  const tree = await startTree({ stopWithinMs: 60_000, children: ["a"] });
  assertEquals((await tree.supervisor.stop()).kind, "stopped");
});

Deno.test("Supervisor keeps to stopWithinMs when it gives up", async () => { // S27, S68
  using time = new FakeTime();
  const tree = await startTree({
    maxRestarts: 0,
    stopWithinMs: 250,
    children: [{ id: "a", shutdownMs: "infinity" }, "b"],
  });
  tree.factory.cell("a").endGate = new Promise(() => {});
  tree.factory.cell("b").finish();
  await time.tickAsync(250);
  await settle();
  assertEquals((await tree.supervisor.exited).kind, "failed");
  assertEquals(tree.supervisor.children()[0]?.last?.kind, "killed");
});

Deno.test("Supervisor.kill() cuts a stop under way short", async () => { // S66, S78
  const tree = await startTree({
    children: ["a", { id: "b", shutdownMs: "infinity" }],
  });
  tree.factory.cell("b").endGate = new Promise(() => {});
  const stopped = tree.supervisor.stop();
  await settle();
  assertEquals(tree.states(), "a:running b:stopping");
  assertEquals((await tree.supervisor.kill()).kind, "killed");
  assertEquals((await stopped).kind, "killed");
});

for (const strategy of ["oneForAll", "restForOne"] as const) {
  for (const autoShutdown of ["anySignificant", "allSignificant"] as const) {
    Deno.test(`Supervisor goes on when a sibling's crash ends a significant child, with ${strategy} and ${autoShutdown}`, async () => { // S84
      await using tree = await startTree({
        strategy,
        autoShutdown,
        children: [
          "a",
          { id: "s", restart: "temporary", significant: true },
          { id: "t", restart: "transient", significant: true },
        ],
      });
      tree.factory.cell("a").finish();
      await settle();
      assertEquals(tree.supervisor.state, "running");
      assertEquals(tree.states(), "a:running t:running");
    });
  }
}

Deno.test("Supervisor.stopChild() by force cuts a start short that never ends", async () => { // S45, S62
  await using tree = await startTree({ children: ["a"] });
  tree.factory.prepare = (cell) => cell.startGate = new Promise(() => {});
  const started = assertRejects(
    () => tree.supervisor.startChild(child("b")),
    ChildError,
  );
  await settle();
  assertEquals(tree.states(), "a:running b:starting");
  await tree.supervisor.stopChild("b");
  assertEquals((await started).reason, "stopping");
  assertEquals(tree.states(), "a:running b:stopped");
});
