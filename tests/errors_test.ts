import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import * as errors from "../src/errors.ts";
import {
  errorFromWire,
  errorToWire,
  MAX_ERROR_TEXT,
  registerError,
} from "../src/error_wire.ts";

/** Sends an error the way another thread would see it: as cloned plain data. */
function send(error: unknown, where?: string): Error {
  return errorFromWire(structuredClone(errorToWire(error, where)));
}

const cause = new TypeError("Inner");
const report = {
  kind: "failed",
  code: 1,
  error: new RangeError("Out"),
} as const;
const SAMPLES: [Error, string, string][] = [
  [
    new errors.ActorCrashedError("A", { actor: "a", incarnation: 2, cause }),
    "ActorCrashedError",
    "TROUPE_ACTOR_CRASHED",
  ],
  [
    new errors.ActorStoppedError("A", { actor: "a", safeToRetry: true }),
    "ActorStoppedError",
    "TROUPE_ACTOR_STOPPED",
  ],
  [
    new errors.ActorInitError("A", { actor: "a", cause }),
    "ActorInitError",
    "TROUPE_ACTOR_INIT",
  ],
  [
    new errors.InitTimeoutError("A", { actor: "a", timeoutMs: 5 }),
    "InitTimeoutError",
    "TROUPE_INIT_TIMEOUT",
  ],
  [
    new errors.AskTimeoutError("A", {
      actor: "a",
      method: "m",
      timeoutMs: 5,
      begun: true,
    }),
    "AskTimeoutError",
    "TROUPE_ASK_TIMEOUT",
  ],
  [
    new errors.AskCycleError("A", {
      actor: "a",
      method: "m",
      chain: ["a", "b", "a"],
    }),
    "AskCycleError",
    "TROUPE_ASK_CYCLE",
  ],
  [
    new errors.MailboxFullError("A", {
      actor: "a",
      capacity: 4,
      unsent: { a: [1n, new Map([[1, new Set([2])]])] },
    }),
    "MailboxFullError",
    "TROUPE_MAILBOX_FULL",
  ],
  [
    new errors.MessageTooLargeError("A", { bytes: 9, limit: 8 }),
    "MessageTooLargeError",
    "TROUPE_MESSAGE_TOO_LARGE",
  ],
  [
    new errors.DataCloneError("A", { path: "args[0]" }),
    "DataCloneError",
    "TROUPE_DATA_CLONE",
  ],
  [new errors.DecodeError("A", { offset: 3 }), "DecodeError", "TROUPE_DECODE"],
  [
    new errors.UnknownHandleError("A", { kind: "queue" }),
    "UnknownHandleError",
    "TROUPE_UNKNOWN_HANDLE",
  ],
  [
    new errors.ModuleLoadError("A", { module: "file:///a.ts", cause }),
    "ModuleLoadError",
    "TROUPE_MODULE_LOAD",
  ],
  [
    new errors.UnknownExportError("A", {
      module: "file:///a.ts",
      exportName: "b",
      available: ["c"],
    }),
    "UnknownExportError",
    "TROUPE_UNKNOWN_EXPORT",
  ],
  [
    new errors.UnknownMethodError("A", { actor: "a", method: "m" }),
    "UnknownMethodError",
    "TROUPE_UNKNOWN_METHOD",
  ],
  [
    new errors.InvalidOptionError("A", { option: "o", value: -1 }),
    "InvalidOptionError",
    "TROUPE_INVALID_OPTION",
  ],
  [
    new errors.TopLevelSpawnError("A"),
    "TopLevelSpawnError",
    "TROUPE_TOP_LEVEL_SPAWN",
  ],
  [
    new errors.SystemClosedError("A"),
    "SystemClosedError",
    "TROUPE_SYSTEM_CLOSED",
  ],
  [
    new errors.Refusal("A", { data: { balance: 5 } }),
    "Refusal",
    "TROUPE_REFUSAL",
  ],
  [
    new errors.LinkedExitError("A", { actor: "a", report, cause }),
    "LinkedExitError",
    "TROUPE_LINKED_EXIT",
  ],
  [
    new errors.WorkerDiedError("A", { task: "t", report }),
    "WorkerDiedError",
    "TROUPE_WORKER_DIED",
  ],
  [
    new errors.SupervisorGaveUpError("A", {
      supervisor: "s",
      child: "c",
      chain: [report, "x"],
      cause,
    }),
    "SupervisorGaveUpError",
    "TROUPE_SUPERVISOR_GAVE_UP",
  ],
  [
    new errors.ThreadLimitError("A", { limit: 4 }),
    "ThreadLimitError",
    "TROUPE_THREAD_LIMIT",
  ],
  [new errors.RemoteError("A"), "RemoteError", "TROUPE_REMOTE"],
  [new errors.TroupeError("A"), "TroupeError", "TROUPE_ERROR"],
];

for (const [error, name, code] of SAMPLES) {
  Deno.test(`errorFromWire() restores ${name} with its code and fields`, () => {
    const back = send(error) as Error & { code: string };
    assertEquals(Object.getPrototypeOf(back), Object.getPrototypeOf(error));
    assertEquals([back.name, back.code], [name, code]);
    assertEquals(back.message, "A");
    assertEquals({ ...back }, { ...error });
    assertEquals(back.cause, error.cause);
    assertEquals(back.stack, error.stack);
    assert(!Object.keys(back).includes("name"));
  });
}

