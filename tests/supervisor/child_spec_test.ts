import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { InvalidOptionError } from "../../src/errors.ts";
import { checkOptions } from "../../src/supervisor/check_spec.ts";
import type {
  ChildSpec,
  SupervisorOptions,
} from "../../src/supervisor/child_spec.ts";
import { superviseWith } from "../../src/supervisor/supervise_with.ts";
import { FakeFactory } from "./fake_cell.ts";

const actor = { module: "file:///a.ts", actor: "A" };

/** Checks options that the types may forbid. */
function refused(options: Record<string, unknown>): InvalidOptionError {
  return assertThrows(
    () => checkOptions({ children: [], ...options } as SupervisorOptions),
    InvalidOptionError,
  );
}

/** Checks a child that the types may forbid. */
function refusedChild(
  child: Record<string, unknown>,
  options: Record<string, unknown> = {},
): InvalidOptionError {
  return refused({ children: [{ id: "web", actor, ...child }], ...options });
}

Deno.test("checkOptions() fills in every default", () => { // S21, S22
  const { now: _now, ...checked } = checkOptions({
    children: [{ id: "a", actor }],
  });
  assertEquals(checked, {
    name: "supervisor",
    strategy: "oneForOne",
    budget: { maxRestarts: 3, withinMs: 5_000 },
    backoff: {
      minMs: 50,
      maxMs: 30_000,
      randomFactor: 0.2,
      resetAfterMs: 15_025,
    },
    onFailure: [],
    autoShutdown: "never",
    restartStopped: false,
    stopOrder: "reverse",
    stopWithinMs: "infinity",
    maxChildren: Infinity,
    template: undefined,
    children: [{
      child: {
        id: "a",
        restart: "permanent",
        shutdownMs: 5_000,
        significant: false,
        budget: undefined,
        onFailure: [],
      },
      body: { actor, args: [], options: undefined, supervisor: undefined },
    }],
  });
});

Deno.test("checkOptions() completes a child's own budget from the supervisor's", () => { // S32
  const [one, two] = checkOptions({
    withinMs: 700,
    children: [
      { id: "a", actor, maxRestarts: 9 },
      { id: "b", actor, withinMs: 10 },
    ],
  }).children;
  assertEquals(one?.child.budget, { maxRestarts: 9, withinMs: 700 });
  assertEquals(two?.child.budget, { maxRestarts: 3, withinMs: 10 });
});

Deno.test("checkOptions() refuses a malformed child and names it, the value and the way out", () => { // S57
  const error = refusedChild({ restart: "sometimes" });
  assertEquals(error.option, "restart");
  assertEquals(error.value, "sometimes");
  assertEquals(
    error.message,
    'Cannot use child "web": current value of restart is "sometimes", use one of "permanent", "transient", "temporary"',
  );
});

const badChildren: [what: string, child: Record<string, unknown>, string][] = [
  ["without an id", { id: undefined }, "id"],
  ["with an empty id", { id: "" }, "id"],
  ["without an actor", { actor: undefined }, "actor"],
  ["with null for an actor", { actor: null }, "actor"],
  ["with args that are no array", { args: "x" }, "args"],
  ["with a negative shutdown", { shutdownMs: -1 }, "shutdownMs"],
  ["with NaN for shutdown", { shutdownMs: NaN }, "shutdownMs"],
  ["with Infinity for shutdown", { shutdownMs: Infinity }, "shutdownMs"],
  ["with an actor that is none", { actor: {} }, "actor"],
  ["with a module by half", { actor: { ...actor, module: "a.ts" } }, "module"],
  ["with options that are none", { options: 5 }, "options"],
  ["with a concurrency of 0", { options: { concurrency: 0 } }, "concurrency"],
  ["with an unknown option", { options: { hang: 1 } }, "hang"],
  [
    "with an unknown option of its mailbox",
    { options: { mailbox: { capacitiy: 1 } } },
    "mailbox.capacitiy",
  ],
  [
    "that cannot be started again with what was moved",
    { options: { transfer: [new ArrayBuffer(1)] } },
    "options.transfer",
  ],
  ["with an unknown shutdown word", { shutdownMs: "soon" }, "shutdownMs"],
  ["with a significant that is no boolean", { significant: 1 }, "significant"],
  ["with a negative maxRestarts", { maxRestarts: -1 }, "maxRestarts"],
  ["with a broken maxRestarts", { maxRestarts: 1.5 }, "maxRestarts"],
  ["with withinMs 0", { withinMs: 0 }, "withinMs"],
];
for (const [what, child, option] of badChildren) {
  Deno.test(`checkOptions() refuses a child ${what}`, () => { // S57
    assertEquals(refusedChild(child).option, option);
  });
}

