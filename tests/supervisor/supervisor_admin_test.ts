import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { SupervisorGaveUpError, TroupeError } from "../../src/errors.ts";
import type { ChildState } from "../../src/supervisor/child.ts";
import { ChildError } from "../../src/supervisor/child_error.ts";
import type {
  ChildSpec,
  SupervisorOptions,
} from "../../src/supervisor/child_spec.ts";
import type { ActorClass } from "../../src/actor/define.ts";
import type { Supervisor } from "../../src/supervisor/supervisor.ts";
import type { FailureRule } from "../../src/supervisor/failure_rule.ts";
import { settle } from "./fake_cell.ts";
import { child, FAKE, type FakeTree, nested, startTree } from "./fake_tree.ts";

/** Brings the child `a` of a tree into a state in which it stays. Needs fake time. */
async function bringTo(state: ChildState): Promise<FakeTree> {
  const tree = await startTree({
    backoff: { minMs: 1_000_000 },
    children: ["a", "b"],
  });
  const { supervisor, factory } = tree;
  const cell = factory.cell("a");
  const never = new Promise<void>(() => {});
  if (state === "restarting") cell.finish();
  if (state === "stopping") {
    cell.endGate = never;
    void supervisor.stopChild("a");
  }
  if (state === "stopped" || state === "starting") {
    await supervisor.stopChild("a");
  }
  if (state === "starting") {
    cell.startGate = never;
    supervisor.restartChild("a").catch(() => {});
  }
  await settle();
  assertEquals(tree.states(), `a:${state} b:running`);
  return tree;
}

/** What a call answers with no time going by: a reason of refusal, "done", or "waits". */
async function answer(call: () => unknown): Promise<string> {
  let answered = "waits";
  Promise.try(call).then(
    () => answered = "done",
    (error) => answered = error instanceof ChildError ? error.reason : error,
  );
  await settle();
  return answered;
}

// A stop waits for the child's own time to stop and for nothing else.
const answers: Record<ChildState, Record<string, string>> = {
  starting: {
    startChild: "alreadyStarted",
    restartChild: "starting",
    deleteChild: "starting",
    stopChild: "done",
  },
  running: {
    startChild: "alreadyStarted",
    restartChild: "running",
    deleteChild: "running",
    stopChild: "done",
  },
  restarting: {
    startChild: "alreadyPresent",
    restartChild: "restarting",
    deleteChild: "restarting",
    stopChild: "done",
  },
  stopping: {
    startChild: "alreadyStarted",
    restartChild: "stopping",
    deleteChild: "stopping",
    stopChild: "waits",
  },
  stopped: {
    startChild: "alreadyPresent",
    restartChild: "done",
    deleteChild: "done",
    stopChild: "done",
  },
};
for (const [state, expected] of Object.entries(answers)) {
  Deno.test(`Supervisor answers every call at once while a child is ${state}`, async () => { // S46, S47, S56, S62, S72
    using _time = new FakeTime();
    const seen: Record<string, string> = {};
    for (const call of Object.keys(expected)) {
      const { supervisor } = await bringTo(state as ChildState);
      seen[call] = await answer(() =>
        call === "startChild"
          ? supervisor.startChild(child("a"))
          : supervisor[call as "stopChild"]("a")
      );
      // Whatever was asked about `a`: the others are there for everybody else.
      assertEquals(
        await answer(() => supervisor.startChild(child("c"))),
        "done",
      );
      assertEquals(await answer(() => supervisor.stopChild("b")), "done");
      assertEquals(supervisor.counts().specs, supervisor.children().length);
      void supervisor.kill();
      await settle();
      assertEquals(supervisor.state, "stopped");
    }
    assertEquals(seen, expected);
  });
}

