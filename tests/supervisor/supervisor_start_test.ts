import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  ChildError,
  type ChildErrorReason,
} from "../../src/supervisor/child_error.ts";
import { superviseWith } from "../../src/supervisor/supervise_with.ts";
import { PACKAGE, runDeno } from "../fixtures/child_program.ts";
import { FakeFactory, settle } from "./fake_cell.ts";
import { child, type FakeTree, openTree, startTree } from "./fake_tree.ts";

/** The reason a call was refused for. */
async function refusal(call: Promise<unknown>): Promise<ChildErrorReason> {
  return (await assertRejects(() => call, ChildError)).reason;
}

/** The reason a deletion was refused for. */
function deletion(tree: FakeTree, id: string): ChildErrorReason | "done" {
  try {
    tree.supervisor.deleteChild(id);
    return "done";
  } catch (error) {
    assertInstanceOf(error, ChildError);
    return error.reason;
  }
}

Deno.test("Supervisor.start() starts a child only when the former is up", async () => { // S49, S50, S62
  const gate = Promise.withResolvers<void>();
  await using tree = openTree({ children: ["a", "b"] });
  tree.factory.cell("a").startGate = gate.promise;
  let resolved = false;
  const started = tree.supervisor.start().then(() => resolved = true);
  await settle();
  assertEquals(tree.factory.take(), ["start a"]);
  assertEquals(tree.states(), "a:starting b:stopped");
  assertEquals(resolved, false);
  gate.resolve();
  await started;
  assertEquals(tree.factory.take(), ["up a", "start b", "up b"]);
  assertEquals(tree.states(), "a:running b:running");
});

Deno.test("superviseWith() resolves with a supervisor that is up", async () => { // S50
  await using supervisor = await superviseWith(new FakeFactory(), {
    children: [child("a")],
  });
  assertEquals(supervisor.state, "running");
  assertEquals(supervisor.name, "supervisor");
  assertEquals(supervisor.ref("a") as unknown, "ref:a");
});

Deno.test("superviseWith() starts without children", async () => { // S10
  await using supervisor = await superviseWith(new FakeFactory(), {
    children: [],
  });
  assertEquals(supervisor.counts(), { specs: 0, active: 0 });
});

Deno.test("Supervisor.start() stops the started ones in reverse when one does not come up", async () => { // S51
  const tree = openTree({ children: ["a", "b", "c", "d"] });
  tree.factory.cell("c").failNext();
  const error = await assertRejects(
    () => tree.supervisor.start(),
    ChildError,
    "no start of c",
  );
  assertEquals([error.reason, error.child], ["startFailed", "c"]);
  assertEquals((error.cause as Error).message, "no start of c");
  assertEquals(tree.factory.take().slice(6), [
    ...["retire d", "retire c"],
    ...["end b", "gone b", "retire b", "end a", "gone a", "retire a"],
  ]);
  assertEquals((await tree.supervisor.exited).error, error);
});

Deno.test("Supervisor retires the cells it opened when one cannot be opened", () => { // S51
  let factory: FakeFactory | undefined;
  let message = "";
  try {
    openTree({
      children: ["a", "b"],
      prepare: (made) => {
        factory = made;
        made.prepare = (cell) => {
          if (cell.name === "b") throw new Error("name is taken");
        };
      },
    });
  } catch (error) {
    message = (error as Error).message;
  }
  assertEquals(message, "name is taken");
  assertEquals(factory?.take(), ["retire a"]);
});

Deno.test("Supervisor.start() leaves a crash during start to the time after it", async () => { // S50
  await using tree = openTree({ children: ["a", "b"] });
  const gate = Promise.withResolvers<void>();
  tree.factory.cell("b").startGate = gate.promise;
  const started = tree.supervisor.start();
  await settle();
  tree.factory.cell("a").finish();
  await settle();
  gate.resolve();
  await started;
  await settle();
  assertEquals(tree.factory.take(), [
    ...["start a", "up a", "start b", "up b", "start a", "up a"],
  ]);
});

