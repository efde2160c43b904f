// One big array in parts, without a copy: each part is a view of the same memory.
import { Pool, sharedArray, task } from "@troupe/actors";

const sum = task(
  import.meta,
  "sum",
  (part: Float64Array) => part.reduce((a, b) => a + b, 0),
);

if (import.meta.main) {
  const data = sharedArray(Float64Array, 1_000_000).fill(1);
  await using pool = new Pool({ size: 4 });
  const step = data.length / 4;
  const parts = [0, 1, 2, 3].map((i) =>
    data.subarray(i * step, (i + 1) * step)
  );
  console.log(await pool.reduce(sum, parts, (a, b) => a + b, 0));
}
