import { InvalidOptionError } from "../errors.ts";
import type { Plan } from "./thread/thread_cell.ts";

/** The last URL that was found to be one: many are started of the same module. */
let absolute: string | undefined;

function isAbsolute(url: string): boolean {
  if (url !== absolute && !URL.canParse(url)) return false;
  absolute = url;
  return true;
}

/** The arguments for a start; they are let go when there will not be another. */
export function takeArgs(plan: Plan): readonly unknown[] {
  const { args, once } = plan;
  if (once) plan.args = [];
  return args;
}

/**
 * What `value` stands for.
 *
 * @param where What cannot be done if it is none, with the name of the child whose it is; not set for an argument.
 * @throws {InvalidOptionError} If it is no handle of an actor or a task.
 */
export function checkHandle(
  kind: "actor" | "task",
  value: unknown,
  where?: string,
): { readonly module: string; readonly definition: string } {
  const { module, [kind]: name } = Object(value) as {
    module?: unknown;
    actor?: unknown;
    task?: unknown;
  };
  if (typeof name !== "string" || typeof module !== "string") {
    const what = where ??
      `Cannot start ${kind === "actor" ? "an" : "a"} ${kind}`;
    const which = where === undefined ? "the first argument" : `'${kind}'`;
    throw new InvalidOptionError(
      `${what} as ${which} must be what ${kind}() or remote() returned: current value is ${
        describe(value)
      }`,
      { option: kind, value },
    );
  }
  if (!isAbsolute(module)) {
    throw new InvalidOptionError(
      `${
        where ?? `Cannot start "${name}"`
      } as the URL of its module must be absolute, use import.meta or import.meta.resolve(): current value is "${module}"`,
      { option: "module", value: module },
    );
  }
  return { module, definition: name };
}

/**
 * What `definition` is to run with `args`, `once` or as often as somebody starts it.
 *
 * @throws {InvalidOptionError} If it is no handle of an actor or a task, or `args` is no array.
 */
export function checkPlan(
  kind: "actor" | "task",
  definition: unknown,
  args: readonly unknown[],
  once: boolean,
): Plan {
  const handle = checkHandle(kind, definition);
  if (!Array.isArray(args)) {
    throw new InvalidOptionError(
      `Cannot start "${handle.definition}" as its arguments must be an array: current value is ${
        describe(args)
      }`,
      { option: "args", value: args },
    );
  }
  return { kind, ...handle, args, once };
}

function describe(value: unknown): string {
  if (typeof value === "function") return `the function ${value.name}`;
  return typeof value === "string"
    ? `"${value}"`
    : Deno.inspect(value, { depth: 1 });
}
