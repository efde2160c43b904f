import { assertEquals, assertRejects } from "@std/assert";
import { errorFromWire, errorToWire } from "../../src/error_wire.ts";
import { ActorInitError } from "../../src/errors.ts";
import {
  ChildError,
  type ChildErrorReason,
} from "../../src/supervisor/child_error.ts";
import {
  isDeclined,
  StartDeclined,
} from "../../src/supervisor/start_declined.ts";
import type { RestartType } from "../../src/supervisor/strategy.ts";
import { type FakeCell, settle } from "./fake_cell.ts";
import { child, FAKE, openTree, startTree } from "./fake_tree.ts";

/** Makes the next start of a cell decline, the way the start of a thread tells it. */
function declineNext(cell: FakeCell): void {
  const cause = new StartDeclined("no printer here");
  cell.failures.push(new ActorInitError("init", { actor: cell.name, cause }));
}

/** The reason a call was refused for. */
async function refusal(call: Promise<unknown>): Promise<ChildErrorReason> {
  return (await assertRejects(() => call, ChildError)).reason;
}

Deno.test("StartDeclined keeps its class from thread to thread, as a cause too", () => { // S52
  const cause = new StartDeclined("no printer here");
  const wire = errorToWire(new ActorInitError("init", { actor: "a", cause }));
  const error = errorFromWire(structuredClone(wire));
  assertEquals(isDeclined({ kind: "failed", code: 1, error }), true);
  assertEquals([cause.name, cause.code], [
    "StartDeclined",
    "TROUPE_START_DECLINED",
  ]);
});

const kept: [RestartType, string][] = [
  ["permanent", "a:running b:stopped c:running"],
  ["transient", "a:running b:stopped c:running"],
  ["temporary", "a:running c:running"],
];
for (const [restart, states] of kept) {
  Deno.test(`Supervisor.start() goes on when a ${restart} child declines to start`, async () => { // S52
    await using tree = openTree({
      children: ["a", { id: "b", restart }, "c"],
    });
    declineNext(tree.factory.cell("b"));
    await tree.supervisor.start();
    assertEquals(tree.states(), states);
    assertEquals(
      tree.factory.cell("b").retired !== undefined,
      restart === "temporary",
    );
    assertEquals(
      tree.events.map((event) => "id" in event && `${event.type} ${event.id}`)
        .slice(0, 2),
      ["started a", "declined b"],
    );
  });
}

Deno.test("Supervisor.restartChild() starts a child that declined before", async () => { // S52
  await using tree = openTree({ children: ["a"] });
  declineNext(tree.factory.cell("a"));
  await tree.supervisor.start();
  declineNext(tree.factory.cell("a"));
  assertEquals(await refusal(tree.supervisor.restartChild("a")), "declined");
  assertEquals(tree.states(), "a:stopped");
  assertEquals(await tree.supervisor.restartChild("a"), "ref:a");
  assertEquals(tree.states(), "a:running");
});

Deno.test("Supervisor.startChild() refuses and keeps the spec of a child that declines", async () => { // S52
  await using tree = await startTree({ children: [] });
  tree.factory.prepare = declineNext;
  assertEquals(
    await refusal(tree.supervisor.startChild(child("a"))),
    "declined",
  );
  assertEquals(tree.states(), "a:stopped");
});

Deno.test("Supervisor.startChild() keeps nothing of a child of a template that declines", async () => { // S52
  await using tree = await startTree({ template: { actor: FAKE } });
  tree.factory.prepare = declineNext;
  assertEquals(await refusal(tree.supervisor.startChild([])), "declined");
  assertEquals(tree.states(), "");
  assertEquals(tree.factory.cell("child-1").retired !== undefined, true);
});

Deno.test("Supervisor keeps a child stopped that declines its restart, and its group comes back", async () => { // S52
  await using tree = await startTree({
    strategy: "oneForAll",
    maxRestarts: 1,
    children: ["a", "b"],
  });
  declineNext(tree.factory.cell("a"));
  tree.factory.cell("a").finish();
  await settle();
  assertEquals(tree.states(), "a:stopped b:running");
});

Deno.test("Supervisor goes on when a significant child declines", async () => { // S52, S85
  await using tree = openTree({
    autoShutdown: "anySignificant",
    children: [{ id: "s", restart: "transient", significant: true }],
  });
  declineNext(tree.factory.cell("s"));
  await tree.supervisor.start();
  assertEquals(tree.supervisor.state, "running");
});

Deno.test("Supervisor.start() fails when the start of a child takes too long", async () => { // S53
  const tree = openTree({ children: ["a"] });
  const cell = tree.factory.cell("a");
  // The time is the cell's to keep: it rejects, and nothing is left of the incarnation.
  const { promise, reject } = Promise.withResolvers<void>();
  cell.startGate = promise;
  const started = assertRejects(
    () => tree.supervisor.start(),
    ChildError,
    "timeout",
  );
  reject(new Error("timeout"));
  await started;
  assertEquals([cell.alive, tree.supervisor.state], [false, "stopped"]);
});
