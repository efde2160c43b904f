import { Refusal, UnknownMethodError } from "../errors.ts";
import type { CellSpec } from "./cell.ts";
import { isEnd } from "./ends_as.ts";
import { wrappedErrors } from "./wrapped_errors.ts";

/** What to do about which class of error, in order. */
export type FailureRules = NonNullable<CellSpec["onFailure"]>;

/**
 * Whether an actor goes on with its state after a handler threw `error`.
 *
 * The first of `rules` that names a class of the error decides, also one of what the library's own errors wrap. A thread
 * that ran out of stack or memory may have stopped anywhere: what it holds is not gone on with.
 */
export function resumes(error: unknown, rules: FailureRules): boolean {
  if (isFatal(error) || isEnd(error)) return false;
  const classes = classesOf(error);
  const rule = rules.find((rule) =>
    rule.error === undefined || classes.has(rule.error)
  );
  return rule?.then === "resume";
}

/** What V8 says when there is no more stack or memory. */
const FATAL_REGEXP =
  /^(Maximum call stack size exceeded|Array buffer allocation failed|.*out of memory)/i;

function isFatal(error: unknown): boolean {
  return wrappedErrors(error).some((each) =>
    each instanceof RangeError && FATAL_REGEXP.test(each.message)
  );
}

function classesOf(error: unknown): Set<string> {
  const names = new Set<string>();
  for (const each of wrappedErrors(error)) {
    for (
      let proto = Object.getPrototypeOf(each);
      proto !== null;
      proto = Object.getPrototypeOf(proto)
    ) {
      names.add(proto.constructor?.name);
    }
  }
  return names;
}

/**
 * Whether an error rejects alone what it was thrown in, and the actor goes on.
 *
 * @param resumed Called if one of `rules` says so, and it would have failed otherwise.
 */
export function isAlone(
  error: unknown,
  rules: FailureRules | undefined,
  resumed: () => void,
): boolean {
  if (error instanceof Refusal || error instanceof UnknownMethodError) {
    return true;
  }
  if (rules === undefined || !resumes(error, rules)) return false;
  resumed();
  return true;
}
