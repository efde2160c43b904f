import {
  assertEquals,
  assertInstanceOf,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { FakeTime } from "@std/testing/time";
import {
  ActorInitError,
  InvalidOptionError,
  SupervisorGaveUpError,
} from "../../src/errors.ts";
import { checkOptions } from "../../src/supervisor/check_spec.ts";
import { checkRules } from "../../src/supervisor/check_value.ts";
import {
  type CheckedRule,
  type FailureRule,
  findRule,
} from "../../src/supervisor/failure_rule.ts";
import { DEFAULT_BUDGET } from "../../src/supervisor/intensity.ts";
import { settle } from "./fake_cell.ts";
import { FAKE, type FakeTree, nested, startTree } from "./fake_tree.ts";

/** Makes a child fail with an error and lets everything happen that needs no time. */
async function failWith(
  tree: FakeTree,
  id: string,
  error: Error,
): Promise<void> {
  tree.factory.cell(id).finish("failed", false, error);
  await settle();
}

function rules(given: readonly FailureRule[]): readonly CheckedRule[] {
  return checkRules(given, { budget: DEFAULT_BUDGET, where: "here" });
}

/** What the first rule that matches `error` says. */
function directive(
  error: Error | undefined,
  given: readonly FailureRule[],
): string | undefined {
  const report = { kind: "failed", code: 1 } as const;
  return findRule(
    error === undefined ? report : { ...report, error },
    rules(given),
  )
    ?.then;
}

Deno.test("findRule() answers the first rule whose class the error is of", () => { // S100
  const given: FailureRule[] = [
    { error: TypeError, then: "stop" },
    { error: Error, then: "resume" },
  ];
  assertEquals(directive(new TypeError(), given), "stop");
  assertEquals(directive(new RangeError(), given), "resume");
  // Of a child, and of its supervisor.
  const all = [
    ...rules(given),
    ...rules([{ error: RangeError, then: "escalate" }]),
  ];
  const report = { kind: "failed", code: 1, error: new RangeError() } as const;
  assertEquals(findRule(report, all)?.then, "resume");
});

Deno.test("findRule() looks through the library's own errors at what they wrap, and through no others", () => { // S100
  const given: FailureRule[] = [{ error: TypeError, then: "stop" }];
  const cause = new TypeError("deep");
  const own = new ActorInitError("init", { actor: "a", cause });
  assertEquals(directive(own, given), "stop");
  assertEquals(directive(new Error("other", { cause }), given), undefined);
  own.cause = own;
  assertEquals(directive(own, given), undefined);
});

Deno.test("findRule() matches a failure without an error only by a rule without a class", () => { // S100
  assertEquals(
    directive(undefined, [{ error: Error, then: "stop" }]),
    undefined,
  );
  assertEquals(directive(undefined, [{ then: "stop" }]), "stop");
  assertEquals(directive(undefined, [{}]), "restart");
});

Deno.test("Supervisor stops, escalates or restarts by the class of the error", async () => { // S100
  const tree = await startTree({
    onFailure: [
      { error: TypeError, then: "stop" },
      { error: RangeError, then: "escalate" },
    ],
    children: ["a", "b", "c"],
  });
  await failWith(tree, "a", new TypeError("bad data"));
  await failWith(tree, "b", new SyntaxError("odd"));
  assertEquals(tree.states(), "a:stopped b:running c:running");
  const fatal = new RangeError("no way");
  await failWith(tree, "c", fatal);
  const { kind, error } = await tree.supervisor.exited;
  assertEquals(kind, "failed");
  assertInstanceOf(error, SupervisorGaveUpError);
  assertEquals([error.child, error.cause], ["c", fatal]);
  assertEquals(error.chain.length, 1);
  assertStringIncludes(error.message, "escalates");
});

Deno.test("Supervisor asks a child's own rules before its own", async () => { // S100
  await using tree = await startTree({
    onFailure: [{ then: "stop" }],
    children: [{ id: "a", onFailure: [{ error: TypeError }] }, "b"],
  });
  await failWith(tree, "a", new TypeError());
  await failWith(tree, "b", new TypeError());
  assertEquals(tree.states(), "a:running b:stopped");
  await failWith(tree, "a", new RangeError());
  assertEquals(tree.states(), "a:stopped b:stopped");
});

Deno.test("Supervisor escalates through every level that says so", async () => { // S89, S100
  const tree = await startTree({
    onFailure: [{ error: TypeError, then: "escalate" }],
    children: [
      "a",
      nested("in", ["b"], {
        inner: { onFailure: [{ error: TypeError, then: "escalate" }] },
      }),
    ],
  });
  const cause = new TypeError("deep");
  await failWith(tree, "b", cause);
  const { error } = await tree.supervisor.exited;
  assertInstanceOf(error, SupervisorGaveUpError);
  assertInstanceOf(error.cause, SupervisorGaveUpError);
  assertEquals(error.cause.cause, cause);
});

Deno.test("Supervisor never asks the rules about an end that is normal or asked for", async () => { // S17, S79
  await using tree = await startTree({
    onFailure: [{ then: "escalate" }],
    children: ["a", "b"],
  });
  tree.factory.cell("a").finish("done");
  tree.factory.cell("b").finish("killed", true);
  await settle();
  assertEquals(tree.states(), "a:running b:stopped");
});

Deno.test("Supervisor stops a child at once whose restart fails with an error that says so", async () => { // S41
  using time = new FakeTime();
  await using tree = await startTree({
    backoff: { minMs: 100, randomFactor: 0 },
    onFailure: [{ error: TypeError }, { then: "stop" }],
    children: ["a", "b"],
  });
  const cell = tree.factory.cell("a");
  const cause = new SyntaxError("never");
  cell.failures.push(
    new TypeError("again"),
    new ActorInitError("init", { actor: "a", cause }),
  );
  await failWith(tree, "a", new TypeError());
  await time.tickAsync(100);
  await settle();
  assertEquals(tree.states(), "a:restarting b:running");
  await time.tickAsync(200);
  await settle();
  assertEquals(tree.states(), "a:stopped b:running");
  await time.tickAsync(60_000);
  assertEquals(cell.incarnation, 3);
  // It can still be started by hand.
  await tree.supervisor.restartChild("a");
  assertEquals(tree.states(), "a:running b:running");
});

Deno.test("Supervisor leaves the rest of a group to come back when one of it stops for good", async () => { // S41, S55
  await using tree = await startTree({
    strategy: "oneForAll",
    onFailure: [{ error: TypeError, then: "stop" }],
    children: ["a", "b", "c"],
  });
  tree.factory.cell("b").failures.push(new TypeError());
  await failWith(tree, "a", new Error("boom"));
  assertEquals(tree.states(), "a:running b:stopped c:running");
});

Deno.test("Supervisor shuts down when a significant child stops by a rule", async () => { // S82, S100
  const tree = await startTree({
    autoShutdown: "anySignificant",
    onFailure: [{ then: "stop" }],
    children: [{ id: "s", restart: "transient", significant: true }],
  });
  await failWith(tree, "s", new Error());
  assertEquals((await tree.supervisor.exited).kind, "stopped");
});

Deno.test("Supervisor counts the failures of a rule with a budget apart", async () => { // S48
  const tree = await startTree({
    maxRestarts: 1,
    onFailure: [{ error: TypeError, maxRestarts: 2 }],
    children: ["a"],
  });
  await failWith(tree, "a", new TypeError());
  await failWith(tree, "a", new Error());
  await failWith(tree, "a", new TypeError());
  assertEquals(tree.states(), "a:running");
  await failWith(tree, "a", new TypeError("third"));
  const { error } = await tree.supervisor.exited;
  assertInstanceOf(error, SupervisorGaveUpError);
  assertEquals(error.chain.length, 3);
  assertStringIncludes(error.message, "at most 2 allowed");
});

Deno.test("Supervisor keeps a backoff for each rule that has one", async () => { // S48
  using time = new FakeTime();
  await using tree = await startTree({
    maxRestarts: Infinity,
    backoff: { minMs: 10, randomFactor: 0 },
    onFailure: [
      { error: TypeError, backoff: { minMs: 1_000, randomFactor: 0 } },
      { error: RangeError, backoff: false },
    ],
    children: ["a"],
  });
  const delays: [string, number][] = [];
  tree.supervisor.onEvent((event) => {
    if (event.type !== "restarting") return;
    delays.push([event.report.error?.name as string, event.delayMs]);
  });
  for (const Class of [TypeError, Error, TypeError, Error, RangeError]) {
    await failWith(tree, "a", new Class());
    await time.tickAsync(2_000);
    await settle();
  }
  assertEquals(delays, [
    ["TypeError", 1_000],
    ["Error", 10],
    ["TypeError", 2_000],
    ["Error", 20],
    ["RangeError", 0],
  ]);
});

Deno.test("Supervisor restarts what was to resume and could not", async () => { // S100
  await using tree = await startTree({
    onFailure: [{ error: TypeError, then: "resume" }],
    children: ["a"],
  });
  await failWith(tree, "a", new TypeError());
  assertEquals(tree.states(), "a:running");
});

Deno.test("Supervisor tells an actor in which order classes call for what, when it may resume", async () => { // S100
  await using tree = await startTree({
    onFailure: [{ error: TypeError, then: "resume" }, { then: "stop" }],
    children: [
      "a",
      { id: "b", onFailure: [{ error: RangeError, then: "escalate" }] },
    ],
  });
  const shared = [{ error: "TypeError", then: "resume" }, { then: "stop" }];
  assertEquals(tree.factory.cell("a").spec.onFailure, shared as never);
  assertEquals(
    tree.factory.cell("b").spec.onFailure,
    [{ error: "RangeError", then: "escalate" }, ...shared] as never,
  );
  await using other = await startTree({
    onFailure: [{ then: "stop" }],
    children: ["a"],
  });
  assertEquals("onFailure" in other.factory.cell("a").spec, false);
});

Deno.test("checkOptions() refuses malformed rules", () => { // S57
  const refused: [unknown, string][] = [
    [7, "onFailure"],
    [[7], "onFailure"],
    [[{ error: "TypeError" }], "onFailure.error"],
    [[{ error: Map }], "onFailure.error"],
    [[{ then: "ignore" }], "onFailure.then"],
    [[{ maxRestarts: -1 }], "maxRestarts"],
    [[{ backoff: 7 }], "backoff"],
    [[{ then: "stop", maxRestarts: 1 }], "onFailure.then"],
    [[{ then: "escalate", backoff: false }], "onFailure.then"],
    [[{ then: "stop" }, { error: TypeError }], "onFailure[1]"],
    [[{ error: TypeError }, {}, {}], "onFailure[2]"],
    [[{ error: Error }, { error: RangeError, then: "stop" }], "onFailure[1]"],
    [[{ error: URIError }, { error: URIError }], "onFailure[1]"],
  ];
  for (const [onFailure, option] of refused) {
    for (
      const options of [
        { children: [], onFailure },
        { children: [{ id: "a", actor: FAKE, onFailure }] },
      ]
    ) {
      let seen: unknown;
      try {
        checkOptions(options as never);
      } catch (error) {
        assertInstanceOf(error, InvalidOptionError);
        seen = error.option;
      }
      assertEquals(seen, option);
    }
  }
});

Deno.test("checkOptions() says which rule keeps another from being reached, and takes the other order", () => { // S57
  const wide = { error: Error, then: "stop" } as const;
  const narrow = { error: RangeError } as const;
  assertThrows(
    () =>
      checkOptions({ name: "top", children: [], onFailure: [wide, narrow] }),
    InvalidOptionError,
    'Cannot start supervisor "top": current value of onFailure[1] is for RangeError, which onFailure[0], for Error, matches before it: put it first',
  );
  checkOptions({ children: [], onFailure: [narrow, wide, { then: "stop" }] });
  // The rules of a child and those of its supervisor are lists of their own: other children may have none.
  checkOptions({
    children: [{ id: "a", actor: FAKE, onFailure: [{ then: "stop" }] }],
    onFailure: [narrow],
  });
});