Deno.test("Supervisor.start() rejects when it is stopped meanwhile", async () => { // S63
  const tree = openTree({ children: ["a", "b"] });
  tree.factory.cell("a").startGate = new Promise(() => {});
  const started = tree.supervisor.start();
  const refused = refusal(started);
  await settle();
  assertEquals((await tree.supervisor.stop()).kind, "stopped");
  assertEquals(await refused, "closed");
  assertEquals(tree.factory.cell("b").incarnation, 0);
});

Deno.test("Supervisor.startChild() may be called while a sibling starts", async () => { // S61
  await using tree = openTree({ children: ["a"] });
  const gate = Promise.withResolvers<void>();
  tree.factory.cell("a").startGate = gate.promise;
  const started = tree.supervisor.start();
  const ref: unknown = await tree.supervisor.startChild(child("helper"));
  assertEquals(ref, "ref:helper");
  gate.resolve();
  await started;
  assertEquals(tree.states(), "a:running helper:running");
});

Deno.test("Supervisor.startChild() keeps no spec when the start fails", async () => { // S54
  await using tree = await startTree({ children: ["a"] });
  tree.factory.prepare = (cell) => cell.failNext();
  assertEquals(
    await refusal(tree.supervisor.startChild(child("b"))),
    "startFailed",
  );
  assertEquals(tree.states(), "a:running");
  assertEquals(tree.factory.cell("b").retired?.kind, "failed");
});

Deno.test("Supervisor.restartChild() keeps the spec stopped when the start fails", async () => { // S54
  await using tree = await startTree({ children: ["a"] });
  await tree.supervisor.stopChild("a");
  tree.factory.cell("a").failNext();
  assertEquals(await refusal(tree.supervisor.restartChild("a")), "startFailed");
  assertEquals(tree.states(), "a:stopped");
  assertEquals(await tree.supervisor.restartChild("a"), "ref:a");
  assertEquals(tree.states(), "a:running");
});

Deno.test("Supervisor.startChild() refuses the id of a running child and hands its ref over", async () => { // S56
  await using tree = await startTree({ children: ["a"] });
  const error = await assertRejects(
    () => tree.supervisor.startChild(child("a")),
    ChildError,
  );
  assertEquals([error.reason, error.ref], ["alreadyStarted", "ref:a"]);
  assertEquals([error.name, error.code], ["ChildError", "TROUPE_CHILD"]);
});

Deno.test("Supervisor.startChild() says what it takes when it is given arguments and has no template, or the other way round", async () => { // S56
  await using tree = await startTree({ children: [] });
  const { supervisor } = tree;
  const error = await assertRejects(
    () => supervisor.startChild([1]),
    ChildError,
  );
  assertEquals([error.reason, error.child], ["wrongKind", ""]);
  assertEquals(
    error.message,
    'Cannot start a child of supervisor "supervisor": it is not of the kind that this call is for: there is no template; pass a child spec with id, actor and args',
  );
  const named = await assertRejects(
    () => supervisor.startChild([1], { id: "one" }),
    ChildError,
    'Cannot start child "one" of supervisor "supervisor"',
  );
  assertEquals(named.child, "one");
  await using dynamic = await startTree({ template: child("x") });
  await assertRejects(
    () => dynamic.supervisor.startChild(child("a")),
    ChildError,
    'Cannot start child "a" of supervisor "supervisor": it is not of the kind that this call is for: there is a template; pass an array of arguments',
  );
});

Deno.test("Supervisor.startChild() refuses the id of a stopped child", async () => { // S56
  await using tree = await startTree({ children: ["a"] });
  await tree.supervisor.stopChild("a");
  assertEquals(
    await refusal(tree.supervisor.startChild(child("a"))),
    "alreadyPresent",
  );
});

