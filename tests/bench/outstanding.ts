import { expectResult } from "./subject.ts";

/** Jobs that are open at the same time. */
const OPEN = 64;

/** Squares `count` numbers, one job each, with 64 of them open at any time. Returns tasks per second. */
export async function squareEach(
  count: number,
  run: (x: number) => PromiseLike<unknown>,
): Promise<number> {
  let next = 0;
  let sum = 0;
  const line = async (): Promise<void> => {
    while (next < count) {
      const result = await run(next++);
      sum += result as number;
    }
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: OPEN }, line));
  const ms = performance.now() - start;
  const expected = (count - 1) * count * (2 * count - 1) / 6;
  expectResult("the sum of the squares", sum, expected);
  return count / ms * 1_000;
}
