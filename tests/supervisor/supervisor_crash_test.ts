import { assertEquals, assertObjectMatch, assertRejects } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import type { ExitKind } from "../../src/exit_report.ts";
import { ChildError } from "../../src/supervisor/child_error.ts";
import type { CrashReport } from "../../src/supervisor/crash_report.ts";
import { settle } from "./fake_cell.ts";
import { type FakeTree, nested, startTree } from "./fake_tree.ts";

/** The crash reports that were told so far. */
function crashes(tree: FakeTree): CrashReport[] {
  return tree.events.flatMap((event) =>
    "crash" in event && event.crash !== undefined ? [event.crash] : []
  );
}

Deno.test("Supervisor reports a crash with all that its cell knows of it", async () => { // S25
  using time = new FakeTime();
  await using tree = await startTree({ name: "shop", children: ["a"] });
  const cell = tree.factory.cell("a");
  cell.detail = {
    message: { method: "sell", args: ["book", 2] },
    caller: "at Till.pay (file:///till.ts:7:3)",
    state: { sold: 3 },
  };
  await time.tickAsync(250);
  const { error } = cell.finish("failed");
  assertEquals(crashes(tree), [{
    supervisor: "shop",
    child: "a",
    incarnation: 1,
    kind: "failed",
    reason: error as Error,
    stack: error?.stack as string,
    upMs: 250,
    restarts: 0,
    message: { method: "sell", args: ["book", 2] },
    caller: "at Till.pay (file:///till.ts:7:3)",
    state: { sold: 3 },
  }]);
});

Deno.test("Supervisor reports a crash of a cell that knows nothing of it", async () => { // S25
  await using tree = await startTree({ children: ["a"] });
  const cell = tree.factory.cell("a");
  Object.assign(cell, { crash: undefined });
  cell.onEnded?.({ kind: "lost", code: 1 }, false);
  const [crash] = crashes(tree);
  assertEquals([crash?.kind, crash?.child], ["lost", "a"]);
  assertEquals("reason" in Object(crash), false);
});

const endings: [kind: ExitKind, asked: boolean, reported: boolean][] = [
  ["done", false, false],
  ["stopped", false, false],
  ["killed", true, false],
  ["killed", false, true],
  ["crashed", false, true],
  ["hung", false, true],
  ["oom", false, true],
];
for (const [kind, asked, reported] of endings) {
  Deno.test(`Supervisor reports ${reported ? "a" : "no"} crash when a child ends as ${kind}${asked ? " on request" : ""}`, async () => { // S25
    await using tree = await startTree({ children: ["a"] });
    tree.factory.cell("a").finish(kind, asked);
    assertEquals(crashes(tree).length, reported ? 1 : 0);
  });
}

Deno.test("Supervisor reports a crash for a restart that did not come up", async () => { // S25, S30
  await using tree = await startTree({ children: ["a"] });
  tree.factory.cell("a").failNext();
  tree.factory.cell("a").finish();
  await settle();
  assertEquals(
    crashes(tree).map(({ incarnation, reason }) => [
      incarnation,
      reason?.message,
    ]),
    [[1, "boom a"], [2, "no start of a"]],
  );
});

Deno.test("Supervisor gives the last checkpoint to the restart after a crash", async () => { // S94
  await using tree = await startTree({ children: ["a"] });
  const cell = tree.factory.cell("a");
  cell.onCheckpoint?.({ sum: 1 }, 1);
  cell.onCheckpoint?.({ sum: 2 }, 1);
  cell.finish();
  await settle();
  cell.finish();
  await settle();
  assertEquals(cell.restored, [undefined, { sum: 2 }, { sum: 2 }]);
});

Deno.test("Supervisor keeps a checkpoint through restarts that do not come up", async () => { // S30, S94
  await using tree = await startTree({ children: ["a"] });
  const cell = tree.factory.cell("a");
  cell.onCheckpoint?.("kept", 1);
  cell.failNext(2);
  cell.finish();
  await settle();
  assertEquals(cell.restored, [undefined, "kept", "kept", "kept"]);
  assertEquals(tree.states(), "a:running");
});

Deno.test("Supervisor gives the siblings of a group restart their checkpoints too", async () => { // S2, S94
  await using tree = await startTree({
    strategy: "oneForAll",
    children: ["a", "b"],
  });
  const cell = tree.factory.cell("b");
  cell.onCheckpoint?.("of b", 1);
  tree.factory.cell("a").finish();
  await settle();
  assertEquals(cell.restored, [undefined, "of b"]);
});

