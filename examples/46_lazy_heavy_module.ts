// The main program never loads the heavy module; its types come from there all the same.
import { Pool, remote } from "@troupe/actors";

const heavy = remote<typeof import("./07_pool_map_square.ts")>(
  import.meta.resolve("./07_pool_map_square.ts"),
);

if (import.meta.main) {
  await using pool = new Pool({ size: 2 });
  console.log(await pool.map(heavy.square, [1, 2, 3]));
}
