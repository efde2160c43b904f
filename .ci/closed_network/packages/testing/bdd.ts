/** `describe` and `it`, as tests with steps. @module */

type Body<T> = (this: T, t: Deno.TestContext) => void | Promise<void>;
type Hook<T> = (this: T) => void | Promise<void>;
type HookName = "beforeAll" | "afterAll" | "beforeEach" | "afterEach";

export interface TestSuite<T> {
  symbol: symbol;
  /** Never set: it carries `T`. */
  readonly context?: T;
}

export interface DescribeDefinition<T> extends Omit<Deno.TestDefinition, "fn"> {
  fn?: () => void | undefined;
  suite?: TestSuite<T>;
  beforeAll?: Hook<T> | Hook<T>[];
  afterAll?: Hook<T> | Hook<T>[];
  beforeEach?: Hook<T> | Hook<T>[];
  afterEach?: Hook<T> | Hook<T>[];
}

export interface ItDefinition<T> extends Omit<Deno.TestDefinition, "fn"> {
  fn: Body<T>;
  suite?: TestSuite<T>;
}

type Definition<D, F> =
  | [options: D]
  | [name: string]
  | [fn: F]
  | [name: string, options: Omit<D, "name">]
  | [name: string, fn: F]
  | [options: Omit<D, "fn"> | Omit<D, "fn" | "name">, fn: F]
  | [name: string, options: Omit<D, "fn" | "name">, fn: F];
type InSuite<T, A extends unknown[]> = A | [suite: TestSuite<T>, ...A];

export type ItArgs<T> = InSuite<T, Definition<ItDefinition<T>, Body<T>>>;
export type DescribeArgs<T> = InSuite<
  T,
  Definition<DescribeDefinition<T>, () => void | undefined>
>;

interface Case {
  kind: "case";
  options: Partial<Deno.TestDefinition>;
  name: string;
  fn: Body<unknown>;
}

interface Suite {
  kind: "suite";
  options: Partial<Deno.TestDefinition>;
  name: string;
  symbol: symbol;
  children: (Suite | Case)[];
  hooks: Record<HookName, Hook<unknown>[]>;
}

const suites = new Map<symbol, Suite>();
const root: Suite = suite("global", {});
let current: Suite = root;

function suite(name: string, options: Partial<Deno.TestDefinition>): Suite {
  const made: Suite = {
    kind: "suite",
    name,
    options,
    symbol: Symbol(name),
    children: [],
    hooks: { beforeAll: [], afterAll: [], beforeEach: [], afterEach: [] },
  };
  suites.set(made.symbol, made);
  return made;
}

interface Parsed {
  parent: Suite;
  name: string;
  fn: unknown;
  hooks: Partial<Record<HookName, Hook<unknown> | Hook<unknown>[]>>;
  options: Partial<Deno.TestDefinition>;
}

function parse(args: readonly unknown[]): Parsed {
  let parent: Suite | undefined;
  let name: string | undefined;
  let fn: unknown;
  let given: Record<string, unknown> = {};
  for (const arg of args) {
    if (typeof arg === "string") name = arg;
    else if (typeof arg === "function") fn = arg;
    else if (typeof arg === "object" && arg !== null) {
      const symbol = (arg as { symbol?: unknown }).symbol;
      if (typeof symbol === "symbol") parent = suites.get(symbol);
      else given = arg as Record<string, unknown>;
    }
  }
  const {
    suite: within,
    name: named,
    fn: body,
    beforeAll,
    afterAll,
    beforeEach,
    afterEach,
    ...options
  } = given;
  fn ??= body;
  const symbol = (within as TestSuite<unknown> | undefined)?.symbol;
  return {
    parent: parent ?? (symbol ? suites.get(symbol) : undefined) ?? current,
    name: name ?? named as string | undefined ??
      (fn as { name?: string } | undefined)?.name ?? "",
    fn,
    hooks: { beforeAll, afterAll, beforeEach, afterEach } as Parsed["hooks"],
    options: options as Partial<Deno.TestDefinition>,
  };
}

async function callAll(hooks: Hook<unknown>[], self: unknown): Promise<void> {
  for (const hook of hooks) await hook.call(self);
}

async function runCase(
  child: Case,
  path: Suite[],
  self: Record<PropertyKey, unknown>,
  t: Deno.TestContext,
): Promise<void> {
  for (const { hooks } of path) await callAll(hooks.beforeEach, self);
  try {
    await child.fn.call(self, t);
  } finally {
    for (const { hooks } of [...path].reverse()) {
      await callAll(hooks.afterEach, self);
    }
  }
}

