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
  const { module, [kind]: name } = Object(definition) as {
    module?: unknown;
    actor?: unknown;
    task?: unknown;
  };
  if (typeof name !== "string" || typeof module !== "string") {
    throw new InvalidOptionError(
      `Cannot start ${
        kind === "actor" ? "an actor" : "a task"
      } as the first argument must be what ${kind}() or remote() returned: current value is ${
        describe(definition)
      }`,
      { option: kind, value: definition },
    );
  }
  if (!isAbsolute(module)) {
    throw new InvalidOptionError(
      `Cannot start "${name}" as the URL of its module must be absolute, use import.meta or import.meta.resolve(): current value is "${module}"`,
      { option: "module", value: module },
    );
  }
  if (!Array.isArray(args)) {
    throw new InvalidOptionError(
      `Cannot start "${name}" as its arguments must be an array: current value is ${
        describe(args)
      }`,
      { option: "args", value: args },
    );
  }
  return { kind, module, definition: name, args, once };
}

function describe(value: unknown): string {
  if (typeof value === "function") return `the function ${value.name}`;
  return typeof value === "string"
    ? `"${value}"`
    : Deno.inspect(value, { depth: 1 });
}
