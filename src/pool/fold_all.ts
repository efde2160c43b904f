import type { Task } from "../actor/define.ts";
import { refuse } from "./check_option.ts";

/**
 * Folds all results into one, one after the other.
 *
 * @param start What there is at first, if anything: else it is the first result.
 * @throws {TypeError} If there is nothing at first and no result either: the promise rejects.
 */
export async function foldAll<R, S>(
  { task }: Task<never, unknown>,
  results: AsyncIterable<R>,
  fold: (so: S, result: R) => S | PromiseLike<S>,
  start: readonly unknown[],
): Promise<S> {
  let [so] = start as [S];
  let empty = start.length === 0;
  for await (const result of results) {
    so = empty ? result as unknown as S : await fold(so, result);
    empty = false;
  }
  if (!empty) return so;
  throw new TypeError(
    `Cannot reduce "${task}" as there are neither inputs nor an initial value: pass what nothing is folded into`,
  );
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
