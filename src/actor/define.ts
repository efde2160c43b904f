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
import { importOnce } from "./import_once.ts";
import { messageOf } from "../thrown.ts";

// deno-lint-ignore no-explicit-any -- `any` infers parameters of every function, `unknown` none
type AnyFunction = (...args: any[]) => any;

/**
 * A function that other threads can run: what {@linkcode task} returns.
 *
 * - Calling it runs the function here, on this thread.
 * - `run()` runs it on a thread of its own.
 *
 * @typeParam A The arguments.
 * @typeParam R What the function returns; a promise is awaited.
 */
export interface Task<A extends unknown[], R> {
  (...args: A): R;
  /** URL of the module that registers it. */
  readonly module: string;
  /** Name it is registered under. */
  readonly task: string;
}

/**
 * A class that other threads can make an actor of: what {@linkcode actor} returns.
 *
 * @typeParam A The arguments of the constructor.
 * @typeParam C The instance, whose public methods are the messages.
 */
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

/** The URLs of the modules that registered something on this thread, in that order. */
export function definingModules(): string[] {
  const urls = DEFINITIONS.keys().map((k) => k.slice(0, k.lastIndexOf("#")));
  return [...new Set(urls)];
}

/** All that is registered on this thread. */
export function definitions(): Iterable<Definition> {
  return DEFINITIONS.values();
}

function key(module: string, name: string): string {
  return `${module}#${name}`;
}

/** What is registered, as errors call it. */
type Registered = "a task" | "a reducer" | "an actor";

/** Checks a definition and enters it: one name of one module stands for one thing. */
function register(
  what: Registered,
  meta: ImportMeta,
  name: string,
  definition: Definition,
  code: unknown,
): void {
  const refuse = (option: string, why: string, value: unknown): never => {
    throw new InvalidOptionError(`Cannot register ${what} as ${why}`, {
      option,
      value,
    });
  };
  if (typeof name !== "string" || name === "") {
    refuse(
      "name",
      `its name must be a non-empty string: current value is ${String(name)}`,
      name,
    );
  }
  if (typeof meta?.url !== "string") {
    refuse("meta", `the first argument must be import.meta`, meta);
  }
  const wanted = what === "an actor" ? "a class" : "a function";
  const isClass = typeof code === "function" && "prototype" in code;
  if (what === "an actor" ? !isClass : typeof code !== "function") {
    refuse("code", `"${name}" must be ${wanted}`, code);
  }
  const place = key(meta.url, name);
  if (DEFINITIONS.has(place)) {
    refuse(
      "name",
      `"${name}" is taken: "${meta.url}" registers it twice`,
      name,
    );
  }
  DEFINITIONS.set(place, definition);
}

/**
 * Registers `fn` as {@linkcode task} does, for what is called something else.
 *
 * @throws {InvalidOptionError} If `name` is not a non-empty string, or taken, or `fn` is no function.
 */
export function registerFunction<A extends unknown[], R>(
  what: Exclude<Registered, "an actor">,
  meta: ImportMeta,
  name: string,
  fn: (...args: A) => R,
): void {
  register(what, meta, name, { kind: "task", run: fn }, fn);
}

