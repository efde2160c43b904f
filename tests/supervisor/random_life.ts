/** How a random life of a fake tree comes to its end, and what must be true then. */
import type { FakeTime } from "@std/testing/time";
import { type FakeCell, settle } from "./fake_cell.ts";
import type { FakeTree } from "./fake_tree.ts";

/** Lets everything start that can, until all is calm. */
export async function calm(
  all: Iterable<FakeCell>,
  time: FakeTime,
  rounds: number,
): Promise<void> {
  for (const cell of all) cell.failures.length = 0;
  for (let i = 0; i < rounds; i++) {
    await time.tickAsync(250);
    await settle();
  }
}

/** Stops the tree; answers what is wrong then with the cells that it ever had. */
export async function problemsAtEnd(
  tree: FakeTree,
  all: Iterable<FakeCell>,
  time: FakeTime,
): Promise<string[]> {
  const problems: string[] = [];
  const stopped = tree.supervisor.stop();
  await time.tickAsync(1_000);
  if ((await stopped).kind !== "stopped") problems.push("did not just stop");
  for (const cell of all) {
    if (cell.alive) problems.push(`${cell.name} outlives its supervisor`);
    if (cell.retired === undefined) problems.push(`${cell.name} not retired`);
    problems.push(...cell.violations);
  }
  return problems;
}
