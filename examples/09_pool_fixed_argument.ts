// functools.partial: what stays the same is part of the data, as functions cannot travel.
import { Pool, task } from "@troupe/actors";

const scale = task(
  import.meta,
  "scale",
  ({ x, factor }: { x: number; factor: number }) => x * factor,
);

if (import.meta.main) {
  await using pool = new Pool();
  const factor = 3;
  console.log(await pool.map(scale, [1, 2, 3].map((x) => ({ x, factor }))));
}
