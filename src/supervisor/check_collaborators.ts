import { InvalidOptionError } from "../errors.ts";
import type { SupervisorListener } from "./supervisor_event.ts";

/**
 * Checks where a supervisor is to make its children.
 *
 * @throws {InvalidOptionError} If it cannot make any.
 */
export function checkSpawner(system: unknown): void {
  const { open } = (system ?? {}) as { open?: unknown };
  if (typeof open === "function") return;
  throw refuse("Cannot start a supervisor", "system", {
    value: system,
    must:
      "be a System or the Context of an actor, or left out for the default system",
  });
}

/**
 * Checks and returns who is to be told what happens to a supervisor.
 *
 * @throws {InvalidOptionError} If it is no function.
 */
export function checkListener(
  name: string,
  listener: SupervisorListener,
): SupervisorListener {
  if (typeof listener === "function") return listener;
  throw refuse(`Cannot listen to supervisor "${name}"`, "listener", {
    value: listener,
    must: "be a function",
  });
}

function refuse(
  what: string,
  option: string,
  { value, must }: { value: unknown; must: string },
): InvalidOptionError {
  return new InvalidOptionError(
    `${what} as '${option}' must ${must}: current value is ${
      Deno.inspect(value)
    }`,
    { option, value },
  );
}
