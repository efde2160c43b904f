import { DataCloneError } from "../errors.ts";

/**
 * What is said of a value that cannot travel: where it was among what the task was given, instead of where it was in what
 * the worker was sent.
 */
export function travelError(
  error: unknown,
  task: string,
  sent: string,
  given: string,
): unknown {
  if (!(error instanceof DataCloneError)) return error;
  const { path: from } = error;
  if (!from.startsWith(sent)) return error;
  const path = given + from.slice(sent.length);
  const message = error.message
    .replace(`Cannot send ${from}`, () => `Cannot send ${path} to "${task}"`);
  return new DataCloneError(message, { path, cause: error.cause });
}
