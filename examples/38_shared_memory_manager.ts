// Regions for a scope: two tasks change one list, and nothing is left of it, even if this program is killed.
// Needs --allow-ffi, --allow-run for the process that sees to that, and --allow-read for the tasks.
import {
  run,
  type SharedList,
  SharedMemoryManager,
  type Task,
  task,
} from "@troupe/actors";

export const tenfold: Task<[SharedList<number[]>, number, number], void> = task(
  import.meta,
  "tenfold",
  (list: SharedList<number[]>, from: number, to: number) => {
    for (let i = from; i < to; i++) list.set(i, list.get(i) * 10);
  },
);

if (import.meta.main) {
  await using scope = await SharedMemoryManager.start();
  const numbers: number[] = Array.from({ length: 2_000 }, (_, i) => i);
  const list = await scope.list(numbers);
  const raw = await scope.region(128);
  await Promise.all([
    run(tenfold, [list, 0, 1_000]),
    run(tenfold, [list, 1_000, 2_000]),
  ]);
  console.log(raw.size, [...list].reduce((x, y) => x + y, 0)); // 128 19990000
}
