import { assertEquals, assertObjectMatch } from "@std/assert";
import type { ExitKind } from "../../src/exit_report.ts";
import type { SupervisorEvent } from "../../src/supervisor/supervisor_event.ts";
import { settle } from "./fake_cell.ts";
import { child, startTree } from "./fake_tree.ts";

Deno.test("Supervisor restarts only the failed child when oneForOne", async () => { // S1
  await using tree = await startTree({ children: ["a", "b"] });
  tree.factory.cell("a").finish();
  await settle();
  assertEquals(tree.factory.take(), ["start a", "up a"]);
  assertEquals(
    tree.supervisor.children().map(({ id, incarnation, restarts }) => ({
      id,
      incarnation,
      restarts,
    })),
    [{ id: "a", incarnation: 2, restarts: 1 }, {
      id: "b",
      incarnation: 1,
      restarts: 0,
    }],
  );
});

Deno.test("Supervisor stops the sibling before any start when oneForAll", async () => { // S2
  await using tree = await startTree({
    strategy: "oneForAll",
    children: ["a", "b"],
  });
  const gate = Promise.withResolvers<void>();
  tree.factory.cell("b").endGate = gate.promise;
  tree.factory.cell("a").finish();
  await settle();
  assertEquals(tree.factory.take(), ["end b"]);
  assertEquals(tree.states(), "a:restarting b:stopping");
  gate.resolve();
  await settle();
  assertEquals(
    tree.factory.take(),
    ["gone b", "start a", "up a", "start b", "up b"],
  );
  assertEquals(tree.factory.cell("b").reasons, ["shutdown"]);
});

Deno.test("Supervisor stops 5, 4 and starts 3, 4, 5 when restForOne and 3 fails", async () => { // S3, S6
  await using tree = await startTree({
    strategy: "restForOne",
    children: ["1", "2", "3", "4", "5"],
  });
  tree.factory.cell("3").finish();
  await settle();
  assertEquals(tree.factory.take(), [
    "end 5",
    "gone 5",
    "end 4",
    "gone 4",
    "start 3",
    "up 3",
    "start 4",
    "up 4",
    "start 5",
    "up 5",
  ]);
});

Deno.test("Supervisor restarts the last child alone when restForOne", async () => { // S4
  await using tree = await startTree({
    strategy: "restForOne",
    children: ["a", "b"],
  });
  tree.factory.cell("b").finish();
  await settle();
  assertEquals(tree.factory.take(), ["start b", "up b"]);
});

Deno.test("Supervisor restarts all when restForOne and the first fails", async () => { // S5
  await using tree = await startTree({
    strategy: "restForOne",
    children: ["a", "b"],
  });
  tree.factory.cell("a").finish();
  await settle();
  assertEquals(
    tree.factory.take(),
    ["end b", "gone b", "start a", "up a", "start b", "up b"],
  );
});

for (const strategy of ["oneForAll", "restForOne"] as const) {
  Deno.test(`Supervisor forgets a temporary bystander when ${strategy}`, async () => { // S7
    await using tree = await startTree({
      strategy,
      children: ["a", { id: "t", restart: "temporary" }, "b"],
    });
    tree.factory.cell("a").finish();
    await settle();
    assertEquals(tree.states(), "a:running b:running");
    assertEquals(
      tree.factory.take().filter((line) => line.endsWith(" t")),
      ["end t", "gone t", "retire t"],
    );
  });
}

