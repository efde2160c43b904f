import { InvalidOptionError } from "../errors.ts";

/**
 * Refuses what a function returned that must be over when it returns: what it has only begun would count as done.
 *
 * @param what What could not be done, for the message.
 * @param option What the function is called.
 * @param wayOut What to do instead.
 * @throws {InvalidOptionError} If it is a promise, or anything with a `then()`.
 */
export function refusePromise(
  what: string,
  option: string,
  result: unknown,
  wayOut: string,
): void {
  if (typeof result !== "object" || result === null) return;
  if (!("then" in result) || typeof result.then !== "function") return;
  throw new InvalidOptionError(
    `Cannot ${what} as '${option}' must be over when it returns: current value is a promise; ${wayOut}`,
    { option, value: result },
  );
}