Deno.test("checkOptions() refuses a child that is no object", () => { // S57
  assertEquals(refused({ children: [7] }).option, "children");
});

Deno.test("checkOptions() refuses a significant permanent child", () => { // S57, S87
  const error = refusedChild({ significant: true }, {
    autoShutdown: "anySignificant",
  });
  assertStringIncludes(error.message, "make it transient or temporary");
});

Deno.test("checkOptions() refuses a significant child when autoShutdown is never", () => { // S57, S87
  const error = refusedChild({ significant: true, restart: "transient" });
  assertStringIncludes(error.message, "set autoShutdown");
});

Deno.test("checkOptions() refuses two children of one id", () => { // S57
  const children = [{ id: "web", actor }, { id: "web", actor }];
  const error = refused({ children });
  assertEquals([error.option, error.value], ["id", "web"]);
});

const badOptions: [Record<string, unknown>, string][] = [
  [{ name: 5 }, "name"],
  [{ name: "" }, "name"],
  [{ now: 5 }, "now"],
  [{ restartStopped: "yes" }, "restartStopped"],
  [{ children: undefined, template: {} }, "actor"],
  [
    {
      children: undefined,
      template: { actor, options: { concurrency: 0 } },
    },
    "concurrency",
  ],
  [{ strategy: "allForOne" }, "strategy"],
  [{ autoShutdown: true }, "autoShutdown"],
  [{ children: undefined }, "children"],
  [{ maxRestarts: "3" }, "maxRestarts"],
  [{ maxRestarts: NaN }, "maxRestarts"],
  [{ withinMs: 0 }, "withinMs"],
  [{ withinMs: -5 }, "withinMs"],
  [{ backoff: true }, "backoff"],
  [{ backoff: { minMs: -1 } }, "backoff.minMs"],
  [{ backoff: { minMs: 10, maxMs: 5 } }, "backoff.maxMs"],
  [{ backoff: { randomFactor: 2 } }, "backoff.randomFactor"],
  [{ backoff: { resetAfterMs: NaN } }, "backoff.resetAfterMs"],
];
for (const [options, option] of badOptions) {
  Deno.test(`checkOptions() refuses ${Deno.inspect(options)}`, () => { // S57
    assertEquals(refused(options).option, option);
  });
}

const unknownNames: [Record<string, unknown>, string, string][] = [
  [{ maxRestart: 3 }, "maxRestart", "did you mean 'maxRestarts'?"],
  [{ backoff: { min: 5 } }, "backoff.min", "did you mean 'minMs'?"],
  [
    { onFailure: [{ error: TypeError, do: "stop" }] },
    "onFailure.do",
    "use 'error', 'then', 'maxRestarts', 'withinMs', 'backoff'",
  ],
  [
    { children: undefined, template: { actor, shutdown: 5 } },
    "shutdown",
    "did you mean 'shutdownMs'?",
  ],
  [
    { children: [{ id: "s", supervisor: { childern: [] } }] },
    "childern",
    "did you mean 'children'?",
  ],
];
for (const [options, option, wayOut] of unknownNames) {
  Deno.test(`checkOptions() refuses the unknown option ${option}`, () => { // S57
    const error = refused(options);
    assertEquals(error.option, option);
    assertStringIncludes(error.message, wayOut);
  });
}

Deno.test("checkOptions() refuses an unknown option of a child, and names that", () => { // S57
  const { option, value, message } = refusedChild({ Restart: "transient" });
  assertEquals([option, value], ["Restart", "transient"]);
  assertEquals(
    message,
    `Cannot use child "web" as there is no option 'Restart': current value is "transient", did you mean 'restart'?`,
  );
  assertEquals(refusedChild({ colour: 1, shade: undefined }).option, "colour");
});

Deno.test("checkOptions() takes an option that is undefined for one that is not there", () => { // S57
  const options: Record<string, unknown> = { children: [], colour: undefined };
  assertEquals(checkOptions(options as never).children, []);
});

Deno.test("superviseWith() starts nothing when the last spec is malformed", async () => { // S57
  const factory = new FakeFactory();
  const bad: ChildSpec = { id: "b", actor, shutdownMs: -1 };
  let refusal: unknown;
  try {
    await superviseWith(factory, { children: [{ id: "a", actor }, bad] });
  } catch (error) {
    refusal = error;
  }
  assertEquals(refusal instanceof InvalidOptionError, true);
  assertEquals(factory.cells.size, 0);
});