Deno.test("Supervisor has freed the address and the id before anybody is told of the end", async () => { // S97
  await using tree = await startTree({
    children: [{ id: "t", restart: "temporary" }],
  });
  const old = tree.factory.cell("t");
  const seen: unknown[] = [];
  let again: Promise<unknown> | undefined;
  using _listening = tree.supervisor.onEvent((event) => {
    if (event.type !== "removed") return;
    seen.push(old.retired?.kind, tree.states());
    again = tree.supervisor.startChild(child({ id: "t" }));
  });
  old.finish();
  assertEquals(seen, ["crashed", ""]);
  assertEquals(await again, "ref:t");
});

Deno.test("Supervisor has ended every child before it begins again", async () => { // S60, S99
  await using tree = await startTree({
    children: [
      nested("in", ["b", "c", "d"], {
        inner: { maxRestarts: 0, stopOrder: "together" },
      }),
    ],
  });
  const gate = Promise.withResolvers<void>();
  tree.factory.cell("b").endGate = gate.promise;
  tree.factory.cell("c").finish();
  await settle();
  assertEquals(tree.factory.take(), ["end b", "end d", "gone d"]);
  gate.resolve();
  await settle();
  assertEquals(tree.factory.take(), [
    ...["gone b", "start b", "up b", "start c", "up c", "start d", "up d"],
  ]);
});

Deno.test("Supervisor.start() refuses to start twice, and what another one starts", async () => { // S57
  await using tree = await startTree({ children: [nested("in", ["b"])] });
  const inner = tree.supervisor.supervisor("in");
  for (const supervisor of [tree.supervisor, inner]) {
    await assertRejects(
      () => supervisor.start(),
      TroupeError,
      "started before",
    );
  }
  assertEquals(tree.states(), "in:running[b:running]");
  assertEquals(tree.factory.take(), []);
});

Deno.test("Supervisor.done() rejects with the chain of a give-up", async () => { // S91
  const tree = await startTree({ maxRestarts: 0, children: ["a"] });
  const done = tree.supervisor.done();
  const { error } = tree.factory.cell("a").finish();
  const thrown = await assertRejects(() => done, SupervisorGaveUpError);
  assertInstanceOf(thrown.cause, Error);
  assertEquals(thrown.cause, error);
});

Deno.test("Supervisor.done() resolves when it was stopped", async () => { // S91
  const tree = await startTree({ children: ["a"] });
  const done = tree.supervisor.done();
  await tree.supervisor.stop();
  assertEquals(await done, undefined);
});

Deno.test("SupervisorOptions and ChildSpec refuse impossible pairs when they are compiled", () => { // S57
  const options: SupervisorOptions[] = [
    // @ts-expect-error -- a template has no static children
    { children: [], template: { actor: FAKE } },
    // @ts-expect-error -- neither the one nor the other
    { maxRestarts: 1 },
    // @ts-expect-error -- no such word
    { children: [], strategy: "allForOne" },
  ];
  const specs: ChildSpec[] = [
    // @ts-expect-error -- an actor or a supervisor
    { id: "a", actor: FAKE, supervisor: { children: [] } },
    // @ts-expect-error -- a supervisor takes no arguments
    { id: "a", supervisor: { children: [] }, args: [1] },
    // @ts-expect-error -- no id
    { actor: FAKE },
    // @ts-expect-error -- nothing to run
    { id: "a" },
    // @ts-expect-error -- what actor() returned, not the class
    { id: "a", actor: Map },
    // @ts-expect-error -- a number has to be given as one
    { id: "a", actor: FAKE, options: { hangMs: "1" } },
  ];
  const adder: ActorClass<[number], { add(n: number): number }> = FAKE;
  // Never called: what it would do is not the question.
  const _typed = async (tree: Supervisor): Promise<Promise<number>[]> => {
    const ref = await tree.startChild({ id: "a", actor: adder, args: [1] });
    const late = await tree.startChild([1], { actor: adder });
    // @ts-expect-error -- the class takes a number
    await tree.startChild({ id: "b", actor: adder, args: ["1"] });
    return [ref.ask.add(1), late.ask.add(1)];
  };
  // @ts-expect-error -- not a class of error
  const rule: FailureRule = { error: Map };
  assertEquals([options.length, specs.length, Object.keys(rule)], [3, 6, [
    "error",
  ]]);
});
