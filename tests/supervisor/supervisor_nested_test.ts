import {
  assertEquals,
  assertInstanceOf,
  assertNotEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { InvalidOptionError, SupervisorGaveUpError } from "../../src/errors.ts";
import { ChildError } from "../../src/supervisor/child_error.ts";
import { settle } from "./fake_cell.ts";
import { child, nested, openTree, startTree } from "./fake_tree.ts";

/** Makes the child `id` crash and lets everything happen that needs no time. */
async function crash(
  tree: Awaited<ReturnType<typeof startTree>>,
  id: string,
): Promise<void> {
  tree.factory.cell(id).finish();
  await settle();
}

Deno.test("Supervisor starts and stops a supervisor inside it like any other child", async () => { // S49, S64
  const tree = openTree({
    children: ["a", nested("in", ["b", "c"]), "d"],
  });
  await tree.supervisor.start();
  assertEquals(
    tree.states(),
    "a:running in:running[b:running c:running] d:running",
  );
  assertEquals(
    tree.factory.take().filter((line) => line.startsWith("start")),
    ["start a", "start b", "start c", "start d"],
  );
  await tree.supervisor.stop();
  assertEquals(
    tree.factory.take().filter((line) => line.startsWith("end")),
    ["end d", "end c", "end b", "end a"],
  );
  assertEquals(
    [...tree.factory.cells.values()].every((cell) => cell.retired),
    true,
  );
});

Deno.test("Supervisor.start() fails and stops all when a child of an inner one does not come up", async () => { // S51
  const tree = openTree({ children: ["a", nested("in", ["b", "c"])] });
  tree.factory.cell("c").failNext();
  const error = await assertRejects(() => tree.supervisor.start(), ChildError);
  assertEquals(error.child, "in");
  assertInstanceOf(error.cause, ChildError);
  assertEquals(error.cause.child, "c");
  for (const cell of tree.factory.cells.values()) {
    assertEquals([cell.alive, cell.retired === undefined], [false, false]);
  }
});

Deno.test("Supervisor restarts an inner one as a whole when that gives up", async () => { // S88
  await using tree = await startTree({
    children: [nested("in", ["b", "c"], { inner: { maxRestarts: 1 } }), "z"],
  });
  await crash(tree, "c");
  const inner = tree.supervisor.supervisor("in");
  const ref: unknown = await inner.startChild(child("later"));
  assertEquals(ref, "ref:later");
  const [b, later] = [tree.factory.cell("b"), tree.factory.cell("later")];
  tree.factory.take();
  await crash(tree, "c");
  assertEquals(tree.states(), "in:running[b:running c:running] z:running");
  assertEquals(tree.factory.take(), [
    ...["end later", "gone later", "retire later", "end b", "gone b"],
    ...["start b", "up b", "start c", "up c"],
  ]);
  // Those it began with keep their addresses; those added later are gone for good.
  assertStrictEquals(tree.factory.cell("b"), b);
  assertEquals([b.retired, b.incarnation], [undefined, 2]);
  assertNotEquals(later.retired, undefined);
});

Deno.test("Supervisor gives a deleted child of an inner one back when it restarts that", async () => { // S88
  await using tree = await startTree({
    children: [nested("in", ["b", "c"], { inner: { maxRestarts: 0 } })],
  });
  const inner = tree.supervisor.supervisor("in");
  await inner.stopChild("b");
  inner.deleteChild("b");
  assertEquals(tree.states(), "in:running[c:running]");
  await crash(tree, "c");
  assertEquals(tree.states(), "in:running[b:running c:running]");
});

Deno.test("Supervisor.supervisor() answers the same one over all restarts", async () => { // S95, S96
  await using tree = await startTree({
    children: ["a", nested("in", ["b"], { inner: { maxRestarts: 0 } })],
  });
  const inner = tree.supervisor.supervisor("in");
  let exited = false;
  void inner.exited.then(() => exited = true);
  await crash(tree, "b");
  assertStrictEquals(tree.supervisor.supervisor("in"), inner);
  assertEquals([inner.name, inner.state], ["in", "running"]);
  assertEquals(inner.children()[0]?.incarnation, 2);
  // A restart is no death.
  assertEquals(exited, false);
  await tree.supervisor.stop();
  assertEquals((await inner.exited).kind, "stopped");
  assertThrows(() => tree.supervisor.supervisor("a"), ChildError, "ref()");
  assertThrows(() => tree.supervisor.ref("in"), ChildError, "supervisor()");
});

Deno.test("Supervisor begins the budget of an inner one anew with each restart", async () => { // S35, S88
  await using tree = await startTree({
    maxRestarts: 1,
    children: [nested("in", ["b"], { inner: { maxRestarts: 2 } })],
  });
  for (let i = 0; i < 5; i++) await crash(tree, "b");
  assertEquals(tree.supervisor.state, "running");
  await crash(tree, "b");
  assertEquals(tree.supervisor.state, "stopped");
});

for (
  const [afterMs, up] of [[999, false], [1_000, true], [1_001, true]] as const
) {
  Deno.test(`Supervisor ${up ? "restarts" : "gives up"} when an inner one gives up ${afterMs} ms after the first time of 1 in 1,000`, async () => { // S29, S89
    using time = new FakeTime();
    await using tree = await startTree({
      maxRestarts: 1,
      withinMs: 1_000,
      children: [nested("in", ["b"], { inner: { maxRestarts: 0 } })],
    });
    await crash(tree, "b");
    await time.tickAsync(afterMs);
    await crash(tree, "b");
    assertEquals(tree.supervisor.state, up ? "running" : "stopped");
  });
}

Deno.test("Supervisor.exited leads down the chain of give-ups to what failed first", async () => { // S89, S91
  const tree = await startTree({
    name: "root",
    maxRestarts: 0,
    children: [
      nested("mid", [nested("low", ["b"], { inner: { maxRestarts: 1 } })], {
        inner: { maxRestarts: 0 },
      }),
    ],
  });
  const first = tree.factory.cell("b").finish();
  await settle();
  const last = tree.factory.cell("b").finish("hung");
  const { kind, error } = await tree.supervisor.exited;
  assertEquals(kind, "failed");
  const path: string[] = [];
  let each: unknown = error;
  while (each instanceof SupervisorGaveUpError) {
    path.push(`${each.supervisor} on ${each.child}`);
    if (each.supervisor === "low") assertEquals(each.chain, [first, last]);
    each = each.cause;
  }
  assertEquals(path, ["root on mid", "mid on low", "low on b"]);
  assertStrictEquals(each, last.error);
});

Deno.test("Supervisor restarts a transient inner one that gave up", async () => { // S90
  await using tree = await startTree({
    children: [
      nested("in", ["b"], { restart: "transient", inner: { maxRestarts: 0 } }),
    ],
  });
  await crash(tree, "b");
  assertEquals(tree.states(), "in:running[b:running]");
});

for (const significant of [true, false]) {
  const verb = significant ? "stops" : "goes on";
  Deno.test(`Supervisor ${verb} when ${significant ? "a significant" : "an insignificant"} inner one shuts itself down`, async () => { // S86
    await using tree = await startTree({
      autoShutdown: "anySignificant",
      children: ["a", {
        id: "in",
        restart: "transient",
        significant,
        supervisor: {
          autoShutdown: "anySignificant",
          children: [
            child({ id: "s", restart: "temporary", significant: true }),
          ],
        },
      }],
    });
    tree.factory.cell("s").finish("done");
    await settle();
    assertEquals(tree.supervisor.state, significant ? "stopped" : "running");
    if (!significant) assertEquals(tree.states(), "a:running in:stopped[]");
  });
}

Deno.test("Supervisor restarts a permanent inner one that shut itself down", async () => { // S17, S86
  await using tree = await startTree({
    children: [{
      id: "in",
      supervisor: {
        autoShutdown: "anySignificant",
        children: [child({ id: "s", restart: "temporary", significant: true })],
      },
    }],
  });
  tree.factory.cell("s").finish("done");
  await settle();
  assertEquals(tree.states(), "in:running[s:running]");
});

Deno.test("Supervisor keeps an inner one stopped that was stopped through its handle", async () => { // S79, S96
  await using tree = await startTree({ children: [nested("in", ["b"])] });
  const inner = tree.supervisor.supervisor("in");
  assertEquals((await inner.stop("by hand")).kind, "stopped");
  assertEquals(tree.states(), "in:stopped[b:stopped]");
  assertEquals(tree.factory.cell("b").reasons, ["by hand"]);
  assertEquals(
    (await assertRejects(() => inner.startChild(child("c")), ChildError))
      .reason,
    "closed",
  );
  assertStrictEquals(await tree.supervisor.restartChild("in"), inner);
  assertEquals(tree.states(), "in:running[b:running]");
});

Deno.test("Supervisor restarts an inner one with its group", async () => { // S2
  await using tree = await startTree({
    strategy: "oneForAll",
    children: ["a", nested("in", ["b"])],
  });
  await crash(tree, "a");
  assertEquals(tree.factory.take(), [
    ...["end b", "gone b"],
    ...["start a", "up a", "start b", "up b"],
  ]);
});

Deno.test("Supervisor stops at once when an inner one waits for a restart", async () => { // S45
  using time = new FakeTime();
  const tree = await startTree({
    children: [
      nested("in", ["b"], { inner: { name: "deep" } }),
      {
        id: "slow",
        supervisor: {
          backoff: { minMs: 9_000 },
          children: [child("c")],
        },
      },
    ],
  });
  await crash(tree, "c");
  assertEquals(
    tree.states(),
    "in:running[b:running] slow:running[c:restarting]",
  );
  assertEquals(tree.supervisor.supervisor("in").name, "deep");
  await tree.supervisor.stop();
  await time.tickAsync(20_000);
  assertEquals(tree.factory.cell("c").incarnation, 1);
});

Deno.test("Supervisor waits for an inner one by default and kills what is left of it after shutdownMs", async () => { // S21, S65, S66
  using time = new FakeTime();
  const stuck = { shutdownMs: "infinity" } as const;
  const tree = await startTree({
    children: [
      nested("in", [{ id: "b", ...stuck }]),
      nested("cut", [{ id: "c", ...stuck }], { shutdownMs: 200 }),
    ],
  });
  const gate = Promise.withResolvers<void>();
  for (const id of ["b", "c"]) tree.factory.cell(id).endGate = gate.promise;
  const stopped = tree.supervisor.stop();
  await time.tickAsync(199);
  assertEquals(
    tree.states(),
    "in:running[b:running] cut:stopping[c:stopping]",
  );
  await time.tickAsync(1);
  await settle();
  assertEquals(tree.supervisor.children()[1]?.last?.kind, "killed");
  await time.tickAsync(1_000_000);
  assertEquals(tree.states().startsWith("in:stopping[b:stopping]"), true);
  gate.resolve();
  await stopped;
});

Deno.test("Supervisor.stop() during the start of an inner one ends that too", async () => { // S63, S74
  const tree = openTree({ children: [nested("in", ["b", "c"])] });
  tree.factory.cell("b").startGate = new Promise(() => {});
  const started = tree.supervisor.start().catch((error: ChildError) =>
    error.reason
  );
  await settle();
  assertEquals(tree.states(), "in:starting[b:starting c:stopped]");
  await tree.supervisor.stop();
  assertEquals(await started, "closed");
  assertEquals(tree.factory.cell("c").incarnation, 0);
  assertEquals(tree.factory.cell("b").alive, false);
});

Deno.test("Supervisor.kill() kills all the way down", async () => { // S74
  const tree = await startTree({ children: [nested("in", ["b", "c"])] });
  assertEquals((await tree.supervisor.kill()).kind, "killed");
  assertEquals(
    tree.factory.take().filter((line) => line.startsWith("kill")),
    ["kill c", "kill b"],
  );
});

Deno.test("Supervisor refuses malformed options of an inner one before anything starts", () => { // S57
  const bad = nested("in", [{ id: "b", shutdownMs: -1 }]);
  const error = assertThrows(
    () => openTree({ children: ["a", bad] }),
    InvalidOptionError,
  );
  assertEquals(error.option, "shutdownMs");
  for (const supervisor of [7, null]) {
    assertThrows(
      () => openTree({ children: [{ id: "in", supervisor } as never] }),
      InvalidOptionError,
      "pass the options of a supervisor",
    );
  }
  assertThrows(
    () => openTree({ children: [{ ...bad, actor: {} } as never] }),
    InvalidOptionError,
    "leave it out, as the child is a supervisor",
  );
});

Deno.test("Supervisor goes on when an inner one is stopped through its handle before it is up", async () => { // S62, S79
  await using tree = openTree({ children: [nested("in", ["b", "c"]), "z"] });
  const gate = Promise.withResolvers<void>();
  tree.factory.cell("c").startGate = gate.promise;
  tree.factory.cell("b").endGate = gate.promise;
  const started = tree.supervisor.start();
  await settle();
  const stopped = tree.supervisor.supervisor("in").stop();
  await settle();
  // What has come up already is still on its way out: nothing may be started in its place.
  assertEquals(
    tree.states(),
    "in:starting[b:stopping c:stopped] z:stopped",
  );
  gate.resolve();
  await Promise.all([started, stopped]);
  assertEquals(tree.states(), "in:stopped[b:stopped c:stopped] z:running");
  await tree.supervisor.restartChild("in");
  assertEquals(tree.states(), "in:running[b:running c:running] z:running");
});

Deno.test("Supervisor does not bring an inner one back that is stopped in the middle of its restart", async () => { // S45, S79
  await using tree = await startTree({
    children: [nested("in", ["b"], { inner: { maxRestarts: 0 } })],
  });
  const gate = Promise.withResolvers<void>();
  tree.factory.cell("b").startGate = gate.promise;
  await crash(tree, "b");
  assertEquals(tree.states(), "in:starting[b:starting]");
  await tree.supervisor.supervisor("in").stop();
  await settle();
  assertEquals(tree.states(), "in:stopped[b:stopped]");
  assertEquals(tree.supervisor.state, "running");
});