Deno.test("Supervisor.deleteChild() refuses a running child and forgets a stopped one", async () => { // S56
  await using tree = await startTree({ children: ["a", "b"] });
  assertEquals(deletion(tree, "a"), "running");
  await tree.supervisor.stopChild("a");
  assertEquals(deletion(tree, "a"), "done");
  assertEquals(tree.states(), "b:running");
  assertEquals(tree.factory.cell("a").retired?.kind, "stopped");
  assertEquals(deletion(tree, "a"), "notFound");
});

Deno.test("Supervisor.restartChild() refuses a running child", async () => { // S56
  await using tree = await startTree({ children: ["a"] });
  assertEquals(await refusal(tree.supervisor.restartChild("a")), "running");
});

Deno.test("Supervisor refuses an unknown id and lists the known ones", async () => { // S56
  await using tree = await startTree({ children: ["a", "b"] });
  const { supervisor } = tree;
  const error = await assertRejects(
    () => supervisor.stopChild("x"),
    ChildError,
  );
  assertEquals(
    error.message,
    'Cannot stop child "x" of supervisor "supervisor": no child has this id: known ids are "a", "b"',
  );
  assertEquals(await refusal(supervisor.restartChild("x")), "notFound");
});

Deno.test("Supervisor.stopChild() is idempotent, keeps the spec and is no failure", async () => { // S56, S73
  await using tree = await startTree({ maxRestarts: 0, children: ["a", "b"] });
  const first = await tree.supervisor.stopChild("a");
  const second = await tree.supervisor.stopChild("a");
  await settle();
  assertEquals([first.kind, second], ["stopped", first]);
  assertEquals(tree.states(), "a:stopped b:running");
  assertEquals(tree.factory.take(), ["end a", "gone a"]);
  assertEquals(
    tree.events.filter((event) => event.type === "stopped").length,
    1,
  );
});

Deno.test("Supervisor.stopChild() forgets a temporary child", async () => { // S20
  await using tree = await startTree({
    children: [{ id: "t", restart: "temporary" }],
  });
  await tree.supervisor.stopChild("t");
  assertEquals(tree.states(), "");
});

Deno.test("Supervisor.startChild() tells when a group restart ended the child meanwhile", async () => { // S60
  await using tree = await startTree({
    strategy: "oneForAll",
    children: ["a"],
  });
  tree.factory.prepare = (cell) => cell.startGate = new Promise(() => {});
  const refused = refusal(tree.supervisor.startChild(child("b")));
  await settle();
  tree.factory.cell("b").startGate = undefined;
  tree.factory.cell("a").finish();
  assertEquals(await refused, "restarting");
  await settle();
  assertEquals(tree.states(), "a:running b:running");
});

Deno.test("Supervisor.startChild() refuses the child after maxChildren, stopped ones included", async () => { // S12, S56
  await using tree = await startTree({ maxChildren: 2, children: ["a", "b"] });
  await tree.supervisor.stopChild("b");
  assertEquals(
    await refusal(tree.supervisor.startChild(child("c"))),
    "maxChildren",
  );
  tree.supervisor.deleteChild("b");
  await tree.supervisor.startChild(child("c"));
  assertEquals(tree.states(), "a:running c:running");
});

Deno.test("Supervisor holds no arguments of children that come later than itself", async () => { // S23
  const path = new URL("forgotten_arguments.ts", import.meta.url).href;
  const { stdout, stderr } = await runDeno(
    ["run", "--quiet", "--v8-flags=--expose-gc", path],
    { cwd: PACKAGE },
  );
  assertEquals(
    [stdout.trim(), stderr],
    [JSON.stringify({ active: [1, 1], held: 0 }), ""],
  );
});

Deno.test("What is started once does not hold its arguments, wherever it runs", async () => { // S23
  const path = new URL("let_go_arguments.ts", import.meta.url).href;
  const { stdout, stderr } = await runDeno(
    ["run", "-A", "--quiet", "--v8-flags=--expose-gc", path],
    { cwd: PACKAGE },
  );
  assertEquals(
    [stdout.trim(), stderr],
    [JSON.stringify({ active: 2, held: ["permanent"] }), ""],
  );
});