for (const restartStopped of [false, true]) {
  const verb = restartStopped ? "starts" : "leaves";
  Deno.test(`Supervisor ${verb} a sibling stopped by hand in a group restart when restartStopped is ${restartStopped}`, async () => { // S8
    await using tree = await startTree({
      strategy: "oneForAll",
      restartStopped,
      children: ["a", "b"],
    });
    await tree.supervisor.stopChild("b");
    tree.factory.cell("a").finish();
    await settle();
    const b = restartStopped ? "running" : "stopped";
    assertEquals(tree.states(), `a:running b:${b}`);
  });

  Deno.test(`Supervisor ${verb} a transient sibling that ended normally when restartStopped is ${restartStopped}`, async () => { // S9
    await using tree = await startTree({
      strategy: "oneForAll",
      restartStopped,
      children: ["a", { id: "b", restart: "transient" }],
    });
    tree.factory.cell("b").finish("done");
    tree.factory.cell("a").finish();
    await settle();
    const b = restartStopped ? "running" : "stopped";
    assertEquals(tree.states(), `a:running b:${b}`);
  });
}

const normal: ExitKind[] = ["done", "stopped"];
const abnormal: ExitKind[] = [
  "failed",
  "crashed",
  "killed",
  "hung",
  "oom",
  "lost",
];

for (const kind of [...normal, ...abnormal]) {
  Deno.test(`Supervisor restarts a permanent child that ends as ${kind}`, async () => { // S17
    await using tree = await startTree({ children: ["a"] });
    const report = tree.factory.cell("a").finish(kind);
    await settle();
    assertEquals(tree.states(), "a:running");
    assertEquals(tree.factory.cell("a").afters, [undefined, report]);
  });
}

for (const kind of normal) {
  Deno.test(`Supervisor keeps a transient child stopped that ends as ${kind}`, async () => { // S18
    await using tree = await startTree({
      children: [{ id: "a", restart: "transient" }],
    });
    tree.factory.cell("a").finish(kind);
    await settle();
    assertEquals(tree.states(), "a:stopped");
    assertEquals(tree.supervisor.counts(), { specs: 1, active: 0 });
  });
}

for (const kind of abnormal) {
  Deno.test(`Supervisor restarts a transient child that ends as ${kind}`, async () => { // S19
    await using tree = await startTree({
      children: [{ id: "a", restart: "transient" }],
    });
    tree.factory.cell("a").finish(kind);
    await settle();
    assertEquals(tree.states(), "a:running");
  });
}

for (const kind of ["done", "crashed"] as const) {
  Deno.test(`Supervisor forgets a temporary child that ends as ${kind}`, async () => { // S20
    await using tree = await startTree({
      strategy: "oneForAll",
      children: ["a", { id: "t", restart: "temporary" }],
    });
    const old = tree.factory.cell("t");
    const report = old.finish(kind);
    assertEquals(tree.states(), "a:running");
    assertEquals(old.retired, report);
    await tree.supervisor.startChild(child("t"));
    assertEquals(tree.states(), "a:running t:running");
  });
}

Deno.test("Supervisor keeps any child stopped that was stopped through its ref", async () => { // S79
  await using tree = await startTree({
    strategy: "oneForAll",
    children: ["a", { id: "b", restart: "transient" }],
  });
  tree.factory.cell("a").finish("stopped", true);
  tree.factory.cell("b").finish("killed", true);
  await settle();
  assertEquals(tree.states(), "a:stopped b:stopped");
  assertEquals(tree.factory.take(), []);
});

Deno.test("Supervisor gives a restart the original arguments", async () => { // S58
  const args = [1];
  const tree = await startTree({ children: [{ id: "a", args }] });
  await using _ = tree;
  args[0] = 2;
  assertEquals(tree.factory.cell("a").spec.args, [1]);
  assertEquals(Object.isFrozen(tree.factory.cell("a").spec.args), true);
});

Deno.test("Supervisor restarts a child once that ends before its start was heard of", async () => {
  await using tree = await startTree({ children: ["a"] });
  const cell = tree.factory.cell("a");
  const realStart = cell.start;
  cell.start = () => {
    cell.start = realStart;
    cell.finish("crashed");
    return Promise.resolve();
  };
  cell.finish("crashed");
  await settle();
  assertEquals(tree.states(), "a:running");
  assertEquals(tree.events.map((event) => event.type), [
    ...["ended", "restarting", "restarted"],
    ...["ended", "restarting", "restarted"],
  ]);
});