Deno.test("InvalidOptionError is a RangeError", () => {
  const error = new errors.InvalidOptionError("A", { option: "o", value: 1 });
  assertInstanceOf(error, RangeError);
});

Deno.test("SAMPLES cover every exported error class", () => {
  const names = Object.values(errors)
    .filter((each) => typeof each === "function" && /^class/.test(`${each}`))
    .map((each) => (each as { name: string }).name);
  assertEquals(names.sort(), SAMPLES.map(([, name]) => name).sort());
});

Deno.test("errorFromWire() keeps built-in, DOM and Deno classes", () => {
  for (
    const error of [
      new TypeError("A"),
      new SyntaxError("A"),
      new URIError("A"),
      new DOMException("A", "AbortError"),
      new Deno.errors.NotFound("A"),
    ]
  ) {
    const back = send(error);
    assertEquals(back.constructor, error.constructor);
    assertEquals([back.name, back.message], [error.name, "A"]);
  }
});

Deno.test("errorFromWire() keeps the errors of an AggregateError", () => {
  const back = send(new AggregateError([new RangeError("B"), 7], "A"));
  assertInstanceOf(back, AggregateError);
  assertInstanceOf(back.errors[0], RangeError);
  assertEquals(back.errors[1], 7);
});

class NoFundsError extends TypeError {
  static made = 0;
  missing: number;
  constructor(message: string, missing: number) {
    super(message);
    NoFundsError.made++;
    this.missing = missing;
  }
}

Deno.test("registerError() restores a class without running its constructor", () => {
  const error = new NoFundsError("A", 5);
  assertEquals(send(error).constructor, TypeError);
  registerError(NoFundsError);
  const back = send(error);
  assertInstanceOf(back, NoFundsError);
  assertEquals([back.missing, NoFundsError.made], [5, 1]);
  assert(Error.isError(back));
});

Deno.test("errorFromWire() makes a RemoteError of an unknown class", () => {
  class Strange extends Error {
    override name = "Strange";
    code = "E_STRANGE";
  }
  const back = send(new Strange("A"));
  assertInstanceOf(back, errors.RemoteError);
  assertEquals([back.name, back.message, back.code], [
    "Strange",
    "A",
    "E_STRANGE",
  ]);
});

Deno.test("errorToWire() wraps what is not an error", () => {
  for (const value of [undefined, null, "text", 5, { weird: 1 }]) {
    const back = send(value);
    assertEquals(back.constructor, Error);
    assert("cause" in back);
    assertEquals(back.cause, value);
  }
});

Deno.test("errorToWire() cuts cycles, and what is cut is seen to be", () => {
  const error: Error & { self?: unknown } = new Error("A");
  error.cause = new Error("B", { cause: error });
  error.self = { error };
  const back = send(error) as Error & { self?: unknown };
  assertEquals((back.cause as Error).message, "B");
  assertEquals((back.cause as Error).cause, "[Circular]");
  assertEquals(back.self, { error: "[Circular]" });
  const own = new Error("C");
  own.cause = own;
  assertEquals(send(own).cause, "[Circular]");
  const both = new AggregateError([new RangeError("D")], "E");
  both.errors.push(both, new Error("F", { cause: both }));
  const { errors } = send(both) as AggregateError;
  assertEquals(errors[0].constructor, RangeError);
  assertEquals(errors[1], "[Circular]");
  assertEquals([errors[2].message, errors[2].cause], ["F", "[Circular]"]);
  // What is met twice without being inside of itself is no cycle.
  const shared = new Error("G");
  const twice = send(new AggregateError([shared, shared], "H"));
  const messages = (twice as AggregateError).errors.map(({ message }) =>
    message
  );
  assertEquals(messages, ["G", "G"]);
});

Deno.test("errorToWire() replaces what cannot be encoded", () => {
  function call(): void {}
  const back = send(
    Object.assign(new Error("A"), {
      call,
      symbol: Symbol("s"),
      promise: Promise.resolve(),
      nested: [call],
    }),
  ) as Error & Record<string, unknown>;
  assertEquals(back.symbol, "Symbol(s)");
  assertEquals(back.promise, "[object Promise]");
  assertEquals(back.nested, [`${call}`]);
  assertEquals(back.call, `${call}`);
});

Deno.test("errorToWire() survives getters and proxies that throw", () => {
  function refuse(): never {
    throw new Error("No");
  }
  const error = Object.defineProperty(new Error("A"), "bad", {
    get: refuse,
    enumerable: true,
  });
  assertEquals(send(error).message, "A");
  assertInstanceOf(send(new Proxy(new Error("A"), { ownKeys: refuse })), Error);
});

Deno.test("errorToWire() cuts long text and deep causes", () => {
  let error = new Error("x".repeat(MAX_ERROR_TEXT * 2));
  for (let depth = 0; depth < 1_000; depth++) {
    error = new Error("Outer", { cause: error });
  }
  const wire = errorToWire(error);
  assert(JSON.stringify(wire).length < 1_000_000);
  assert(send(new Error("x".repeat(50_000))).message.length < 17_000);
});

Deno.test("errorToWire() names where the error came from", () => {
  assert(send(new Error("A"), "task square").stack?.endsWith("in task square"));
});
