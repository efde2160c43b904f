import { TroupeError } from "../errors.ts";
import { isError } from "../thrown.ts";

/** How deep is looked: a chain of causes may bite its own tail. */
const MOST = 16;

/** The error and, for as long as it is only a wrapping of ours, what it wraps; none if it is no error. */
export function wrappedErrors(error: unknown): readonly Error[] {
  const errors: Error[] = [];
  while (isError(error) && errors.length < MOST) {
    errors.push(error);
    error = error instanceof TroupeError ? error.cause : undefined;
  }
  return errors;
}