Deno.test("Supervisor counts simultaneous crashes of a group once", async () => { // S31
  await using tree = await startTree({
    strategy: "oneForAll",
    maxRestarts: 1,
    children: ["a", "b", "c"],
  });
  for (const id of ["b", "a", "c"]) tree.factory.cell(id).finish();
  await settle();
  assertEquals(tree.states(), "a:running b:running c:running");
  assertEquals(
    tree.factory.take().filter((line) => line.startsWith("start")),
    ["start a", "start b", "start c"],
  );
});

for (
  const { does, strategy, again } of [
    {
      does: "tries the whole group again",
      strategy: "oneForAll",
      again: ["end a", "gone a", "start a", "up a"],
    },
    {
      does: "goes on from the failed sibling",
      strategy: "restForOne",
      again: [],
    },
  ] as const
) {
  Deno.test(`Supervisor ${does} when a sibling does not come up in ${strategy}`, async () => { // S55
    await using tree = await startTree({ strategy, children: ["a", "b", "c"] });
    tree.factory.cell("b").failNext();
    tree.factory.cell("a").finish();
    await settle();
    assertEquals(tree.factory.take(), [
      ...["end c", "gone c", "end b", "gone b"],
      ...["start a", "up a", "start b", "fail b"],
      ...again,
      ...["start b", "up b", "start c", "up c"],
    ]);
  });
}

Deno.test("Supervisor widens a restart under way when an earlier child fails in restForOne", async () => { // S60
  await using tree = await startTree({
    strategy: "restForOne",
    children: ["a", "b", "c"],
  });
  const gate = Promise.withResolvers<void>();
  tree.factory.cell("c").endGate = gate.promise;
  tree.factory.cell("b").finish();
  await settle();
  tree.factory.cell("a").finish();
  await settle();
  assertEquals(tree.factory.take(), ["end c"]);
  gate.resolve();
  await settle();
  assertEquals(
    tree.factory.take(),
    ["gone c", "start a", "up a", "start b", "up b", "start c", "up c"],
  );
});

Deno.test("Supervisor tells what happens in order", async () => { // S98
  await using tree = await startTree({ children: ["a"] });
  const report = tree.factory.cell("a").finish();
  await settle();
  const [ended, ...rest] = tree.events;
  assertObjectMatch(ended as SupervisorEvent, {
    type: "ended",
    id: "a",
    report: { ...report },
    asked: false,
  });
  assertEquals(rest, [
    { type: "restarting", id: "a", report, delayMs: 0 },
    { type: "restarted", id: "a", incarnation: 2 },
  ]);
  assertEquals(tree.factory.cell("a").retired, undefined);
});

Deno.test("Supervisor.onEvent() stops when disposed", async () => {
  await using tree = await startTree({ children: ["a"] });
  let heard = 0;
  {
    using _listening = tree.supervisor.onEvent(() => heard++);
  }
  tree.factory.cell("a").finish();
  await settle();
  assertEquals(heard, 0);
});

Deno.test("Supervisor keeps a child stopped that was killed through its ref before it was up", async () => { // S33, S79, S96
  await using tree = await startTree({ maxRestarts: 1, children: ["a", "b"] });
  const cell = tree.factory.cell("a");
  const gate = Promise.withResolvers<void>();
  cell.startGate = gate.promise;
  cell.finish();
  await settle();
  assertEquals(tree.states(), "a:starting b:running");
  cell.finish("killed", true);
  gate.reject(new Error("killed before it was up"));
  await settle();
  assertEquals(tree.states(), "a:stopped b:running");
  assertEquals(
    tree.events.map((event) => event.type),
    ["ended", "restarting", "ended"],
  );
  cell.startGate = undefined;
  await tree.supervisor.restartChild("a");
  assertEquals(tree.states(), "a:running b:running");
});
