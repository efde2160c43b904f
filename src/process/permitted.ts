import type { SpawnOptions } from "../actor/spawn_options.ts";
import { InvalidOptionError } from "../errors.ts";

/**
 * How an actor is started that a process asks for, which has `permissions` of its own: with no more than it has itself.
 *
 * @throws {InvalidOptionError} If it asks for others.
 */
export function permitted(
  permissions: Deno.PermissionOptions | undefined,
  options: SpawnOptions,
): SpawnOptions {
  if (permissions === undefined || permissions === "inherit") {
    // Its own thread is that of another process.
    return options.placement === "local"
      ? { ...options, placement: "thread" }
      : options;
  }
  const { permissions: asked = "inherit" } = options;
  if (asked === "inherit") {
    return { ...options, placement: "process", permissions };
  }
  throw new InvalidOptionError(
    `Cannot start anything with 'permissions' in a process with its own as it has those of who starts it: current value is ${
      Deno.inspect(asked)
    }`,
    { option: "permissions", value: asked },
  );
}
