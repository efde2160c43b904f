// Python's Pool(4).map(square, range(10)).
import { Pool, type Task, task } from "@troupe/actors";

export const square: Task<[number], number> = task(
  import.meta,
  "square",
  (x: number) => x * x,
);

if (import.meta.main) {
  await using pool = new Pool({ size: 4 });
  const inputs = Array.from({ length: 10 }, (_, i) => i);
  console.log((await pool.map(square, inputs)).join(" "));
}