async function runSuite(
  within: Suite,
  path: Suite[],
  outer: Record<PropertyKey, unknown>,
  t: Deno.TestContext,
): Promise<void> {
  const self = { ...outer };
  const chain = [...path, within];
  const only = within.children.filter(({ options }) => options.only);
  try {
    await callAll(within.hooks.beforeAll, self);
    for (const child of only.length > 0 ? only : within.children) {
      await t.step({
        name: child.name,
        ignore: child.options.ignore ?? false,
        fn: (step) =>
          child.kind === "suite"
            ? runSuite(child, chain, self, step)
            : runCase(child, chain, { ...self }, step),
      });
    }
  } finally {
    await callAll(within.hooks.afterAll, self);
  }
}

/** Global hooks run around each top-level test or suite. */
function register(child: Suite | Case): void {
  Deno.test({
    ...child.options,
    name: child.name,
    fn: async (t) => {
      const self = {};
      if (child.kind === "case") {
        await callAll(root.hooks.beforeAll, self);
        try {
          await runCase(child, [root], self, t);
        } finally {
          await callAll(root.hooks.afterAll, self);
        }
      } else await runSuite(child, [root], self, t);
    },
  });
}

function addIt(
  args: readonly unknown[],
  extra: Partial<Deno.TestDefinition>,
): void {
  const { parent, name, fn, options } = parse(args);
  const child: Case = {
    kind: "case",
    name,
    fn: fn as Body<unknown>,
    options: { ...options, ...extra },
  };
  if (parent === root) register(child);
  else parent.children.push(child);
}

function addDescribe(
  args: readonly unknown[],
  extra: Partial<Deno.TestDefinition>,
): TestSuite<unknown> {
  const { parent, name, fn, hooks, options } = parse(args);
  const made = suite(name, { ...options, ...extra });
  for (const [hook, fns] of Object.entries(hooks)) {
    made.hooks[hook as HookName].push(...[fns ?? []].flat());
  }
  const outer = current;
  current = made;
  try {
    (fn as (() => void) | undefined)?.();
  } finally {
    current = outer;
  }
  if (parent === root) register(made);
  else parent.children.push(made);
  return { symbol: made.symbol };
}

export interface it {
  <T>(...args: ItArgs<T>): void;
  only<T>(...args: ItArgs<T>): void;
  ignore<T>(...args: ItArgs<T>): void;
  skip<T>(...args: ItArgs<T>): void;
}
export const it: it = Object.assign(
  <T>(...args: ItArgs<T>): void => addIt(args, {}),
  {
    only: <T>(...args: ItArgs<T>): void => addIt(args, { only: true }),
    ignore: <T>(...args: ItArgs<T>): void => addIt(args, { ignore: true }),
    skip: <T>(...args: ItArgs<T>): void => addIt(args, { ignore: true }),
  },
);
export const test: it = it;

export interface describe {
  <T>(...args: DescribeArgs<T>): TestSuite<T>;
  only<T>(...args: DescribeArgs<T>): TestSuite<T>;
  ignore<T>(...args: DescribeArgs<T>): TestSuite<T>;
  skip<T>(...args: DescribeArgs<T>): TestSuite<T>;
}
export const describe: describe = Object.assign(
  <T>(...args: DescribeArgs<T>) => addDescribe(args, {}) as TestSuite<T>,
  {
    only: <T>(...args: DescribeArgs<T>) =>
      addDescribe(args, { only: true }) as TestSuite<T>,
    ignore: <T>(...args: DescribeArgs<T>) =>
      addDescribe(args, { ignore: true }) as TestSuite<T>,
    skip: <T>(...args: DescribeArgs<T>) =>
      addDescribe(args, { ignore: true }) as TestSuite<T>,
  },
);

export function beforeAll<T>(fn: Hook<T>): void {
  current.hooks.beforeAll.push(fn as Hook<unknown>);
}
export function before<T>(fn: Hook<T>): void {
  beforeAll(fn);
}
export function afterAll<T>(fn: Hook<T>): void {
  current.hooks.afterAll.push(fn as Hook<unknown>);
}
export function after<T>(fn: Hook<T>): void {
  afterAll(fn);
}
export function beforeEach<T>(fn: Hook<T>): void {
  current.hooks.beforeEach.push(fn as Hook<unknown>);
}
export function afterEach<T>(fn: Hook<T>): void {
  current.hooks.afterEach.push(fn as Hook<unknown>);
}
