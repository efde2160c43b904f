import type { Task } from "../actor/define.ts";
import { refuse } from "./check_option.ts";

/** Folds all results into one, one after the other. */
export async function foldAll<R, S>(
  results: AsyncIterable<R>,
  fold: (so: S, result: R) => S | PromiseLike<S>,
  initial: S,
): Promise<S> {
  let so = initial;
  for await (const result of results) so = await fold(so, result);
  return so;
}

/**
 * Checks that results can be folded.
 *
 * @throws {InvalidOptionError} If `fold` is no function.
 */
export function checkFold(task: Task<never, unknown>, fold: unknown): void {
  if (typeof fold === "function") return;
  refuse(`Cannot reduce "${Object(task).task}"`, "fold", "a function", fold);
}