/**
 * Registers `fn` under (module URL, `name`), so that any thread can run it.
 *
 * - **Only the name travels:** the other thread imports the module and finds the function there, so the module must
 *   register it at its top level, under the same name each time.
 * - **Nothing starts:** registering is all that happens. Calling the handle runs the function here.
 * - **The last one counts:** a second definition of the same name in the same module replaces the first.
 *
 * @param meta `import.meta` of the module that exports the handle.
 * @param name Name of the export; a non-empty string.
 * @param fn The function. On another thread its arguments and its result are copies.
 * @returns The handle: callable here, and what `run()` takes.
 * @throws {InvalidOptionError} If `name` is not a non-empty string.
 *
 * @example Define a task
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
  registerFunction("a task", meta, name, fn);
  return Object.assign((...args: A): R => fn(...args), {
    module: meta.url,
    task: name,
  });
}

/**
 * Registers a class under (module URL, `name`), so that actors can be made of it on any thread.
 *
 * - **Messages:** its methods are the messages it answers, also inherited ones and functions in fields, not `#private` ones.
 * - **One at a time:** the next message waits until the handler's promise settled, unless `concurrency` says otherwise.
 * - **An error ends the actor:** what a handler throws is the reason of its end. A `Refusal` is not: it rejects that
 *   one ask, and the actor goes on.
 * - **Only the name travels:** the worker imports the module and finds the class there, so the module must register it
 *   at its top level, under the same name each time.
 *
 * ## Hooks
 *
 * The names `onStart`, `onStop`, `onRestart`, `checkpoint` and `restore` are never messages.
 * Each hook may be missing, and each may be async: what comes next waits for it.
 *
 * | hook                                   | called                                | an error in it                        |
 * |----------------------------------------|---------------------------------------|---------------------------------------|
 * | `constructor(...args)`                 | first, at every start                 | fails the start: `ActorInitError`     |
 * | `restore(state)`                       | after the constructor, at a restart   | fails the start: `ActorInitError`     |
 * | `onStart(context: Context)`            | after the constructor, at every start | fails the start: `ActorInitError`     |
 * | `onRestart(error: unknown)`            | after `onStart`, at a restart         | fails the start: `ActorInitError`     |
 * | `checkpoint()`                         | between messages, and before `onStop` | fails the actor                       |
 * | `onStop(reason: unknown)`              | last, after the handler that ran      | see below                             |
 *
 * - **Start:** module, constructor, `onStart` and `onRestart` share one `initTimeout`. No message is handled before they
 *   are done. `onStop` is not called for a start that failed.
 * - **Restart:** it is made anew by its constructor with the arguments it was given first, as a supervisor does.
 *   `onRestart` is given the error that ended the incarnation before; its `ExitReport` if it ended without an error.
 *   A restart that fails is a failure of the actor like any other, and is restarted within the budget.
 * - **Stop:** `onStop` is given the reason: the argument of `ActorRef.stop()`, `"system closed"` or `"owner stopped"`,
 *   a supervisor's `"shutdown"`, or after a failure the error. On a stop, `Context.signal` is aborted before, and the
 *   actors that it started are stopped after.
 * - **An error in `onStop`:** on a stop the actor ends as `failed` with that error. After a failure the first error
 *   stays the reason, and that of `onStop` is dropped.
 * - **How long `onStop` may take:** on a stop as long as the stop may, then the actor is killed. After a failure 5,000
 *   ms, then it is abandoned.
 * - **Not called:** `onStop` does not run when the actor is killed, hangs, ends by `self.close()` or `Deno.exit()`, or
 *   when its owner ended otherwise than by a stop. Do not rely on it for what must not be lost.
 * - **`Deno.exit()`** ends the thread, and all who live on it. With code 0 an actor on a thread of its own is `done`, as
 *   after `Context.stop()`, though its hook does not run and the call in flight is rejected; with any other code it has
 *   `crashed`, as after `self.close()`.
 * - **State over restarts:** what `checkpoint()` returned last is given to `restore(state)`, as a copy, when a supervisor
 *   restarts the actor: before `onStart`, and after an end of whatever kind. It is called after each message, before the
 *   next one begins, or less often by `SpawnOptions.checkpointMs`; and when the actor stops or a handler threw, when what
 *   the handler had changed by then is in it. `undefined` keeps the state before. An answer may be there
 *   before the state that it is of was kept: it proves nothing of that. An actor that nobody restarts is not
 *   asked for its state, and a start by hand begins without it, as does one whose failures made its supervisor give up.
 *
 * @param meta `import.meta` of the module that exports the handle.
 * @param name Name of the export; a non-empty string.
 * @param make The class. On another thread the arguments of its constructor and its methods are copies.
 * @returns The handle: what `spawn()` and the specs of children take.
 * @throws {InvalidOptionError} If `name` is not a non-empty string.
 *
 * @example Define an actor
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
 *
 * @example Hooks
 * ```ts
 * import { actor, type Context, spawn } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * export const Diary = actor(
 *   import.meta,
 *   "Diary",
 *   class {
 *     readonly #lines: string[] = [];
 *     async onStart({ name, incarnation }: Context): Promise<void> {
 *       this.#lines.push(await Promise.resolve(`${name} ${incarnation}`));
 *     }
 *     onRestart(error: unknown): void {
 *       this.#lines.push(`after ${error}`);
 *     }
 *     onStop(_reason: unknown): void {
 *       this.#lines.length = 0;
 *     }
 *     lines(): string[] {
 *       return this.#lines;
 *     }
 *   },
 * );
 *
 * // Threads import this module too: only the main one starts the actor.
 * if (import.meta.main) {
 *   await using diary = await spawn(Diary, [], { name: "diary" });
 *   assertEquals(await diary.ask.lines(), ["diary 1"]);
 * }
 * ```
 *
 * @example State that outlives a crash
 * ```ts
 * import { actor, supervise } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * export const Till = actor(
 *   import.meta,
 *   "Till",
 *   class {
 *     #sum = 0;
 *     checkpoint(): number {
 *       return this.#sum;
 *     }
 *     restore(sum: number): void {
 *       this.#sum = sum;
 *     }
 *     take(amount: number): number {
 *       return this.#sum += amount;
 *     }
 *     crash(): void {
 *       Deno.exit(1);
 *     }
 *   },
 * );
 *
 * // Threads import this module too: only the main one starts the actor.
 * if (import.meta.main) {
 *   await using tree = await supervise({
 *     children: [{ id: "till", actor: Till }],
 *   });
 *   const till = tree.ref("till", Till);
 *   assertEquals(await till.ask.take(5), 5);
 *   await till.ask.crash().catch(() => {});
 *   assertEquals(await till.ask.take(2), 7);
 * }
 * ```
 */
