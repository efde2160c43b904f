// deno-lint-ignore-file no-explicit-any

/** Spies and stubs, and the assertions about them. @module */

import {
  assertEquals as equals,
  AssertionError,
  assertIsError as isError,
} from "npm:deno-std@1.4.0/assert/mod.js";
import { MockError, type SpyCall, type SpyLike } from "./spy.ts";

export * from "./spy.ts";

export interface ExpectedSpyCall<
  Self = any,
  Args extends unknown[] = any[],
  Return = any,
> {
  args?: [...Args, ...unknown[]];
  self?: Self;
  returned?: Return;
  error?: { Class?: new (...args: any[]) => Error; msgIncludes?: string };
}

function same(actual: unknown, expected: unknown, problem: string): void {
  try {
    equals(actual, expected);
  } catch (error) {
    const detail = (error as Error).message.split("\n").slice(1).join("\n");
    throw new AssertionError(`${problem}:\n${detail}`);
  }
}

function callAt(spy: SpyLike, index: number): SpyCall {
  const call = spy.calls[index];
  if (!call) throw new AssertionError("Spy not called as much as expected");
  return call;
}

export function assertSpyCalls<Self, Args extends unknown[], Return>(
  spy: SpyLike<Self, Args, Return>,
  expectedCalls: number,
): void {
  const few = spy.calls.length < expectedCalls;
  same(
    spy.calls.length,
    expectedCalls,
    few
      ? "Spy not called as much as expected"
      : "Spy called more than expected",
  );
}

export function assertSpyCall<Self, Args extends unknown[], Return>(
  spy: SpyLike<Self, Args, Return>,
  callIndex: number,
  expected: ExpectedSpyCall<Self, Args, Return> = {},
): void {
  const call = callAt(spy, callIndex);
  if (expected.args) {
    same(call.args, expected.args, "Spy not called with expected args");
  }
  if ("self" in expected) {
    same(
      call.self,
      expected.self,
      expected.self
        ? "Spy not called as method on expected self"
        : "Spy not expected to be called as method on object",
    );
  }
  if ("returned" in expected && "error" in expected) {
    throw new TypeError(
      "Do not expect error and return, only one should be expected",
    );
  }
  if ("returned" in expected) {
    if (call.error) {
      throw new AssertionError(
        "Spy call did not return expected value, an error was thrown.",
      );
    }
    same(
      call.returned,
      expected.returned,
      "Spy call did not return expected value",
    );
  }
  if ("error" in expected) {
    if ("returned" in call) {
      throw new AssertionError(
        "Spy call did not throw an error, a value was returned.",
      );
    }
    isError(call.error, expected.error?.Class, expected.error?.msgIncludes);
  }
}

export async function assertSpyCallAsync<Self, Args extends unknown[], Return>(
  spy: SpyLike<Self, Args, Promise<Return>>,
  callIndex: number,
  expected: ExpectedSpyCall<Self, Args, Promise<Return> | Return> = {},
): Promise<void> {
  const { returned, error, ...rest } = expected;
  assertSpyCall(
    spy,
    callIndex,
    rest as ExpectedSpyCall<Self, Args, Promise<Return>>,
  );
  const call = callAt(spy, callIndex);
  if (call.error) {
    throw new AssertionError(
      "Spy call did not return a promise, an error was thrown.",
    );
  }
  if (!(call.returned instanceof Promise)) {
    throw new AssertionError(
      "Spy call did not return a promise, a value was returned.",
    );
  }
  const [settled] = await Promise.allSettled([call.returned]);
  if ("returned" in expected) {
    if (settled.status === "rejected") {
      throw new AssertionError("Spy call returned promise was rejected");
    }
    same(
      settled.value,
      await returned,
      "Spy call did not resolve to expected value",
    );
  }
  if ("error" in expected) {
    if (settled.status === "fulfilled") {
      throw new AssertionError("Expected function to reject.");
    }
    isError(settled.reason, error?.Class, error?.msgIncludes);
  }
}

export function assertSpyCallArg<
  Self,
  Args extends unknown[],
  Return,
  ExpectedArg,
>(
  spy: SpyLike<Self, Args, Return>,
  callIndex: number,
  argIndex: number,
  expected: ExpectedArg,
): ExpectedArg {
  const arg = callAt(spy, callIndex).args[argIndex];
  equals(arg, expected);
  return arg as ExpectedArg;
}

export function assertSpyCallArgs<
  Self,
  Args extends unknown[],
  Return,
  ExpectedArgs extends unknown[],
>(
  spy: SpyLike<Self, Args, Return>,
  callIndex: number,
  expected: ExpectedArgs,
): ExpectedArgs;
export function assertSpyCallArgs<
  Self,
  Args extends unknown[],
  Return,
  ExpectedArgs extends unknown[],
>(
  spy: SpyLike<Self, Args, Return>,
  callIndex: number,
  argsStart: number,
  expected: ExpectedArgs,
): ExpectedArgs;
export function assertSpyCallArgs<
  Self,
  Args extends unknown[],
  Return,
  ExpectedArgs extends unknown[],
>(
  spy: SpyLike<Self, Args, Return>,
  callIndex: number,
  argsStart: number,
  argsEnd: number,
  expected: ExpectedArgs,
): ExpectedArgs;
export function assertSpyCallArgs(
  spy: SpyLike,
  callIndex: number,
  ...rest: any[]
): any {
  const expected = rest.pop();
  const args = callAt(spy, callIndex).args.slice(...rest);
  equals(args, expected);
  return args;
}

export function returnsThis<Self = any, Args extends unknown[] = any[]>(): (
  this: Self,
  ...args: Args
) => Self {
  return function (this: Self): Self {
    return this;
  };
}

export function returnsArg<Arg, Self = any>(
  idx: number,
): (this: Self, ...args: Arg[]) => Arg | undefined {
  return (...args: Arg[]) => args[idx];
}

export function returnsArgs<Args extends unknown[], Self = any>(
  start = 0,
  end?: number,
): (this: Self, ...args: Args) => Args {
  return (...args: Args) => args.slice(start, end) as Args;
}

export function returnsNext<Return, Self = any, Args extends unknown[] = any[]>(
  values: Iterable<Return | Error>,
): (this: Self, ...args: Args) => Return {
  const iterator = values[Symbol.iterator]();
  let calls = 0;
  return () => {
    const next = iterator.next();
    if (next.done) {
      throw new MockError(
        `Not expected to be called more than ${calls} time(s)`,
      );
    }
    calls++;
    if (next.value instanceof Error) throw next.value;
    return next.value;
  };
}

export function resolvesNext<
  Return,
  Self = any,
  Args extends unknown[] = any[],
>(
  iterable:
    | Iterable<Return | Error | Promise<Return | Error>>
    | AsyncIterable<Return | Error | Promise<Return | Error>>,
): (this: Self, ...args: Args) => Promise<Return> {
  const iterator = (async function* () {
    yield* iterable;
  })();
  let calls = 0;
  return async () => {
    const next = await iterator.next();
    if (next.done) {
      throw new MockError(
        `Not expected to be called more than ${calls} time(s)`,
      );
    }
    calls++;
    if (next.value instanceof Error) throw next.value;
    return next.value as Return;
  };
}
