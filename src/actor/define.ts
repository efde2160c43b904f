/**
 * Definitions: how functions and classes get a name that other threads know.
 *
 * Functions cannot cross threads. A definition is registered in its own module
 * under (module URL, name); only those two cross, and the other side imports the
 * module and finds the same definition there.
 *
 * @module
 */
import {
  InvalidOptionError,
  ModuleLoadError,
  TopLevelSpawnError,
  UnknownExportError,
} from "../errors.ts";

// deno-lint-ignore no-explicit-any -- `any` infers parameters of every function, `unknown` none
type AnyFunction = (...args: any[]) => any;

/** A function that other threads can run. Calling it runs it here. */
export interface Task<A extends unknown[], R> {
  (...args: A): R;
  /** URL of the module that registers it. */
  readonly module: string;
  /** Name it is registered under. */
  readonly task: string;
}

/** A class that other threads can make an actor of. */
export interface ActorClass<A extends unknown[], C> {
  /** URL of the module that registers it. */
  readonly module: string;
  /** Name it is registered under. */
  readonly actor: string;
  /** Carries the types of the arguments and of the instance; never there at run time. */
  readonly __types?: (args: A) => C;
}

/** What a registered name stands for. */
export type Definition =
  | { readonly kind: "task"; readonly run: AnyFunction }
  // deno-lint-ignore no-explicit-any -- any constructor
  | { readonly kind: "actor"; readonly make: new (...args: any[]) => object };

const DEFINITIONS: Map<string, Definition> = new Map();

function key(module: string, name: string): string {
  return `${module}#${name}`;
}

function checkName(what: string, name: unknown): void {
  if (typeof name === "string" && name !== "") return;
  throw new InvalidOptionError(
    `Cannot register ${what} as its name must be a non-empty string: current value is ${
      String(name)
    }`,
    { option: "name", value: name },
  );
}

/**
 * Registers `fn` under (module URL, `name`), so that any thread can run it.
 *
 * - The handle is what travels, never the code.
 * - Calling the handle runs the function here.
 *
 * @param meta `import.meta` of the module that exports the handle.
 * @param name Name of the export.
 *
 * @example
 * ```ts
 * import { task } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * export const square = task(import.meta, "square", (x: number) => x * x);
 * assertEquals(square(3), 9);
 * ```
 */
export function task<A extends unknown[], R>(
  meta: ImportMeta,
  name: string,
  fn: (...args: A) => R,
): Task<A, R> {
  checkName("a task", name);
  DEFINITIONS.set(key(meta.url, name), { kind: "task", run: fn });
  return Object.assign((...args: A): R => fn(...args), {
    module: meta.url,
    task: name,
  });
}

/**
 * Registers a class under (module URL, `name`), so that actors can be made of it on any thread.
 *
 * Its public methods are the messages it answers. `onStart`, `onStop`,
 * `onRestart`, `checkpoint` and `restore` are hooks and never messages.
 *
 * @param meta `import.meta` of the module that exports the handle.
 * @param name Name of the export.
 *
 * @example
 * ```ts
 * import { actor } from "@troupe/actors";
 *
 * export const Greeter = actor(
 *   import.meta,
 *   "Greeter",
 *   class {
 *     greet(name: string): string {
 *       return `Hello ${name}`;
 *     }
 *   },
 * );
 * ```
 */
export function actor<A extends unknown[], C extends object>(
  meta: ImportMeta,
  name: string,
  make: new (...args: A) => C,
): ActorClass<A, C> {
  checkName("an actor", name);
  DEFINITIONS.set(key(meta.url, name), { kind: "actor", make });
  return { module: meta.url, actor: name };
}

/** The handles of a module that this side does not load. */
export type Remote<M> = {
  readonly [
    K in keyof M as M[K] extends // deno-lint-ignore no-explicit-any -- any handle
    Task<any, any> | ActorClass<any, any> ? K
      : never
  ]: M[K];
};

/**
 * Typed handles for the module at `url`, which is loaded only where they run.
 *
 * @param url Absolute URL, as `import.meta.resolve("./heavy.ts")` gives it.
 *
 * @example
 * ```ts ignore
 * const heavy = remote<typeof import("./heavy.ts")>(import.meta.resolve("./heavy.ts"));
 * const job = run(heavy.square, [3]);
 * ```
 */
export function remote<M>(url: string): Remote<M> {
  if (!URL.canParse(url)) {
    throw new InvalidOptionError(
      `Cannot make handles for a module as its URL must be absolute, use import.meta.resolve(): current value is "${url}"`,
      { option: "url", value: url },
    );
  }
  return new Proxy({}, {
    get: (_, name) =>
      typeof name === "string" && name !== "then"
        ? { module: url, task: name, actor: name }
        : undefined,
  }) as Remote<M>;
}

/** What {@link load} looks for. */
export interface Wanted {
  /** URL of the module. */
  readonly module: string;
  /** Name the definition is registered under. */
  readonly definition: string;
  /** What the name must stand for. */
  readonly kind: "actor" | "task";
  /** Name of the actor that is to be, for errors. */
  readonly name: string;
}

/**
 * Imports the module and finds the definition in it.
 *
 * @throws {TopLevelSpawnError} If the module starts actors while it is loaded.
 * @throws {ModuleLoadError} If the module cannot be imported.
 * @throws {UnknownExportError} If it registers no such name, or as another kind.
 */
export async function load(wanted: Wanted): Promise<Definition> {
  const exported = await importExport(wanted);
  const { module, definition: name, kind } = wanted;
  const found = DEFINITIONS.get(key(module, name)) ??
    DEFINITIONS.get(
      key(
        exported?.module ?? module,
        exported?.actor ?? exported?.task ?? name,
      ),
    );
  if (found?.kind === kind) return found;
  const available = [...DEFINITIONS.keys()]
    .filter((k) => k.startsWith(`${module}#`))
    .map((k) => k.slice(module.length + 1));
  const why = found === undefined
    ? `"${module}" registers no ${kind} "${name}": it has ${
      available.map((n) => `"${n}"`).join(", ") || "none"
    }`
    : `"${name}" in "${module}" is registered as ${
      found.kind === "task" ? "a task, use run()" : "an actor, use spawn()"
    }`;
  throw new UnknownExportError(`Cannot start "${wanted.name}" as ${why}`, {
    module,
    exportName: name,
    available,
  });
}

async function importExport(
  { module, definition, name }: Wanted,
): Promise<{ module?: string; actor?: string; task?: string } | undefined> {
  try {
    return (await import(module))[definition];
  } catch (cause) {
    if (cause instanceof TopLevelSpawnError) throw cause;
    throw new ModuleLoadError(
      `Cannot start "${name}" as "${module}" cannot be imported, check its path and what it imports: ${
        cause instanceof Error ? cause.message : String(cause)
      }`,
      { module, cause },
    );
  }
}
