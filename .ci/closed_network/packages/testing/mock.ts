// deno-lint-ignore-file no-explicit-any explicit-module-boundary-types constructor-super -- typed by its overloads; super() is in a try

/** Spies and stubs. @module */

import {
  assertEquals as equals,
  AssertionError,
  assertIsError as isError,
} from "npm:deno-std@1.4.0/assert/mod.js";

type Fn<Self, Args extends unknown[], Return> = (
  this: Self,
  ...args: Args
) => Return;

export class MockError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "MockError";
  }
}

export interface SpyCall<
  Self = any,
  Args extends unknown[] = any[],
  Return = any,
> {
  args: Args;
  returned?: Return;
  error?: Error;
  self?: Self;
}

export interface Spy<Self = any, Args extends unknown[] = any[], Return = any> {
  (this: Self, ...args: Args): Return;
  original: (this: Self, ...args: Args) => Return;
  calls: SpyCall<Self, Args, Return>[];
  restored: boolean;
  restore(): void;
}

export interface MethodSpy<
  Self = any,
  Args extends unknown[] = any[],
  Return = any,
> extends Spy<Self, Args, Return>, Disposable {}

export interface Stub<Self = any, Args extends unknown[] = any[], Return = any>
  extends MethodSpy<Self, Args, Return> {
  fake: (this: Self, ...args: Args) => Return;
}

export interface ConstructorSpy<Self = any, Args extends unknown[] = any[]> {
  new (...args: Args): Self;
  original: new (...args: Args) => Self;
  calls: SpyCall<Self, Args, Self>[];
  restored: boolean;
  restore(): void;
}

export type SpyLike<Self = any, Args extends unknown[] = any[], Return = any> =
  | Spy<Self, Args, Return>
  | ConstructorSpy<Self, Args>;

export type GetParametersFromProp<Self, Prop extends keyof Self> =
  Self[Prop] extends (...args: infer Args) => unknown ? Args : unknown[];
export type GetReturnFromProp<Self, Prop extends keyof Self> =
  Self[Prop] extends (...args: any[]) => infer Return ? Return : unknown;

const sessions: Set<Spy>[] = [];
const spies = new WeakSet<object>();

export function mockSession(): number;
export function mockSession<Self, Args extends unknown[], Return>(
  func: (this: Self, ...args: Args) => Return,
): (this: Self, ...args: Args) => Return;
export function mockSession(
  func?: Fn<any, any[], any>,
): number | Fn<any, any[], any> {
  if (!func) return sessions.push(new Set()) - 1;
  return function (this: unknown, ...args: any[]): any {
    const id = mockSession();
    try {
      return func.apply(this, args);
    } finally {
      restore(id);
    }
  };
}

export function mockSessionAsync<Self, Args extends unknown[], Return>(
  func: (this: Self, ...args: Args) => Promise<Return>,
): (this: Self, ...args: Args) => Promise<Return> {
  return async function (this: Self, ...args: Args): Promise<Return> {
    const id = mockSession();
    try {
      return await func.apply(this, args);
    } finally {
      restore(id);
    }
  };
}

export function restore(id?: number): void {
  const first = id ?? (sessions.length || 1) - 1;
  for (let session = sessions.pop(); session; session = sessions.pop()) {
    for (const spy of session) spy.restore();
    if (sessions.length <= first) break;
  }
}

function recorder(fake: Fn<any, any[], any>, original: unknown): Spy {
  const calls: SpyCall[] = [];
  const made = function (this: unknown, ...args: any[]): any {
    const call: SpyCall = { args };
    if (this) call.self = this;
    try {
      return call.returned = fake.apply(this, args);
    } catch (error) {
      call.error = error as Error;
      throw error;
    } finally {
      calls.push(call);
    }
  };
  spies.add(made);
  return Object.assign(made, { original, calls }) as unknown as Spy;
}

function functionSpy(original: Fn<any, any[], any>): Spy {
  return Object.assign(recorder(original, original), {
    restored: false,
    restore(): void {
      throw new MockError("Cannot restore: function cannot be restored");
    },
  });
}

