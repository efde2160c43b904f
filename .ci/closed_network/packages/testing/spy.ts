// deno-lint-ignore-file no-explicit-any explicit-module-boundary-types constructor-super -- typed by its overloads; super() is in a try

/** What records calls: spies, stubs and the sessions that restore them. @module */

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
