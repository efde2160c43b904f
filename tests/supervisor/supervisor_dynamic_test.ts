import {
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { InvalidOptionError } from "../../src/errors.ts";
import { checkOptions } from "../../src/supervisor/check_spec.ts";
import { ChildError } from "../../src/supervisor/child_error.ts";
import type { ChildTemplate } from "../../src/supervisor/child_spec.ts";
import { type FakeCell, settle } from "./fake_cell.ts";
import {
  child,
  FAKE,
  type FakeTree,
  type FakeTreeOptions,
  startTree,
} from "./fake_tree.ts";

/** A dynamic tree that is up. */
function dynamicTree(
  template: Partial<ChildTemplate> = {},
  options: FakeTreeOptions = {},
): Promise<FakeTree> {
  return startTree({
    ...options,
    template: { actor: FAKE, ...template } as ChildTemplate,
  });
}

/** The reason a call was refused for. */
async function refusal(call: Promise<unknown>): Promise<string> {
  return (await assertRejects(() => call, ChildError)).reason;
}

Deno.test("Supervisor starts without children when there is a template", async () => { // S10
  await using tree = await dynamicTree();
  assertEquals(tree.supervisor.counts(), { specs: 0, active: 0 });
});

Deno.test("Supervisor.startChild() appends the arguments to those of the template", async () => { // S10
  await using tree = await dynamicTree({ id: "session", args: ["db", 1] });
  const ref: unknown = await tree.supervisor.startChild(["eve", 2]);
  assertEquals(ref, "ref:session-1");
  await tree.supervisor.startChild([]);
  assertEquals(tree.states(), "session-1:running session-2:running");
  assertEquals(tree.factory.cell("session-1").spec.args, ["db", 1, "eve", 2]);
  assertEquals(tree.factory.cell("session-2").spec.args, ["db", 1]);
});

Deno.test("Supervisor restarts a child of a template with the arguments of its start", async () => { // S58
  await using tree = await dynamicTree({ args: [1] });
  const own = [2];
  await tree.supervisor.startChild(own);
  own[0] = 3;
  tree.factory.cell("child-1").finish();
  await settle();
  assertEquals(tree.factory.cell("child-1").spec.args, [1, 2]);
  assertEquals(tree.states(), "child-1:running");
});

Deno.test("Supervisor touches no other child of a template when one crashes", async () => { // S11
  await using tree = await dynamicTree();
  for (let i = 0; i < 3; i++) await tree.supervisor.startChild([]);
  tree.factory.take();
  tree.factory.cell("child-2").finish();
  await settle();
  assertEquals(tree.factory.take(), ["start child-2", "up child-2"]);
});

Deno.test("Supervisor.startChild() refuses the child after maxChildren", async () => { // S12
  await using tree = await dynamicTree({}, { maxChildren: 2 });
  await tree.supervisor.startChild([]);
  await tree.supervisor.startChild([]);
  assertEquals(await refusal(tree.supervisor.startChild([])), "maxChildren");
  await tree.supervisor.stopChild("child-1");
  await tree.supervisor.startChild([]);
  assertEquals(tree.states(), "child-2:running child-4:running");
});

Deno.test("Supervisor counts children that start, wait or stop toward maxChildren", async () => { // S12
  using time = new FakeTime();
  await using tree = await dynamicTree({}, {
    maxChildren: 3,
    backoff: { minMs: 100, randomFactor: 0 },
  });
  await tree.supervisor.startChild([]);
  await tree.supervisor.startChild([]);
  const gate = Promise.withResolvers<void>();
  tree.factory.prepare = (cell) => cell.startGate = gate.promise;
  const starting = tree.supervisor.startChild([]);
  tree.factory.cell("child-1").finish();
  tree.factory.cell("child-2").endGate = gate.promise;
  const stopping = tree.supervisor.stopChild("child-2");
  await settle();
  assertEquals(
    tree.states(),
    "child-1:restarting child-2:stopping child-3:starting",
  );
  assertEquals(await refusal(tree.supervisor.startChild([])), "maxChildren");
  gate.resolve();
  await Promise.all([starting, stopping]);
  await tree.supervisor.startChild([]);
  await time.tickAsync(100);
  await settle();
  assertEquals(
    tree.states(),
    "child-1:running child-3:running child-5:running",
  );
});

Deno.test("Supervisor.startChild() starts any number of children that are alike", async () => { // S13
  await using tree = await dynamicTree({ id: "same" });
  await Promise.all([
    tree.supervisor.startChild(["x"]),
    tree.supervisor.startChild(["x"]),
  ]);
  assertEquals(tree.states(), "same-1:running same-2:running");
});

Deno.test("Supervisor.startChild() refuses an id that is taken and hands its holder over", async () => { // S13
  await using tree = await dynamicTree();
  await tree.supervisor.startChild([], { id: "eve" });
  const error = await assertRejects(
    () => tree.supervisor.startChild([], { id: "eve" }),
    ChildError,
  );
  assertEquals([error.reason, error.ref], ["alreadyStarted", "ref:eve"]);
});

Deno.test("Supervisor.startChild() gives no id that somebody chose", async () => { // S13
  await using tree = await dynamicTree();
  await tree.supervisor.startChild([], { id: "child-1" });
  const ref: unknown = await tree.supervisor.startChild([]);
  assertEquals(ref, "ref:child-2");
});

for (const kind of ["done", "stopped"] as const) {
  Deno.test(`Supervisor forgets a transient child of a template that ends as ${kind}`, async () => { // S12, S18
    await using tree = await dynamicTree({ restart: "transient" });
    await tree.supervisor.startChild([]);
    const cell = tree.factory.cell("child-1");
    const report = cell.finish(kind);
    await settle();
    assertEquals(tree.states(), "");
    assertEquals(cell.retired, report);
  });
}

Deno.test("Supervisor forgets a child of a template that is stopped, by hand or through its ref", async () => { // S79
  await using tree = await dynamicTree();
  await tree.supervisor.startChild([]);
  await tree.supervisor.startChild([]);
  await tree.supervisor.stopChild("child-1");
  tree.factory.cell("child-2").finish("stopped", true);
  assertEquals(tree.states(), "");
  assertEquals(
    await refusal(tree.supervisor.stopChild("child-1")),
    "notFound",
  );
});

Deno.test("Supervisor stops itself when the last significant child of a template ends", async () => { // S16, S83
  const tree = await dynamicTree(
    { restart: "temporary", significant: true },
    { autoShutdown: "allSignificant" },
  );
  await tree.supervisor.startChild([]);
  await tree.supervisor.startChild([]);
  tree.factory.cell("child-1").finish("done");
  await settle();
  assertEquals(tree.states(), "child-2:running");
  tree.factory.cell("child-2").finish("crashed");
  assertEquals((await tree.supervisor.exited).kind, "stopped");
});

Deno.test("Supervisor.stop() gives all children of a template one time together", async () => { // S67
  using time = new FakeTime();
  const tree = await dynamicTree({ shutdownMs: 300 });
  tree.factory.prepare = (cell) => cell.stuck = true;
  for (let i = 0; i < 20; i++) await tree.supervisor.startChild([]);
  let stopped = false;
  void tree.supervisor.stop().then(() => stopped = true);
  await time.tickAsync(299);
  assertEquals(stopped, false);
  await time.tickAsync(1);
  await settle();
  assertEquals(stopped, true);
});

Deno.test("Supervisor.stop() is not disturbed by children of a template that end meanwhile", async () => { // S69
  const tree = await dynamicTree();
  for (let i = 0; i < 3; i++) await tree.supervisor.startChild([]);
  const gate = Promise.withResolvers<void>();
  const cells = [...tree.factory.cells.values()] as FakeCell[];
  for (const cell of cells) cell.endGate = gate.promise;
  const stopped = tree.supervisor.stop();
  cells[1]?.finish("oom");
  gate.resolve();
  assertEquals((await stopped).kind, "stopped");
  assertEquals(
    tree.factory.log.filter((l) => l.startsWith("retire")).length,
    3,
  );
});

Deno.test("Supervisor starts and stops ten times the children of a template with ten times the work", async () => { // S14
  const work: number[] = [];
  for (const count of [1_000, 10_000]) {
    const tree = await dynamicTree();
    for (let i = 0; i < count; i++) await tree.supervisor.startChild([i]);
    await tree.supervisor.stop();
    work.push(tree.factory.take().length);
  }
  // Work is counted, not timed: start, up, end, gone and retire of each.
  assertEquals(work, [5_000, 50_000]);
});

Deno.test("Supervisor starts supervisors from a template", async () => { // S10, S86
  await using tree = await startTree({
    template: {
      id: "shard",
      supervisor: { backoff: false, children: [child("x")] },
    },
  });
  const shard: unknown = await tree.supervisor.startChild([]);
  assertEquals(tree.states(), "shard-1:running[x:running]");
  assertEquals(tree.supervisor.supervisor("shard-1"), shard);
  await assertRejects(
    () => tree.supervisor.startChild([1]),
    InvalidOptionError,
    "the template is of a supervisor",
  );
});

Deno.test("Supervisor.startChild() refuses a spec beside a template and arguments without one", async () => { // S57
  await using dynamic = await dynamicTree();
  await using fixed = await startTree({ children: ["a"] });
  const calls = [
    dynamic.supervisor.startChild(child("a")),
    fixed.supervisor.startChild([1]),
  ];
  for (const call of calls) assertEquals(await refusal(call), "wrongKind");
});

Deno.test("Supervisor refuses a malformed template before anything starts", () => { // S57, S87
  const refused: [Record<string, unknown>, string][] = [
    [{ template: { actor: 7 } }, "actor"],
    [{ template: 7 }, "children"],
    [{ template: { actor: FAKE, restart: "often" } }, "restart"],
    [{ template: { actor: FAKE, significant: true } }, "significant"],
    [{ template: { actor: FAKE }, children: [] }, "children"],
    [{ template: { actor: FAKE }, strategy: "oneForAll" }, "strategy"],
    [{ template: { actor: FAKE }, maxChildren: -1 }, "maxChildren"],
    [{ children: [child("a"), child("b")], maxChildren: 1 }, "maxChildren"],
    [{ children: [], stopOrder: "random" }, "stopOrder"],
    [{ children: [], stopWithinMs: -1 }, "stopWithinMs"],
  ];
  for (const [options, option] of refused) {
    const error = assertThrows(() => checkOptions(options as never));
    assertInstanceOf(error, InvalidOptionError);
    assertEquals(error.option, option);
  }
});

for (const how of ["wait for", "hang in"] as const) {
  Deno.test(`Supervisor answers and stops when children of a template ${how} their restart`, async () => { // S45, S47
    using time = new FakeTime();
    const tree = await dynamicTree({}, {
      maxRestarts: Infinity,
      backoff: how === "wait for" && { minMs: 100, randomFactor: 0 },
    });
    for (let i = 0; i < 3; i++) await tree.supervisor.startChild([]);
    for (const cell of tree.factory.cells.values()) {
      cell.startGate = new Promise(() => {});
      cell.finish();
    }
    await settle();
    const state = how === "wait for" ? "restarting" : "starting";
    assertEquals(
      tree.states(),
      `child-1:${state} child-2:${state} child-3:${state}`,
    );
    await tree.supervisor.stopChild("child-2");
    assertEquals(tree.supervisor.counts().specs, 2);
    assertEquals((await tree.supervisor.stop()).kind, "stopped");
    await time.tickAsync(10_000);
    for (const cell of tree.factory.cells.values()) {
      assertEquals([cell.alive, cell.retired === undefined], [false, false]);
      assertEquals(cell.incarnation, how === "wait for" ? 1 : 2);
    }
  });
}