function replace(
  self: any,
  property: PropertyKey,
  what: string,
  fake?: Fn<any, any[], any>,
): Stub {
  const original = self[property];
  if (
    typeof original !== "function" &&
    !(what === "stub" && original === undefined)
  ) {
    throw new MockError(`Cannot ${what}: property is not an instance method`);
  }
  if (spies.has(original ?? {})) {
    throw new MockError(`Cannot ${what}: already spying on instance method`);
  }
  const descriptor = Object.getOwnPropertyDescriptor(self, property);
  if (descriptor && !descriptor.configurable) {
    throw new MockError(`Cannot ${what}: non-configurable instance method`);
  }
  const run = fake ?? original;
  const made = recorder(run, original);
  let restored = false;
  const session = sessions.at(-1);
  Object.defineProperties(made, {
    fake: { enumerable: true, value: run },
    restored: { enumerable: true, get: () => restored },
    restore: {
      enumerable: true,
      value: () => {
        if (restored) {
          throw new MockError(
            "Cannot restore: instance method already restored",
          );
        }
        if (descriptor) Object.defineProperty(self, property, descriptor);
        else delete self[property];
        restored = true;
        session?.delete(made);
      },
    },
    [Symbol.dispose]: { value: () => made.restore() },
  });
  Object.defineProperty(self, property, {
    configurable: true,
    enumerable: descriptor?.enumerable ?? false,
    writable: descriptor?.writable ?? false,
    value: made,
  });
  session?.add(made);
  return made as Stub;
}

function constructorSpy(original: new (...args: any[]) => any): ConstructorSpy {
  const calls: SpyCall[] = [];
  const made = class extends original {
    static readonly original = original;
    static readonly calls = calls;
    static readonly restored = false;
    constructor(...args: any[]) {
      const call: SpyCall = { args };
      try {
        super(...args);
        call.returned = this;
      } catch (error) {
        call.error = error as Error;
        throw error;
      } finally {
        calls.push(call);
      }
    }
    static restore(): void {
      throw new MockError("Cannot restore: constructor cannot be restored");
    }
  };
  Object.defineProperty(made, "name", { value: original.name });
  return made as unknown as ConstructorSpy;
}

export function spy<
  Self = any,
  Args extends unknown[] = any[],
  Return = undefined,
>(): Spy<
  Self,
  Args,
  Return
>;
export function spy<Self, Args extends unknown[], Return>(
  func: (this: Self, ...args: Args) => Return,
): Spy<Self, Args, Return>;
export function spy<Self, Args extends unknown[]>(
  constructor: new (...args: Args) => Self,
): ConstructorSpy<Self, Args>;
export function spy<Self, Prop extends keyof Self>(
  self: Self,
  property: Prop,
): MethodSpy<
  Self,
  GetParametersFromProp<Self, Prop>,
  GetReturnFromProp<Self, Prop>
>;
export function spy(target?: any, property?: PropertyKey): any {
  if (!target) return functionSpy(() => {});
  if (property !== undefined) return replace(target, property, "spy");
  return Function.prototype.toString.call(target).startsWith("class")
    ? constructorSpy(target)
    : functionSpy(target);
}

export function stub<Self, Prop extends keyof Self>(
  self: Self,
  property: Prop,
): Stub<Self, GetParametersFromProp<Self, Prop>, GetReturnFromProp<Self, Prop>>;
export function stub<Self, Prop extends keyof Self>(
  self: Self,
  property: Prop,
  func: (
    this: Self,
    ...args: GetParametersFromProp<Self, Prop>
  ) => GetReturnFromProp<Self, Prop>,
): Stub<Self, GetParametersFromProp<Self, Prop>, GetReturnFromProp<Self, Prop>>;
export function stub(
  self: any,
  property: PropertyKey,
  func?: Fn<any, any[], any>,
): any {
  return replace(self, property, "stub", func ?? (() => {}));
}

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