export function actor<A extends unknown[], C extends object>(
  meta: ImportMeta,
  name: string,
  make: new (...args: A) => C,
): ActorClass<A, C> {
  register("an actor", meta, name, { kind: "actor", make }, make);
  return { module: meta.url, actor: name };
}

/**
 * The handles of a module that this side does not load: what {@linkcode remote} returns.
 *
 * @typeParam M The module, as `typeof import("./heavy.ts")`.
 */
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
 * - **Nothing is checked here:** every name gives a handle. A module that cannot be imported, or that registers no such
 *   name, is found by the start, which rejects with `ModuleLoadError` or `UnknownExportError`.
 * - **Not callable:** a task's handle of this kind can only be given to `run()`.
 *
 * @typeParam M The module, as `typeof import("./heavy.ts")`.
 * @param url Absolute URL, as `import.meta.resolve("./heavy.ts")` gives it.
 * @returns An object with a handle for each task and actor that the module exports.
 * @throws {InvalidOptionError} If `url` is not an absolute URL.
 *
 * @example Start an actor without loading its module here
 * ```ts
 * import { remote, System } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * const url = import.meta.resolve("@troupe/actors/manager");
 * const { VaultActor } = remote<typeof import("@troupe/actors/manager")>(url);
 *
 * await using system = new System();
 * const vault = await system.spawn(VaultActor, []);
 * assertEquals(await vault.ask.push("list", [1, 2]), 2);
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

/** The definition, if the module that registers it under that very name has been loaded here. */
export function findLoaded(
  { module, definition, kind }: Wanted,
): Definition | undefined {
  const found = DEFINITIONS.get(key(module, definition));
  return found?.kind === kind ? found : undefined;
}

/**
 * Imports the module and finds the definition in it.
 *
 * @param importModule Imports it.
 * @throws {TopLevelSpawnError} If the module starts actors while it is loaded.
 * @throws {ModuleLoadError} If the module cannot be imported.
 * @throws {UnknownExportError} If it registers no such name, or as another kind.
 */
export async function load(
  wanted: Wanted,
  importModule: () => Promise<unknown> = () => importOnce(wanted.module),
): Promise<Definition> {
  const exported = await importExport(wanted, importModule);
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
  importModule: () => Promise<unknown>,
): Promise<{ module?: string; actor?: string; task?: string } | undefined> {
  try {
    const exports = await importModule() as Record<string, unknown>;
    return exports[definition] as
      | { module?: string; actor?: string; task?: string }
      | undefined;
  } catch (cause) {
    if (cause instanceof TopLevelSpawnError) throw cause;
    throw new ModuleLoadError(
      `Cannot start "${name}" as "${module}" cannot be imported, check its path and what it imports: ${
        messageOf(cause)
      }`,
      { module, cause },
    );
  }
}