Deno.test("Supervisor takes no checkpoint from an incarnation that is gone", async () => { // S94
  await using tree = await startTree({ children: ["a"] });
  const cell = tree.factory.cell("a");
  cell.finish();
  cell.onCheckpoint?.("after its end", 1);
  await settle();
  cell.onCheckpoint?.("from a thread that could not be stopped", 1);
  cell.finish();
  await settle();
  assertEquals(cell.restored, [undefined, undefined, undefined]);
});

Deno.test("Supervisor starts anew without the checkpoint when it is asked by hand", async () => { // S94
  await using tree = await startTree({ children: ["a"] });
  const cell = tree.factory.cell("a");
  cell.onCheckpoint?.("poison", 1);
  await tree.supervisor.stopChild("a");
  await tree.supervisor.restartChild("a");
  cell.finish();
  await settle();
  assertEquals(cell.restored, [undefined, undefined, undefined]);
});

Deno.test("Supervisor that an outer one restarts begins anew with who failed, and gives the others their checkpoints", async () => { // S88, S94
  await using tree = await startTree({
    children: [nested("in", ["b", "c"], { inner: { maxRestarts: 0 } })],
  });
  const b = tree.factory.cell("b");
  const c = tree.factory.cell("c");
  b.onCheckpoint?.("poison", 1);
  c.onCheckpoint?.("of c", 1);
  b.finish();
  await settle();
  assertEquals(b.restored, [undefined, undefined]);
  assertEquals(c.restored, [undefined, "of c"]);
});

Deno.test("Supervisor that is restarted with its group gives all children their checkpoints", async () => { // S2, S94
  await using tree = await startTree({
    strategy: "oneForAll",
    children: ["a", nested("in", ["b"])],
  });
  const a = tree.factory.cell("a");
  const b = tree.factory.cell("b");
  b.onCheckpoint?.("of b", 1);
  a.finish();
  await settle();
  assertEquals(b.restored, [undefined, "of b"]);
});

Deno.test("Supervisor begins anew with everything below one that failed too often itself", async () => { // S89, S94
  await using tree = await startTree({
    children: [
      nested("mid", [
        nested("in", ["b", "c"], { inner: { maxRestarts: 0 } }),
        "d",
      ], { inner: { maxRestarts: 0 } }),
    ],
  });
  const b = tree.factory.cell("b");
  const c = tree.factory.cell("c");
  const d = tree.factory.cell("d");
  c.onCheckpoint?.("of c", 1);
  d.onCheckpoint?.("of d", 1);
  b.finish();
  await settle();
  assertEquals(c.restored, [undefined, undefined]);
  assertEquals(d.restored, [undefined, "of d"]);
});

Deno.test("Supervisor begins anew with a child whose checkpoint fails its start under an outer one", async () => { // S51, S94
  await using tree = await startTree({
    children: [nested("in", ["b", "c"], { inner: { maxRestarts: 0 } })],
  });
  const b = tree.factory.cell("b");
  const c = tree.factory.cell("c");
  b.onCheckpoint?.("of b", 1);
  c.onCheckpoint?.("poison", 1);
  c.failNext(1);
  b.finish();
  await settle();
  assertEquals(c.restored, [undefined, "poison", undefined]);
  assertEquals(tree.states(), "in:running[b:running c:running]");
});

Deno.test("Supervisor that is restarted by hand begins anew with all its children", async () => { // S94
  await using tree = await startTree({ children: [nested("in", ["b"])] });
  const b = tree.factory.cell("b");
  b.onCheckpoint?.("of b", 1);
  await tree.supervisor.stopChild("in");
  await tree.supervisor.restartChild("in");
  assertEquals(b.restored, [undefined, undefined]);
});

Deno.test("Supervisor begins anew with a child that was stopped by hand before it was restarted", async () => { // S8, S94
  await using tree = await startTree({
    children: [nested("in", ["b", "c"], { inner: { maxRestarts: 0 } })],
  });
  const b = tree.factory.cell("b");
  const c = tree.factory.cell("c");
  c.onCheckpoint?.("of c", 1);
  await tree.supervisor.supervisor("in").stopChild("c");
  b.finish();
  await settle();
  assertEquals(c.restored, [undefined, undefined]);
});

Deno.test("Supervisor supervises a cell that cannot keep a state", async () => { // S94
  await using tree = await startTree({ children: ["a"] });
  const cell = tree.factory.cell("a");
  Object.assign(cell, { restoreNext: undefined });
  cell.onCheckpoint?.("kept", 1);
  cell.finish();
  await settle();
  assertEquals(tree.states(), "a:running");
  const refused = tree.supervisor.restartChild("a");
  await assertRejects(() => refused, ChildError);
  assertObjectMatch(tree.supervisor.children()[0] ?? {}, { restarts: 1 });
});
