import { DataCloneError } from "../errors.ts";

/** The error of the message `at` of many, if it cannot travel: it says which one, so that those before it are known to be sent. */
export function nameUnsent(error: unknown, at: number): unknown {
  if (!(error instanceof DataCloneError)) return error;
  const { path } = error;
  if (!path.startsWith("value")) return error;
  const whole = `values[${at}]${path.slice("value".length)}`;
  return new DataCloneError(error.message.replace(path, () => whole), {
    path: whole,
    cause: error.cause,
  });
}
